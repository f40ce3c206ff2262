/**
 * Seals the meters' keys for the database with AES-256-GCM. The meter's id and the key's id are
 * bound into the seal, so that a sealed key moved to another meter's record does not open.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export class Vault {
  constructor(
    readonly secret: Uint8Array,
    readonly randomBytes: (length: number) => Uint8Array,
  ) {}

  seal(meter: string, keyId: number, key: Uint8Array): Uint8Array {
    const nonce = this.randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.secret, nonce);
    cipher.setAAD(boundTo(meter, keyId));
    const body = cipher.update(key);
    cipher.final();
    return new Uint8Array([...nonce, ...body, ...cipher.getAuthTag()]);
  }

  /** Throws if the secret is another one or the record was changed. */
  open(meter: string, keyId: number, sealed: Uint8Array): Uint8Array {
    const decipher = createDecipheriv("aes-256-gcm", this.secret, sealed.subarray(0, NONCE_BYTES));
    decipher.setAAD(boundTo(meter, keyId));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const key = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
    try {
      decipher.final();
    } catch (cause) {
      const detail =
        "it was sealed under another secret (CONTALUZ_SECRET), or its record is damaged";
      throw new Error(`the key of meter ${meter} does not open: ${detail}`, { cause });
    }
    return key;
  }
}

const boundTo = (meter: string, keyId: number) => new TextEncoder().encode(`${meter} ${keyId}`);

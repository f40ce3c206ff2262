/**
 * Seals what must not be read in the database, with AES-256-GCM. What is sealed is bound to whose it
 * is: a meter's key that was moved to another meter's record does not open.
 */
import { createCipheriv, createDecipheriv, createHmac } from "node:crypto";

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const bytesOf = (owner: string): Uint8Array => new TextEncoder().encode(owner);

export class Vault {
  constructor(
    readonly secret: Uint8Array,
    readonly randomBytes: (length: number) => Uint8Array,
  ) {}

  seal(meter: string, keyId: number, key: Uint8Array): Uint8Array {
    return this.sealFor(`${meter} ${keyId}`, key);
  }

  /** Throws if the secret is another one or the record was changed. */
  open(meter: string, keyId: number, sealed: Uint8Array): Uint8Array {
    return this.openFor(`${meter} ${keyId}`, sealed, `the key of meter ${meter}`);
  }

  /** Tells the same text again, and nothing to who does not know the secret. */
  fingerprint(purpose: string, text: string): string {
    const key = createHmac("sha256", this.secret).update(`fingerprint of a ${purpose}`).digest();
    return createHmac("sha256", key).update(text).digest("hex");
  }

  sealFor(owner: string, plain: Uint8Array): Uint8Array {
    const nonce = this.randomBytes(NONCE_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.secret, nonce);
    cipher.setAAD(bytesOf(owner));
    const body = cipher.update(plain);
    cipher.final();
    return new Uint8Array([...nonce, ...body, ...cipher.getAuthTag()]);
  }

  /** Throws likewise, and names `what` did not open. */
  openFor(owner: string, sealed: Uint8Array, what: string): Uint8Array {
    const decipher = createDecipheriv("aes-256-gcm", this.secret, sealed.subarray(0, NONCE_BYTES));
    decipher.setAAD(bytesOf(owner));
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    const plain = decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES));
    try {
      decipher.final();
    } catch (cause) {
      const detail =
        "it was sealed under another secret (CONTALUZ_SECRET), or its record is damaged";
      throw new Error(`${what} does not open: ${detail}`, { cause });
    }
    return plain;
  }
}

/**
 * Answers by the key that came with a request, so that one that is sent again is not carried out
 * again. An answer may show a key in the clear, so it is sealed.
 */
import { createHash } from "node:crypto";
import { failed, type Failure } from "../errors.ts";
import { answerKey, onceKey } from "./keys.ts";
import type { Vault } from "./vault.ts";

export interface Answer {
  status: number;
  text: string;
}

interface Begun {
  /** What was asked, as a fingerprint: a password in it cannot be guessed from that. */
  asked: string;
  endsAt: number;
  /** Of the answer, once there is one: its status and in how many rows it is. */
  status?: number;
  rows?: number;
}

const KEPT_SECONDS = 24 * 3600;
const EXPIRES = { expireIn: KEPT_SECONDS * 1000 };
/** The database holds 64 KiB a value. */
const ROW_BYTES = 60_000;

const hashOf = (...parts: string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex");

const OTHER = "The Idempotency-Key was used for another request.";
const OPEN =
  "A request with this Idempotency-Key has been begun, and its end is not known. Look whether it was carried out, then use another key.";

export class Once {
  constructor(readonly kv: Deno.Kv, readonly vault: Vault) {}

  /** Undefined if the request is the first: then `keep` or `forget` must follow. */
  async begin(
    owner: string,
    key: string,
    asked: string,
    now: number,
  ): Promise<Answer | Failure | undefined> {
    const place = hashOf(owner, key);
    const begun: Begun = {
      asked: this.vault.fingerprint("request", asked),
      endsAt: now + KEPT_SECONDS,
    };
    const known = await this.kv.get<Begun>(onceKey(place));
    if (known.value === null || known.value.endsAt <= now) {
      const claim = this.kv.atomic().check(known).set(onceKey(place), begun, EXPIRES);
      if ((await claim.commit()).ok) return undefined;
      return failed("conflict", OPEN);
    }
    if (known.value.asked !== begun.asked) return failed("conflict", OTHER);
    if (known.value.status === undefined) return failed("conflict", OPEN);
    return { status: known.value.status, text: await this.#text(place, known.value.rows!) };
  }

  async keep(owner: string, key: string, { status, text }: Answer): Promise<void> {
    const place = hashOf(owner, key);
    const begun = await this.kv.get<Begun>(onceKey(place));
    if (!begun.value) return;
    const sealed = this.vault.sealFor(`answer ${place}`, new TextEncoder().encode(text));
    const rows = Math.ceil(sealed.length / ROW_BYTES);
    const atomic = this.kv.atomic().check(begun)
      .set(onceKey(place), { ...begun.value, status, rows }, EXPIRES);
    for (let i = 0; i < rows; i++) {
      const part = sealed.slice(i * ROW_BYTES, (i + 1) * ROW_BYTES);
      atomic.set(answerKey(place, i), part, EXPIRES);
    }
    await atomic.commit();
  }

  /** Nothing came of it: the same key may be used again. */
  async forget(owner: string, key: string): Promise<void> {
    await this.kv.delete(onceKey(hashOf(owner, key)));
  }

  async #text(place: string, rows: number): Promise<string> {
    const sealed: Uint8Array<ArrayBuffer>[] = [];
    for (let i = 0; i < rows; i++) {
      const { value } = await this.kv.get<Uint8Array<ArrayBuffer>>(answerKey(place, i));
      if (value) sealed.push(value);
    }
    const bytes = await new Blob(sealed).bytes();
    const plain = this.vault.openFor(`answer ${place}`, bytes, "the answer of a request");
    return new TextDecoder().decode(plain);
  }
}

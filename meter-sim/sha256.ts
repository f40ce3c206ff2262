/**
 * SHA-256 for the many short messages of simulated meters. In JavaScript, as the way into native code costs more
 * than such a hash, and over one hash state that is used again and again.
 */
import { sha256 as algorithm } from "@noble/hashes/sha2.js";

const DIGEST_BYTES = 32;

const initial = algorithm.create();
const state = algorithm.create();

export const sha256 = (bytes: Uint8Array): Uint8Array => {
  const digest = new Uint8Array(DIGEST_BYTES);
  initial._cloneInto(state);
  state.update(bytes).digestInto(digest);
  return digest;
};

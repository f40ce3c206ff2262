/**
 * HMAC-SHA-256 for short messages under many keys in turn. In JavaScript, as the way into native
 * code costs more than such a hash, and over one hash state that is used again and again, as a new
 * one for each message would cost more than the hashing, too.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Sign } from "../../meter-firmware/protocol/datagram.ts";

const BLOCK_BYTES = 64;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

const initial = sha256.create();
const state = sha256.create();
const block = new Uint8Array(BLOCK_BYTES);
const innerDigest = new Uint8Array(32);

/** The hash of the padded key and what follows it. */
function hashInto(digest: Uint8Array, key: Uint8Array, pad: number, message: Uint8Array): void {
  block.fill(pad);
  for (let i = 0; i < key.length; i++) block[i] ^= key[i];
  initial._cloneInto(state);
  state.update(block).update(message).digestInto(digest);
}

/** Signs under the key as it is now. */
export function signWith(keyNow: Uint8Array): Sign {
  const key = keyNow.length > BLOCK_BYTES ? sha256(keyNow) : keyNow.slice();
  return (message) => {
    const tag = new Uint8Array(32);
    hashInto(innerDigest, key, INNER_PAD, message);
    hashInto(tag, key, OUTER_PAD, innerDigest);
    return tag;
  };
}

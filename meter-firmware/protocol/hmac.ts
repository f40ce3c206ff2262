/**
 * HMAC (RFC 2104) over an injected SHA-256. Espruino has a native SHA-256 but no HMAC. The padded
 * keys are kept per key, so that a message costs two hashes.
 */
import type { Sign } from "./datagram.ts";

export type Sha256 = (bytes: Uint8Array) => Uint8Array;

const BLOCK_BYTES = 64;

const padded = (key: Uint8Array, pad: number): Uint8Array => {
  const block = new Uint8Array(BLOCK_BYTES);
  for (let i = 0; i < BLOCK_BYTES; i++) block[i] = (i < key.length ? key[i] : 0) ^ pad;
  return block;
};

const joined = (head: Uint8Array, tail: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head, 0);
  bytes.set(tail, head.length);
  return bytes;
};

export const hmacSha256 = (sha256: Sha256, key: Uint8Array): Sign => {
  const blockKey = key.length > BLOCK_BYTES ? sha256(key) : key;
  const inner = padded(blockKey, 0x36);
  const outer = padded(blockKey, 0x5c);
  return (message) => sha256(joined(outer, sha256(joined(inner, message))));
};

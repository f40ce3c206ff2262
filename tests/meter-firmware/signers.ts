/**
 * The ways to sign that the tests compare: the meter's HMAC, composed over a plain SHA-256; the
 * runtime's; and the server's.
 */
import { createHash, createHmac } from "node:crypto";
import type { Sign } from "../../meter-firmware/protocol/datagram.ts";
import { hmacSha256 } from "../../meter-firmware/protocol/hmac.ts";
import { signWith } from "../../server/ingest/sign.ts";

export const hex = (digits: string): Uint8Array => Uint8Array.fromHex(digits);

export const serverSign = (key: Uint8Array): Sign => (message) =>
  createHmac("sha256", key).update(message).digest();

export const meterSign = (key: Uint8Array): Sign =>
  hmacSha256((bytes) => createHash("sha256").update(bytes).digest(), key);

export const SIGNERS: { name: string; signWith: (key: Uint8Array) => Sign }[] = [
  { name: "hmacSha256", signWith: meterSign },
  { name: "createHmac", signWith: serverSign },
  { name: "signWith", signWith },
];

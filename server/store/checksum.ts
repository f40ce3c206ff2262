/** A checksum behind each packed value: a database does not notice a bit that its disk has turned. */
import { crc32 } from "node:zlib";

const CHECKSUM_BYTES = 4;

export function withChecksum(body: Uint8Array): Uint8Array {
  const value = new Uint8Array(body.length + CHECKSUM_BYTES);
  value.set(body);
  new DataView(value.buffer).setUint32(body.length, crc32(body));
  return value;
}

/** The body of a value as it was written; throws if it is not. */
export function checkedBody(value: Uint8Array): Uint8Array {
  const body = value.subarray(0, value.length - CHECKSUM_BYTES);
  const view = new DataView(value.buffer, value.byteOffset);
  if (view.getUint32(body.length) !== crc32(body)) throw new Error("its checksum does not match");
  return body;
}

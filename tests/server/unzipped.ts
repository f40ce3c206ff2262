/** The files of a zip whose entries are stored as they are, each checked against its sum; PDFs in hex. */
import { crc32 } from "node:zlib";
import { assertEquals } from "@std/assert";

const DIRECTORY_END = 22;
const DIRECTORY_ENTRY = 46;
const LOCAL_HEADER = 30;

export function unzipped(zip: Uint8Array): Map<string, string> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.length);
  const short = (at: number) => view.getUint16(at, true);
  const long = (at: number) => view.getUint32(at, true);
  const text = (at: number, length: number) =>
    new TextDecoder("utf-8", { fatal: true }).decode(zip.subarray(at, at + length));
  const end = zip.length - DIRECTORY_END;
  assertEquals(long(end), 0x06054b50, "the zip ends with its directory");
  const files = new Map<string, string>();
  let at = long(end + 16);
  for (let i = 0; i < short(end + 10); i++) {
    const [sum, size, local] = [long(at + 16), long(at + 24), long(at + 42)];
    const name = text(at + DIRECTORY_ENTRY, short(at + 28));
    const begin = local + LOCAL_HEADER + short(local + 26) + short(local + 28);
    assertEquals(crc32(zip.subarray(begin, begin + size)), sum, name);
    const isText = !name.endsWith(".pdf");
    files.set(name, isText ? text(begin, size) : zip.subarray(begin, begin + size).toHex());
    at += DIRECTORY_ENTRY + short(at + 28) + short(at + 30) + short(at + 32);
  }
  return files;
}

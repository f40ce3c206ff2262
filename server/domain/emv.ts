/** Fields as EMV's codes for payments have them, and their checksum. */

/** Values are ASCII, so characters are bytes. */
export function emvField(id: string, value: string): string {
  if (value.length === 0 || value.length > 99) throw new RangeError(`field ${id} cannot hold it`);
  return `${id}${String(value.length).padStart(2, "0")}${value}`;
}

const HEAD = /(\d\d)(\d\d)/y;

/** By their ids; undefined where the lengths do not add up or an id comes twice. */
export function emvFields(text: string): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    HEAD.lastIndex = at;
    const [head, id, length] = HEAD.exec(text) ?? [];
    if (head === undefined || fields.has(id)) return undefined;
    const value = text.slice(at + head.length, at + head.length + Number(length));
    if (value.length !== Number(length)) return undefined;
    fields.set(id, value);
    at += head.length + value.length;
  }
  return fields;
}

const POLYNOMIAL = 0x1021;

/** CRC-16/CCITT-FALSE in upper-case hexadecimal. */
export function crc16(text: string): string {
  let crc = 0xffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      crc = (crc & 0x8000 ? (crc << 1) ^ POLYNOMIAL : crc << 1) & 0xffff;
    }
  }
  return crc.toString(16).toUpperCase().padStart(4, "0");
}

const MARKS = /\p{M}/gu;
const NOT_PRINTABLE_ASCII = /[^ -~]+/g;

/** Without accents, as old terminals and some banks want it; what has no such form is left out. */
export const asciiOf = (text: string): string =>
  text.normalize("NFKD").replace(MARKS, "").replace(/[\s\u00a0]+/g, " ")
    .replace(NOT_PRINTABLE_ASCII, "").trim();

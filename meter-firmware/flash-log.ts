/**
 * The register and the reserved numbers in raw flash, in a log that survives a power cut anywhere.
 *
 * Flash can clear single bits but set them only by the page, and a page wears out. So nothing is
 * changed in place: each save goes into the next slot of 32 bytes, round and round over all pages,
 * and a page is erased just before its first slot is written. A record counts when its checksum
 * fits, and of those the one with the highest sequence number; what a power cut tore does not count,
 * and the record before it is still there.
 *
 * A slot is written only while it is blank, and when one stays blank its page is left. So a page's
 * records stand together at its beginning, which makes the newest quick to find: the page whose
 * first record is the newest, then the last record in there. The page that holds it is not erased,
 * however many saves fail.
 *
 * It does not know where the area lies, nor when to save: the board and `register.ts` do.
 */
import type { RawFlash, Saved } from "./board.ts";

export interface FlashLog {
  /** What was saved last; undefined when nothing was. */
  load(): Saved | undefined;
  /** True once it has been read back. */
  save(saved: Saved): boolean;
}

interface Entry {
  slot: number;
  sequence: number;
  saved: Saved;
}

const RECORD_BYTES = 32;
const MARK = 0x434c5231;
const SEQUENCE = 4;
const RESERVED_THROUGH = 8;
const UPPER_HALF = 12;
const LOWER_HALF = 16;
const CHECKSUM = 28;
const TWO_TO_32 = 4294967296;

// deno-fmt-ignore
const CRC_OF_NIBBLE = [
  0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
  0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
];

/** CRC-32 as in Ethernet and zip. */
export const crc32 = (bytes: Uint8Array): number => {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) {
    crc ^= bytes[i];
    crc = (crc >>> 4) ^ CRC_OF_NIBBLE[crc & 15];
    crc = (crc >>> 4) ^ CRC_OF_NIBBLE[crc & 15];
  }
  return ~crc >>> 0;
};

const encode = (sequence: number, saved: Saved): Uint8Array => {
  const bytes = new Uint8Array(RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MARK);
  view.setUint32(SEQUENCE, sequence);
  view.setUint32(RESERVED_THROUGH, saved.reservedThrough);
  view.setUint32(UPPER_HALF, Math.floor(saved.milliwattHours / TWO_TO_32));
  view.setUint32(LOWER_HALF, saved.milliwattHours % TWO_TO_32);
  view.setUint32(CHECKSUM, crc32(bytes.subarray(0, CHECKSUM)));
  return bytes;
};

const decode = (bytes: Uint8Array, slot: number): Entry | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0) !== MARK) return undefined;
  if (view.getUint32(CHECKSUM) !== crc32(bytes.subarray(0, CHECKSUM))) return undefined;
  return {
    slot: slot,
    sequence: view.getUint32(SEQUENCE),
    saved: {
      reservedThrough: view.getUint32(RESERVED_THROUGH),
      milliwattHours: view.getUint32(UPPER_HALF) * TWO_TO_32 + view.getUint32(LOWER_HALF),
    },
  };
};

const isBlank = (bytes: Uint8Array): boolean => {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0xff) return false;
  return true;
};

const isSame = (left: Uint8Array, right: Uint8Array): boolean => {
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
};

const readSlot = (flash: RawFlash, slot: number): Uint8Array =>
  flash.read(slot * RECORD_BYTES, RECORD_BYTES);

/** Espruino divides into floats even where nothing remains, and its flash refuses such an address. */
const slotsPerPage = (flash: RawFlash): number => (flash.pageBytes / RECORD_BYTES) | 0;

/** The first whole record of the page that begins with this slot. */
const firstEntry = (flash: RawFlash, start: number): Entry | undefined => {
  for (let slot = start; slot < start + slotsPerPage(flash); slot++) {
    const bytes = readSlot(flash, slot);
    const entry = decode(bytes, slot);
    if (entry !== undefined || isBlank(bytes)) return entry;
  }
  return undefined;
};

/** The first blank slot behind this one in its page, or the first slot behind the page. */
const endOfRecords = (flash: RawFlash, slot: number): number => {
  let end = slot + 1;
  while (end % slotsPerPage(flash) !== 0 && !isBlank(readSlot(flash, end))) end += 1;
  return end;
};

/** The last whole record before `end`, from `first` on. */
const lastEntry = (flash: RawFlash, first: Entry, end: number): Entry => {
  for (let slot = end - 1; slot > first.slot; slot--) {
    const entry = decode(readSlot(flash, slot), slot);
    // An older one remains where the page did not get erased as it was told to.
    if (entry !== undefined && entry.sequence > first.sequence) return entry;
  }
  return first;
};

const newestEntry = (flash: RawFlash): Entry | undefined => {
  let newest: Entry | undefined = undefined;
  for (let page = 0; page < flash.pages; page++) {
    const first: Entry | undefined = firstEntry(flash, page * slotsPerPage(flash));
    if (first === undefined) continue;
    if (newest === undefined || first.sequence > newest.sequence) newest = first;
  }
  if (newest === undefined) return undefined;
  return lastEntry(flash, newest, endOfRecords(flash, newest.slot));
};

export const createFlashLog = (flash: RawFlash): FlashLog => {
  const perPage = slotsPerPage(flash);
  const slots = perPage * flash.pages;
  let newest = newestEntry(flash);
  let sequence = newest === undefined ? 0 : newest.sequence;
  let next = newest === undefined ? 0 : endOfRecords(flash, newest.slot) % slots;

  const pageStart = (slot: number): number => slot - slot % perPage;
  const nextPage = (slot: number): number => (pageStart(slot) + perPage) % slots;

  const beginPage = (): void => {
    if (newest !== undefined && pageStart(newest.slot) === next) next = nextPage(next);
    flash.erase(next * RECORD_BYTES);
  };

  return {
    load: () => newest === undefined ? undefined : newest.saved,
    save: (saved) => {
      if (next === pageStart(next)) beginPage();
      const slot = next;
      next = nextPage(slot);
      if (!isBlank(readSlot(flash, slot))) return false;
      sequence += 1;
      const bytes = encode(sequence, saved);
      flash.write(slot * RECORD_BYTES, bytes);
      const written = readSlot(flash, slot);
      if (!isBlank(written)) next = (slot + 1) % slots;
      if (!isSame(written, bytes)) return false;
      newest = { slot: slot, sequence: sequence, saved: saved };
      return true;
    },
  };
};

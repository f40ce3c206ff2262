/**
 * A NOR flash with its content over all power cuts: erasing sets the bits of a page, writing only
 * clears some, and either can end in the middle, with the power or without. No assertion in here.
 */
import type { RawFlash } from "../../meter-firmware/board.ts";
import { PowerCut } from "./bench.ts";

/** In which order the bytes of a page are erased: what an erasure that was cut leaves behind. */
export type EraseOrder = "forwards" | "backwards" | "scattered";

export interface NorFlash extends RawFlash {
  /**
   * The power goes after so many more bytes, written or erased; all throws until `powerUp`. The next
   * byte is left half done: only its bits of `halfDone` are.
   */
  cutAfter(bytes: number, halfDone?: number): void;
  /** The command that gets to so many more bytes ends there as if it were done; the next ones work. */
  failAfter(bytes: number): void;
  /** With the same content, and nothing in store for it. */
  powerUp(): void;
  /** How many bytes have been written or erased so far. */
  worked(): number;
  reads(): number;
  /** How often each page was erased. */
  erasures: number[];
  content: Uint8Array;
}

/** Has no divisor in common with the size of a page, so that every byte has its turn once. */
const STRIDE = 37;

const ORDERS: Record<EraseOrder, (turn: number, pageBytes: number) => number> = {
  forwards: (turn) => turn,
  backwards: (turn, pageBytes) => pageBytes - 1 - turn,
  scattered: (turn, pageBytes) => turn * STRIDE % pageBytes,
};

export const createNorFlash = (
  pages: number,
  pageBytes: number,
  eraseOrder: EraseOrder = "forwards",
): NorFlash => {
  const content = new Uint8Array(pages * pageBytes).fill(0xff);
  const erasures = new Array<number>(pages).fill(0);
  let worked = 0;
  let reads = 0;
  let isOff = false;
  let failsAt = Infinity;
  let cutsAt = Infinity;
  let halfDoneBits = 0;

  const check = (at: number, length: number) => {
    if (isOff) throw new PowerCut();
    const isInside = at >= 0 && length > 0 && at + length <= content.length;
    if (!isInside) throw new Error(`${length} bytes at ${at} are not in the flash`);
  };

  /** Sets the bits of the byte that are in `mask` as they are in `target`. */
  const change = (at: number, target: number, mask: number) => {
    content[at] = (content[at] & ~mask) | (target & mask);
  };

  /** Whether the command goes on. */
  const work = (at: number, target: number): boolean => {
    if (worked === cutsAt) {
      isOff = true;
      change(at, target, halfDoneBits);
      throw new PowerCut();
    }
    if (worked === failsAt) {
      failsAt = Infinity;
      return false;
    }
    change(at, target, 0xff);
    worked++;
    return true;
  };

  return {
    pages,
    pageBytes,
    content,
    erasures,
    read: (at, length) => {
      check(at, length);
      reads++;
      return content.slice(at, at + length);
    },
    write: (at, bytes) => {
      check(at, bytes.length);
      for (let i = 0; i < bytes.length; i++) {
        if (!work(at + i, content[at + i] & bytes[i])) return;
      }
    },
    erase: (at) => {
      check(at, pageBytes);
      if (at % pageBytes !== 0) throw new Error(`no page begins at ${at}`);
      erasures[at / pageBytes]++;
      for (let turn = 0; turn < pageBytes; turn++) {
        if (!work(at + ORDERS[eraseOrder](turn, pageBytes), 0xff)) return;
      }
    },
    cutAfter: (bytes, halfDone = 0) => {
      cutsAt = worked + bytes;
      halfDoneBits = halfDone;
    },
    failAfter: (bytes) => {
      failsAt = worked + bytes;
    },
    powerUp: () => {
      isOff = false;
      cutsAt = Infinity;
      failsAt = Infinity;
    },
    worked: () => worked,
    reads: () => reads,
  };
};

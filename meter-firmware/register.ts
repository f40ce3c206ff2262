/**
 * The energy register and the numbers of readings, both kept over power cuts.
 *
 * Numbers are reserved in blocks: a block is in flash before the first number of it is handed out,
 * and after a boot counting goes on behind the last block, so wherever the power goes, no number is
 * handed out twice. The register is saved at most once a minute and along with every reservation;
 * a minute between saves lets the flash outlive the board.
 */
import type { Board } from "./board.ts";

export interface Register {
  /** Whether it began from a saved value, which may be older than what was last reported. */
  cameFromFlash: boolean;
  milliwattHours(): number;
  add(milliwattHours: number): void;
  lastNumber(): number;
  /** The next number, or 0 while none can be reserved. */
  takeNumber(): number;
  saveWhenDue(): void;
  /** Before a restart that is known beforehand. */
  saveNow(): void;
}

/** What a register touches of a board. */
export type RegisterBoard = Pick<Board, "uptime" | "load" | "save">;

const NUMBERS_PER_RESERVATION = 128;
const SAVE_EVERY_MS = 60000;

export const createRegister = (board: RegisterBoard): Register => {
  const saved = board.load();
  let milliwattHours = saved === undefined ? 0 : saved.milliwattHours;
  let reservedThrough = saved === undefined ? 0 : saved.reservedThrough;
  let lastNumber = reservedThrough;
  let savedMilliwattHours = milliwattHours;
  let triedToSaveAt = board.uptime();

  const save = (through: number): boolean => {
    triedToSaveAt = board.uptime();
    const done = board.save({ reservedThrough: through, milliwattHours: milliwattHours });
    if (!done) return false;
    reservedThrough = through;
    savedMilliwattHours = milliwattHours;
    return true;
  };

  return {
    cameFromFlash: saved !== undefined,
    milliwattHours: () => milliwattHours,
    add: (more) => {
      // A sensor's noise may be negative; a register never falls.
      if (more > 0) milliwattHours += more;
    },
    lastNumber: () => lastNumber,
    takeNumber: () => {
      if (lastNumber === reservedThrough && !save(reservedThrough + NUMBERS_PER_RESERVATION)) {
        return 0;
      }
      lastNumber += 1;
      return lastNumber;
    },
    saveWhenDue: () => {
      if (milliwattHours === savedMilliwattHours) return;
      if (board.uptime() - triedToSaveAt >= SAVE_EVERY_MS) save(reservedThrough);
    },
    saveNow: () => {
      if (milliwattHours !== savedMilliwattHours) save(reservedThrough);
    },
  };
};

/**
 * The rules of the outbox and of the register as one table, run wherever the meter runs: on Deno, in
 * the compiled file, on the real interpreter. Data only, in the language that Espruino reads.
 */

export interface OutboxStep {
  /** Takes readings with these numbers, one every 5 s. */
  add?: number[];
  remove?: number[];
  refuse?: number;
}

export interface OutboxRule {
  name: string;
  capacity: number;
  steps: OutboxStep[];
  /** The numbers that wait in the end. */
  waiting: number[];
  /** The numbers of the next report with so much backlog at most. */
  backlogLimit: number;
  picked: number[];
}

export const OUTBOX_RULES: OutboxRule[] = [
  {
    name: "the newest goes last, the oldest before it",
    capacity: 8,
    steps: [{ add: [1, 2, 3, 4, 5] }],
    waiting: [1, 2, 3, 4, 5],
    backlogLimit: 2,
    picked: [1, 2, 5],
  },
  {
    name: "what was acknowledged is gone",
    capacity: 8,
    steps: [{ add: [1, 2, 3, 4, 5] }, { remove: [1, 2, 5] }, { add: [6] }],
    waiting: [3, 4, 6],
    backlogLimit: 63,
    picked: [3, 4, 6],
  },
  {
    name: "a full one thins where readings are densest, and keeps the ends",
    capacity: 4,
    steps: [{ add: [1, 2, 3, 4, 5, 6, 7] }],
    waiting: [1, 3, 5, 7],
    backlogLimit: 63,
    picked: [1, 3, 5, 7],
  },
  {
    name: "one that was refused goes last and alone",
    capacity: 8,
    steps: [{ add: [1, 2, 3] }, { refuse: 1 }],
    waiting: [1, 2, 3],
    backlogLimit: 63,
    picked: [2, 3],
  },
  {
    name: "an acknowledgement that comes again removes nothing else",
    capacity: 8,
    steps: [{ add: [1, 2, 3] }, { remove: [1, 2] }, { remove: [1, 2] }, { remove: [9] }],
    waiting: [3],
    backlogLimit: 63,
    picked: [3],
  },
];

export interface RegisterStep {
  /** Milliwatt-hours. */
  add?: number;
  /** Takes so many numbers. */
  take?: number;
  /** Lets so many milliseconds pass, then asks whether to save. */
  pass?: number;
  /** The power goes and comes back. */
  cut?: boolean;
  /** Whether the flash takes what is saved. */
  flashWorks?: boolean;
}

export interface RegisterRule {
  name: string;
  steps: RegisterStep[];
  milliwattHours: number;
  lastNumber: number;
  saves: number;
}

export const REGISTER_RULES: RegisterRule[] = [
  {
    name: "numbers begin at 1 and are reserved 128 at a time",
    steps: [{ take: 128 }],
    milliwattHours: 0,
    lastNumber: 128,
    saves: 1,
  },
  {
    name: "the 129th number reserves the next block",
    steps: [{ take: 129 }],
    milliwattHours: 0,
    lastNumber: 129,
    saves: 2,
  },
  {
    name: "after a cut numbers go on behind the reserved block",
    steps: [{ take: 3 }, { cut: true }, { take: 1 }],
    milliwattHours: 0,
    lastNumber: 129,
    saves: 2,
  },
  {
    name: "the register is saved a minute after the save before, and only when it moved",
    steps: [{ add: 500 }, { pass: 59999 }, { pass: 1 }, { pass: 60000 }],
    milliwattHours: 500,
    lastNumber: 0,
    saves: 1,
  },
  {
    name: "a cut loses what was counted since the last save",
    steps: [{ add: 500 }, { pass: 60000 }, { add: 7 }, { cut: true }],
    milliwattHours: 500,
    lastNumber: 0,
    saves: 1,
  },
  {
    name: "no number is given while none can be reserved",
    steps: [{ flashWorks: false }, { take: 2 }, { flashWorks: true }, { take: 1 }],
    milliwattHours: 0,
    lastNumber: 1,
    saves: 1,
  },
  {
    name: "a register never falls",
    steps: [{ add: 10 }, { add: -4 }],
    milliwattHours: 10,
    lastNumber: 0,
    saves: 0,
  },
];

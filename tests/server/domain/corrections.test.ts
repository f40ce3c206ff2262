/** What a register's readings come to with the answers to its falls, by hand. */
import { assertEquals } from "@std/assert";
import {
  amend,
  type Amendments,
  type Correction,
  lineOf,
  type Resolution,
} from "../../../server/domain/corrections.ts";
import { profile } from "../../../server/domain/energy.ts";
import { reading, START } from "../store/readings.ts";

/** One a minute, numbered from 1 on; none under a number whose register is missing. */
const everyMinute = (registers: (number | undefined)[]) =>
  registers.flatMap((milliwattHours, i) =>
    milliwattHours === undefined
      ? []
      : [reading({ n: i + 1, time: START + 60 * i, milliwattHours })]
  );

const correction = (afterN: number, byN: number, resolution: Resolution): Correction => ({
  afterN,
  byN,
  resolution,
});
const reset = (afterN: number, byN: number, start?: number) =>
  correction(afterN, byN, { kind: "reset", start });
const exchange = (afterN: number, byN: number, final: number, start: number) =>
  correction(afterN, byN, { kind: "exchange", final, start });
const fault = (afterN: number, byN: number, fromN: number, toN: number) =>
  correction(afterN, byN, { kind: "fault", fromN, toN });

const rises = (registers: (number | undefined)[], amendments: Amendments): number[] =>
  lineOf(everyMinute(registers), amendments).readings
    .map(({ milliwattHours }, i, line) => milliwattHours - (line[i - 1]?.milliwattHours ?? 0))
    .slice(1);

const LINES: {
  what: string;
  registers: (number | undefined)[];
  corrections?: Correction[];
  rises: number[];
}[] = [
  { what: "an open fall", registers: [100, 110, 5, 7], rises: [10, 0, 2] },
  {
    what: "a reset to nothing",
    registers: [100, 110, 5, 7],
    corrections: [reset(2, 3)],
    rises: [10, 5, 2],
  },
  {
    what: "a reset to a start",
    registers: [100, 110, 5, 7],
    corrections: [reset(2, 3, 4)],
    rises: [10, 1, 2],
  },
  {
    what: "a start above what came after",
    registers: [100, 110, 5, 7],
    corrections: [reset(2, 3, 6)],
    rises: [10, 0, 2],
  },
  {
    what: "an exchange",
    registers: [100, 110, 5, 7],
    corrections: [exchange(2, 3, 113, 4)],
    rises: [10, 4, 2],
  },
  {
    what: "an exchange whose last register is below the reading before it",
    registers: [100, 110, 5, 7],
    corrections: [exchange(2, 3, 109, 4)],
    rises: [10, 1, 2],
  },
  {
    what: "a spike down",
    registers: [100, 3, 101, 102],
    corrections: [fault(1, 2, 2, 2)],
    rises: [1, 1],
  },
  {
    what: "a spike up",
    registers: [100, 5_000, 101, 102],
    corrections: [fault(2, 3, 2, 2)],
    rises: [1, 1],
  },
  {
    what: "a fault from the first reading on",
    registers: [9_000, 9_001, 100, 103],
    corrections: [fault(2, 3, 1, 2)],
    rises: [3],
  },
  {
    what: "a fault up to the last reading",
    registers: [100, 103, 9, 10],
    corrections: [fault(2, 3, 3, 4)],
    rises: [3],
  },
  {
    what: "a fault next to a reset",
    registers: [100, 7, 9_000, 8, 9],
    corrections: [reset(1, 2, 5), fault(3, 4, 3, 3)],
    rises: [2, 1, 1],
  },
  {
    what: "a reset next to a fault that takes its reading out",
    registers: [100, 40, 3, 9],
    corrections: [reset(1, 2), fault(2, 3, 2, 3)],
    rises: [9],
  },
  {
    what: "two exchanges between two good readings",
    registers: [100, 40, 20, 25],
    corrections: [exchange(1, 2, 104, 30), exchange(2, 3, 41, 19), fault(1, 2, 2, 2)],
    rises: [16, 5],
  },
  {
    what: "late readings, of which the deepest fall is the one",
    registers: [100, 90, 95, 10, 12],
    corrections: [reset(1, 5, 8)],
    rises: [0, 5, 2, 2],
  },
  {
    what: "a reset whose fall is no more, as a fault took it out",
    registers: [100, 3, 101],
    corrections: [reset(1, 2), fault(1, 2, 2, 2)],
    rises: [1],
  },
];

for (const { what, registers, corrections = [], rises: expected } of LINES) {
  Deno.test(`lineOf() has ${what} rise as it should`, () => {
    assertEquals(rises(registers, { corrections }), expected);
  });
}

const ENDS: { what: string; at: number; register: number; first: number[]; last: number[] }[] = [
  { what: "between two readings", at: 90, register: 150, first: [50, 100], last: [100, 50] },
  { what: "with a reading", at: 60, register: 90, first: [10, 100], last: [100, 0] },
  { what: "before all readings", at: -60, register: 0, first: [0, 100, 100], last: [] },
  { what: "behind all readings", at: 180, register: 250, first: [], last: [100, 100, 50] },
  { what: "below what was read", at: 90, register: 30, first: [170, 100], last: [100, 0] },
];

for (const { what, at, register, first, last } of ENDS) {
  const end = { time: START + at, milliwattHours: register };
  const registers = at === 90 ? [0, 100, 200, 300] : [0, 100, 200];
  Deno.test(`lineOf() begins with a register read ${what}`, () => {
    assertEquals(rises(registers, { corrections: [], start: end }), first);
  });
  Deno.test(`lineOf() ends with a register read ${what}`, () => {
    assertEquals(rises(registers, { corrections: [], final: end }), last);
  });
}

Deno.test("lineOf() is a straight line where only the two ends were read", () => {
  const start = { time: START + 10, milliwattHours: 20 };
  const final = { time: START + 50, milliwattHours: 60 };
  const { readings } = lineOf(everyMinute([0, 100]), { corrections: [], start, final });
  assertEquals(readings.map(({ time, milliwattHours }) => [time - START, milliwattHours]), [
    [10, 0],
    [50, 40],
  ]);
});

/** Energy and quality of each stretch, amended from reading 1 to the last. */
function amended(registers: (number | undefined)[], corrections: Correction[], seconds: number[]) {
  const readings = everyMinute(registers);
  const edges = seconds.map((second) => START + second);
  const whole = profile(readings, edges, 900);
  amend(whole, readings, { corrections }, { afterN: 1, byN: registers.length }, 900);
  return { energies: whole.energies, unsure: whole.unsure };
}

Deno.test("amend() doubts the stretches over which the register began anew, and no others", () => {
  assertEquals(amended([100, 160, 60, 120], [reset(2, 3)], [0, 60, 90, 120, 180]), {
    energies: [60, 30, 30, 60],
    unsure: [false, true, true, false],
  });
});

Deno.test("amend() does not doubt what lies between the good readings around a fault", () => {
  assertEquals(amended([100, 5_000, 5_060, 220], [fault(3, 4, 2, 3)], [0, 60, 120, 180]), {
    energies: [40, 40, 40],
    unsure: [false, false, false],
  });
});

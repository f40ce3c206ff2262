/** What is decided about readings as they arrive: whose time is believed, marked or estimated. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Arrival,
  bestTime,
  CLOCK_WRONG,
  FIRST_AFTER_BOOT,
  OLDER_CHECKPOINT,
  qualityNames,
  type Reading,
  receive,
  sameContent,
  TAMPER,
  TIME_ESTIMATED_BY_METER,
  TIME_ESTIMATED_BY_SERVER,
  timeIsUncertain,
} from "../../../server/domain/reading.ts";

const SEED = 20260401;
const NOW = 1_800_000_000;

const arrival = (over: Partial<Arrival> = {}): Arrival => ({
  receivedAt: NOW,
  sentAt: NOW,
  intervalSeconds: 5,
  ...over,
});

const raw = (over: Partial<Reading> = {}) => ({
  n: 100,
  time: NOW,
  milliwattHours: 7,
  quality: 0,
  ...over,
});

const reading = (over: Partial<Reading> = {}): Reading => ({ ...raw(), skew: 0, ...over });

interface ClockCase {
  what: string;
  sentAt: number;
  time: number;
  quality: number;
  best: number;
}

const CLOCK_CASES: ClockCase[] = [
  { what: "believes a right clock", sentAt: NOW, time: NOW - 5, quality: 0, best: NOW - 5 },
  {
    what: "tolerates 120 s behind",
    sentAt: NOW - 120,
    time: NOW - 125,
    quality: 0,
    best: NOW - 125,
  },
  {
    what: "tolerates 120 s ahead",
    sentAt: NOW + 120,
    time: NOW + 120,
    quality: 0,
    best: NOW + 120,
  },
  {
    what: "marks a clock 121 s behind and leaves its time, as the report may have been held up",
    sentAt: NOW - 121,
    time: NOW - 126,
    quality: CLOCK_WRONG,
    best: NOW - 126,
  },
  {
    what: "marks a clock 121 s ahead and moves its time back",
    sentAt: NOW + 121,
    time: NOW + 116,
    quality: CLOCK_WRONG,
    best: NOW - 5,
  },
  {
    what: "believes the times of a backlog sent by a clock that is not set",
    sentAt: 0,
    time: NOW - 9_000,
    quality: 0,
    best: NOW - 9_000,
  },
  {
    what: "takes a reading from the future for one of now",
    sentAt: NOW,
    time: NOW + 121,
    quality: CLOCK_WRONG,
    best: NOW,
  },
  {
    what: "takes a reading from the future for one of now, under an unset clock too",
    sentAt: 0,
    time: 0xffffffff,
    quality: CLOCK_WRONG,
    best: NOW,
  },
  {
    what: "gives now to the last reading without a time",
    sentAt: NOW,
    time: 0,
    quality: TIME_ESTIMATED_BY_SERVER,
    best: NOW,
  },
];

for (const { what, sentAt, time, quality, best } of CLOCK_CASES) {
  Deno.test(`receive() ${what}`, () => {
    const [received] = receive([raw({ time })], arrival({ sentAt }));
    assertEquals(received.quality, quality);
    assertEquals(bestTime(received), best);
    if (time > 0) assertEquals(received.time, time, "what the meter said is kept");
  });
}

Deno.test("receive() keeps the meter's bits and lets no sender set the server's", () => {
  const [received] = receive([raw({ quality: 0xffff })], arrival());
  assertEquals(received.quality, 0xff);
});

Deno.test("receive() walks back one interval a number from the newest of the report", () => {
  const untimed = [97, 99, 100].map((n) => raw({ n, time: 0 }));
  const times = receive(untimed, arrival()).map(({ time }) => time);
  assertEquals(times, [NOW - 15, NOW - 5, NOW]);
});

Deno.test("receive() walks back from a timed reading inside the report", () => {
  const readings = [raw({ n: 98, time: 0 }), raw({ n: 99, time: NOW - 600 }), raw({ time: 0 })];
  const times = receive(readings, arrival()).map(({ time }) => time);
  assertEquals(times, [NOW - 605, NOW - 600, NOW]);
});

Deno.test("receive() walks back from the best time of a stored reading that is newer", () => {
  const newest = reading({ n: 110, time: NOW - 2_000, quality: CLOCK_WRONG, skew: 1_000 });
  const [received] = receive([raw({ time: 0 })], arrival({ newest }));
  assertEquals(received.time, NOW - 1_000 - 50);
});

Deno.test("receive() lets a stored reading that is older say nothing about the time", () => {
  const newest = reading({ n: 99, time: NOW - 2_000 });
  assertEquals(receive([raw({ time: 0 })], arrival({ newest }))[0].time, NOW);
});

Deno.test("receive() never estimates a time before the first second", () => {
  const untimed = [raw({ n: 1, time: 0 }), raw({ n: 0xffffffff, time: 0 })];
  assertEquals(receive(untimed, arrival())[0].time, 1);
});

Deno.test("receive() yields no best time beyond the tolerance, whatever arrives", () => {
  const word = fc.integer({ min: 0, max: 0xffffffff });
  const anyRaw = fc.record({ time: word, quality: fc.nat(0xff), milliwattHours: fc.nat() });
  fc.assert(
    fc.property(fc.array(anyRaw, { minLength: 1 }), word, word, (raws, receivedAt, sentAt) => {
      const numbered = raws.map((raw, i) => ({ ...raw, n: i + 1 }));
      for (const received of receive(numbered, arrival({ receivedAt, sentAt }))) {
        assert(bestTime(received) <= Math.max(1, receivedAt + 120));
        assert(received.skew === 0 || received.quality & CLOCK_WRONG);
      }
    }),
    { seed: SEED, numRuns: 300 },
  );
});

const NAMES: [number, string[]][] = [
  [0, []],
  [TIME_ESTIMATED_BY_METER, ["timeEstimated"]],
  [TIME_ESTIMATED_BY_SERVER, ["timeEstimated"]],
  [TIME_ESTIMATED_BY_METER | TIME_ESTIMATED_BY_SERVER, ["timeEstimated"]],
  [FIRST_AFTER_BOOT | OLDER_CHECKPOINT, ["firstAfterBoot", "olderCheckpoint"]],
  [TAMPER | CLOCK_WRONG, ["tamper", "clockWrong"]],
  [0xf0, []],
];

for (const [quality, names] of NAMES) {
  Deno.test(`qualityNames() of ${quality} are [${names}]`, () => {
    assertEquals(qualityNames(quality), names);
  });
}

for (const quality of [TIME_ESTIMATED_BY_METER, TIME_ESTIMATED_BY_SERVER, CLOCK_WRONG]) {
  Deno.test(`timeIsUncertain() tells so of quality ${quality}`, () => {
    assert(timeIsUncertain(reading({ quality })));
    assert(!timeIsUncertain(reading({ quality: 0x3ff ^ 0x301 })));
  });
}

const estimated = TIME_ESTIMATED_BY_SERVER;
const SAME: { what: string; a: Partial<Reading>; b: Partial<Reading>; same: boolean }[] = [
  { what: "equal readings", a: {}, b: {}, same: true },
  { what: "another register", a: {}, b: { milliwattHours: 8 }, same: false },
  { what: "another time", a: {}, b: { time: NOW - 1 }, same: false },
  { what: "another bit of the meter", a: {}, b: { quality: TAMPER }, same: false },
  { what: "another mark of the server", a: {}, b: { quality: CLOCK_WRONG, skew: 9 }, same: true },
  {
    what: "two estimates of one time",
    a: { quality: estimated },
    b: { quality: estimated, time: NOW + 60 },
    same: true,
  },
  {
    what: "two estimates under another register",
    a: { quality: estimated },
    b: { quality: estimated, milliwattHours: 8 },
    same: false,
  },
  { what: "a time told and the same estimated", a: {}, b: { quality: estimated }, same: false },
];

for (const { what, a, b, same } of SAME) {
  Deno.test(`sameContent() of ${what} is ${same}`, () => {
    assertEquals(sameContent(reading(a), reading(b)), same);
    assertEquals(sameContent(reading(b), reading(a)), same);
  });
}

/** The rules on meters and on regions of them. */
import { assert, assertEquals } from "@std/assert";
import { defaultLimits } from "../../../server/domain/alert-limits.ts";
import {
  heard,
  heardSince,
  impossibleWatts,
  type MeterFacts,
  meterFindings,
  type MeterWatch,
  newMeterWatch,
  notice,
} from "../../../server/domain/alert-meter.ts";
import { outageOf, type RegionFacts } from "../../../server/domain/alert-outage.ts";
import { CLOCK_WRONG, type Reading } from "../../../server/domain/reading.ts";

const NOW = 1_800_000_000;
const MINUTE = 60;
const HOUR = 3_600;
const LIMITS = defaultLimits(2);

const silentFor = (seconds: number, gapSeconds = 300): MeterWatch => ({
  heardAt: NOW - seconds,
  readN: 1,
  gapSeconds,
  signs: {},
});

const found = (watch: MeterWatch, changes: Partial<MeterFacts> = {}): string[] =>
  meterFindings({
    meterId: "m",
    watch,
    limits: LIMITS,
    supply: "singlePhase",
    now: NOW,
    listeningSince: 0,
    isInOutage: false,
    ...changes,
  }).map(({ kind, key, level }) => `${level} ${kind} ${key}`);

Deno.test("a meter is silent by its own gaps, and for an hour at least", () => {
  assertEquals(found(silentFor(59 * MINUTE)), []);
  assertEquals(found(silentFor(HOUR)), [`raise silent ${NOW - HOUR}`]);
  assertEquals(found(silentFor(3 * HOUR, HOUR)), []);
  assertEquals(found(silentFor(6 * HOUR, HOUR)), [`raise silent ${NOW - 6 * HOUR}`]);
  const off = { ...LIMITS, silentMinutes: null };
  assertEquals(found(silentFor(100 * HOUR), { limits: off }), []);
});

Deno.test("nobody was silent while the server was away, and what was told before is kept", () => {
  const started = { listeningSince: NOW - 5 * MINUTE };
  assertEquals(found(silentFor(2 * HOUR), started), [`hold silent ${NOW - 2 * HOUR}`]);
  assertEquals(found(silentFor(4 * MINUTE), started), []);
});

Deno.test("what comes many at once tells how long it takes until it comes", () => {
  const watch = newMeterWatch(0);
  for (let at = 300; at <= HOUR; at += 300) heard(watch, at);
  const batch = (lookedAt: number) =>
    heardSince(watch, [3, 2, 1, 0].map((before) => lookedAt - 60 - before * 900), lookedAt);
  for (let hour = 2; hour < 5; hour++) batch(hour * HOUR);
  assertEquals([watch.heardAt, watch.gapSeconds > 3_000], [4 * HOUR, true]);
  for (let at = 4 * HOUR + 300; at <= 7 * HOUR; at += 300) heardSince(watch, [at], at - 300);
  assert(watch.gapSeconds < 400, `${watch.gapSeconds}`);
});

Deno.test("the gap comes to where as many are longer as shorter, and an outage moves it little", () => {
  const watch = newMeterWatch(0);
  let at = 0;
  for (let i = 0; i < 200; i++) heard(watch, at += i % 10 === 0 ? 900 : 60);
  assert(50 < watch.gapSeconds && watch.gapSeconds < 80, `${watch.gapSeconds}`);
  heard(watch, at + 100 * HOUR);
  assert(watch.gapSeconds < 90, `${watch.gapSeconds}`);
});

function street(quiet: number, of: number, changes: Partial<RegionFacts> = {}): RegionFacts {
  const meters = Array.from({ length: of }, (_, i) => ({
    meterId: `m${i}`,
    watch: silentFor(i < quiet ? 20 * MINUTE + i : 10),
  }));
  return { regionId: "r", limits: LIMITS, now: NOW, listeningSince: 0, meters, ...changes };
}

Deno.test("a street of thirty is one alert, and explains the silence of each", () => {
  const { findings, meterIds } = outageOf(street(28, 30));
  const since = NOW - 20 * MINUTE - 27;
  assertEquals(findings, [{
    kind: "outage",
    subject: "r",
    key: `${since}`,
    level: "raise",
    evidence: { since, meters: 28, ofMeters: 30 },
  }]);
  assertEquals(meterIds.length, 28);
  assertEquals(found(silentFor(2 * HOUR), { isInOutage: true }), [`hold silent ${NOW - 2 * HOUR}`]);
});

Deno.test("a few of a street, or many that fell silent one by one, are no outage", () => {
  assertEquals(outageOf(street(8, 30)).findings, []);
  assertEquals(outageOf(street(3, 5)).findings, []);
  const scattered = street(30, 30);
  for (const [i, { watch }] of scattered.meters.entries()) watch.heardAt = NOW - (i + 1) * HOUR;
  assertEquals(outageOf(scattered).findings, []);
});

Deno.test("an outage that is open keeps its key and holds until half are back", () => {
  const openKey = `${NOW - 20 * MINUTE - 27}`;
  const level = (quiet: number, changes: Partial<RegionFacts> = {}) =>
    outageOf(street(quiet, 30, { openKey, ...changes })).findings
      .map(({ level, key }) => `${level} ${key === openKey}`);
  assertEquals(level(12), ["raise true"]);
  assertEquals(level(6), ["hold true"]);
  assertEquals(level(4), []);
  assertEquals(level(12, { listeningSince: NOW - MINUTE }), ["hold true"]);
});

Deno.test("a bit that flips is no forgery, and ten wrong signatures are", () => {
  const watch = silentFor(10);
  for (let i = 0; i < 9; i++) notice(watch, "signature", NOW - 100 + i);
  assertEquals(found(watch), []);
  notice(watch, "signature", NOW);
  assertEquals(found(watch), [`raise signature ${NOW - 100}`]);
  assertEquals(found(watch, { now: NOW + 2 * HOUR }).filter((text) => text.includes("sign")), []);
  for (let hour = 0; hour < 20; hour++) notice(watch, "signature", NOW + hour * 2 * HOUR);
  assertEquals(watch.signs.signature?.times, 1);
});

Deno.test("a clock that is set right at once is not told, one that stays wrong is", () => {
  const watch = silentFor(10);
  for (const at of [0, 5, 10]) notice(watch, "clockWrong", NOW - 1_000 + at, 300);
  assertEquals(found(watch), []);
  notice(watch, "clockWrong", NOW, 500);
  assertEquals(found(watch), [`raise clockWrong ${NOW - 1_000}`]);
  assertEquals(watch.signs.clockWrong?.peak, 500);
});

Deno.test("tamper and conflicts are told at once, a fall for as long as its case is open", () => {
  const watch = silentFor(10);
  notice(watch, "tamper", NOW);
  notice(watch, "conflict", NOW);
  const openCase = { id: "m-0-7", seenAt: NOW, cases: 1 };
  assertEquals(found(watch, { openCase }), [
    "raise registerFell m-0-7",
    `raise conflict ${NOW}`,
    `raise tamper ${NOW}`,
  ]);
});

const reading = (time: number, milliwattHours: number, quality = 0): Reading => ({
  n: time,
  time,
  milliwattHours,
  quality,
  skew: 0,
});

Deno.test("a jump that no supply gives is seen, with its power", () => {
  const start = reading(NOW, 0);
  const kwh = 1_000_000;
  const watts = (after: Reading) => impossibleWatts(start, after, LIMITS, "singlePhase");
  assertEquals(watts(reading(NOW + 900, 5 * kwh)), undefined);
  assertEquals(watts(reading(NOW + 900, 10 * kwh)), 40_000);
  // Two whole pulses in a second are no jump.
  assertEquals(watts(reading(NOW + 1, 100_000)), undefined);
  assertEquals(watts(reading(NOW + 1, kwh)), 3_600_000);
  assertEquals(watts(reading(NOW + 1, kwh, CLOCK_WRONG)), undefined);
});

/** Looks at all that one series is worth to its users, and compares it with the model. */
import { assert, assertEquals } from "@std/assert";
import { between, type Random } from "../../meter-sim/random.ts";
import { STEP_SECONDS, STEPS } from "../../server/domain/calendar.ts";
import { bestTime, type Reading } from "../../server/domain/reading.ts";
import type { Cases } from "../../server/store/cases.ts";
import { History } from "../../server/store/history.ts";
import { seriesOf } from "../../server/store/keys.ts";
import type { SeriesReader } from "../../server/store/series-reader.ts";
import type { Model } from "./model.ts";
import { pick } from "./plan.ts";
import { SlowLine } from "./slow-line.ts";

/** What has readings: a meter, or a device that speaks JSON. */
export interface Source {
  id: string;
  channel: number;
}

export interface Audit {
  reader: SeriesReader;
  cases: Cases;
  source: Source;
  model: Model;
  random: Random;
  timezone: string;
}

const QUERIES = 4;
const MAX_VALUES = 400;
const DAY = 86_400;

export async function allReadings(reader: SeriesReader, source: Source): Promise<Reading[]> {
  const series = seriesOf(source.id, source.channel);
  return (await reader.page(series, 1, Infinity, 0, Infinity)).readings;
}

export async function auditSeries(audit: Audit): Promise<Reading[]> {
  const { reader, source, model } = audit;
  const stored = await allReadings(reader, source);
  model.checkStored(source.id, stored);
  if (stored.length === 0) return stored;
  const line = new SlowLine(stored);
  const times = stored.map(bestTime);
  const first = times.reduce((a, b) => Math.min(a, b)) - DAY;
  const last = times.reduce((a, b) => Math.max(a, b)) + DAY;
  await checkWholeLife(audit, stored, first, last);
  await checkCases(audit, stored);
  for (let i = 0; i < QUERIES; i++) {
    const [from, to] = [anyTime(audit.random, first, last), anyTime(audit.random, first, last)];
    if (from < to) await checkPeriod(audit, line, from, to);
    await checkPage(audit, stored, Math.min(from, to), Math.max(from, to));
  }
  return stored;
}

/** Days begin at midnight: edges there are where rows of totals meet. */
function anyTime(random: Random, first: number, last: number): number {
  const time = Math.floor(between(random, first, last));
  return random() < 0.3 ? Math.floor(time / DAY) * DAY : time;
}

async function checkWholeLife(audit: Audit, stored: Reading[], from: number, to: number) {
  const registers = stored.map(({ milliwattHours }) => milliwattHours);
  const rises = registers.map((now, i) => i === 0 ? 0 : Math.max(0, now - registers[i - 1]));
  const total = rises.reduce((sum, rise) => sum + rise, 0);
  const values = await consumption(audit, from, to, "1d");
  const sum = values.reduce((sum, { milliwattHours }) => sum + milliwattHours, 0);
  assertEquals(sum, total, "the energy of the whole life is not the sum of all rises");
}

async function checkPeriod(audit: Audit, line: SlowLine, from: number, to: number) {
  const fitting = STEPS.filter((step) => (to - from) / STEP_SECONDS[step] < MAX_VALUES);
  const step = pick(audit.random, fitting);
  const values = await consumption(audit, from, to, step);
  const where = `of ${audit.source.id} from ${from} to ${to} by ${step}`;
  let at = from;
  for (const { start, end, milliwattHours } of values) {
    assertEquals(start, at, `the steps ${where} do not follow each other`);
    at = end;
    assert(milliwattHours >= 0, `the energy ${where} at ${start} is negative`);
    assertEquals(milliwattHours, line.energy(start, end), `the energy ${where} at ${start}…${end}`);
  }
  assertEquals(at, to, `the steps ${where} end too early`);
}

/** A fall between readings of which both are acknowledged has a case by then, and only a fall has. */
async function checkCases({ cases, source, model }: Audit, stored: Reading[]) {
  const acknowledged = new Set(model.acknowledged(source.id));
  const opened = await cases.of(source.id, source.channel);
  for (const [i, after] of stored.entries()) {
    const before = stored[i - 1];
    if (!before || after.milliwattHours >= before.milliwattHours) continue;
    if (!acknowledged.has(before.n) || !acknowledged.has(after.n)) continue;
    const found = opened.filter(({ afterN, byN }) => afterN <= before.n && after.n <= byN);
    assertEquals(found.length, 1, `cases of ${source.id} for the fall at ${after.n}`);
  }
  const byNumber = new Map(stored.map((reading) => [reading.n, reading]));
  for (const { before, after } of opened) {
    assert(before.n < after.n && before.milliwattHours > after.milliwattHours);
    assertEquals([byNumber.get(before.n), byNumber.get(after.n)], [before, after]);
  }
}

function consumption(
  { reader, cases, source, timezone }: Audit,
  from: number,
  to: number,
  step: Step,
) {
  const point = { timezone, assignments: [{ meterId: source.id, from: 0 }] };
  const history = new History(reader, (meter, channel) => cases.of(meter, channel));
  return history.consumption(point, source.channel, { from, to, step });
}

type Step = typeof STEPS[number];

async function checkPage(
  { reader, source, random }: Audit,
  stored: Reading[],
  from: number,
  to: number,
) {
  const limit = Math.ceil(between(random, 1, 300));
  const fromN = pick(random, stored).n;
  const series = seriesOf(source.id, source.channel);
  const { readings } = await reader.page(series, fromN, limit, from, to);
  const wanted = stored.filter((reading) =>
    reading.n >= fromN && bestTime(reading) >= from && bestTime(reading) < to
  );
  assertEquals(
    readings.map(({ n }) => n),
    wanted.slice(0, limit).map(({ n }) => n),
    `the page of ${source.id} from number ${fromN}, from ${from} to ${to}`,
  );
}

/**
 * How long it takes to bill every point, each with a year of quarter-hour totals in the store: a
 * first month; then two more by a server that is killed in the middle and begins again; then one
 * before which the three earlier ones are looked at again.
 */
import { fileURLToPath } from "node:url";
import { PRESETS } from "../../server/domain/tariff-presets.ts";
import type { Reading } from "../../server/domain/reading.ts";
import { Customers } from "../../server/store/customers.ts";
import { Invoices } from "../../server/store/invoices.ts";
import { Issuer } from "../../server/store/issuer.ts";
import { chunkKey, dayKey, numberIn, seriesOf } from "../../server/store/keys.ts";
import type { IssuedKey } from "../../server/store/meter-keys.ts";
import { Points } from "../../server/store/points.ts";
import { Tariffs } from "../../server/store/tariffs.ts";
import type { Close, Closed } from "./close-process.ts";
import { append, BY, checkpoint, openPreload, type Preload, valueOf } from "./preload.ts";

const PROGRAM = fileURLToPath(new URL("./close-process.ts", import.meta.url));
const QUARTER = 900;
const POINTS_AT_ONCE = 200;
const METERS_A_CALL = 1_000;
const ROWS_AN_ATOMIC = 500;
/** In the middle of these months, all those before them are due. */
const [JUNE, AUGUST, SEPTEMBER] = [1_781_524_800, 1_786_795_200, 1_789_473_600];
/** 2026-05-01T00:00 in São Paulo. */
const MAY = 1_777_604_400;
const MONTHS = ["2026-05", "2026-06", "2026-07", "2026-08"];
const VERIFIED = 50;

type Print = (figures: Record<string, unknown>) => void;

export async function closing(folder: string, count: number, days: number, print: Print) {
  const { points } = await prepare(folder, count, days);
  const size = { points: count, days };
  print({ month: MONTHS[0], ...size, ...await timed({ folder, now: JUNE }) });
  const { signal } = await runClose({ folder, now: AUGUST, diesAt: 2 * count });
  const { invoices, failures } = await closeAll({ folder, now: AUGUST });
  const months = MONTHS.slice(1, 3);
  print({ months, ...size, signal, issuedBefore: 2 * count - invoices, failures });
  print({ month: MONTHS[3], ...size, ...await timed({ folder, now: SEPTEMBER }) });
  print(await found(folder, points));
}

async function timed(asked: Close) {
  const { seconds, cpuSeconds, ...closed } = await closeAll(asked);
  return {
    ...closed,
    seconds: Number(seconds.toFixed(1)),
    cpuSeconds: Number(cpuSeconds.toFixed(1)),
    invoicesPerSecond: Math.round(closed.invoices / seconds),
  };
}

async function closeAll(asked: Close): Promise<Closed> {
  const { success, stdout } = await runClose(asked);
  if (!success) throw new Error("Cannot close: the process failed");
  return JSON.parse(new TextDecoder().decode(stdout));
}

function runClose(asked: Close): Promise<Deno.CommandOutput> {
  const args = ["run", "--quiet", "--allow-all", PROGRAM, JSON.stringify(asked)];
  return new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
}

/** What is wrong with the invoices of all months, which should be nothing. */
async function found(folder: string, points: string[]) {
  const preload = await openPreload(folder);
  const invoices = new Invoices(preload.records);
  const numbers = new Set<number>();
  let [wrongPoints, wrongDocuments] = [0, 0];
  for (const [i, id] of points.entries()) {
    const own = (await invoices.ofPoint(id, 100)).toReversed();
    if (`${own.map(({ period }) => period.month)}` !== `${MONTHS}`) wrongPoints++;
    for (const { sequence } of own) numbers.add(sequence);
    if (i % Math.ceil(points.length / VERIFIED) > 0) continue;
    for (const invoice of own) {
      const { unchanged, recomputed } = await invoices.verify(invoice);
      if (!unchanged || !recomputed) wrongDocuments++;
    }
  }
  preload.close();
  const all = points.length * MONTHS.length;
  const wanted = new Set(Array.from({ length: all }, (_, i) => i + 1));
  const wrongNumbers = numbers.symmetricDifference(wanted).size;
  return { wrongPoints, wrongNumbers, wrongDocuments };
}

export interface Prepared {
  points: string[];
  meters: IssuedKey[];
  /** That all meters have last. */
  last: Reading;
}

/** Points with a meter each, whose readings every quarter of an hour end at an instant. */
export async function prepare(
  folder: string,
  count: number,
  days: number,
  end = SEPTEMBER,
): Promise<Prepared> {
  const preload = await openPreload(folder);
  valueOf(await new Issuer(preload.records).set({ name: "Bench", paymentDays: 10 }, BY));
  const points = await addPoints(preload, count);
  const meters: IssuedKey[] = [];
  for (let at = 0; at < count; at += METERS_A_CALL) {
    const asked = points.slice(at, at + METERS_A_CALL).map((pointId) => ({ pointId }));
    meters.push(...valueOf(await preload.meters.provision(asked, BY)));
  }
  const readings = readingsUntil(end, days);
  await fillAlike(preload, meters.map(({ id }) => id), readings);
  preload.close();
  return { points, meters, last: readings[readings.length - 1] };
}

async function addPoints({ records }: Preload, count: number): Promise<string[]> {
  const customer = valueOf(await new Customers(records).add({ name: "Bench" }, BY));
  const points = new Points(records);
  const tariff = { tariff: PRESETS.brazilConventional, effectiveFrom: 0 };
  const { id: tariffId } = valueOf(await new Tariffs(records).add(tariff, BY));
  const place = {
    customerId: customer.id,
    label: "Home",
    timezone: "America/Sao_Paulo",
    tariffId,
    tariffFrom: MAY,
  };
  const ids: string[] = [];
  while (ids.length < count) {
    const some = Math.min(POINTS_AT_ONCE, count - ids.length);
    const added = Array.from({ length: some }, () => points.add(place, BY));
    ids.push(...(await Promise.all(added)).map((result) => valueOf(result).id));
  }
  return ids;
}

/** One meter's year through the store; the other meters get the same rows. */
async function fillAlike(preload: Preload, meters: string[], readings: Reading[]): Promise<void> {
  const [first, ...others] = meters;
  await append(preload, [{ series: seriesOf(first, 0), readings }]);
  await checkpoint(preload);
  const { kv } = preload;
  const rows = [
    ...await rowsOf(kv, "c", seriesOf(first, 0)),
    ...await rowsOf(kv, "d", seriesOf(first, 0)),
  ];
  for (const meter of others) {
    const series = seriesOf(meter, 0);
    for (let at = 0; at < rows.length; at += ROWS_AN_ATOMIC) {
      const atomic = kv.atomic();
      for (const { key, value } of rows.slice(at, at + ROWS_AN_ATOMIC)) {
        const make = key[0] === "c" ? chunkKey : dayKey;
        atomic.set(make(series, numberIn(key)), value);
      }
      await atomic.commit();
    }
  }
}

async function rowsOf(kv: Deno.Kv, prefix: string, series: string) {
  const make = prefix === "c" ? chunkKey : dayKey;
  const range = { start: make(series, 0), end: make(series, 0xffffffff) };
  return await Array.fromAsync(kv.list<Uint8Array>(range));
}

/** A register that rises faster in the evening. */
const readingsUntil = (end: number, days: number): Reading[] => {
  let milliwattHours = 0;
  return Array.from({ length: days * 96 + 1 }, (_, i) => {
    milliwattHours += 60_000 + (i % 96 > 72 ? 140_000 : 0) + (i * 7_919) % 30_000;
    return {
      n: i + 1,
      time: end - (days * 96 - i) * QUARTER,
      milliwattHours,
      quality: 0,
      skew: 0,
    };
  });
};

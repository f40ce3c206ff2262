/** The measures: each a function of a size, giving the figures of one line. */
import { seededRandom } from "../../meter-sim/random.ts";
import { createHousehold } from "../../meter-sim/household.ts";
import type { Reading } from "../../server/domain/reading.ts";
import { Customers } from "../../server/store/customers.ts";
import { Points } from "../../server/store/points.ts";
import { seriesOf } from "../../server/store/keys.ts";
import type { IssuedKey } from "../../server/store/meter-keys.ts";
import {
  append,
  BY,
  checkpoint,
  openPreload,
  type Preload,
  preloadFleet,
  provision,
  valueOf,
} from "./preload.ts";
import {
  generate,
  get,
  residentBytes,
  startBareReceiver,
  startServer,
  writtenBytes,
} from "./processes.ts";

const nowSeconds = () => Math.floor(Date.now() / 1000);
const loadKeys = (keys: IssuedKey[]) => keys.map(({ id, key }) => ({ id, key: key.toHex() }));
const round = (value: number, digits = 0) => Number(value.toFixed(digits));

/** (a) What a loop that only receives takes in from the flooding generator. */
export async function bareReceive(folder: string, seconds: number) {
  const receiver = await startBareReceiver();
  const meters = [{ id: "00000000000000a1", key: "00".repeat(32) }];
  const load = {
    port: receiver.udp,
    seconds,
    datagrams: 1_000_000,
    perSecond: 0,
    firstN: 1,
    seed: 1,
    after: 0,
  };
  const { seconds: took } = await generate(folder, { ...load, mode: "flood", meters });
  const received = Number(await (await fetch(receiver.http)).text());
  await receiver.stop();
  return { receivedPerSecond: round(received / took) };
}

/** (a) Readings stored and acknowledged, each in a signed datagram of its own. */
export async function signedIngest(folder: string, meters: number, datagrams: number) {
  const preload = await openPreload(folder);
  const keys = await provision(preload, meters);
  preload.close();
  const server = await startServer(folder);
  const after = nowSeconds() - HOURS_BEFORE_LOAD * 3600;
  const load = { port: server.udp, seconds: 60, perSecond: 0, seed: meters, after };
  const warmUp = Math.min(datagrams, 50_000);
  const signers = loadKeys(keys);
  await generate(folder, {
    ...load,
    mode: "flood",
    datagrams: warmUp,
    firstN: 1,
    meters: signers,
  });
  const before = await writtenBytes(server.pid);
  const result = await generate(folder, {
    ...load,
    mode: "flood",
    datagrams,
    firstN: datagrams,
    meters: signers,
  });
  const written = await writtenBytes(server.pid) - before;
  await server.stop();
  return {
    meters,
    acknowledgedPerSecond: round(result.acknowledged / result.seconds),
    acknowledged: result.acknowledged,
    lost: result.sent - result.acknowledged,
    wrongAcknowledgements: result.wrong,
    bytesWrittenPerReading: round(written / result.acknowledged),
  };
}

/** The load of a small fleet covers more time than it takes. */
const HOURS_BEFORE_LOAD = 3;
const LAST_N = 1_000;

export interface Fleet {
  folder: string;
  keys: IssuedKey[];
  /** The number and the time of every meter's last reading. */
  lastN: number;
  until: number;
}

/** A fleet in the middle of its life, with the journal that it had when it was stopped. */
export async function prepareFleet(folder: string, meters: number): Promise<Fleet> {
  const preload = await openPreload(folder);
  const keys = await provision(preload, meters);
  const random = seededRandom(7);
  const until = nowSeconds() - HOURS_BEFORE_LOAD * 3600;
  await preloadFleet(preload, keys, () => 100 + Math.floor(random() * 550), LAST_N, until);
  preload.close();
  return { folder, keys, lastN: LAST_N, until };
}

/** (b), (d) and (f): start with the fleet, live at a given pace, and start with what that left. */
export async function fleetLife(
  { folder, keys, lastN, until }: Fleet,
  pace: number,
  seconds: number,
) {
  const server = await startServer(folder);
  const before = await writtenBytes(server.pid);
  const result = await generate(folder, {
    mode: "paced",
    port: server.udp,
    seconds,
    datagrams: pace * seconds,
    perSecond: pace,
    firstN: lastN + 1,
    after: until,
    seed: 3,
    meters: loadKeys(keys),
  });
  const written = await writtenBytes(server.pid) - before;
  const resident = await residentBytes(server.pid);
  await server.stop();
  const again = await startServer(folder);
  await again.stop();
  return {
    meters: keys.length,
    readyMs: round(server.readyMs),
    readyAgainMs: round(again.readyMs),
    residentBytes: resident,
    readingsPerSecond: round(result.acknowledged / result.seconds),
    bytesWrittenPerReading: round(written / result.acknowledged),
    lost: result.sent - result.acknowledged,
  };
}

/** Readings every 5 s of a household that a meter with a fine register sees. */
export function* householdReadings(seed: number, from: number, count: number): Generator<Reading> {
  const home = createHousehold(seededRandom(seed));
  let joules = 0;
  for (let n = 1; n <= count; n++) {
    const time = from + 5 * n;
    joules += home.watts(time) * 5;
    yield { n, time, milliwattHours: Math.floor(joules / 3.6), quality: 0, skew: 0 };
  }
}

async function appendLife(preload: Preload, meter: string, readings: Iterable<Reading>) {
  let batch: Reading[] = [];
  for (const reading of readings) {
    batch.push(reading);
    if (batch.length < 4_000) continue;
    await append(preload, [{ series: seriesOf(meter, 0), readings: batch }]);
    batch = [];
  }
  if (batch.length > 0) await append(preload, [{ series: seriesOf(meter, 0), readings: batch }]);
}

/** (c) What stays on disk of households, and of increments that nothing can compress. */
export async function storedBytes(folder: string, kind: "household" | "uniform", days: number) {
  const meters = 50;
  const preload = await openPreload(folder);
  const keys = await provision(preload, meters);
  const count = days * 17_280;
  const from = nowSeconds() - days * 86_400;
  for (const [i, { id }] of keys.entries()) {
    const readings = kind === "household"
      ? householdReadings(i, from, count)
      : uniformReadings(i, from, count);
    await appendLife(preload, id, readings);
  }
  await checkpoint(preload);
  preload.close();
  const { used, file } = await databaseBytes(`${folder}/contaluz.db`);
  const readings = meters * count;
  return {
    kind,
    readings,
    storedBytesPerReading: round(used / readings, 3),
    fileBytesPerReading: round(file / readings, 3),
  };
}

function* uniformReadings(seed: number, from: number, count: number): Generator<Reading> {
  const random = seededRandom(seed);
  let milliwattHours = 0;
  for (let n = 1; n <= count; n++) {
    milliwattHours += Math.floor(random() * 6000);
    yield { n, time: from + 5 * n, milliwattHours, quality: 0, skew: 0 };
  }
}

/** Pages in use, and the whole file with the free pages that later rows will fill. */
async function databaseBytes(file: string) {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(file);
  const pragma = (name: string) =>
    Object.values(database.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[0];
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  const page = pragma("page_size");
  const result = {
    used: (pragma("page_count") - pragma("freelist_count")) * page,
    file: pragma("page_count") * page,
  };
  database.close();
  return result;
}

/** (e) How long answers take over HTTP, with a year of readings every 5 s in the store. */
export async function history(folder: string, days: number, rounds: number) {
  const preload = await openPreload(folder);
  const { records } = preload;
  const customer = valueOf(await new Customers(records).add({ name: "Bench" }, BY));
  const place = { customerId: customer.id, label: "Home", timezone: "America/Sao_Paulo" };
  const point = valueOf(await new Points(records).add(place, BY));
  const [{ id }] = valueOf(await preload.meters.provision([{ pointId: point.id }], BY));
  const to = nowSeconds();
  const from = to - days * 86_400;
  await appendLife(preload, id, householdReadings(1, from, days * 17_280));
  preload.close();
  const server = await startServer(folder);
  const random = seededRandom(11);
  const instant = (seconds: number) => encodeURIComponent(new Date(seconds * 1000).toISOString());
  const period = (length: number) => {
    const start = Math.floor(from + random() * Math.max(0, to - from - length));
    return `from=${instant(start)}&to=${instant(start + length)}`;
  };
  const consumption = `/points/${point.id}/consumption`;
  const questions: Record<string, () => string> = {
    dayOfReadings: () => `/meters/${id}/readings?limit=20000&${period(86_400)}`,
    dayBy5Seconds: () => `${consumption}?step=5s&${period(86_400)}`,
    monthByDay: () => `${consumption}?step=1d&${period(30 * 86_400)}`,
    yearByMonth: () => `${consumption}?step=1mo&from=${instant(from)}&to=${instant(to)}`,
  };
  const figures: Record<string, { p50Ms: number; p99Ms: number }> = {};
  for (const [name, question] of Object.entries(questions)) {
    const times: number[] = [];
    for (let i = 0; i < rounds + 10; i++) {
      const at = question();
      const begin = performance.now();
      await get(server, at);
      if (i >= 10) times.push(performance.now() - begin);
    }
    times.sort((a, b) => a - b);
    const quantile = (share: number) => round(times[Math.floor(share * (times.length - 1))], 2);
    figures[name] = { p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
  }
  await server.stop();
  return { readings: days * 17_280, ...figures };
}

/**
 * What it costs to look for alerts, as a part of what ingest costs: points with a meter each that
 * reports every 5 s, over three quarters of an hour around midnight, in one process without sockets.
 * All have a budget, which costs the most. CPU time is that of all threads, the database's as well.
 */
import { createHmac } from "node:crypto";
import { encodeReport } from "../../meter-firmware/protocol/datagram.ts";
import type { IssuedKey } from "../../server/store/meter-keys.ts";
import { openDataFolder } from "../../server/store/data-folder.ts";
import { AppInMemory } from "../server/app-in-memory.ts";
import { prepare } from "./closing.ts";
import { cpuSeconds } from "./processes.ts";

/** 2026-09-15T23:30 in São Paulo. */
const NIGHT = 1_789_525_800;
const QUARTER = 900;
const INTERVAL = 5;
const QUARTERS_A_DAY = 96;
const SETTLE = 60;
const WATTS = 400;
const IDLE_MS = 200;
const IDLE_SECONDS = 0.02;

export async function watching(folder: string, count: number, days: number) {
  const { meters, last } = await prepare(folder, count, days, NIGHT);
  const opened = openDataFolder(folder, undefined, (length) => new Uint8Array(length));
  if (!opened.ok) throw new Error(opened.detail);
  const { database, secret, release } = opened.value;
  const kv = await Deno.openKv(database);
  try {
    await using app = await AppInMemory.open({ kv, secret });
    await limitAll(app);
    const fleet = new Fleet(app, meters, last.n, last.milliwattHours);
    const [first, plain, midnight] = [
      await quarterOf(app, fleet, NIGHT),
      await quarterOf(app, fleet, NIGHT + QUARTER),
      await quarterOf(app, fleet, NIGHT + 2 * QUARTER),
    ];
    const ingest = QUARTERS_A_DAY * (first.ingest + plain.ingest + midnight.ingest) / 3;
    const alerts = (QUARTERS_A_DAY - 1) * plain.sweep + midnight.sweep;
    const micros = (seconds: number) => Math.round(seconds / count * 1e6);
    return {
      points: count,
      days,
      ingestMicrosAReport: micros(ingest / QUARTERS_A_DAY / (QUARTER / INTERVAL)),
      firstLookMicros: micros(first.sweep),
      lookMicros: micros(plain.sweep),
      midnightMicros: micros(midnight.sweep),
      shareOfIngest: Number((alerts / ingest).toFixed(3)),
      reported: app.reported.length,
    };
  } finally {
    release();
  }
}

/** With a budget, the bill of each point is worked out every day. */
async function limitAll(app: AppInMemory): Promise<void> {
  const { items: [tariff] } = await app.ask("GET", "/tariffs?limit=1");
  const budget = { amount: 1_000_000, currency: tariff.currency };
  await app.ask("PUT", `/tariffs/${tariff.id}/limits`, { budget, dayWh: 200_000 });
}

async function quarterOf(app: AppInMemory, fleet: Fleet, from: number) {
  let ingest = 0;
  for (let at = from + INTERVAL; at <= from + QUARTER + SETTLE; at += INTERVAL) {
    // What is reported while the sweep waits belongs to the next quarter.
    if (at <= fleet.reportedUntil) continue;
    const datagrams = fleet.sign(at);
    app.clock.seconds = at;
    const before = await cpuSeconds(Deno.pid);
    await fleet.report(datagrams);
    ingest += await cpuSeconds(Deno.pid) - before;
    fleet.reportedUntil = at;
  }
  ingest += await tidiedUp();
  const before = await cpuSeconds(Deno.pid);
  if (!await app.alerting.sweep()) throw new Error("Cannot sweep");
  return { ingest, sweep: await cpuSeconds(Deno.pid) - before };
}

/** What is acknowledged is sealed a little later, which is a part of ingest, too. */
async function tidiedUp(): Promise<number> {
  const begin = await cpuSeconds(Deno.pid);
  for (let last = begin;;) {
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const now = await cpuSeconds(Deno.pid);
    if (now - last <= IDLE_SECONDS) return now - begin;
    last = now;
  }
}

class Fleet {
  reportedUntil = NIGHT;

  constructor(
    readonly app: AppInMemory,
    readonly meters: IssuedKey[],
    public n: number,
    public register: number,
  ) {}

  sign(time: number): Uint8Array[] {
    this.n++;
    this.register += Math.round(WATTS * INTERVAL / 3.6);
    const reading = { n: this.n, time, milliwattHours: this.register, quality: 0 };
    return this.meters.map(({ id, key, keyId }) => {
      const bytes = new Uint8Array(key);
      return new Uint8Array(encodeReport(
        { keyId, flags: 0, meter: id, channel: 0, sentAt: time, readings: [reading] },
        (message) => createHmac("sha256", bytes).update(message).digest(),
      ));
    });
  }

  /** Until all are acknowledged. */
  async report(datagrams: Uint8Array[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let left = datagrams.length;
    for (const datagram of datagrams) {
      this.app.ingest.take(datagram, (outcome) => {
        if (outcome !== "acknowledged") reject(new Error(`A datagram was ${outcome}`));
        if (--left === 0) resolve();
      });
    }
    await promise;
  }
}

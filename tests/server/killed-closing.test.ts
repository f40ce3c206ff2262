/** However often and in whatever moment the server is ended while it bills: each period is billed once. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { between, seededRandom } from "../../meter-sim/random.ts";
import { ISSUER } from "./billed-point.ts";
import { type Json, RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";
import { after, until } from "./within.ts";

const SEED = 20_261_125;
const POINTS = 48;
const KILLS = 6;
const RUN_MS = 20_000;
const HOUR = 3_600;
const READING_HOURS = 6;

/** Midnight of the first day of the month three months ago, whose bill is the first. */
const firstMonth = (): Temporal.PlainYearMonth =>
  Temporal.Now.plainDateISO("UTC").toPlainYearMonth().subtract({ months: 3 });

/** Homes with registers since the first month, each another. */
async function homes(server: RunningServer): Promise<string[]> {
  await server.ask("PUT", "/issuer", ISSUER);
  const { id: customerId } = await server.ask("POST", "/customers", { name: "Ana" });
  const { id: tariffId } = await server.ask("POST", "/tariffs", { preset: "brazilConventional" });
  const tariffFrom = firstMonth().toPlainDate({ day: 1 }).toString();
  const place = { customerId, tariffId, tariffFrom, label: "Casa", timezone: "UTC" };
  const points: string[] = await Promise.all(
    Array.from({ length: POINTS }, async () => (await server.ask("POST", "/points", place)).id),
  );
  const meters = points.map((pointId) => ({ pointId }));
  const provisioned = await server.ask("POST", "/meters/provision", { meters });
  await Promise.all(
    provisioned.meters.map(({ id }: Json, i: number) =>
      server.ask("POST", `/meters/${id}/readings`, { readings: registers(100 + i) })
    ),
  );
  return points;
}

function registers(wattHours: number): { time: string; energyWh: number }[] {
  const begin = Date.parse(`${firstMonth()}-01T00:00:00Z`) / 1000;
  const count = Math.floor((Date.now() / 1000 - begin) / (READING_HOURS * HOUR));
  return Array.from({ length: count + 1 }, (_, i) => ({
    time: new Date((begin + i * READING_HOURS * HOUR) * 1000).toISOString(),
    energyWh: i * wattHours,
  }));
}

const issued = async (server: RunningServer): Promise<Json[]> => {
  const invoices: Json[] = [];
  for (let cursor = "";;) {
    const { items, next } = await server.ask("GET", `/invoices?limit=200${cursor}`);
    invoices.push(...items);
    if (next === null) return invoices;
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
};

async function closeAll(server: RunningServer): Promise<Json> {
  const { id } = await server.ask("POST", "/close-runs", {});
  let run: Json;
  const hasEnded = async () =>
    (run = await server.ask("GET", `/close-runs/${id}`)).endedAt !== null;
  await until(hasEnded, RUN_MS, "the end of the run");
  return run;
}

/** Each point's months, all numbers from 1 on, and what is kept is what was computed. */
async function check(server: RunningServer, points: string[]): Promise<void> {
  const invoices = await issued(server);
  const numbers = invoices.map(({ number }) => Number(number.split("-")[1]));
  assertEquals(numbers, numbers.map((_, i) => i + 1));
  const months = (point: string) =>
    invoices.filter(({ pointId }) => pointId === point).map(({ month }) => month);
  const wanted = months(points[0]);
  assertEquals(wanted[0], firstMonth().toString());
  assertEquals(new Set(wanted).size, wanted.length);
  for (const point of points) assertEquals(months(point), wanted, point);
  assertEquals(invoices.length, points.length * wanted.length);
  await Promise.all(invoices.map(async ({ id }) => {
    const { unchanged, recomputed } = await server.ask("GET", `/invoices/${id}/verify`);
    assert(unchanged && recomputed, id);
  }));
}

Deno.test(`killed ${KILLS} times while it bills, the server bills each period once (seed ${SEED})`, async () => {
  const random = seededRandom(SEED);
  using folder = new TestFolder();
  const begin = { data: folder.path };
  let server = await RunningServer.start(begin);
  try {
    const points = await homes(server);
    const left: number[] = [];
    for (let kill = 1; kill <= KILLS; kill++) {
      await server.ask("POST", "/close-runs", {});
      await after(between(random, 0, 500));
      await server.kill("SIGKILL");
      server = await RunningServer.start(begin);
      left.push((await issued(server)).length);
    }
    assertEquals((await closeAll(server)).failures, 0);
    await check(server, points);
    const all = (await issued(server)).length;
    assertLess(left[0], all, "the first kill came too late");
    assertEquals((await closeAll(server)).invoices, 0);
  } finally {
    await server[Symbol.asyncDispose]();
  }
});

/** A meter's readings by pages: the same list whatever the pages, in order of number, exact. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { between, seededRandom } from "../../meter-sim/random.ts";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import type { Json } from "./running-server.ts";

const SEED = 11;
const SECONDS_A_DAY = 86_400;
const UPLOAD = 1_000;

const instant = (time: number): string => new Date(time * 1000).toISOString().replace(".000", "");

interface Uploaded {
  n: number;
  time: string;
  energyWh: number;
  channel: number;
}

/** Readings of both channels, with numbers left out and steps that do not pack well. */
function someReadings(count: number): Uploaded[] {
  const random = seededRandom(SEED);
  const readings: Uploaded[] = [];
  const registers = [0, 5_000_000];
  for (let i = 0, n = 0; i < count; i++) {
    n += 1 + Math.floor(random() * 3);
    const time = instant(NOON - 20 * SECONDS_A_DAY + 90 * n);
    for (const channel of [0, 1]) {
      if (random() < 0.3) continue;
      registers[channel] += Math.floor(between(random, 0, 900_000));
      readings.push({ n, time, energyWh: registers[channel] / 1000, channel });
    }
  }
  return readings;
}

async function uploaded(app: AppInMemory, readings: Uploaded[]): Promise<string> {
  const { meters: [{ id }] } = await app.ask("POST", "/meters/provision", { count: 1 });
  for (let at = 0; at < readings.length; at += UPLOAD) {
    const some = readings.slice(at, at + UPLOAD);
    const answer = await app.ask("POST", `/meters/${id}/readings`, { readings: some });
    assertEquals(answer, { stored: some.length, duplicates: 0, conflicts: 0 });
  }
  return id;
}

async function allPages(
  app: AppInMemory,
  id: string,
  query: string,
  list = "readings",
): Promise<Json[]> {
  const items: Json[] = [];
  for (let cursor = "";;) {
    const page = await app.ask("GET", `/meters/${id}/${list}?${query}${cursor}`);
    items.push(...page.items);
    if (page.next === null) return items;
    assert(page.items.length > 0, "an empty page has a next one");
    const next = `&cursor=${encodeURIComponent(page.next)}`;
    assert(next !== cursor, "a page leads back to itself");
    cursor = next;
  }
}

const bare = (items: Json[]): Uploaded[] =>
  items.map(({ n, time, energyWh, channel }) => ({ n, time, energyWh, channel }));

Deno.test(`GET readings gives the same list by pages of every size (seed ${SEED})`, async () => {
  await using app = await AppInMemory.open();
  const readings = someReadings(150);
  const id = await uploaded(app, readings);
  for (let limit = 1; limit <= readings.length + 1; limit += limit < 30 ? 1 : 17) {
    assertEquals(bare(await allPages(app, id, `limit=${limit}`)), readings, `limit ${limit}`);
  }
});

Deno.test(`GET readings joins what is sealed and what is open (seed ${SEED})`, async () => {
  await using app = await AppInMemory.open();
  const readings = someReadings(3_000);
  const id = await uploaded(app, readings);
  assertLess(app.store.stats().openReadings, readings.length / 2, "hardly anything was sealed");
  for (const limit of [97, 1_000, 20_000]) {
    assertEquals(bare(await allPages(app, id, `limit=${limit}`)), readings, `limit ${limit}`);
  }
  for (const channel of [0, 1]) {
    const own = readings.filter((reading) => reading.channel === channel);
    assertEquals(bare(await allPages(app, id, `limit=501&channel=${channel}`)), own);
  }
});

Deno.test(`GET readings takes from and to, by instant and by date (seed ${SEED})`, async () => {
  await using app = await AppInMemory.open();
  const readings = someReadings(3_000);
  const id = await uploaded(app, readings);
  const between = (from: string, to: string) =>
    readings.filter(({ time }) =>
      Date.parse(time) >= Date.parse(from) && Date.parse(time) < Date.parse(to)
    );
  const [from, to] = [readings[700].time, readings[2_100].time];
  for (const limit of [200, 20_000]) {
    const page = await allPages(app, id, `limit=${limit}&from=${from}&to=${to}`);
    assertEquals(bare(page), between(from, to));
  }
  const byDate = await allPages(app, id, "from=2026-05-27&to=2026-05-28");
  assertEquals(bare(byDate), between("2026-05-27T00:00:00-03:00", "2026-05-28T00:00:00-03:00"));
  assert(byDate.length > 0);
});

Deno.test("GET readings takes a plus that was not encoded", async () => {
  await using app = await AppInMemory.open();
  const id = await uploaded(app, someReadings(9));
  const [from, to] = ["2026-05-26T10:00:00+02:00", "2026-06-26T10:00:00+02:00"];
  const encoded = [from, to].map(encodeURIComponent);
  const expected = await allPages(app, id, `from=${encoded[0]}&to=${encoded[1]}`);
  assert(expected.length > 0);
  assertEquals(await allPages(app, id, `from=${from}&to=${to}`), expected);
});

Deno.test("POST readings takes the second for the number, and counts duplicates and conflicts", async () => {
  await using app = await AppInMemory.open();
  const { meters: [{ id }] } = await app.ask("POST", "/meters/provision", { count: 1 });
  const send = (...readings: Partial<Uploaded>[]) =>
    app.ask("POST", `/meters/${id}/readings`, { readings });
  const first = { time: instant(NOON), energyWh: 1 };
  const second = { time: instant(NOON + 5), energyWh: 2 };
  assertEquals(await send(second, first), { stored: 2, duplicates: 0, conflicts: 0 });
  assertEquals(await send(first), { stored: 0, duplicates: 1, conflicts: 0 });
  const forged = { ...first, energyWh: 9 };
  const third = { time: instant(NOON + 9), energyWh: 3 };
  assertEquals(await send(forged, second, third), { stored: 1, duplicates: 1, conflicts: 1 });
  const items = await allPages(app, id, "");
  assertEquals(items.map(({ n, energyWh }) => [n, energyWh]), [
    [NOON, 1],
    [NOON + 5, 2],
    [NOON + 9, 3],
  ]);
  const { items: conflicts, ...rest } = await app.ask("GET", `/meters/${id}/conflicts`);
  assertEquals(rest, { next: null });
  assertEquals(conflicts.map(({ n }: Json) => n), [NOON]);
});

Deno.test("GET conflicts gives the same list by pages of every size", async () => {
  await using app = await AppInMemory.open();
  const readings = someReadings(700);
  const id = await uploaded(app, readings);
  const forged = readings.map((reading) => ({ ...reading, energyWh: 7 }));
  for (let at = 0; at < forged.length; at += UPLOAD) {
    const some = forged.slice(at, at + UPLOAD);
    await app.ask("POST", `/meters/${id}/readings`, { readings: some });
  }
  const places = (items: Json[]) => items.map(({ channel, n }) => [channel, n]);
  const byChannel = [0, 1].flatMap((own) => readings.filter(({ channel }) => channel === own));
  assertLess(900, byChannel.length);
  for (const limit of [1, 97, byChannel.length - 1, byChannel.length, 20_000]) {
    const items = await allPages(app, id, `limit=${limit}`, "conflicts");
    assertEquals(places(items), places(byChannel), `limit ${limit}`);
  }
});

Deno.test("POST readings takes no number from a time in the future", async () => {
  await using app = await AppInMemory.open();
  const { meters: [{ id }] } = await app.ask("POST", "/meters/provision", { count: 1 });
  const send = (...readings: Partial<Uploaded>[]) =>
    app.send("POST", `/meters/${id}/readings`, JSON.stringify({ readings }));
  const good = { time: instant(NOON), energyWh: 1 };
  const future = { time: instant(NOON + 121), energyWh: 2, channel: 1 };
  const { status, body } = await send(good, future);
  assertEquals([status, body.errors], [400, [
    { path: "readings.1.time", message: "must not be more than 120 s in the future" },
  ]]);
  assertEquals(await allPages(app, id, ""), []);
  assertEquals((await send(good, { ...future, time: instant(NOON + 120) })).status, 200);
  assertEquals((await send({ ...future, n: 1 })).status, 200);
  const [numbered] = await allPages(app, id, "");
  assertEquals([numbered.n, numbered.quality], [1, ["clockWrong"]]);
});

Deno.test("POST readings refuses a second content of one number in one body", async () => {
  await using app = await AppInMemory.open();
  const { meters: [{ id }] } = await app.ask("POST", "/meters/provision", { count: 1 });
  const readings = [1, 2].map((energyWh) => ({ n: 1, time: instant(NOON), energyWh }));
  const answer = await app.ask("POST", `/meters/${id}/readings`, { readings });
  assertEquals(answer, { stored: 1, duplicates: 0, conflicts: 1 });
});

const EXACT = [
  "0",
  "0.001",
  "0.999",
  "1234567.89",
  "4503599627370.497",
  "8796093022208.001",
  "9007199254740.989",
  "9007199254740.990",
  "9007199254740.991",
];

for (const digits of EXACT) {
  Deno.test(`POST and GET readings keep a register of ${digits} Wh to the last digit`, async () => {
    await using app = await AppInMemory.open();
    const { meters: [{ id }] } = await app.ask("POST", "/meters/provision", { count: 1 });
    const body = `{"readings":[{"time":"${instant(NOON)}","energyWh":${digits}}]}`;
    assertEquals((await app.send("POST", `/meters/${id}/readings`, body)).status, 200);
    const { text } = await app.send("GET", `/meters/${id}/readings`);
    const shown = text.match(/"energyWh":([\d.]+)/)![1];
    assertEquals(shown.padEnd(digits.length, "0"), digits);
  });
}

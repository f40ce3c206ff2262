/** Sensors of the air: registered, what they say, and the weather beside the consumption. */
import { assert, assertEquals } from "@std/assert";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import { as, customer, key } from "./as-caller.ts";
import { instant, newPoint, secondsOf } from "./metered-point.ts";
import type { Json } from "./running-server.ts";

async function newSensor(app: AppInMemory, pointId: string, label = "Garden"): Promise<string> {
  return (await app.ask("POST", "/sensors", { pointId, label })).id;
}

/** A sensor with values every `seconds`, the last one at noon. */
async function saying(app: AppInMemory, pointId: string, count: number, seconds: number) {
  const sensor = await newSensor(app, pointId);
  const all = Array.from({ length: count }, (_, i) => ({
    time: instant(NOON - (count - 1 - i) * seconds),
    temperature: -5 + i % 40,
    humidity: i % 101,
    pressure: 1013 + i % 7 / 10,
  }));
  for (let at = 0; at < count; at += 1_000) {
    await app.ask("POST", `/sensors/${sensor}/readings`, { readings: all.slice(at, at + 1_000) });
  }
  return { sensor, all };
}

Deno.test("a sensor is registered, found, renamed and retired", async () => {
  await using app = await AppInMemory.open();
  const pointId = await newPoint(app);
  const id = await newSensor(app, pointId);
  const sensor = { id, pointId, label: "Garden", createdAt: instant(NOON), retiredAt: null };
  assertEquals(await app.ask("GET", `/sensors/${id}`), sensor);
  assertEquals((await app.ask("GET", `/sensors?pointId=${pointId}`)).items, [sensor]);
  assertEquals((await app.ask("GET", "/sensors?search=gard")).items, [sensor]);
  await app.ask("PATCH", `/sensors/${id}`, { label: "Roof" });
  assertEquals((await app.ask("GET", `/sensors/${id}`)).label, "Roof");
  await app.ask("DELETE", `/sensors/${id}`);
  assertEquals((await app.ask("GET", "/sensors")).items, []);
  assertEquals((await app.ask("GET", "/sensors?retired=true")).items.length, 1);
  const there = `/sensors?pointId=${pointId}`;
  assertEquals((await app.ask("GET", there)).items, []);
  assertEquals((await app.ask("GET", `${there}&retired=true`)).items.length, 1);
  const refused = await app.send("POST", `/sensors/${id}/readings`, '{"temperature": 1}');
  assertEquals([refused.status, refused.body.detail], [409, `The sensor ${id} is retired.`]);
  const nowhere = await app.send("POST", "/sensors", '{"pointId": "0123456789abcdef"}');
  assertEquals(nowhere.status, 404);
});

Deno.test("what a sensor says comes back as it was said", async () => {
  await using app = await AppInMemory.open();
  const id = await newSensor(app, await newPoint(app));
  const post = (body: Json) => app.ask("POST", `/sensors/${id}/readings`, body);
  assertEquals((await post({ temperature: -90, humidity: 0, pressure: 300 })).stored, 3);
  app.clock.seconds++;
  assertEquals((await post({ temperature: 90, humidity: 100, pressure: 1100 })).stored, 3);
  const earlier = [
    { time: instant(NOON - 60), temperature: 21.37 },
    { time: instant(NOON - 120), pressure: 1013.25, humidity: 55.5 },
  ];
  assertEquals((await post({ readings: earlier })).stored, 3);
  const { items, next } = await app.ask("GET", `/sensors/${id}/readings`);
  assertEquals(items, [
    { time: instant(NOON - 120), temperature: null, humidity: 55.5, pressure: 1013.25 },
    { time: instant(NOON - 60), temperature: 21.37, humidity: null, pressure: null },
    { time: instant(NOON), temperature: -90, humidity: 0, pressure: 300 },
    { time: instant(NOON + 1), temperature: 90, humidity: 100, pressure: 1100 },
  ]);
  assertEquals(next, null);
});

Deno.test("what a sensor says twice is stored once; something else for the same second is told", async () => {
  await using app = await AppInMemory.open();
  const id = await newSensor(app, await newPoint(app));
  const post = (temperature: number) =>
    app.ask("POST", `/sensors/${id}/readings`, { time: instant(NOON), temperature });
  assertEquals(await post(20), { stored: 1, duplicates: 0, conflicts: 0 });
  assertEquals(await post(20), { stored: 0, duplicates: 1, conflicts: 0 });
  assertEquals(await post(21), { stored: 0, duplicates: 0, conflicts: 1 });
  const { items } = await app.ask("GET", `/sensors/${id}/readings`);
  assertEquals(items.map(({ temperature }: Json) => temperature), [20]);
});

const MISFITS: { what: string; body: Json; path: string }[] = [
  { what: "nothing", body: {}, path: "" },
  { what: "a time alone", body: { time: instant(NOON) }, path: "" },
  { what: "a temperature below -90", body: { temperature: -90.01 }, path: "temperature" },
  { what: "a humidity above 100", body: { humidity: 100.5 }, path: "humidity" },
  { what: "a pressure in Pa", body: { pressure: 101_325 }, path: "pressure" },
  { what: "a text", body: { temperature: "20" }, path: "temperature" },
  { what: "an unknown quantity", body: { light: 5 }, path: "light" },
  { what: "the future", body: { time: instant(NOON + 121), humidity: 5 }, path: "time" },
  {
    what: "the future in a list",
    body: { readings: [{ humidity: 1 }, { humidity: 5, time: instant(NOON + 121) }] },
    path: "readings.1.time",
  },
  { what: "a list with nothing", body: { readings: [{}] }, path: "readings.0" },
  { what: "a list beside values", body: { readings: [{ humidity: 1 }], humidity: 2 }, path: "" },
  {
    what: "more than 1,000",
    body: { readings: Array(1_001).fill({ humidity: 1 }) },
    path: "readings",
  },
];

for (const { what, body, path } of MISFITS) {
  Deno.test(`POST sensor readings refuses ${what}, and stores nothing`, async () => {
    await using app = await AppInMemory.open();
    const id = await newSensor(app, await newPoint(app));
    const answer = await app.send("POST", `/sensors/${id}/readings`, JSON.stringify(body));
    assertEquals(answer.status, 400, answer.text);
    assertEquals(answer.body.errors[0].path, path);
    assertEquals((await app.ask("GET", `/sensors/${id}/readings`)).items, []);
  });
}

Deno.test("readings of a sensor come in pages of which none leaves anything out", async () => {
  await using app = await AppInMemory.open();
  const { sensor, all } = await saying(app, await newPoint(app), 500, 60);
  const holes = Array.from({ length: 40 }, (_, i) => ({
    time: instant(NOON - 30_000 + 45 * i),
    humidity: i,
  }));
  await app.ask("POST", `/sensors/${sensor}/readings`, { readings: holes });
  const times = new Set([...all, ...holes].map(({ time }) => time));
  for (const maxScanned of [7, 200_000]) {
    Object.assign(app.store.reader, { maxScanned });
    const found: string[] = [];
    for (let cursor = "";;) {
      const page = await app.ask("GET", `/sensors/${sensor}/readings?limit=37${cursor}`);
      found.push(...page.items.map(({ time }: Json) => time));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    assertEquals(found, [...times].sort());
  }
});

Deno.test("the weather at a point has the steps of its consumption", async () => {
  await using app = await AppInMemory.open();
  const point = await newPoint(app, "America/Sao_Paulo");
  const { sensor } = await saying(app, point, 2_880, 60);
  const other = await newSensor(app, point, "Indoors");
  await app.ask("POST", `/sensors/${other}/readings`, { temperature: 80, time: instant(NOON - 9) });
  for (const step of ["15m", "1h", "1d"]) {
    const query = `from=2026-06-13&to=${instant(NOON + 60)}&step=${step}`;
    const consumption = await app.ask("GET", `/points/${point}/consumption?${query}`);
    const ambient = await app.ask("GET", `/points/${point}/ambient?${query}`);
    const edges = ({ values }: Json) => values.map(({ start, end }: Json) => [start, end]);
    assertEquals(edges(ambient), edges(consumption));
    assertEquals(ambient.timezone, "America/Sao_Paulo");
  }
  const hour = `from=${instant(NOON - 3_600)}&to=${instant(NOON)}&step=1h`;
  const [all] = (await app.ask("GET", `/points/${point}/ambient?${hour}`)).values;
  assertEquals(all.temperature.max, 80);
  const one = await app.ask("GET", `/points/${point}/ambient?${hour}&sensorId=${sensor}`);
  const sixty = Array.from({ length: 60 }, (_, i) => -5 + (2_819 + i) % 40);
  assertEquals(one.values[0].temperature, {
    mean: Math.round(sixty.reduce((a, b) => a + b) / 60 * 100) / 100,
    min: Math.min(...sixty),
    max: Math.max(...sixty),
  });
  const before = `from=${instant(NOON - 86_400 * 9)}&to=${instant(NOON - 86_400 * 8)}&step=1d`;
  const [nothing] = (await app.ask("GET", `/points/${point}/ambient?${before}`)).values;
  assertEquals([nothing.temperature, nothing.humidity, nothing.pressure], [null, null, null]);
});

Deno.test("a falling temperature opens no case", async () => {
  await using app = await AppInMemory.open();
  const { sensor } = await saying(app, await newPoint(app), 100, 60);
  assert((await app.ask("GET", `/sensors/${sensor}/readings`)).items.length === 100);
  const cases = await Array.fromAsync(app.kv.list({ prefix: ["case"] }));
  assertEquals(cases.length, 0);
});

Deno.test("a value of a sensor takes few bytes once it is sealed", async () => {
  await using app = await AppInMemory.open();
  const sensor = await newSensor(app, await newPoint(app));
  const count = 20_000;
  const wave = (i: number, swing: number, length: number) =>
    Math.round(swing * Math.sin(2 * Math.PI * i / length) * 100) / 100;
  for (let at = 0; at < count; at += 1_000) {
    const readings = Array.from({ length: 1_000 }, (_, j) => ({
      time: instant(NOON - (count - at - j) * 300),
      temperature: 22 + wave(at + j, 6, 288),
      humidity: 60 + wave(at + j, 20, 288),
      pressure: 1013 + wave(at + j, 5, 2_000),
    }));
    await app.ask("POST", `/sensors/${sensor}/readings`, { readings });
  }
  await app.ingest.close();
  let bytes = 0;
  for (const kind of ["c", "d"]) {
    for await (const { key, value } of app.kv.list<Uint8Array>({ prefix: [kind] })) {
      bytes += value.length + (key[1] as Uint8Array).length;
    }
  }
  const perValue = bytes / (3 * count);
  assert(perValue < 2.5, `${perValue.toFixed(2)} bytes a value`);
});

Deno.test("what a sensor says is news for those who watch its point", async () => {
  await using app = await AppInMemory.open();
  const point = await newPoint(app);
  const sensor = await newSensor(app, point);
  const published: Json[] = [];
  app.parts.live.publish = (...news: Json[]) => void published.push(news);
  const send = as(app, key({ scopes: ["ingest"] }));
  await send("POST", `/sensors/${sensor}/readings`, {
    readings: [{ time: instant(NOON), temperature: 20 }, { time: instant(NOON - 5), humidity: 50 }],
  });
  const news = { point, sensor, time: instant(NOON), temperature: 20, humidity: null };
  assertEquals(published, [[point, { ...news, pressure: null }]]);
});

Deno.test("a customer sees the sensors and the weather at their own points, and no others", async () => {
  await using app = await AppInMemory.open();
  const [mine, other] = [await newPoint(app), await newPoint(app)];
  const [here, there] = [await newSensor(app, mine), await newSensor(app, other)];
  const { customerId } = await app.ask("GET", `/points/${mine}`);
  const ask = as(app, customer(customerId));
  const statuses = async (paths: string[]) =>
    await Promise.all(paths.map(async (path) => (await ask("GET", path)).status));
  const paths = (point: string, sensor: string) => [
    `/sensors/${sensor}`,
    `/sensors/${sensor}/readings`,
    `/points/${point}/ambient`,
  ];
  assertEquals(await statuses(paths(mine, here)), [200, 200, 200]);
  assertEquals(await statuses(paths(other, there)), [404, 404, 404]);
  assertEquals((await ask("GET", `/sensors?pointId=${mine}`)).body.items.length, 1);
  assertEquals((await ask("GET", `/sensors?pointId=${other}`)).body.items.length, 0);
  assertEquals((await ask("GET", "/sensors")).status, 400);
  assertEquals((await ask("POST", `/sensors/${here}/readings`, { humidity: 1 })).status, 403);
});

Deno.test("who gets a point sees nothing of the air before", async () => {
  await using app = await AppInMemory.open();
  const point = await newPoint(app);
  const { sensor } = await saying(app, point, 100, 60);
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Bia" });
  await app.ask("PATCH", `/points/${point}`, { customerId, heldFrom: instant(NOON - 600) });
  const ask = as(app, customer(customerId));
  const { items } = (await ask("GET", `/sensors/${sensor}/readings`)).body;
  assertEquals([items.length, items[0].time], [11, instant(NOON - 600)]);
  const { values } = (await ask("GET", `/points/${point}/ambient?step=1h`)).body;
  assertEquals(secondsOf(values[0].start), NOON - 600);
});

Deno.test("the key of a customer's device writes only for their own sensors and meters", async () => {
  await using app = await AppInMemory.open();
  const [mine, other] = [await newPoint(app), await newPoint(app)];
  const [here, there] = [await newSensor(app, mine), await newSensor(app, other)];
  const { meters } = await app.ask("POST", "/meters/provision", {
    meters: [{ pointId: mine }, { pointId: other }],
  });
  const { customerId } = await app.ask("GET", `/points/${mine}`);
  const send = as(app, key({ scopes: ["ingest"], customerId }));
  const air = { humidity: 40 };
  const register = { readings: [{ time: instant(NOON), energyWh: 1 }] };
  const results = await Promise.all([
    send("POST", `/sensors/${here}/readings`, air),
    send("POST", `/sensors/${there}/readings`, air),
    send("POST", `/meters/${meters[0].id}/readings`, register),
    send("POST", `/meters/${meters[1].id}/readings`, register),
    send("GET", `/sensors/${here}/readings`),
  ]);
  assertEquals(results.map(({ status }) => status), [200, 404, 200, 404, 403]);
});

/** What a point consumed, by steps of every length: exact in sum, honest about what is not known. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { between, type Random, seededRandom } from "../../meter-sim/random.ts";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import {
  type At,
  consumption,
  instant,
  newMeter,
  newPoint,
  registerAt,
  secondsOf,
  upload,
} from "./metered-point.ts";

const SEED = 23;
const DAY = 86_400;

/** Irregular readings, none further apart than a quarter of an hour. */
function readingsOver(random: Random, from: number, to: number, meanStep: number): At[] {
  const readings: At[] = [];
  let milliwattHours = Math.floor(between(random, 0, 1e9));
  for (let time = from; time < to; time += 1 + Math.floor(between(random, 0, 2 * meanStep))) {
    readings.push({ time, milliwattHours });
    milliwattHours += Math.floor(between(random, 0, 50_000));
  }
  return readings;
}

const rise = (readings: At[]): number =>
  readings[readings.length - 1].milliwattHours - readings[0].milliwattHours;

const PERIODS: { step: string; days: number; meanStep: number }[] = [
  { step: "5s", days: 0.05, meanStep: 7 },
  { step: "1m", days: 0.3, meanStep: 25 },
  { step: "15m", days: 3, meanStep: 250 },
  { step: "1h", days: 9, meanStep: 400 },
  { step: "1d", days: 16, meanStep: 400 },
  { step: "1mo", days: 16, meanStep: 400 },
  { step: "1y", days: 16, meanStep: 400 },
];

for (const { step, days, meanStep } of PERIODS) {
  Deno.test(`GET consumption by ${step} follows the register between any two instants (seed ${SEED})`, async () => {
    await using app = await AppInMemory.open();
    const random = seededRandom(SEED);
    const point = await newPoint(app, "America/Sao_Paulo");
    const begin = NOON - Math.floor(days * DAY) - 100;
    const readings = readingsOver(random, begin, NOON, meanStep);
    await upload(app, await newMeter(app, point), readings);
    const whole = { from: instant(begin - 77), to: instant(NOON + 99), step };
    assertEquals((await consumption(app, point, whole)).total, rise(readings));
    for (let times = 0; times < 6; times++) {
      const from = begin + Math.floor(between(random, 0, (NOON - begin) / 2));
      const to = from + 1 + Math.floor(between(random, 0, NOON - from - 1));
      const { values } = await consumption(app, point, {
        from: instant(from),
        to: instant(to),
        step,
      });
      assertEquals([secondsOf(values[0].start), secondsOf(values.at(-1)!.end)], [from, to]);
      for (const { start, end, energyWh } of values) {
        const [low, high] = [start, end].map((text) => registerAt(readings, secondsOf(text)));
        assertAlmostEquals(energyWh * 1000, high - low, 1.001, `${start} to ${end}`);
      }
    }
  });
}

Deno.test(`GET consumption of neighbouring periods adds up to that of both (seed ${SEED})`, async () => {
  await using app = await AppInMemory.open();
  const random = seededRandom(SEED);
  const point = await newPoint(app);
  const readings = readingsOver(random, NOON - 5 * DAY, NOON, 400);
  await upload(app, await newMeter(app, point), readings);
  const ends = Array.from({ length: 20 }, () => Math.floor(between(random, NOON - 5 * DAY, NOON)));
  const edges = [NOON - 6 * DAY, ...ends.sort((a, b) => a - b), NOON + DAY];
  let sum = 0;
  for (const [i, to] of edges.slice(1).entries()) {
    if (edges[i] === to) continue;
    const period = { from: instant(edges[i]), to: instant(to), step: "15m" };
    sum += (await consumption(app, point, period)).total;
  }
  assertEquals(sum, rise(readings));
});

Deno.test("GET consumption gives what lies between two readings far apart as one estimated stretch", async () => {
  await using app = await AppInMemory.open();
  const point = await newPoint(app);
  const steady = (from: number, minutes: number, start: number): At[] =>
    Array.from({ length: minutes + 1 }, (_, i) => ({
      time: from + 60 * i,
      milliwattHours: start + 1_000 * i,
    }));
  const begin = NOON - 6 * 3_600;
  const readings = [...steady(begin, 60, 0), ...steady(begin + 4 * 3_600, 60, 900_000)];
  await upload(app, await newMeter(app, point), readings);
  const period = { from: instant(begin - 3_600), to: instant(begin + 6 * 3_600), step: "15m" };
  const { values, total } = await consumption(app, point, period);
  assertEquals(total, 960_000);
  const stretches = values.map(({ start, end, quality, energyWh }) => {
    const [from, to] = [start, end].map((text) => (secondsOf(text) - begin) / 900);
    return `${from}…${to} ${quality} ${energyWh}`;
  });
  const wanted = [
    ...Array.from({ length: 4 }, (_, i) => `${i - 4}…${i - 3} missing 0`),
    ...Array.from({ length: 4 }, (_, i) => `${i}…${i + 1} measured 15`),
    // The step that begins with the last reading before the gap stands for itself.
    "4…5 estimated 70",
    "5…16 estimated 770",
    ...Array.from({ length: 4 }, (_, i) => `${i + 16}…${i + 17} measured 15`),
    "20…21 measured 0",
    ...Array.from({ length: 3 }, (_, i) => `${i + 21}…${i + 22} missing 0`),
  ];
  assertEquals(stretches, wanted);
});

Deno.test("GET consumption takes a fall of the register for no energy", async () => {
  await using app = await AppInMemory.open();
  const point = await newPoint(app);
  const registers = [100_000, 200_000, 5_000, 55_000];
  const readings = registers.map((milliwattHours, i) => ({
    time: NOON - 3_600 + 600 * i,
    milliwattHours,
  }));
  await upload(app, await newMeter(app, point), readings);
  const period = { from: instant(NOON - 3_600), to: instant(NOON), step: "1m" };
  assertEquals((await consumption(app, point, period)).total, 150_000);
});

Deno.test("GET consumption takes dates in the point's time zone, and the last day when not asked", async () => {
  await using app = await AppInMemory.open();
  const point = await newPoint(app, "America/Sao_Paulo");
  const readings = readingsOver(seededRandom(SEED), NOON - 4 * DAY, NOON, 300);
  await upload(app, await newMeter(app, point), readings);
  const byDate = { from: "2026-06-12", to: "2026-06-14", step: "1d" };
  const byInstant = {
    from: "2026-06-12T00:00:00-03:00",
    to: "2026-06-14T00:00:00-03:00",
    step: "1d",
  };
  const { values, answer } = await consumption(app, point, byDate);
  assertEquals(values, (await consumption(app, point, byInstant)).values);
  assertEquals(values[0].start, byInstant.from);
  assertEquals(answer.timezone, "America/Sao_Paulo");
  const { values: last } = await app.ask("GET", `/points/${point}/consumption`);
  assertEquals([last[0].start, last.at(-1).end].map(secondsOf), [NOON - DAY, NOON]);
});

Deno.test(`a meter that moves from one point to another splits its energy exactly (seed ${SEED})`, async () => {
  await using app = await AppInMemory.open();
  const random = seededRandom(SEED);
  const [first, second] = [await newPoint(app), await newPoint(app)];
  const meter = await newMeter(app, first);
  const readings = readingsOver(random, NOON - 3 * DAY, NOON, 400);
  await upload(app, meter, readings);
  const moved = NOON - DAY - 1_234;
  await app.ask("POST", `/meters/${meter}/assign`, { pointId: second, from: instant(moved) });
  const period = { from: instant(NOON - 4 * DAY), to: instant(NOON + DAY) };
  for (const step of ["15m", "1h", "1d", "1mo"]) {
    const before = (await consumption(app, first, { ...period, step })).total;
    const after = (await consumption(app, second, { ...period, step })).total;
    assertEquals(before + after, rise(readings), step);
    const expected = registerAt(readings, moved) - readings[0].milliwattHours;
    assertAlmostEquals(before, expected, 1.001, step);
  }
});

Deno.test("a meter that is assigned without a time counts on its new point from then on", async () => {
  await using app = await AppInMemory.open();
  const [first, second] = [await newPoint(app), await newPoint(app)];
  const meter = await newMeter(app, first);
  const readings = [0, 600, 1_200].map((after) => ({
    time: NOON + after,
    milliwattHours: after * 100,
  }));
  app.clock.seconds = NOON + 600;
  await upload(app, meter, readings.slice(0, 2));
  await app.ask("POST", `/meters/${meter}/assign`, { pointId: second });
  app.clock.seconds = NOON + 1_300;
  const last = {
    n: 3,
    time: instant(readings[2].time),
    energyWh: readings[2].milliwattHours / 1000,
  };
  await app.ask("POST", `/meters/${meter}/readings`, { readings: [last] });
  const period = { from: instant(NOON), to: instant(NOON + 1_200), step: "1m" };
  assertEquals((await consumption(app, first, period)).total, 60_000);
  assertEquals((await consumption(app, second, period)).total, 60_000);
  assertEquals((await app.ask("GET", `/points/${first}`)).meter, null);
  assertEquals((await app.ask("GET", `/points/${second}`)).meter.registerWh, 120);
});

Deno.test("GET consumption keeps a total of 2^53-1 mWh to the last digit", async () => {
  await using app = await AppInMemory.open();
  const point = await newPoint(app);
  const meter = await newMeter(app, point);
  const body = `{"readings":[${
    [["0", 0], ["9007199254740.991", 60]].map(([wh, after]) =>
      `{"time":"${instant(NOON + Number(after))}","energyWh":${wh}}`
    )
  }]}`;
  assertEquals((await app.send("POST", `/meters/${meter}/readings`, body)).status, 200);
  const path = `/points/${point}/consumption?from=${instant(NOON)}&to=${
    instant(NOON + 60)
  }&step=1m`;
  const { text } = await app.send("GET", path);
  assert(text.includes('"totalWh":9007199254740.991,'), text);
  assert(
    (await app.send("GET", `/points/${point}`)).text.includes('"registerWh":9007199254740.991,'),
  );
});

Deno.test("GET points shows a meter from the moment on which it counts", async () => {
  await using app = await AppInMemory.open();
  const point = await newPoint(app);
  const meter = await newMeter(app);
  const assignment = { pointId: point, from: instant(NOON + 60) };
  await app.ask("POST", `/meters/${meter}/assign`, assignment);
  assertEquals((await app.ask("GET", `/points/${point}`)).meter, null);
  app.clock.seconds += 60;
  assertEquals((await app.ask("GET", `/points/${point}`)).meter.id, meter);
});

Deno.test("GET points shows no meter that was retired", async () => {
  await using app = await AppInMemory.open();
  const point = await newPoint(app);
  const meter = await newMeter(app, point);
  assertEquals((await app.ask("GET", `/points/${point}`)).meter.id, meter);
  await app.ask("DELETE", `/meters/${meter}`);
  const { meter: none, assignments } = await app.ask("GET", `/points/${point}`);
  assertEquals([none, assignments[0].to], [null, instant(NOON)]);
});

Deno.test("a meter that takes another's place counts on from it", async () => {
  await using app = await AppInMemory.open();
  const point = await newPoint(app);
  const old = await newMeter(app, point);
  const readingsFrom = (start: number) => [
    { time: start, milliwattHours: 0 },
    { time: start + 600, milliwattHours: 1_000 },
  ];
  await upload(app, old, readingsFrom(NOON - 7_200));
  const { id } = await app.ask("POST", "/meters", { pointId: point });
  await app.ask("DELETE", `/meters/${old}`);
  await upload(app, id, readingsFrom(NOON - 3_600));
  const period = { from: instant(NOON - DAY), to: instant(NOON), step: "1h" };
  assertEquals((await consumption(app, point, period)).total, 2_000);
  assertEquals((await app.ask("GET", `/points/${point}`)).meter.id, id);
});

Deno.test("a meter that is first moved away leaves nothing at its point", async () => {
  await using app = await AppInMemory.open();
  const [point, aside] = [await newPoint(app), await newPoint(app)];
  const foreign = await newMeter(app, point);
  await upload(app, foreign, [
    { time: NOON - 600, milliwattHours: 0 },
    { time: NOON, milliwattHours: 1_000 },
  ]);
  const from = "1970-01-01T00:00:01Z";
  await app.ask("POST", `/meters/${foreign}/assign`, { pointId: aside, from });
  await app.ask("DELETE", `/meters/${foreign}`);
  const period = { from: instant(NOON - DAY), to: instant(NOON), step: "1h" };
  assertEquals((await consumption(app, point, period)).total, 0);
});

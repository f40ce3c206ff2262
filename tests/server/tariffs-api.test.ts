/** Tariffs over HTTP: from a preset or whole, changed by versions only, retired when nobody has it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { NOON } from "./app-in-memory.ts";
import { instant } from "./metered-point.ts";
import {
  enter,
  flatAt,
  inApp,
  PLAIN,
  pricedPoint,
  quarterly,
  refusal,
  report,
} from "./priced-point.ts";
import type { Json } from "./running-server.ts";

inApp("each preset can be entered as it is listed, and keeps each decimal", async (app) => {
  const { items } = await app.ask("GET", "/tariffs/presets");
  assert(items.length >= 4);
  for (const { preset, tariff } of items) {
    const whole = await app.ask("POST", "/tariffs", { tariff });
    assertEquals(whole.versions, [{ version: 1, effectiveFrom: null, tariff }]);
    assertEquals(await app.ask("GET", `/tariffs/${whole.id}`), whole);
    const named = await app.ask("POST", "/tariffs", { preset, name: "Mine" });
    assertEquals([named.name, named.currency, named.retiredAt], ["Mine", tariff.currency, null]);
    assertEquals(named.versions[0].tariff, { ...tariff, name: "Mine" });
  }
});

inApp(
  "numbers may be sent as text or as numbers, and come back as the shortest text",
  async (app) => {
    const prices: [sent: string | number, shown: string][] = [
      ["0.94793", "0.94793"],
      [0.94793, "0.94793"],
      ["0.10000000", "0.1"],
      ["0.00000001", "0.00000001"],
      ["1000000", "1000000"],
      [0, "0"],
    ];
    for (const [price, shown] of prices) {
      const tariff = { ...PLAIN, energy: { kind: "flat", name: "Energy", price } };
      const { versions } = await app.ask("POST", "/tariffs", { tariff });
      assertEquals(versions[0].tariff.energy.price, shown);
    }
  },
);

inApp(
  "a tariff counts from ever, from a day where the server is, or from an instant",
  async (app) => {
    const begins = async (effectiveFrom?: string) =>
      (await app.ask("POST", "/tariffs", { preset: "flat", effectiveFrom })).versions[0]
        .effectiveFrom;
    assertEquals(await begins(), null);
    assertEquals(await begins("2026-05-01"), "2026-05-01T03:00:00Z");
    assertEquals(await begins("2027-01-01T00:00:00+02:00"), "2026-12-31T22:00:00Z");
  },
);

inApp("tariffs are listed by name, found by a word, and shown whole by id", async (app) => {
  for (const name of ["Night owls", "Day", "Night shift"]) await enter(app, { ...PLAIN, name });
  const names = async (query: string) =>
    (await app.ask("GET", `/tariffs${query}`)).items.map(({ name }: Json) => name);
  assertEquals(await names(""), ["Day", "Night owls", "Night shift"]);
  assertEquals((await names("?search=night")).sort(), ["Night owls", "Night shift"]);
  assertEquals(await names("?retired=true"), []);
  const unknown = "0".repeat(16);
  assertEquals(
    await refusal(app, "GET", `/tariffs/${unknown}`),
    `404 There is no tariff ${unknown}.`,
  );
});

inApp("versions are only ever added, each with the instant from which it counts", async (app) => {
  const id = await enter(app, PLAIN);
  const dearer = flatAt("0.6", { name: "Dearer" });
  const later = "2026-09-01T00:00:00Z";
  const changed = await app.ask("POST", `/tariffs/${id}/versions`, {
    tariff: dearer,
    effectiveFrom: later,
  });
  assertEquals([changed.id, changed.name], [id, "Dearer"]);
  const first = { version: 1, effectiveFrom: null, tariff: PLAIN };
  const second = { version: 2, effectiveFrom: later, tariff: dearer };
  assertEquals(changed.versions, [first, second]);
  app.clock.seconds += 60;
  const now = await app.ask("POST", `/tariffs/${id}/versions`, { tariff: flatAt("0.7") });
  const third = { version: 3, effectiveFrom: instant(NOON + 60), tariff: flatAt("0.7") };
  assertEquals(now.versions, [first, second, third]);
  for (const [method, path] of [["PUT", ""], ["DELETE", "/versions"]]) {
    assertEquals((await app.send(method, `/tariffs/${id}${path}`, "{}")).status, 405);
  }
  const { items } = await app.ask("GET", `/audit?kind=tariff&id=${id}`);
  assertEquals(items.map(({ action }: Json) => action), ["changed", "changed", "created"]);
});

inApp("a version that another tariff would be is refused", async (app) => {
  const id = await enter(app, PLAIN);
  const add = (body: object) => refusal(app, "POST", `/tariffs/${id}/versions`, body);
  assertMatch(
    await add({ tariff: { ...PLAIN, currency: "USD" } }),
    /^400 tariff.currency: must stay EUR: another currency takes another tariff$/,
  );
  assertMatch(await add({ tariff: flatAt("-1") }), /^400 .* tariff\.energy\.price: must be from 0/);
  assertMatch(await add({ preset: "flat" }), /^400 .* tariff: is missing; preset: is not known$/);
  assertEquals((await app.ask("GET", `/tariffs/${id}`)).versions.length, 1);
  const none = "0".repeat(16);
  assertMatch(await refusal(app, "POST", `/tariffs/${none}/versions`, { tariff: PLAIN }), /^404 /);
});

inApp("a wrong price is put right from the last bill on, and not before", async (app) => {
  const { tariff, point, customer, meter } = await pricedPoint(app);
  await app.ask("PUT", "/issuer", { name: "Luz" });
  await report(app, meter, quarterly("04-01T00:00", "06-15T12:00", 250));
  const from = (price: string, effectiveFrom: string) =>
    app.send(
      "POST",
      `/tariffs/${tariff}/versions`,
      JSON.stringify({ tariff: flatAt(price), effectiveFrom }),
    );
  const total = async (period: string) =>
    (await app.ask("GET", `/points/${point}/bill?period=${period}`)).total.amount;
  // April: 720 kWh. May: 744 kWh at 0.50, or 0.40 for the last day's 24.
  assertEquals((await from("0.6", "2026-04-01T00:00:00Z")).status, 201);
  assertEquals(await total("2026-04"), 432_00);
  assertEquals((await from("0.5", "2026-04-01T00:00:00Z")).status, 201);
  await app.ask("POST", `/points/${point}/invoices/issue?period=2026-04`);
  assertEquals((await from("0.4", "2026-05-31T00:00:00Z")).status, 201);
  assertEquals(await total("2026-05"), 369_60);

  // Of all points that have it, the one that is billed for longest counts.
  const place = { customerId: customer, label: "Attic", timezone: "UTC", tariffId: tariff };
  const attic = { ...place, tariffFrom: "2026-05-01T00:00:00Z" };
  const { id: longest } = await app.ask("POST", "/points", attic);
  await app.ask("POST", "/points", { ...place, label: "Shed" });
  await app.ask("POST", `/points/${longest}/invoices/issue?period=2026-05&unread=true`);
  const refused = await from("0.3", "2026-05-31T23:59:59Z");
  assertEquals(refused.status, 409);
  assertEquals(refused.body.errors, [{
    path: "effectiveFrom",
    message:
      `must not be before 2026-06-01T00:00:00Z, until when point Attic (${longest}) is billed`,
  }]);
  assertEquals((await from("0.3", "2026-06-01T00:00:00Z")).status, 201);
});

inApp("a tariff is retired once no point has it, and is not to be had after that", async (app) => {
  const { tariff, point, customer } = await pricedPoint(app);
  const retire = () => refusal(app, "DELETE", `/tariffs/${tariff}`);
  assertEquals(await retire(), `409 The tariff is that of point Home (${point}).`);
  await app.ask("PATCH", `/points/${point}`, { tariffId: await enter(app, flatAt("0.4")) });
  for (let i = 0; i < 2; i++) assertMatch(await retire(), /^204 /);
  const { items } = await app.ask("GET", "/tariffs?retired=true");
  assertEquals(items.map(({ id }: Json) => id), [tariff]);
  assertEquals((await app.ask("GET", `/tariffs/${tariff}`)).retiredAt, instant(NOON));
  const isRetired = `409 The tariff ${tariff} is retired.`;
  const place = { customerId: customer, label: "Shop", tariffId: tariff };
  assertEquals(await refusal(app, "POST", "/points", place), isRetired);
  assertEquals(await refusal(app, "PATCH", `/points/${point}`, { tariffId: tariff }), isRetired);
  const version = { tariff: PLAIN };
  assertEquals(await refusal(app, "POST", `/tariffs/${tariff}/versions`, version), isRetired);
});

inApp("the tariff of a point that is retired can be retired as well", async (app) => {
  const { tariff, point } = await pricedPoint(app);
  await app.ask("DELETE", `/points/${point}`);
  await app.ask("DELETE", `/tariffs/${tariff}`);
});

const dates = (count: number) =>
  Array.from({ length: count }, (_, i) => `${2026 + Math.floor(i / 28)}-02-${10 + i % 18}`);

inApp("a tariff of almost 32 KiB is kept whole; a longer one is refused", async (app) => {
  const bands = Array.from({ length: 49 }, (_, i) => ({ upToKwh: i + 1, fixed: "12345.12345678" }));
  const months = Object.fromEntries(
    Array.from({ length: 500 }, (_, i) => [
      `${2000 + Math.floor(i / 12)}-${`${i % 12 + 1}`.padStart(2, "0")}`,
      { name: "Flag", price: "0.01" },
    ]),
  );
  const long = {
    ...PLAIN,
    municipal: { name: "Lights", bands: [...bands, {}] },
    surcharge: { daysFrom: "readingDay", months },
    holidays: dates(400),
  };
  assert(JSON.stringify(long).length > 25_000);
  const { versions } = await app.ask("POST", "/tariffs", { tariff: long });
  assertEquals(versions[0].tariff, long);
  const body = { tariff: { ...long, name: "x".repeat(10_000) } };
  assertEquals(await refusal(app, "POST", "/tariffs", body), "413 The body is above 32768 bytes.");
});

/** From where on alerts are told: as the staff and whoever holds a point set it. */
import { assert, assertEquals } from "@std/assert";
import { limitsFor } from "../../server/store/point-limits.ts";
import { AppInMemory } from "./app-in-memory.ts";
import { as, customer, key } from "./as-caller.ts";
import { lightSince } from "./billed-point.ts";
import { flatAt } from "./priced-point.ts";
import { OPERATOR_KEY } from "./running-server.ts";

async function home(app: AppInMemory, place: object = {}) {
  const customerId = (await app.ask("POST", "/customers", { name: "Ana" })).id;
  const { id } = await app.ask("POST", "/points", { customerId, label: "Casa", ...place });
  return { customerId, path: `/points/${id}/limits`, id };
}

const ALL = {
  dayWh: 15_000,
  budget: { amount: 30_000, currency: "BRL" },
  variationPercent: 50,
  variationFloor: { amount: 2_000, currency: "BRL" },
  unusualWh: 2_500.5,
  neverSleepsWatts: 60,
  neverSleepsDays: 3,
  silentMinutes: 15,
  outageMeters: 3,
  outagePercent: 50,
  estimatedHours: 48,
  powerWatts: 30_000,
};

const QUIET = {
  dayWh: null,
  budget: null,
  variationPercent: 30,
  variationFloor: { amount: 4_000, currency: "BRL" },
  unusualWh: 4_000,
  neverSleepsWatts: 40,
  neverSleepsDays: 4,
  silentMinutes: 60,
  outageMeters: 4,
  outagePercent: 30,
  estimatedHours: 24,
  powerWatts: null,
};

Deno.test("a point has the quiet limits of all, until they are set", async () => {
  await using app = await AppInMemory.open();
  const { path } = await home(app);
  assertEquals(await app.ask("GET", path), { own: {}, effective: QUIET });
  assertEquals(await app.ask("PUT", path, ALL), { own: ALL, effective: ALL });
  assertEquals(await app.ask("GET", path), { own: ALL, effective: ALL });
});

Deno.test("what is set replaces all that was, and what is not named is as it is for the group", async () => {
  await using app = await AppInMemory.open();
  const light = await lightSince(app, "2026-05-01");
  const { path, id } = await home(app, light);
  const group = { silentMinutes: 10, unusualWh: 8_000, variationPercent: null };
  const tariff = `/tariffs/${light.tariffId}/limits`;
  assertEquals((await app.ask("PUT", tariff, group)).own, group);
  await app.ask("PUT", path, ALL);
  const own = { unusualWh: null, budget: { energyWh: 200_000 } };
  assertEquals(await app.ask("PUT", path, own), {
    own,
    effective: { ...QUIET, ...group, ...own },
  });
  assertEquals((await app.ask("GET", tariff)).effective, { ...QUIET, ...group });
  const point = await app.parts.points.get(id);
  const limits = limitsFor(point!, await app.parts.tariffs.get(light.tariffId));
  assertEquals([limits.silentMinutes, limits.unusualMilliwattHours, limits.budget], [
    10,
    null,
    { milliwattHours: 200_000_000 },
  ]);
});

for (
  const [what, body, error] of [
    ["too low a day", { dayWh: 99 }, "dayWh: must be 100 to 1000000000"],
    ["text for a day", { dayWh: "15" }, "dayWh: must be a number of Wh"],
    ["half a percent", { variationPercent: 7.5 }, "variationPercent: must be a whole number"],
    ["too many days", { neverSleepsDays: 15 }, "neverSleepsDays: must be 2 to 14"],
    ["no days at all", { neverSleepsDays: null }, "neverSleepsDays: must be a number"],
    ["other money", { budget: { amount: 1, currency: "EUR" } }, "budget.currency: must be BRL"],
    [
      "another floor",
      { variationFloor: { amount: 1, currency: "EUR" } },
      "variationFloor.currency: must be BRL",
    ],
    [
      "two budgets",
      { budget: { amount: 1, currency: "BRL", energyWh: 5 } },
      "budget: must have either an amount with its currency, or energyWh",
    ],
    [
      "an empty budget",
      { budget: {} },
      "budget: must have either an amount with its currency, or energyWh",
    ],
    [
      "an endless budget",
      { budget: { amount: 1e10, currency: "BRL" } },
      "budget.amount: must be 1 to 1000000000",
    ],
    ["an unknown limit", { loudness: 3 }, "loudness: is not known"],
  ] as const
) {
  Deno.test(`limits are refused, with where and why: ${what}`, async () => {
    await using app = await AppInMemory.open();
    const { path } = await home(app);
    const { status, body: answer } = await app.send("PUT", path, JSON.stringify(body));
    const errors = answer.errors.map(({ path, message }: Record<string, string>) =>
      `${path}: ${message}`
    );
    assertEquals([status, errors], [400, [error]]);
  });
}

Deno.test("money is in the currency of the point's tariff", async () => {
  await using app = await AppInMemory.open();
  const tariff = flatAt("0.25", { currency: "JPY", decimals: 0 });
  const { id: tariffId } = await app.ask("POST", "/tariffs", { tariff });
  const { path } = await home(app, { tariffId });
  const floor = (await app.ask("GET", path)).effective.variationFloor;
  assertEquals(floor, { amount: 40, currency: "JPY" });
  const budget = { amount: 9_000, currency: "JPY" };
  assertEquals((await app.ask("PUT", path, { budget })).own, { budget });
  const real = JSON.stringify({ budget: { amount: 9_000, currency: "BRL" } });
  assertEquals((await app.send("PUT", path, real)).body.errors, [
    { path: "budget.currency", message: "must be JPY" },
  ]);
});

Deno.test("a customer sets their own limits, and leaves the staff's as they are", async () => {
  await using app = await AppInMemory.open();
  const { customerId, path } = await home(app);
  await app.ask("PUT", path, { silentMinutes: 15, dayWh: 9_000 });
  const ask = as(app, customer(customerId));
  const { body } = await ask("PUT", path, { unusualWh: 3_000 });
  assertEquals(body.own, { unusualWh: 3_000 });
  assertEquals(body.effective.powerWatts, undefined);
  assertEquals((await ask("GET", path)).body, body);
  assertEquals((await app.ask("GET", path)).own, { silentMinutes: 15, unusualWh: 3_000 });
});

for (
  const staffs of ["silentMinutes", "outageMeters", "outagePercent", "estimatedHours", "powerWatts"]
) {
  Deno.test(`a customer does not set ${staffs}`, async () => {
    await using app = await AppInMemory.open();
    const { customerId, path } = await home(app);
    const sent = { dayWh: 9_000, [staffs]: ALL[staffs as keyof typeof ALL] };
    const { status, body } = await as(app, customer(customerId))("PUT", path, sent);
    assertEquals(status, 400);
    assertEquals(body.errors, [{ path: staffs, message: "is set by the utility's staff" }]);
    assertEquals((await app.ask("GET", path)).own, {});
  });
}

Deno.test("a key to read sees a point's limits and does not set them", async () => {
  await using app = await AppInMemory.open();
  const { customerId, path } = await home(app);
  const ask = as(app, key({ scopes: ["read"], customerId }));
  assertEquals((await ask("GET", path)).status, 200);
  assertEquals((await ask("PUT", path, {})).status, 403);
});

Deno.test("whoever gets a point does not get the limits of whoever had it", async () => {
  await using app = await AppInMemory.open();
  const { path, id } = await home(app);
  await app.ask("PUT", path, ALL);
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Bia" });
  app.clock.seconds += 60;
  await app.ask("PATCH", `/points/${id}`, { customerId });
  const { silentMinutes, outageMeters, outagePercent, estimatedHours, powerWatts } = ALL;
  assertEquals((await app.ask("GET", path)).own, {
    silentMinutes,
    outageMeters,
    outagePercent,
    estimatedHours,
    powerWatts,
  });
});

Deno.test("an erased customer's limits are gone, in the audit log as well", async () => {
  await using app = await AppInMemory.open();
  const { customerId, path, id } = await home(app);
  await app.ask("PUT", path, { dayWh: 12_345, silentMinutes: 15 });
  await app.ask("DELETE", `/points/${id}`);
  await app.ask("DELETE", `/customers/${customerId}`);
  assertEquals((await app.ask("GET", path)).own, { silentMinutes: 15 });
  const { text } = await app.send("GET", `/audit?kind=point&id=${id}`);
  assert(!text.includes("12345"), text);
});

Deno.test("of two who set limits at once, the later is told that they were changed", async () => {
  await using app = await AppInMemory.open();
  const { path } = await home(app);
  const put = (body: object, version: string) =>
    app.fetch(
      new Request(`http://localhost/api/v1${path}`, {
        method: "PUT",
        headers: { authorization: `Bearer ${OPERATOR_KEY}`, "if-match": version },
        body: JSON.stringify(body),
      }),
    );
  const first = await put({ dayWh: 9_000 }, "*");
  const version = first.headers.get("etag")!;
  assertEquals([first.status, (await put({ dayWh: 8_000 }, version)).status], [200, 200]);
  assertEquals((await put({ dayWh: 7_000 }, version)).status, 412);
  assertEquals((await app.ask("GET", path)).own, { dayWh: 8_000 });
});

Deno.test("a point's region is registered, changed, taken away and found by", async () => {
  await using app = await AppInMemory.open();
  const { id, customerId } = await home(app, { region: "T-0412" });
  const region = async () => (await app.ask("GET", `/points/${id}`)).region;
  assertEquals(await region(), "T-0412");
  assertEquals((await app.ask("GET", "/points?search=0412")).items[0].region, "T-0412");
  await app.ask("PATCH", `/points/${id}`, { region: "T-9" });
  assertEquals(await region(), "T-9");
  await app.ask("PATCH", `/points/${id}`, { region: null });
  assertEquals(await region(), null);
  for (const bad of ["-T", "", "a b", "x".repeat(41)]) {
    const body = JSON.stringify({ customerId, label: "Loja", region: bad });
    const { status, body: answer } = await app.send("POST", "/points", body);
    assertEquals([status, answer.errors[0].path], [400, "region"]);
  }
});

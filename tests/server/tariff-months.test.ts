/** What is announced by month, over HTTP: for all versions, put right until it is billed. */
import { assertEquals, assertMatch } from "@std/assert";
import {
  brief,
  enter,
  flatAt,
  inApp,
  on,
  PLAIN,
  pricedPoint,
  quarterly,
  refusal,
  report,
} from "./priced-point.ts";
import { OPERATOR_KEY } from "./running-server.ts";

const WITH_FLAGS = {
  ...PLAIN,
  surcharge: { daysFrom: "dayAfterReading", months: { "2026-04": { name: "Green", price: "0" } } },
};
const YELLOW = { name: "Yellow", price: "0.1", colour: "yellow" };
const RED = { name: "Red", price: "0.2", colour: "red1" };

inApp("a month is put right until it is billed, for days that are over as well", async (app) => {
  const { tariff, point, meter } = await pricedPoint(app, WITH_FLAGS);
  await app.ask("PUT", "/issuer", { name: "Luz" });
  await report(app, meter, quarterly("04-01T00:00", "06-15T12:00", 250));
  const announce = (month: string, flag: object) =>
    app.ask("PUT", `/tariffs/${tariff}/months/${month}`, flag);
  const bill = async (period: string) =>
    brief((await app.ask("GET", `/points/${point}/bill?period=${period}`)).lines);
  // April: 720 kWh at 0.50. May: 744 kWh at 0.50, and 0.20 or 0.10 on top.
  assertEquals(await bill("2026-04"), [["Energy", 720, 360_00]]);
  await app.ask("POST", `/points/${point}/invoices/issue?period=2026-04`);
  await announce("2026-05", RED);
  assertEquals(await bill("2026-05"), [["Energy", 744, 372_00], ["Red", 744, 148_80]]);
  const shown = await announce("2026-05", YELLOW);
  assertEquals(shown.months, { "2026-05": YELLOW });
  assertEquals(shown.versions[0].tariff, WITH_FLAGS, "versions are as they were entered");
  assertEquals(await app.ask("GET", `/tariffs/${tariff}`), shown);
  const billed = [["Energy", 744, 372_00], ["Yellow", 744, 74_40]];
  assertEquals(await bill("2026-05"), billed);

  const issued = await app.ask("POST", `/points/${point}/invoices/issue?period=2026-05`);
  await announce("2026-05", RED);
  await announce("2026-04", RED);
  const { bill: kept } = await app.ask("GET", `/invoices/${issued.id}`);
  assertEquals(brief(kept.lines), billed);
  const { recomputed } = await app.ask("GET", `/invoices/${issued.id}/verify`);
  assertEquals(recomputed, true);
  app.clock.seconds = on("07-02T00:00");
  const june = await bill("2026-06");
  assertEquals(june.map((line) => (line as unknown[])[0]), ["Energy", "Red"]);

  const { items } = await app.ask("GET", `/audit?kind=tariff&id=${tariff}&limit=2`);
  const told = (name: string, price: number, colour: string) => ({ name, price, colour });
  const may = { "2026-05": told("Red", 20_000_000, "red1") };
  assertEquals(items.map(({ changes }: { changes: unknown }) => changes), [
    { months: { before: {}, after: { "2026-04": may["2026-05"] } } },
    { months: { before: { "2026-05": told("Yellow", 10_000_000, "yellow") }, after: may } },
  ]);
});

inApp("a month counts for versions that were entered before and after it", async (app) => {
  const { tariff, point, meter } = await pricedPoint(app, WITH_FLAGS);
  const change = (price: string, effectiveFrom: string) =>
    app.ask("POST", `/tariffs/${tariff}/versions`, {
      tariff: { ...flatAt(price), surcharge: WITH_FLAGS.surcharge },
      effectiveFrom,
    });
  await change("0.6", "2026-07-11T00:00:00Z");
  await app.ask("PUT", `/tariffs/${tariff}/months/2026-07`, YELLOW);
  await change("0.7", "2026-07-21T00:00:00Z");
  app.clock.seconds = on("08-02T00:00");
  await report(app, meter, quarterly("07-01T00:00", "08-01T00:00", 250));
  // Ten days of 24 kWh at 0.50, ten at 0.60, eleven at 0.70; all of them at 0.10 on top.
  assertEquals(brief((await app.ask("GET", `/points/${point}/bill?period=2026-07`)).lines), [
    ["Energy", 240, 120_00],
    ["Energy", 240, 144_00],
    ["Energy", 264, 184_80],
    ["Yellow", 744, 74_40],
  ]);
});

inApp("a month that cannot be announced is refused with the reason", async (app) => {
  const [tariff, plain] = [await enter(app, WITH_FLAGS), await enter(app, PLAIN)];
  const put = (path: string, flag: object) => refusal(app, "PUT", `/tariffs/${path}`, flag);
  assertEquals(
    await put(`${plain}/months/2026-12`, RED),
    "409 The tariff Plain has no surcharge by month.",
  );
  assertEquals(await put(`${tariff}/months/2026-13`, RED), "404 There is no month 2026-13.");
  assertMatch(await put(`${"0".repeat(16)}/months/2026-12`, RED), /^404 There is no tariff 0+\.$/);
  const dear = { ...RED, price: "-1" };
  assertMatch(await put(`${tariff}/months/2026-12`, dear), /^400 .* price: must be from 0 to 1000/);
  const nameless = { price: "1" };
  assertMatch(await put(`${tariff}/months/2026-12`, nameless), /^400 .* name: is missing$/);
  const response = await app.fetch(
    new Request(`http://localhost/api/v1/tariffs/${tariff}/months/2026-12`, {
      method: "PUT",
      headers: { authorization: `Bearer ${OPERATOR_KEY}`, "if-match": '"old"' },
      body: JSON.stringify(RED),
    }),
  );
  assertEquals([response.status, (await response.json()).status], [412, 412]);
  await app.ask("DELETE", `/tariffs/${tariff}`);
  assertMatch(await put(`${tariff}/months/2026-12`, RED), /^409 The tariff \w+ is retired\.$/);
});

inApp("twenty years of months find room, with names as long as they may be", async (app) => {
  const { tariffs } = app.parts;
  const id = await enter(app, WITH_FLAGS);
  const by = { actor: { kind: "server", id: "test" }, at: app.clock.seconds } as const;
  const flag = { name: "Ā".repeat(80), price: 99_999_999_999_999, colour: "yellow" } as const;
  for (let i = 0; i < 240; i++) {
    const month = `${2020 + Math.floor(i / 12)}-${`${i % 12 + 1}`.padStart(2, "0")}`;
    assertEquals((await tariffs.announce(id, month, flag, by)).ok, true);
  }
  assertEquals(Object.keys((await tariffs.get(id))!.months!).length, 240);
  const path = `/tariffs/${id}/months`;
  assertMatch(await refusal(app, "PUT", `${path}/2040-01`, RED), /^409 The tariff has 240 months/);
  assertMatch(await refusal(app, "PUT", `${path}/2039-12`, RED), /^200 /);
});

/** What a bill waits for, and that what is billed keeps its prices; worked out by hand. */
import { assertEquals, assertMatch } from "@std/assert";
import { AppInMemory } from "./app-in-memory.ts";
import {
  brief,
  flatAt,
  on,
  pricedPoint,
  quarterly,
  readings,
  refusal,
  report,
} from "./priced-point.ts";
import type { Json } from "./running-server.ts";

const inApp = (name: string, test: (app: AppInMemory) => Promise<void>): void =>
  Deno.test(name, async () => {
    await using app = await AppInMemory.open();
    await app.ask("PUT", "/issuer", { name: "Luz" });
    await test(app);
    assertEquals(app.reported, []);
  });

const issuing = (point: string, month: string) => `/points/${point}/invoices/issue?period=${month}`;

const issue = (app: AppInMemory, point: string, month: string): Promise<Json> =>
  app.ask("POST", issuing(point, month));

const WITH_FLAGS = flatAt("0.5", {
  surcharge: { daysFrom: "dayAfterReading", months: { "2026-04": { name: "Green", price: "0" } } },
});

inApp(
  "no period is left out: the first to be billed is that in which the tariff began",
  async (app) => {
    const { point, meter } = await pricedPoint(app);
    await report(app, meter, quarterly("04-01T00:00", "06-15T12:00", 250));
    const refused = await refusal(app, "POST", issuing(point, "2026-05"));
    assertEquals(refused, "409 The next period to be billed is 2026-04, from 2026-04-01.");
    await issue(app, point, "2026-04");
    assertEquals((await issue(app, point, "2026-05")).month, "2026-05");
  },
);

inApp("a month is put right at the prices that it was billed at", async (app) => {
  const { tariff, point, meter } = await pricedPoint(app, WITH_FLAGS);
  const announce = (month: string, price: string) =>
    app.ask("PUT", `/tariffs/${tariff}/months/${month}`, { name: "Flag", price });
  app.clock.seconds = on("06-02T00:00");
  await announce("2026-05", "0.1");
  await report(app, meter, quarterly("04-01T00:00", "05-20T23:45", 250));
  await report(app, meter, readings(["05-20T23:59", 1200]));
  await issue(app, point, "2026-04");
  // 480 kWh, and eleven days of 24 kWh as in April: 744 at 0.60 are 446.40.
  assertEquals((await issue(app, point, "2026-05")).total.amount, 446_40);

  await announce("2026-05", "0.9");
  await announce("2026-06", "0");
  app.clock.seconds = on("07-02T00:00");
  await report(app, meter, quarterly("05-21T00:00", "06-01T00:00", 200, 1_200_000));
  await report(app, meter, quarterly("06-01T00:15", "07-01T00:00", 250, 1_411_450));
  // Eleven days of 19.2 kWh are 52.8 kWh less than billed, at 0.60.
  const { bill } = await issue(app, point, "2026-06");
  assertEquals(brief(bill.lines), [["Energy", 720, 360_00], ["2026-05", -52.8, -31_68]]);
});

inApp("a period in which a register fell is billed once it is said what that was", async (app) => {
  const { point, meter } = await pricedPoint(app);
  app.clock.seconds = on("05-02T00:00");
  // 720 kWh in April, and one reading that is wrong.
  await report(app, meter, quarterly("04-01T00:00", "05-01T12:00", 250, 1_000));
  await report(app, meter, readings(["04-10T00:07", 0.005]));
  const refused = await refusal(app, "POST", issuing(point, "2026-04"));
  assertMatch(refused, /^409 The register of meter \w+ fell on 2026-04-10: .* in case \w+/);
  app.clock.seconds += 86_400;
  const { id } = await app.ask("POST", "/close-runs", {});
  await app.parts.closing.ended();
  const { items: [{ failure }] } = await app.ask("GET", `/close-runs/${id}`);
  assertEquals(`409 ${failure}`, refused);
  const { items: [fall] } = await app.ask("GET", "/cases?open=true");
  const wrong = on("04-10T00:07");
  const answer = { kind: "fault", fromN: wrong, toN: wrong };
  await app.ask("POST", `/cases/${fall.id}/resolve`, answer);
  assertEquals((await issue(app, point, "2026-04")).energyWh, 720_000);
});

inApp("what is billed is not put right while a fall of the register in it is open", async (app) => {
  const { point, meter } = await pricedPoint(app);
  app.clock.seconds = on("06-02T00:00");
  await report(app, meter, quarterly("04-01T00:00", "06-02T00:00", 250, 1_000));
  await issue(app, point, "2026-04");
  await report(app, meter, readings(["04-10T00:07", 0.005]));
  const { bill } = await issue(app, point, "2026-05");
  assertEquals(brief(bill.lines), [["Energy", 744, 372_00]]);
});

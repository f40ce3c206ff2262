/** What is looked at before all is set up: no points yet, or bills that are still to be issued. */
import { assert, assertEquals } from "@std/assert";
import { AppInMemory } from "./app-in-memory.ts";
import { billedPoint, issueMay, MAY } from "./billed-point.ts";
import { instant, newMeter, newPoint } from "./metered-point.ts";

const DAY = 86_400;

Deno.test("the first points of a server do not wait for the next quarter of an hour", async () => {
  await using app = await AppInMemory.open();
  const { alerting: { stats }, clock } = app;
  await app.alerting.tick();
  assertEquals(stats.points, 0);
  await newMeter(app, await newPoint(app));
  clock.seconds += 15;
  await app.alerting.tick();
  assertEquals([stats.points, stats.sweptAt], [1, clock.seconds]);
  clock.seconds += 15;
  await app.alerting.tick();
  assertEquals(stats.sweptAt, clock.seconds - 15);
});

Deno.test("a bill is compared with those before once the one before it is issued", async () => {
  await using app = await AppInMemory.open();
  const at = MAY.to + 50 * DAY;
  app.clock.seconds = at;
  const { point, meter } = await billedPoint(app);
  const readings = Array.from({ length: 50 }, (_, day) => ({
    time: instant(MAY.to + (day + 1) * DAY),
    energyWh: 1_304_000 + (day + 1) * 10_000,
  }));
  await app.ask("POST", `/meters/${meter}/readings`, { readings });
  await issueMay(app, point);
  const { rating, watches } = app.alerting.parts;
  const comparedBills = async () => {
    const [[{ point: record }]] = await Array.fromAsync(watches.all());
    const rated = await rating.rated(
      record,
      {
        at,
        period: { to: Infinity, milliwattHours: 0 },
      } as Parameters<typeof rating.rated>[1],
    );
    assert(rated);
    return rated.before?.bills;
  };
  assertEquals(await comparedBills(), undefined);
  await app.ask("POST", `/points/${point}/invoices/issue?period=2026-06`);
  assertEquals(await comparedBills(), 2);
});

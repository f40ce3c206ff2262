/** Bills over what registers do: exchanged, begun anew, late, several, fed in; worked out by hand. */
import { assertEquals } from "@std/assert";
import type { AppInMemory } from "./app-in-memory.ts";
import { ISSUER } from "./billed-point.ts";
import { newMeter } from "./metered-point.ts";
import {
  brief,
  flatAt,
  inApp,
  on,
  PLAIN,
  pricedPoint,
  quarterly,
  readings,
  report,
} from "./priced-point.ts";
import type { Json } from "./running-server.ts";

const eur = (amount: number) => ({ amount, currency: "EUR" });

const billOf = (app: AppInMemory, point: string, month = "2026-06"): Promise<Json> =>
  app.ask("GET", `/points/${point}/bill?period=${month}`);

const issue = (app: AppInMemory, point: string, month: string): Promise<Json> =>
  app.ask("POST", `/points/${point}/invoices/issue?period=${month}`);

inApp("a meter that is exchanged in mid-period bills what both counted", async (app) => {
  const { point, meter } = await pricedPoint(app);
  await report(app, meter, readings(["06-01T00:00", 1400], ["06-10T09:00", 1499.5]));
  const { new: next } = await app.ask("POST", `/meters/${meter}/exchange`, {
    at: "2026-06-10T09:12:00Z",
    finalWh: 1_500_000,
    startWh: 5_000,
  });
  await report(app, next.id, readings(["06-10T09:30", 6], ["06-15T12:00", 60]));
  const { lines, total, missingSeconds, meters } = await billOf(app, point);
  // From 1,400 to 1,500 and from 5 to 60: 155 kWh at 0.50 are 77.50.
  assertEquals(brief(lines), [["Energy", 155, 77_50]]);
  assertEquals([total, missingSeconds], [eur(77_50), 0]);
  const shown = meters.map(({ id, previous, current, energyWh }: Json) => [
    id,
    previous.time,
    previous.energyWh / 1000,
    current.time,
    current.energyWh / 1000,
    energyWh / 1000,
  ]);
  assertEquals(shown, [
    [meter, "2026-06-01T00:00:00Z", 1400, "2026-06-10T09:12:00Z", 1500, 100],
    [next.id, "2026-06-10T09:12:00Z", 5, "2026-06-15T12:00:00Z", 60, 55],
  ]);
});

inApp("a register that began anew counts in full once it is said that it did", async (app) => {
  const { point, meter } = await pricedPoint(app);
  await report(
    app,
    meter,
    readings(["06-01T00:00", 900], ["06-08T00:00", 980], ["06-08T00:15", 10], ["06-15T12:00", 50]),
  );
  // 80 kWh before and 40 behind the fall, which adds nothing yet: 120 at 0.50 are 60.00.
  assertEquals((await billOf(app, point)).total, eur(60_00));
  const { items: [fall] } = await app.ask("GET", "/cases?open=true");
  assertEquals((await billOf(app, point)).doubted, true);
  await app.ask("POST", `/cases/${fall.id}/resolve`, { kind: "reset" });
  // And the 10 kWh since it began at 0.
  const { energyWh, total, meters } = await billOf(app, point);
  assertEquals([energyWh, total, meters[0].energyWh], [130_000, eur(65_00), 130_000]);
});

inApp(
  "what is missing at the end of a period is estimated, and put right on the next bill",
  async (app) => {
    await app.ask("PUT", "/issuer", ISSUER);
    const { point, meter, tariff } = await pricedPoint(app, flatAt("0.5"));
    app.clock.seconds = on("05-02T00:00");
    await app.ask("POST", `/tariffs/${tariff}/versions`, {
      tariff: flatAt("0.9"),
      effectiveFrom: "2026-06-01T00:00:00Z",
    });
    // 24 kWh a day through the 20th of May, and nothing for the eleven days after that.
    await report(app, meter, quarterly("04-01T00:00", "05-02T00:00", 250));
    await issue(app, point, "2026-04");
    app.clock.seconds = on("06-02T00:00");
    await report(app, meter, quarterly("05-02T00:15", "05-20T23:45", 250, 744_250));
    await report(app, meter, readings(["05-20T23:59", 1200]));
    // 480 kWh, and eleven times the 24 a day of April, 264: 744 at 0.50 are 372.00.
    const may = await billOf(app, point, "2026-05");
    assertEquals(brief(may.lines), [["Energy", 744, 372_00]]);
    assertEquals([may.estimatedWh, may.missingSeconds], [264_000, 0]);
    const last = { time: "2026-05-20T23:59:00Z", energyWh: 1_200_000, quality: "measured" };
    assertEquals(may.meters[0].current, last);
    const { bill } = await issue(app, point, "2026-05");
    const { lines, estimatedWh, meters } = bill;
    assertEquals([lines, estimatedWh, meters], [may.lines, may.estimatedWh, may.meters]);

    // The late batch has 19.2 kWh a day for the eleven days, 211.2, and June's 24.
    app.clock.seconds = on("07-02T00:00");
    await report(app, meter, quarterly("05-21T00:00", "06-01T00:00", 200, 1_200_000));
    await report(app, meter, quarterly("06-01T00:15", "07-01T00:00", 250, 1_411_450));
    // 52.8 kWh less than estimated, at the price of May: −26.40. 720 kWh at 0.90 are 648.00.
    const june = await billOf(app, point);
    assertEquals(brief(june.lines), [["Energy", 720, 648_00], ["2026-05", -52.8, -26_40]]);
    assertEquals(june.total, eur(621_60));
    const next = await issue(app, point, "2026-06");
    assertEquals([next.bill.lines, next.total], [june.lines, june.total]);
    assertEquals((await billOf(app, point, "2026-05")).energyWh, 691_200, "as it is known now");
  },
);

inApp("two meters at a point count together", async (app) => {
  const { point, meter } = await pricedPoint(app);
  const other = await newMeter(app, point);
  await report(app, meter, quarterly("06-01T00:00", "06-15T12:00", 250));
  await report(app, other, quarterly("06-01T00:00", "06-15T12:00", 50, 7_000));
  // 348 kWh and 69.6 kWh at 0.50: 417.6 kWh, 208.80.
  const { lines, meters } = await billOf(app, point);
  assertEquals(brief(lines), [["Energy", 417.6, 208_80]]);
  assertEquals(meters.map(({ id, energyWh }: Json) => [id, energyWh / 1000]), [
    [meter, 348],
    [other, 69.6],
  ]);
});

inApp(
  "what is fed in makes up for what is drawn, and what is left of it for later use",
  async (app) => {
    await app.ask("PUT", "/issuer", ISSUER);
    const credit = { ...PLAIN, fedIn: { kind: "credit", name: "Sun" } };
    const { point, meter } = await pricedPoint(app, credit, { tariffFrom: "2026-05-01T00:00:00Z" });
    await report(app, meter, quarterly("05-01T00:00", "06-15T12:00", 250));
    // 800 kWh in May, 100 in June.
    await report(
      app,
      meter,
      readings(["05-01T00:00", 0], ["06-01T00:00", 800], ["06-15T12:00", 900]),
      1,
    );
    // 744 kWh at 0.50 are 372.00, all of which is made up for; 56 kWh are left.
    const may = await billOf(app, point, "2026-05");
    assertEquals(brief(may.lines), [["Energy", 744, 372_00], ["Sun", -744, -372_00]]);
    const { bill } = await issue(app, point, "2026-05");
    assertEquals([bill.lines, bill.creditLeftWh], [may.lines, 56_000]);
    // 348 kWh less 56 and 100.
    const june = await billOf(app, point);
    assertEquals(brief(june.lines), [["Energy", 348, 174_00], ["Sun", -156, -78_00]]);
    assertEquals(june.total, eur(96_00));
    assertEquals(june.meters.map(({ channel, energyWh }: Json) => [channel, energyWh / 1000]), [
      [0, 348],
      [1, 100],
    ]);
    assertEquals((await billOf(app, point, "2026-05")).lines, may.lines);
  },
);

/** What a bill comes to before it is issued, over HTTP; the numbers are worked out by hand. */
import { assert, assertEquals } from "@std/assert";
import { as, customer as customerCaller } from "./as-caller.ts";
import { billedPoint, issueMay, ISSUER } from "./billed-point.ts";
import {
  brief,
  enter,
  flatAt,
  inApp,
  on,
  PLAIN,
  pricedPoint,
  quarterly,
  readings,
  refusal,
  report,
} from "./priced-point.ts";

const eur = (amount: number) => ({ amount, currency: "EUR" });

inApp(
  "the running period tells what was used so far, what is expected, and what was before",
  async (app) => {
    const { point, meter } = await pricedPoint(app);
    // A kWh an hour, last read half an hour ago.
    await report(app, meter, quarterly("05-01T00:00", "06-15T11:30", 250));
    const { lines, meters, ...bill } = await app.ask("GET", `/points/${point}/bill`);
    // Since the 1st: 14 days and 11.5 h, 347.5 kWh at 0.50: 173.75. All of June are
    // 720 kWh less the quarter in which it was read last: 719.75 kWh, 359.88.
    const always = <Value>(value: Value) => ({ low: value, expected: value, high: value });
    assertEquals(bill, {
      month: "2026-06",
      firstDay: "2026-06-01",
      lastDay: "2026-06-30",
      days: 30,
      tariff: "Plain",
      until: "2026-06-15T12:00:00Z",
      ended: false,
      invoiceId: null,
      energyWh: 347_500,
      estimatedWh: 0,
      doubted: false,
      missingSeconds: 900,
      total: eur(173_75),
      forecast: { energyWh: always(719_750), total: always(eur(359_88)) },
      // 14.5 days of May.
      before: { month: "2026-05", energyWh: 348_000, total: eur(174_00) },
    });
    assertEquals(brief(lines), [["Energy", 347.5, 173_75]]);
    // In May, 744 kWh.
    assertEquals(meters, [{
      id: meter,
      label: null,
      channel: 0,
      previous: { time: "2026-06-01T00:00:00Z", energyWh: 744_000, quality: "measured" },
      current: { time: "2026-06-15T11:30:00Z", energyWh: 1_091_500, quality: "measured" },
      energyWh: 347_500,
    }]);
  },
);

inApp(
  "a forecast takes two weeks of measured use, and has the range of what weeks are like",
  async (app) => {
    const { point, meter } = await pricedPoint(app);
    const forecast = async () => (await app.ask("GET", `/points/${point}/bill`)).forecast;
    assertEquals(await forecast(), null);
    app.clock.seconds = on("06-14T23:00");
    // 250, 400 or 100 Wh a quarter, by the day.
    const use = (time: number) => [250, 400, 100][Math.floor(time / 86_400) % 3];
    const registers = quarterly("06-01T00:00", "06-15T00:00", use);
    await report(app, meter, registers.slice(0, -4));
    assertEquals(await forecast(), null);
    app.clock.seconds = on("06-15T00:15");
    await report(app, meter, registers.slice(-4));
    const { energyWh, total } = await forecast();
    assert(energyWh.low < energyWh.expected && energyWh.expected < energyWh.high);
    for (const edge of ["low", "expected", "high"]) {
      assertEquals(
        total[edge],
        eur(Math.round(energyWh[edge] / 20)),
        `half a euro a kWh (${edge})`,
      );
    }
  },
);

inApp("of a month that has no bill the reason is told", async (app) => {
  const { point, customer } = await pricedPoint(app);
  const bill = (query: string, id = point) => refusal(app, "GET", `/points/${id}/bill${query}`);
  const first = "has its first tariff from 2026-04-01T00:00:00+00:00 on";
  assertEquals(
    await bill("?period=2026-03"),
    `409 Of 2026-03 nothing is billed: point ${point} ${first}.`,
  );
  assertEquals(await bill("?period=2026-07"), "409 The period of 2026-07 has not begun yet.");
  const misfit = "400 The query does not fit: ";
  for (const month of ["2026-13", "2026-6", "june", "", "1999-12", "2026-06-01"]) {
    const told = await bill(`?period=${month}`);
    assertEquals(told, `${misfit}period: must be a month, like 2026-11`);
  }
  assertEquals(await bill("?month=2026-06"), `${misfit}month: is not known`);
  const { id: bare } = await app.ask("POST", "/points", { customerId: customer, label: "Shed" });
  assertEquals(
    await bill("", bare),
    `409 Point ${bare} has no tariff: give it one with PATCH /api/v1/points/${bare}.`,
  );
  const none = "0".repeat(16);
  assertEquals(await bill("", none), `404 There is no point ${none}.`);
});

inApp("a period that has ended comes to what its invoice then bills, line by line", async (app) => {
  const { point } = await billedPoint(app);
  const may = () => app.ask("GET", `/points/${point}/bill?period=2026-05`);
  const before = await may();
  assertEquals([before.ended, before.invoiceId, before.forecast], [true, null, null]);
  const { id, total, bill } = await issueMay(app, point);
  assertEquals(before.lines, bill.lines);
  assertEquals(before.total, total);
  for (const field of ["tariff", "firstDay", "lastDay", "days", "energyWh", "meters"]) {
    assertEquals(before[field], bill[field], field);
  }
  assertEquals(await may(), { ...before, invoiceId: id });
  await app.ask("POST", `/invoices/${id}/credit`, { reason: "Wrong name" });
  assertEquals(await may(), before, "a bill that was taken back is none");
});

inApp("a tariff that is changed at 14:37 counts from the register at that instant", async (app) => {
  const { point, meter } = await pricedPoint(app);
  const tariffId = await enter(app, flatAt("0.6"));
  await app.ask("PATCH", `/points/${point}`, { tariffId, tariffFrom: "2026-06-10T14:37:00Z" });
  // A kWh an hour: 230.5 kWh by 14:30 on the 10th, 348 by 12:00 on the 15th. Of the 250 Wh of that
  // quarter 7/15 by 14:37: 116.666 Wh. 230.616666 at 0.50 are 115.31, 117.383334 at 0.60 are 70.43.
  await report(app, meter, quarterly("06-01T00:00", "06-15T12:00", 250));
  const lines = async () => brief((await app.ask("GET", `/points/${point}/bill`)).lines);
  assertEquals(await lines(), [["Energy", 230.616666, 115_31], ["Energy", 117.383334, 70_43]]);
});

inApp("where the register was read at 14:37, nothing is spread", async (app) => {
  const { point, meter, tariff } = await pricedPoint(app);
  await app.ask("POST", `/tariffs/${tariff}/versions`, {
    tariff: flatAt("0.6"),
    effectiveFrom: "2026-06-20T14:37:00Z",
  });
  app.clock.seconds = on("06-21T00:00");
  // 470.5 kWh by 14:30 on the 20th, 200 Wh more by 14:37: 470.7 at 0.50 are 235.35. Then 50 Wh by
  // 14:45 and 9.25 kWh by midnight: 9.3 at 0.60 are 5.58.
  const registers = quarterly("06-01T00:00", "06-21T00:00", 250);
  const next = registers.findIndex(({ time }) => time > on("06-20T14:37"));
  await report(
    app,
    meter,
    registers.toSpliced(next, 0, ...readings(["06-20T14:37", 470.7])),
  );
  const { lines, total } = await app.ask("GET", `/points/${point}/bill`);
  assertEquals(brief(lines), [["Energy", 470.7, 235_35], ["Energy", 9.3, 5_58]]);
  assertEquals(total, eur(240_93));
});

inApp("a new holder sees their own part of a period, and so does the staff", async (app) => {
  const fixed = { name: "Standing", price: "30", per: "period" };
  const { point, meter, customer } = await pricedPoint(app, { ...PLAIN, fixed });
  const { id: bento } = await app.ask("POST", "/customers", { name: "Bento" });
  await report(app, meter, quarterly("05-01T00:00", "06-15T12:00", 250));
  await app.ask("PATCH", `/points/${point}`, {
    customerId: bento,
    heldFrom: "2026-06-08T00:00:00Z",
  });
  // 7.5 days are 180 kWh, 90.00; 23 of 30 days of 30.00 are 23.00.
  const bill = await app.ask("GET", `/points/${point}/bill`);
  assertEquals(brief(bill.lines), [["Energy", 180, 90_00], ["Standing", 23_00]]);
  assertEquals([bill.firstDay, bill.days, bill.before], ["2026-06-08", 23, null]);
  assertEquals(bill.forecast, null, "nothing is expected of one by what another used");
  const own = await as(app, customerCaller(bento))("GET", `/points/${point}/bill`);
  assertEquals(own.body, bill);
  const asked = await as(app, customerCaller(bento))("GET", `/points/${point}/bill?period=2026-05`);
  assertEquals(
    [asked.status, asked.body.detail],
    [409, `Of 2026-05 there is nothing to bill at point ${point}.`],
  );
  const may = await app.ask("GET", `/points/${point}/bill?period=2026-05`);
  assertEquals(may.energyWh, 744_000, "the staff sees that of the one before");
  assertEquals(
    (await as(app, customerCaller(customer))("GET", `/points/${point}/bill`)).status,
    404,
  );
});

inApp(
  "after a change of the reading day a period begins where the last bill ended",
  async (app) => {
    await app.ask("PUT", "/issuer", ISSUER);
    const { point, meter } = await pricedPoint(app);
    await report(app, meter, quarterly("04-01T00:00", "06-15T12:00", 250));
    const issue = (month: string) =>
      app.ask("POST", `/points/${point}/invoices/issue?period=${month}`);
    await issue("2026-04");
    const { id } = await issue("2026-05");
    await app.ask("PATCH", `/points/${point}`, { readingDay: 5 });
    const bill = async (month = "") => {
      const path = `/points/${point}/bill${month && `?period=${month}`}`;
      const { firstDay, lastDay, energyWh, invoiceId } = await app.ask("GET", path);
      return [firstDay, lastDay, energyWh / 1000, invoiceId];
    };
    assertEquals(await bill("2026-05"), ["2026-05-01", "2026-05-31", 744, id]);
    assertEquals(await bill("2026-06"), ["2026-06-01", "2026-06-05", 120, null]);
    assertEquals(await bill(), ["2026-06-06", "2026-07-05", 228, null]);
    const june = await issue("2026-06");
    assertEquals(await bill("2026-06"), ["2026-06-01", "2026-06-05", 120, june.id]);
    assertEquals(june.bill.energyWh, 120_000);
  },
);

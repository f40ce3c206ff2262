/** What is known late of a month that was billed is put right by the next bill, at that month's prices. */
import { assertEquals } from "@std/assert";
import { AppInMemory } from "./app-in-memory.ts";
import { ISSUER } from "./billed-point.ts";
import { type At, instant, newMeter, secondsOf } from "./metered-point.ts";
import type { Json } from "./running-server.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const KWH = 1_000_000;
const [MAY, JULY] = ["2026-05-01T00:00:00Z", "2026-07-01T00:00:00Z"].map(secondsOf);
const GAP = MAY + 9 * DAY;
const UPLOAD = 1_000;

/** A kWh an hour, every quarter of it. */
const EVENLY: At[] = Array.from({ length: (JULY - MAY) / 900 + 1 }, (_, i) => ({
  time: MAY + i * 900,
  milliwattHours: i * KWH / 4,
}));

const isInGap = ({ time }: At): boolean => GAP < time && time < GAP + DAY;

async function take(app: AppInMemory, meter: string, readings: At[]): Promise<void> {
  for (let at = 0; at < readings.length; at += UPLOAD) {
    const some = readings.slice(at, at + UPLOAD).map(({ time, milliwattHours }) => ({
      time: instant(time),
      energyWh: milliwattHours / 1_000,
    }));
    await app.ask("POST", `/meters/${meter}/readings`, { readings: some });
  }
}

/** The corrections on June's bill, if May was billed by some readings and others came later. */
async function corrections(
  first: At[],
  later: At[],
): Promise<[energyWh: number, amount: number][]> {
  await using app = await AppInMemory.open();
  app.clock.seconds = JULY + 2 * DAY;
  await app.ask("PUT", "/issuer", ISSUER);
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Ana" });
  const { id: tariffId } = await app.ask("POST", "/tariffs", { preset: "europeDayNight" });
  const home = { customerId, label: "Casa", timezone: "UTC", tariffId, tariffFrom: "2026-05-01" };
  const { id: point } = await app.ask("POST", "/points", home);
  const meter = await newMeter(app, point);
  await take(app, meter, first);
  const issue = (month: string) =>
    app.ask("POST", `/points/${point}/invoices/issue?period=${month}`);
  await issue("2026-05");
  await take(app, meter, later);
  const { id, bill } = await issue("2026-06");
  assertEquals((await app.ask("GET", `/invoices/${id}/verify`)).recomputed, true);
  return bill.lines.filter(({ kind }: Json) => kind === "correction")
    .map(({ energyWh, amount }: Json) => [energyWh, amount.amount]);
}

Deno.test("nothing is put right of a month of which all was known", async () => {
  assertEquals(await corrections(EVENLY, []), []);
});

Deno.test("what was used at another hour than it was taken to be is put right, though it is as much", async () => {
  // Of 744 kWh 310 were used at night: 34.84, and 434 by day: 86.06; with 9.74 for 31 days and 23 %
  // of VAT 160.69. On the 10th all 24 kWh were in fact used by 8 o'clock, so 324 at night: 36.42,
  // and 420 by day: 83.29; together 159.22.
  const known = EVENLY.filter((reading) => !isInGap(reading));
  const late = EVENLY.filter(isInGap).map(({ time }) => ({
    time,
    milliwattHours: 9 * 24 * KWH + Math.min(24 * KWH, (time - GAP) / HOUR * 3 * KWH),
  }));
  assertEquals(await corrections(known, late), [[0, -147]]);
  assertEquals(await corrections(known, []), []);
});

Deno.test("what was not known at the end of a month is put right", async () => {
  // 24 kWh of the 31st less: 310 - 10 at night are 33.72, 434 - 14 by day 83.29; with 9.74 and 23 %
  // of VAT 155.90, which is 4.79 less than 160.69.
  const end = MAY + 30 * DAY;
  const known = EVENLY.filter(({ time }) => time <= end);
  assertEquals(await corrections(known, EVENLY.filter(({ time }) => time > end)), [[24_000, 479]]);
});

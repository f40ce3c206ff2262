/** Tariffs as they are sent, points that have one, and registers by the quarter of an hour. */
import { assertEquals } from "@std/assert";
import { AppInMemory } from "./app-in-memory.ts";
import { type At, instant, milliwattHours, newMeter } from "./metered-point.ts";
import type { Json } from "./running-server.ts";

/** A test in an app of its own, which has nothing to report. */
export const inApp = (name: string, test: (app: AppInMemory) => Promise<void>): void =>
  Deno.test(name, async () => {
    await using app = await AppInMemory.open();
    await test(app);
    assertEquals(app.reported, []);
  });

/** Half a euro a kWh, and nothing else. */
export const PLAIN = {
  name: "Plain",
  currency: "EUR",
  decimals: 2,
  rounding: "halfUp",
  energy: { kind: "flat", name: "Energy", price: "0.5" },
  taxes: { kind: "onTop", stages: [] },
  holidays: [],
};

export const flatAt = (price: string, more: object = {}) => ({
  ...PLAIN,
  energy: { kind: "flat", name: "Energy", price },
  ...more,
});

const EVERY_DAY = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"];

/** From 22:00 to 08:00 at 0.10, by day at 0.20. */
export const DAY_AND_NIGHT = {
  ...PLAIN,
  name: "Day and night",
  energy: {
    kind: "timeOfUse",
    bands: [
      {
        name: "Night",
        price: "0.1",
        windows: [
          { days: EVERY_DAY, from: "00:00", to: "08:00" },
          { days: EVERY_DAY, from: "22:00", to: "24:00" },
        ],
      },
      {
        name: "Day",
        price: "0.2",
        windows: [{ days: EVERY_DAY, from: "08:00", to: "22:00" }],
      },
    ],
  },
};

export const enter = async (app: AppInMemory, tariff: object): Promise<string> =>
  (await app.ask("POST", "/tariffs", { tariff })).id;

export interface PricedPoint {
  customer: string;
  tariff: string;
  point: string;
  meter: string;
}

/** In UTC, with the tariff since April 2026. */
export async function pricedPoint(
  app: AppInMemory,
  terms: object = PLAIN,
  place: object = {},
): Promise<PricedPoint> {
  const tariff = await enter(app, terms);
  const { id: customer } = await app.ask("POST", "/customers", { name: "Ana" });
  const { id: point } = await app.ask("POST", "/points", {
    customerId: customer,
    label: "Home",
    timezone: "UTC",
    tariffId: tariff,
    tariffFrom: "2026-04-01T00:00:00Z",
    ...place,
  });
  return { customer, tariff, point, meter: await newMeter(app, point) };
}

/** Of 2026, in UTC: `06-15T12:00`. */
export const on = (text: string): number => Date.parse(`2026-${text}:00Z`) / 1000;

export const readings = (...registers: [time: string, kwh: number][]): At[] =>
  registers.map(([time, kwh]) => ({ time: on(time), milliwattHours: milliwattHours(kwh * 1000) }));

const QUARTER = 900;

/** A register every quarter of an hour that rises by so many Wh in each, or by what is said of it. */
export function quarterly(
  from: string,
  to: string,
  wh: number | ((time: number) => number),
  startWh = 0,
): At[] {
  const registers: At[] = [];
  let register = milliwattHours(startWh);
  for (let time = on(from); time <= on(to); time += QUARTER) {
    registers.push({ time, milliwattHours: register });
    register += milliwattHours(typeof wh === "number" ? wh : wh(time));
  }
  return registers;
}

const A_REPORT = 1_000;

/** Sends them by their times, without numbers, so that more may come later. */
export async function report(
  app: AppInMemory,
  meter: string,
  registers: At[],
  channel = 0,
): Promise<void> {
  for (let at = 0; at < registers.length; at += A_REPORT) {
    const some = registers.slice(at, at + A_REPORT).map(({ time, milliwattHours }) => ({
      channel,
      time: instant(time),
      energyWh: milliwattHours / 1000,
    }));
    const { stored } = await app.ask("POST", `/meters/${meter}/readings`, { readings: some });
    assertEquals(stored, some.length);
  }
}

/** The lines of a bill as label, kWh where there are some, and amount. */
export const brief = (lines: Json[]): unknown[] =>
  lines.map(({ label, energyWh, amount }) =>
    energyWh === undefined ? [label, amount.amount] : [label, energyWh / 1000, amount.amount]
  );

/** The status of a refusal, and why. */
export async function refusal(
  app: AppInMemory,
  method: string,
  path: string,
  body?: unknown,
): Promise<string> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const answer = await app.send(method, path, text);
  return `${answer.status} ${answer.body?.detail}`;
}

/** A point with a meter on it in the app in memory, and what the point's consumption should be. */
import { assertEquals } from "@std/assert";
import type { AppInMemory } from "./app-in-memory.ts";
import type { Json } from "./running-server.ts";

const UPLOAD = 1_000;

/** A register at an instant, in Unix seconds. */
export interface At {
  time: number;
  milliwattHours: number;
}

export interface Value {
  start: string;
  end: string;
  energyWh: number;
  quality: string;
}

export const instant = (time: number): string =>
  new Date(time * 1000).toISOString().replace(".000", "");
export const secondsOf = (text: string): number => Date.parse(text) / 1000;
export const milliwattHours = (wh: number): number => Math.round(wh * 1000);

export async function newPoint(app: AppInMemory, timezone = "UTC"): Promise<string> {
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Ana" });
  return (await app.ask("POST", "/points", { customerId, label: "Rua A 1", timezone })).id;
}

export async function newMeter(app: AppInMemory, pointId?: string): Promise<string> {
  return (await app.ask("POST", "/meters/provision", { meters: [{ pointId }] })).meters[0].id;
}

export async function upload(app: AppInMemory, meter: string, readings: At[]): Promise<void> {
  for (let at = 0; at < readings.length; at += UPLOAD) {
    const some = readings.slice(at, at + UPLOAD).map(({ time, milliwattHours }, i) => ({
      n: at + i + 1,
      time: instant(time),
      energyWh: milliwattHours / 1000,
    }));
    const answer = await app.ask("POST", `/meters/${meter}/readings`, { readings: some });
    assertEquals(answer.stored, some.length);
  }
}

/** The values of a period, which must follow one another from end to end and add up. */
export async function consumption(
  app: AppInMemory,
  point: string,
  period: { from: string; to: string; step: string; channel?: number },
): Promise<{ total: number; values: Value[]; answer: Json }> {
  const query = new URLSearchParams(
    Object.entries(period).map(([key, value]) => [key, `${value}`]),
  );
  const answer = await app.ask("GET", `/points/${point}/consumption?${query}`);
  assertEquals(answer.step, period.step);
  const values: Value[] = answer.values;
  for (let i = 1; i < values.length; i++) assertEquals(values[i].start, values[i - 1].end);
  const total = values.reduce((sum, { energyWh }) => sum + milliwattHours(energyWh), 0);
  assertEquals(total, milliwattHours(answer.totalWh), `sum of values over ${query}`);
  return { total, values, answer };
}

/** The register at an instant if it rises evenly between readings; as it was at both ends. */
export function registerAt(readings: At[], time: number): number {
  const next = readings.findIndex((reading) => reading.time > time);
  if (next < 0) return readings[readings.length - 1].milliwattHours;
  if (next === 0) return readings[0].milliwattHours;
  const [before, after] = [readings[next - 1], readings[next]];
  const rise = after.milliwattHours - before.milliwattHours;
  return before.milliwattHours + rise * (time - before.time) / (after.time - before.time);
}

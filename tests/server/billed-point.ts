/** A point with a month behind it that can be billed, in the app in memory. */
import type { AppInMemory } from "./app-in-memory.ts";
import { newMeter, upload } from "./metered-point.ts";

/** 2026-05-01T00:00 and 2026-06-01T00:00 in São Paulo. */
export const MAY = { from: 1_777_604_400, to: 1_780_282_800 };
const QUARTER = 900;

export const ISSUER = {
  name: "Luz Exemplo",
  taxId: "12.ABC.345/01DE-35",
  address: "Av. Central 1000, Rio de Janeiro",
  paymentDays: 10,
  pix: { key: "PIX@exemplo.com.br", name: "Luz Exemplo Distribuição", city: "Rio de Janeiro" },
};

export interface BilledPoint {
  customer: string;
  point: string;
  meter: string;
}

/** 304 kWh in May 2026. */
export async function billedPoint(app: AppInMemory, name = "Ana Souza"): Promise<BilledPoint> {
  await app.ask("PUT", "/issuer", ISSUER);
  const customer = (await app.ask("POST", "/customers", { name, taxId: undefined })).id;
  const code = `C-${customer.slice(0, 6)}`;
  const place = {
    customerId: customer,
    label: "Casa",
    code,
    ...await lightSince(app, "2026-05-01"),
  };
  const point = (await app.ask("POST", "/points", place)).id;
  const meter = await newMeter(app, point);
  const count = (MAY.to - MAY.from) / QUARTER;
  await upload(
    app,
    meter,
    Array.from({ length: count + 1 }, (_, i) => ({
      time: MAY.from + i * QUARTER,
      milliwattHours: 1_000_000_000 + Math.floor(304_000_000 * i / count),
    })),
  );
  return { customer, point, meter };
}

/** What gives a point a tariff of Brazil. */
export async function lightSince(app: AppInMemory, tariffFrom: string) {
  const { id: tariffId } = await app.ask("POST", "/tariffs", { preset: "brazilConventional" });
  return { tariffId, tariffFrom };
}

export const issueMay = (app: AppInMemory, point: string) =>
  app.ask("POST", `/points/${point}/invoices/issue?period=2026-05`);

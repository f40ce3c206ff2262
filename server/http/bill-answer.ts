/** A bill as JSON: its lines, and what was used. */
import { z } from "zod";
import type { Bill, MeterShown, RegisterShown } from "../domain/bill.ts";
import { scaledText } from "../domain/money.ts";
import { date, id, instantAnswer, month, wh } from "./answers.ts";
import { billLine, decimal, shownLine } from "./bill-line-answer.ts";
import { toInstant, toWh } from "./output.ts";

const QUALITIES = ["measured", "estimated", "missing"] as const;

const register = z.object({
  time: instantAnswer,
  energyWh: z.number(),
  quality: z.enum(QUALITIES),
}).nullable();

export const metersAnswer = z.array(z.object({
  id,
  label: z.string().nullable(),
  channel: z.int(),
  previous: register,
  current: register,
  energyWh: z.number(),
}));

const party = z.object({
  name: z.string(),
  taxId: z.string().nullable(),
  address: z.string().nullable(),
  phone: z.string().nullable(),
});

export const billAnswer = z.object({
  issuer: party,
  customer: party,
  tariff: z.string(),
  timezone: z.string(),
  firstDay: date,
  lastDay: date,
  days: z.int(),
  nextReadingOn: date.nullable(),
  energyWh: wh,
  estimatedWh: wh,
  billedWh: wh.meta({ description: "With what is missing to a minimum" }),
  missingSeconds: z.int().meta({ description: "For so long nothing is known of the use" }),
  creditLeftWh: z.number().meta({
    description: "Fed in, and not made up for yet; below zero if more was used than there is",
  }),
  averagePrice: decimal.nullable(),
  lines: z.array(billLine),
  meters: metersAnswer,
  daily: z.array(z.object({ date, energyWh: z.number(), quality: z.enum(QUALITIES) })),
  months: z.array(z.object({
    month,
    days: z.int(),
    energyWh: z.number(),
    estimated: z.boolean(),
  })),
}).meta({ id: "Bill" });

export function shownBill(bill: Bill): z.input<typeof billAnswer> {
  const { period: { firstDay, lastDay, days } } = bill;
  return {
    issuer: shownParty(bill.issuer),
    customer: shownParty(bill.customer),
    tariff: bill.tariffName,
    timezone: bill.timeZone,
    firstDay,
    lastDay,
    days,
    nextReadingOn: bill.nextReadingOn ?? null,
    energyWh: toWh(bill.milliwattHours),
    estimatedWh: toWh(bill.estimatedMilliwattHours),
    billedWh: toWh(bill.billedMilliwattHours),
    missingSeconds: bill.missingSeconds,
    creditLeftWh: toWh(bill.creditLeft),
    averagePrice: bill.averagePrice === undefined ? null : scaledText(bill.averagePrice),
    lines: bill.lines.map((line) => shownLine(line, bill.currency)),
    meters: shownMeters(bill.meters),
    daily: bill.days.map(({ date, milliwattHours, quality }) => ({
      date,
      energyWh: toWh(milliwattHours),
      quality,
    })),
    months: bill.months.map(({ month, days, milliwattHours, estimated }) => ({
      month,
      days,
      energyWh: toWh(milliwattHours),
      estimated,
    })),
  };
}

export const shownMeters = (meters: MeterShown[]) =>
  meters.map(({ meterId, label, channel, previous, current, milliwattHours }) => ({
    id: meterId,
    label: label ?? null,
    channel,
    previous: shownRegister(previous),
    current: shownRegister(current),
    energyWh: toWh(milliwattHours),
  }));

const shownParty = ({ name, taxId, address, phone }: Bill["issuer"]) => ({
  name,
  taxId: taxId ?? null,
  address: address ?? null,
  phone: phone ?? null,
});

const shownRegister = (register: RegisterShown | undefined) =>
  register === undefined ? null : {
    time: toInstant(register.time),
    energyWh: toWh(register.milliwattHours),
    quality: register.quality,
  };

/** From where on alerts are told: each limit as it is typed, sent and shown. */
import type { InferRequestType, InferResponseType } from "hono/client";
import { numberOf } from "./arguments.ts";
import type { ApiClient } from "./connection.ts";
import { minorUnits, money } from "./money.ts";
import { register, wattHours, watts } from "./units.ts";

type Place = ApiClient["points"][":id"]["limits"];
export type Sent = InferRequestType<Place["$put"]>["json"];
export type Answered = InferResponseType<Place["$get"]>;
export type Limits = Answered["own"];
type Field = keyof Sent & keyof Limits;

export interface Term {
  field: Field;
  title: string;
  /** What of a change says what is typed. */
  read: (name: string, text: string, currency: string) => Record<string, unknown>;
  /** Undefined where it is not said. */
  show: (limits: Limits) => string | undefined;
}

const USUAL = "usual";
const OFF = "off";
const BY_SUPPLY = "by-supply";

interface Form<F extends Field> {
  /** How it is typed that there is none, if that can be. */
  none?: string;
  read: (name: string, text: string, currency: string) => NonNullable<Sent[F]>;
  show: (value: NonNullable<Limits[F]>) => string;
}

const term = <F extends Field>(field: F, title: string, form: Form<F>): Term => ({
  field,
  title,
  read: (name, text, currency) => {
    if (text === USUAL) return { [field]: undefined };
    return { [field]: text === form.none ? null : form.read(name, text, currency) };
  },
  show: ({ [field]: value }) => {
    if (value === undefined) return undefined;
    return value === null ? form.none : form.show(value);
  },
});

const energy = { none: OFF, read: wattHours, show: (wh: number) => register(wh)! };
const power = { read: numberOf, show: (power: number) => watts(power)! };
const counted = (unit: string) => ({ read: numberOf, show: (count: number) => `${count}${unit}` });

const amount = (name: string, text: string, currency: string) => ({
  amount: minorUnits(name, text, currency),
  currency,
});

const budget = {
  none: OFF,
  show: (set: NonNullable<Limits["budget"]>) =>
    "amount" in set ? money(set) : register(set.energyWh)!,
};

/** By the option that sets it. */
export const TERMS = {
  "day-kwh": term("dayWh", "energy of a day", energy),
  "budget": term("budget", "budget of a period", { ...budget, read: amount }),
  "budget-kwh": term("budget", "budget of a period", {
    ...budget,
    read: (name, text) => ({ energyWh: wattHours(name, text) }),
  }),
  "variation": term("variationPercent", "a bill above those before", {
    none: OFF,
    ...counted(" %"),
  }),
  "variation-floor": term("variationFloor", "and by so much at least", {
    read: amount,
    show: money,
  }),
  "unusual-kwh": term("unusualWh", "more than usual in one go", energy),
  "never-sleeps-watts": term("neverSleepsWatts", "the least of a day risen", {
    none: OFF,
    ...power,
  }),
  "never-sleeps-days": term("neverSleepsDays", "for so many days", counted("")),
  "silent-minutes": term("silentMinutes", "silence of a meter", { none: OFF, ...counted(" min") }),
  "outage-meters": term("outageMeters", "meters of one outage", counted("")),
  "outage-percent": term("outagePercent", "and their part of a region", counted(" %")),
  "estimated-hours": term("estimatedHours", "estimated in a period", {
    none: OFF,
    ...counted(" h"),
  }),
  "power-watts": term("powerWatts", "more than can be drawn", { none: BY_SUPPLY, ...power }),
} satisfies Record<string, Term>;

export type TermName = keyof typeof TERMS;

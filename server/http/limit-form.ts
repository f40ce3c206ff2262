/** Limits of alerts as they are sent and answered: in Wh, in watts and in money. */
import { z } from "zod";
import { BOUNDS, BUDGET_BOUNDS, type Limits } from "../domain/alert-limits.ts";
import { money, wh } from "./answers.ts";
import { misfit, said, whole } from "./input.ts";
import { energyWh } from "./json-body.ts";
import { toWh } from "./output.ts";

type Numeric = keyof typeof BOUNDS;

const within = (name: Numeric) => whole(BOUNDS[name].least, BOUNDS[name].most).optional();
const orNone = (name: Numeric) =>
  whole(BOUNDS[name].least, BOUNDS[name].most).nullable().optional();

function energyFrom({ least, most }: { least: number; most: number }) {
  const [minimum, maximum] = [toWh(least), toWh(most)];
  return energyWh.refine(
    (milliwattHours) => least <= milliwattHours && milliwattHours <= most,
    `must be ${minimum} to ${maximum}`,
  ).meta({ type: "number", minimum, maximum, description: "Wh", example: 15_000 });
}

const amountFrom = ({ least, most }: { least: number; most: number }) =>
  whole(least, most).meta({ description: "In the smallest unit of the currency", example: 30_000 });
const currency = z.string().max(10, "must be a currency's code").meta({
  description: "That of the point's tariff",
  example: "BRL",
});

const budget = z.strictObject({
  amount: amountFrom(BUDGET_BOUNDS.amount).optional(),
  currency: currency.optional(),
  energyWh: energyFrom(BUDGET_BOUNDS.milliwattHours).optional(),
}).refine(
  ({ amount, currency, energyWh }) =>
    energyWh === undefined
      ? amount !== undefined && currency !== undefined
      : amount === undefined && currency === undefined,
  "must have either an amount with its currency, or energyWh",
);

export const limitsSent = z.strictObject({
  dayWh: energyFrom(BOUNDS.dayMilliwattHours).nullable().optional(),
  budget: budget.nullable().optional(),
  variationPercent: orNone("variationPercent"),
  variationFloor: z.strictObject({ amount: amountFrom(BOUNDS.variationFloor), currency })
    .optional(),
  unusualWh: energyFrom(BOUNDS.unusualMilliwattHours).nullable().optional(),
  neverSleepsWatts: orNone("neverSleepsWatts"),
  neverSleepsDays: within("neverSleepsDays"),
  silentMinutes: orNone("silentMinutes"),
  outageMeters: within("outageMeters"),
  outagePercent: within("outagePercent"),
  estimatedHours: orNone("estimatedHours"),
  powerWatts: orNone("powerWatts"),
}).meta({ example: { dayWh: 15_000, budget: { amount: 30_000, currency: "BRL" } } });

type Sent = z.output<typeof limitsSent>;

const limit = z.int().nullable().optional();

export const limitsShown = z.object({
  dayWh: wh.nullable().optional().meta({ description: "A day's use above it is told" }),
  budget: z.union([money, z.object({ energyWh: wh })]).nullable().optional().meta({
    description: "For a period",
  }),
  variationPercent: limit.meta({
    description: "By so much a bill may be above those before it",
  }),
  variationFloor: money.optional().meta({ description: "A smaller difference is not told" }),
  unusualWh: wh.nullable().optional().meta({ description: "So much above the usual in one go" }),
  neverSleepsWatts: limit.meta({ description: "By so much the least of a day has risen" }),
  neverSleepsDays: z.int().optional().meta({ description: "For so many days" }),
  silentMinutes: limit.meta({ description: "So long a meter may be silent" }),
  outageMeters: z.int().optional().meta({ description: "So many at once are one outage" }),
  outagePercent: z.int().optional().meta({ description: "If they are so much of the region" }),
  estimatedHours: limit.meta({ description: "So much of a period may be estimated" }),
  powerWatts: limit.meta({ description: "No more can be drawn; null: by the supply" }),
}).meta({ id: "Limits" });

/** Without what is not said. */
export function limitsIn(sent: Sent, currency: string): Partial<Limits> {
  refuseOther(sent, currency);
  const { dayWh, unusualWh, budget, variationFloor, ...rest } = sent;
  return said({
    ...rest,
    dayMilliwattHours: dayWh,
    unusualMilliwattHours: unusualWh,
    budget: budget && budgetIn(budget),
    variationFloor: variationFloor?.amount,
  });
}

/** Money of another currency is no limit of a bill in this one. */
function refuseOther({ budget, variationFloor }: Sent, currency: string): void {
  const errors = Object.entries({ budget, variationFloor }).filter(([, money]) =>
    money?.currency !== undefined && money.currency !== currency
  ).map(([name]) => ({ path: `${name}.currency`, message: `must be ${currency}` }));
  if (errors.length > 0) throw misfit("body", errors);
}

const budgetIn = ({ amount, energyWh }: z.output<typeof budget>) =>
  amount === undefined ? { milliwattHours: energyWh! } : { amount };

const unlessNone = <Value, Shown>(value: Value | null | undefined, show: (value: Value) => Shown) =>
  value === null || value === undefined ? value as null | undefined : show(value);

export function shownLimits(
  limits: Partial<Limits>,
  currency: string,
): z.input<typeof limitsShown> {
  const { dayMilliwattHours, unusualMilliwattHours, budget, variationFloor, ...rest } = limits;
  return {
    ...rest,
    dayWh: unlessNone(dayMilliwattHours, toWh),
    unusualWh: unlessNone(unusualMilliwattHours, toWh),
    budget: unlessNone(
      budget,
      (set) =>
        "amount" in set ? { amount: set.amount, currency } : { energyWh: toWh(set.milliwattHours) },
    ),
    variationFloor: variationFloor === undefined ? undefined : { amount: variationFloor, currency },
  };
}

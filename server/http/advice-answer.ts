/** What is worth doing, as it is answered. */
import { z } from "zod";
import type { Advice } from "../domain/advice.ts";
import { id, money, wh } from "./answers.ts";
import { toWh } from "./output.ts";
import type { HttpParts } from "./parts.ts";

const gain = { gain: money.meta({ description: "In the period, by the rating of bills" }) };

export const adviceItem = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("stayWithin"), upToKwh: z.number(), cutWh: wh, ...gain }),
  z.object({
    kind: z.literal("shift"),
    appliance: z.string().meta({ example: "washingMachine" }),
    from: z.string().meta({ description: "The name of the dear hours" }),
    to: z.string(),
    energyWh: wh,
    ...gain,
  }),
  z.object({
    kind: z.literal("otherTariff"),
    tariffId: id,
    tariff: z.string(),
    periods: z.int().meta({ description: "So many past ones would have cost less by the gain" }),
    ...gain,
  }),
]);

export async function shownAdvice(
  { tariffs }: HttpParts,
  advice: Advice,
  currency: string,
): Promise<z.input<typeof adviceItem>> {
  const gain = { amount: advice.gain, currency };
  if (advice.kind === "stayWithin") {
    const { kind, upToKwh, cutMilliwattHours } = advice;
    return { kind, upToKwh, cutWh: toWh(cutMilliwattHours), gain };
  }
  if (advice.kind === "shift") {
    const { milliwattHours, ...rest } = advice;
    return { ...rest, energyWh: toWh(milliwattHours), gain };
  }
  const tariff = await tariffs.get(advice.tariffId);
  return { ...advice, tariff: tariff?.name ?? "", gain };
}

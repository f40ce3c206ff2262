/** From where on alerts are told: of a point by whoever holds it and by the staff, of a tariff. */
import { z } from "zod";
import { CUSTOMERS_LIMITS, type Limits, limitsOf, onlyCustomers } from "../domain/alert-limits.ts";
import { decimalsOf } from "../domain/money.ts";
import type { PointRecord } from "../store/points.ts";
import type { TariffRecord } from "../store/tariffs.ts";
import { type Caller, limitOf } from "./caller.ts";
import { found } from "./found.ts";
import { misfit } from "./input.ts";
import { limitsIn, limitsSent, limitsShown, shownLimits } from "./limit-form.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { tariffAt } from "./point-tariff.ts";
import { pointIn } from "./points.ts";
import { valueOf } from "./problem.ts";
import { tagged } from "./serve.ts";

const answer = z.object({
  own: limitsShown.meta({ description: "What is set here" }),
  effective: limitsShown.meta({ description: "With what counts for all the rest" }),
});

const REPLACED = "What is not named is as it is for the whole group; null is not told at all.";

export const limitOperations = {
  getPointLimits: operation("GET /api/v1/points/:id/limits", {
    summary: "From where on alerts are told of a point",
    details: "Customers are shown the limits that they set.",
    answer,
  }),
  setPointLimits: operation("PUT /api/v1/points/:id/limits", {
    summary: "Set from where on alerts are told of a point",
    details: `${REPLACED} Customers leave the staff's limits as they are: silentMinutes, ` +
      "outageMeters, outagePercent, estimatedHours and powerWatts.",
    body: limitsSent,
    answer,
    failures: ["conflict", "preconditionFailed"],
  }),
  getTariffLimits: operation("GET /api/v1/tariffs/:id/limits", {
    summary: "From where on alerts are told of the points that have a tariff",
    answer,
  }),
  setTariffLimits: operation("PUT /api/v1/tariffs/:id/limits", {
    summary: "Set from where on alerts are told of the points that have a tariff",
    details: REPLACED,
    body: limitsSent,
    answer,
    failures: ["conflict", "preconditionFailed"],
  }),
};

export function limitHandlers(parts: HttpParts): HandlersOf<typeof limitOperations> {
  const { points, tariffs } = parts;
  return {
    getPointLimits: async ({ params, caller, context }) =>
      await shownAt(parts, tagged(context, await pointIn(parts, params.id)), caller),
    setPointLimits: async ({ params: { id }, body, caller, by, context }) => {
      const isStaff = limitOf(caller) === undefined;
      if (!isStaff) refuseStaffs(body);
      const { currency } = await groupOf(parts, await pointIn(parts, id));
      const limits = limitsIn(body, currency);
      const set = isStaff
        ? await points.setLimits(id, limits, by)
        : await points.setCustomersLimits(id, limits, by);
      return await shownAt(parts, tagged(context, valueOf(set)), caller);
    },
    getTariffLimits: async ({ params, context }) =>
      shownGroup(tagged(context, await tariffIn(parts, params.id))),
    setTariffLimits: async ({ params: { id }, body, by, context }) => {
      const { currency } = await tariffIn(parts, id);
      const set = await tariffs.setLimits(id, limitsIn(body, currency), by);
      return shownGroup(tagged(context, valueOf(set)));
    },
  };
}

const tariffIn = ({ tariffs }: HttpParts, id: string): Promise<TariffRecord> =>
  found("tariff", id, (id) => tariffs.get(id));

async function groupOf(parts: HttpParts, point: PointRecord) {
  const { limits = {}, currency = parts.currency } = await tariffAt(parts, point) ?? {};
  return { limits, currency };
}

async function shownAt(parts: HttpParts, point: PointRecord, caller: Caller) {
  const { limits: group, currency } = await groupOf(parts, point);
  const { limits: own = {} } = point;
  const seen = (limits: Partial<Limits>) =>
    shownLimits(limitOf(caller) === undefined ? limits : onlyCustomers(limits), currency);
  return { own: seen(own), effective: seen(limitsOf(decimalsOf(currency), group, own)) };
}

const shownGroup = ({ limits: own = {}, currency }: TariffRecord) => ({
  own: shownLimits(own, currency),
  effective: shownLimits(limitsOf(decimalsOf(currency), own), currency),
});

/** As they are called outside; the others have the same name there as within. */
const CUSTOMERS = new Set<string>([...CUSTOMERS_LIMITS, "dayWh", "unusualWh"]);

function refuseStaffs(sent: z.output<typeof limitsSent>): void {
  const staffs = Object.keys(sent).filter((name) => !CUSTOMERS.has(name));
  const message = "is set by the utility's staff";
  if (staffs.length > 0) throw misfit("body", staffs.map((path) => ({ path, message })));
}

/** How an import is cut up: into what belongs together, and into what goes into one atomic. */
import { createHash } from "node:crypto";
import type {
  ImportPlan,
  PlannedCustomer,
  PlannedMeter,
  PlannedPoint,
} from "../domain/import-plan.ts";

/** A customer, perhaps a point of theirs, perhaps meters there: written in one atomic. */
export interface Unit {
  customer: PlannedCustomer;
  point?: PlannedPoint;
  meters: PlannedMeter[];
}

const METERS_A_UNIT = 5;
/** With some forty rows each, below the thousand of an atomic. */
const UNITS_AN_ATOMIC = 20;

/** What a customer is known by in a plan. */
export const nameOf = (customer: PlannedCustomer): string => customer.taxId ?? idOf(customer);

/** A customer without a tax id is known by all that is said of it. */
export function idOf({ name, email, phone, address }: PlannedCustomer): string {
  const said = JSON.stringify([name, email, phone, address]);
  return createHash("sha256").update(said).digest("hex").slice(0, 16);
}

export function unitsOf({ customers, points, meters }: ImportPlan): Unit[] {
  const pointsOf = Map.groupBy(points, ({ customerTaxId }) => customerTaxId);
  const metersAt = Map.groupBy(meters, ({ pointCode }) => pointCode);
  return customers.flatMap((customer): Unit[] => {
    const own = pointsOf.get(customer.taxId ?? "") ?? [];
    if (own.length === 0) return [{ customer, meters: [] }];
    return own.flatMap((point) =>
      slices(metersAt.get(point.code) ?? [], METERS_A_UNIT)
        .map((meters) => ({ customer, point, meters }))
    );
  });
}

export function inAtomics(units: Unit[], maxChecks: number): Unit[][] {
  const parts: Unit[][] = [];
  for (const unit of units) {
    const last = parts.at(-1) ?? [];
    const fits = last.length < UNITS_AN_ATOMIC && checksOf([...last, unit]) <= maxChecks;
    if (fits && last.length > 0) last.push(unit);
    else parts.push([unit]);
  }
  return parts;
}

/** That customers, points and meters are not there yet, and that the tariffs still are. */
function checksOf(units: Unit[]): number {
  const tariffs = new Set(units.flatMap(({ point }) => point?.tariff ?? []));
  return units.reduce((sum, { meters }) => sum + 2 + meters.length, tariffs.size);
}

/** At least one, which may be empty. */
function slices<Item>(items: Item[], length: number): Item[][] {
  const parts: Item[][] = [];
  for (let at = 0; at < items.length || at === 0; at += length) {
    parts.push(items.slice(at, at + length));
  }
  return parts;
}

/** What the next bill of a point makes up for, as far as it is known now. */
import type { ToRate } from "../domain/rating.ts";
import type { Billing } from "./billing.ts";
import { Change } from "./change.ts";
import { settled } from "./drafting.ts";
import type { Invoices } from "./invoices.ts";
import type { Settling } from "./settling.ts";
import { billedTo, ownInvoices, type View } from "./view.ts";

type ToMakeUp = Omit<Settling, "made">;

/** Nothing where it is not to be billed next, or anew; nothing is written. */
export async function toMakeUp(
  { billing, invoices }: { billing: Billing; invoices: Invoices },
  view: View,
  known: ToRate,
): Promise<ToMakeUp> {
  const earlier = ownInvoices(view, known.period);
  const { from } = known.period;
  const billed = earlier.filter(({ period }) => period.from === from);
  const isNext = billed.length === 0
    ? from === billedTo(view)
    : billed.every(({ credited }) => credited);
  if (!isNext) return { corrections: [], others: [], credit: known.creditBefore ?? 0 };
  const change = new Change(invoices.records.kv);
  const parts = { invoices, rates: billing.forOneBill() };
  return await settled(parts, { change, point: view.point, earlier, known, id: "" });
}

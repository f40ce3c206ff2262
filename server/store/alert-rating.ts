/** The bill of a point so far, as the rules on alerts look at it. */
import { before, type PastBill, type Rated } from "../domain/alert-bill.ts";
import type { Watch } from "../domain/alert-watch.ts";
import { rate } from "../domain/rating.ts";
import { packUsual, unpackUsual, type Usual } from "../domain/usual.ts";
import { usualKey } from "./keys.ts";
import type { InvoiceRecord } from "./invoices.ts";
import type { Outlook } from "./outlook.ts";
import type { PointRecord } from "./points.ts";
import { billedTo, ofHolderAt, ownInvoices, type View } from "./view.ts";

const DAY_SECONDS = 86_400;
/** A little longer than until it is worked out anew. */
const KEPT_SECONDS = 9 * DAY_SECONDS;

interface KeptUsual {
  at: number;
  customerId: string;
  usual: Float32Array;
}

export class AlertRating {
  constructor(readonly kv: Deno.Kv, readonly outlook: Outlook) {}

  /** As of the last quarter that was taken; nothing where it cannot be billed. */
  async rated(point: PointRecord, { at, period: { to, milliwattHours } }: Watch) {
    // At its very end, too, it is this period's bill.
    const view = await this.#view(point, Math.min(at, to - 1));
    const period = this.outlook.period(view, undefined);
    if (!period.ok || period.value.from >= at) return undefined;
    const known = await this.outlook.known(view, period.value, at);
    if (!known.ok) return undefined;
    const usual = () => this.#keptUsual(view);
    const expected = await this.outlook.expected(view, known.value, usual);
    // While the bill before this one is still to come, those before it say less than they seem to.
    const isBilled = billedTo(view) >= period.value.from;
    const bills = ownInvoices(view, period.value).filter(({ credited }) => !credited).map(pastBill);
    const rated: Rated = {
      at,
      milliwattHours,
      amount: rate(known.value).total,
      before: isBilled ? before(bills, period.value) : undefined,
    };
    if (expected) {
      rated.expected = { amount: expected.bill, milliwattHours: expected.total };
    }
    return rated;
  }

  /** Works it out, which takes long, and keeps it until the next time. */
  async usual(point: PointRecord, at: number): Promise<Usual | undefined> {
    return await this.#newUsual(await this.#view(point, at));
  }

  async #keptUsual(view: View): Promise<Usual | undefined> {
    const { id, customerId } = view.point;
    const { value } = await this.kv.get<KeptUsual>(usualKey(id));
    const isOwn = value?.customerId === customerId && view.now < value.at + KEPT_SECONDS;
    return isOwn ? unpackUsual(value.usual) : await this.#newUsual(view);
  }

  async #newUsual(view: View): Promise<Usual | undefined> {
    const usual = await this.outlook.usual(view);
    const { id, customerId } = view.point;
    if (!usual) return undefined;
    const kept: KeptUsual = { at: view.now, customerId, usual: packUsual(usual) };
    await this.kv.set(usualKey(id), kept);
    return usual;
  }

  async #view(point: PointRecord, at: number): Promise<View> {
    return ofHolderAt(await this.outlook.view(point, 0, at), at);
  }
}

/** By its own lines; what was made up for in it belongs to other periods. */
function pastBill({ period, own, use }: InvoiceRecord): PastBill {
  const { amount, milliwattHours } = own;
  const missing = use.unread ? 1 : (use.missingSeconds ?? 0) / (period.days * DAY_SECONDS);
  return {
    month: period.month,
    days: period.days,
    amount,
    milliwattHours,
    estimatedMilliwattHours: Math.round(milliwattHours * missing),
  };
}

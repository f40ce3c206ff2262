/** From readings and tariffs to invoices: the parts of it, put together. */
import type { ReportProblem } from "../errors.ts";
import { Billable } from "../store/billable.ts";
import { Billing } from "../store/billing.ts";
import { CloseRuns } from "../store/close-runs.ts";
import type { History } from "../store/history.ts";
import type { Invoices } from "../store/invoices.ts";
import { Issuer } from "../store/issuer.ts";
import { Issuing } from "../store/issuing.ts";
import { ALL, POINTS, RETIRED } from "../store/kinds.ts";
import type { LabelOf } from "../store/meters-shown.ts";
import { Outlook } from "../store/outlook.ts";
import type { Records } from "../store/records.ts";
import { Tariffs } from "../store/tariffs.ts";
import { Closing, type ClosingParts } from "./closing.ts";

export interface BillingSources {
  records: Records;
  invoices: Invoices;
  history: History;
  meterLabel: LabelOf;
  now: () => number;
  every: ClosingParts["every"];
  report: ReportProblem;
}

export function openBilling(
  { records, invoices, history, meterLabel, now, every, report }: BillingSources,
) {
  const tariffs = new Tariffs(records);
  const billing = new Billing(history, tariffs, meterLabel);
  const issuer = new Issuer(records);
  const billable = new Billable(invoices, billing);
  const issuing = new Issuing(invoices, billing);
  const closing = new Closing({
    runs: new CloseRuns(records),
    points: async function* () {
      yield* records.all(POINTS, ALL);
      yield* records.all(POINTS, RETIRED);
    },
    due: (...asked) => billable.due(...asked),
    issue: (point, period, by) => issuing.issue(point, period, by),
    preview: (point, period, by) => issuing.preview(point, period, by),
    isSetUp: async () => await issuer.get() !== undefined,
    now,
    every,
    report,
  });
  return { tariffs, outlook: new Outlook(billing, invoices), issuer, billable, issuing, closing };
}

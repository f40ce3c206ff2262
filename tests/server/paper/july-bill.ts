/** A bill over July as it is rated, and its paper in English, with usual blanks, for reading. */
import { basisOf, type Bill, billOf, type Snapshot } from "../../../server/domain/bill.ts";
import type { Value } from "../../../server/domain/energy.ts";
import type { TariffVersion } from "../../../server/domain/tariff.ts";
import { paperFacts } from "../../../server/http/paper-facts.ts";
import type { Paper } from "../../../server/paper/paper.ts";
import { paperOf } from "../../../server/paper/write.ts";
import { evenly, JULY, KWH } from "../domain/bills.ts";

const snapshot = (basis: Snapshot["basis"], changes: Partial<Snapshot> = {}): Snapshot => ({
  format: 1,
  number: 1,
  issuer: { id: "i", name: "Luz" },
  customer: { id: "c", name: "Marina" },
  point: { id: "p", label: "Casa" },
  issuedOn: "2026-08-02",
  dueOn: "2026-08-20",
  basis,
  meters: [],
  past: [],
  corrections: [],
  others: [],
  ...changes,
});

interface July {
  kwh?: number;
  fedInKwh?: number;
  /** In place of so many kWh. */
  energy?: Value[];
  period?: typeof JULY;
  changes?: Partial<Snapshot>;
}

export function july(
  tariffs: TariffVersion[],
  { kwh = 310, fedInKwh = 0, energy, period = JULY, changes }: July = {},
): Bill {
  const basis = basisOf({
    period,
    timeZone: "UTC",
    tariffs,
    supply: "singlePhase",
    energy: energy ?? evenly(JULY.from, JULY.to, kwh * KWH),
    fedIn: evenly(JULY.from, JULY.to, fedInKwh * KWH),
  });
  return billOf(snapshot(basis, changes));
}

export const onPaper = (bill: Bill): Paper => {
  const paper = paperOf(
    paperFacts(bill, { state: { kind: "issued" }, number: "2026-000010" }),
    "en",
  );
  return JSON.parse(JSON.stringify(paper).replaceAll("\u00a0", " "));
};

/** Points that are billed for what a test says they used, over a database in memory. */
import type { BillingPeriod } from "../../../server/domain/billing-period.ts";
import { periodContaining } from "../../../server/domain/billing-period.ts";
import type { Value } from "../../../server/domain/energy.ts";
import { withoutMissingEdges } from "../../../server/domain/estimate.ts";
import { always, type Tariff } from "../../../server/domain/tariff.ts";
import { done, type Result } from "../../../server/errors.ts";
import { closePeriods } from "../../../server/jobs/close.ts";
import { Billable } from "../../../server/store/billable.ts";
import { type CloseRun, CloseRuns } from "../../../server/store/close-runs.ts";
import { Customers } from "../../../server/store/customers.ts";
import { Invoices } from "../../../server/store/invoices.ts";
import { Issuer } from "../../../server/store/issuer.ts";
import type { BilledBy } from "../../../server/store/drafting.ts";
import { type Issued, Issuing } from "../../../server/store/issuing.ts";
import { ALL, POINTS, RETIRED } from "../../../server/store/kinds.ts";
import { type PointRecord, Points } from "../../../server/store/points.ts";
import { type By, Records } from "../../../server/store/records.ts";
import { evenly, flatAt, instant, KWH } from "../domain/bills.ts";

export const READING = { day: 31 };
export const ISSUER = {
  name: "Luz Exemplo",
  taxId: "12ABC34501DE35",
  paymentDays: 10,
  pix: { key: "pix@exemplo.com.br", name: "Luz Exemplo", city: "Rio" },
};
export const LATE = {
  feeName: "Late fee",
  fee: 2_000_000,
  interestName: "Interest",
  interestPerMonth: 1_000_000,
};

export const valueOf = <Value>(result: Result<Value>): Value => {
  if (!result.ok) throw new Error(result.detail);
  return result.value;
};

export const by = (at: number, expected?: string): By => ({
  actor: { kind: "server", id: "test" },
  at,
  expected,
});

/** As if a period were no shorter than what is known of it. */
export const inOne = ({ from, to }: BillingPeriod, milliwattHours: number): Value[] => [
  { start: from, end: to, milliwattHours, quality: "measured" },
];

/** One server over a database that others may use as well. */
export class BillingServer {
  readonly invoices: Invoices;
  readonly points: Points;
  readonly customers: Customers;
  readonly issuer: Issuer;
  readonly issuing: Issuing;
  readonly billable: Billable;
  readonly runs: CloseRuns;
  readonly reported: string[] = [];
  /** Milliwatt-hours, by point and month. */
  readonly fedIn: Map<string, number> = new Map();
  #ids = 0;

  constructor(
    readonly kv: Deno.Kv,
    readonly clock: { now: number },
    /** Milliwatt-hours, or pieces of energy, by point and month. */
    readonly used: Map<string, number | Value[]> = new Map(),
    readonly tariff: Tariff = flatAt("0.5", { currency: "BRL", late: LATE }),
    prefix = "a",
  ) {
    const newId = () => prefix + `${++this.#ids}`.padStart(15, "0");
    const records = new Records(kv, newId);
    this.points = new Points(records);
    this.customers = new Customers(records);
    this.issuer = new Issuer(records);
    this.invoices = new Invoices(records);
    const rates = this.#rates();
    this.issuing = new Issuing(this.invoices, rates);
    this.runs = new CloseRuns(records);
    this.billable = new Billable(this.invoices, rates);
  }

  #rates(): BilledBy {
    const terms = { reading: READING, from: instant("2026-04-01T00:00:00Z") };
    return {
      forOneBill: () => this.#rates(),
      termsOf: () => Promise.resolve(terms),
      toRate: ({ id, timezone }, period, past) =>
        Promise.resolve(done({
          period,
          timeZone: timezone,
          tariffs: always(this.tariff),
          supply: "singlePhase",
          energy: withoutMissingEdges(this.#energy(id, period), period, past),
          fedIn: inOne(period, this.fedIn.get(`${id} ${period.month}`) ?? 0),
        })),
      doubt: () => Promise.resolve(undefined),
      meters: () => Promise.resolve([]),
      nextReading: ({ timezone }, { to }) => periodContaining(to, READING, timezone).lastDay,
    };
  }

  #energy(point: string, { month, from, to }: BillingPeriod): Value[] {
    const known = this.used.get(`${point} ${month}`) ?? 100 * KWH;
    return typeof known === "number" ? evenly(from, to, known) : known;
  }

  /** Under the issuer, with a customer who has so many points. */
  async withPoints(count: number): Promise<PointRecord[]> {
    const begin = by(instant("2026-01-01T00:00:00Z"));
    valueOf(await this.issuer.set(ISSUER, begin));
    const { id: customerId } = valueOf(await this.customers.add({ name: "Ana" }, begin));
    const points: PointRecord[] = [];
    for (let i = 0; i < count; i++) {
      const place = { customerId, label: `Point ${i}`, timezone: "UTC" };
      points.push(valueOf(await this.points.add(place, begin)));
    }
    return points;
  }

  async invoiceOf(point: PointRecord, month: string): Promise<Issued> {
    const period = valueOf(await this.billable.named(point, month, this.clock.now));
    return valueOf(await this.issuing.issue(point, period, by(this.clock.now)));
  }

  async close(isDry = false): Promise<CloseRun> {
    const run = await this.runs.begin(isDry, this.clock.now);
    await closePeriods(
      {
        points: () => this.#allPoints(),
        due: (...asked) => this.billable.due(...asked),
        issue: (point, period, by) => this.issuing.issue(point, period, by),
        preview: (point, period, by) => this.issuing.preview(point, period, by),
        keep: (run) => this.runs.keep(run),
        add: (run, item) => this.runs.add(run, item),
        isStopped: () => false,
        now: () => this.clock.now,
        report: (problem, error) => void this.reported.push(`${problem}: ${error}`),
      },
      run,
      by(this.clock.now),
    );
    return run;
  }

  async *#allPoints() {
    for (const list of [ALL, RETIRED]) yield* this.points.records.all(POINTS, list);
  }
}

export async function inMemory(
  test: (server: BillingServer) => Promise<void>,
  { now = "2026-05-02T12:00:00Z", tariff }: { now?: string; tariff?: Tariff } = {},
): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  try {
    await test(new BillingServer(kv, { now: instant(now) }, undefined, tariff));
  } finally {
    kv.close();
  }
}

/** Whatever is known, paid or taken back later: the bills come to what the registers say, once. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { periodOf } from "../../../server/domain/billing-period.ts";
import { paidOf } from "../../../server/domain/invoice-state.ts";
import { type Charged, chargedFor, toGiveBack } from "../../../server/domain/made-up.ts";
import { rate } from "../../../server/domain/rating.ts";
import { always } from "../../../server/domain/tariff.ts";
import type { InvoiceRecord } from "../../../server/store/invoices.ts";
import type { PointRecord } from "../../../server/store/points.ts";
import { pastUseOf } from "../../../server/store/settling.ts";
import { flatAt, KWH } from "../domain/bills.ts";
import { BillingServer, by, inMemory, inOne, LATE, READING, valueOf } from "./billed-points.ts";

/** A whole unit of currency a kWh; what is fed in makes up for what is drawn. */
const SOLAR = flatAt("1", { currency: "BRL", fedIn: { kind: "credit", name: "Fed in" } });

/** A point's months: what was used in them, what was billed for them. */
class Story {
  #payments = 0;

  constructor(readonly server: BillingServer, readonly point: PointRecord) {}

  /** kWh. */
  drawn(month: string, kwh: number): void {
    const { used } = this.server;
    used.set(`${this.point.id} ${month}`, inOne(periodOf(month, READING, "UTC"), kwh * KWH));
  }

  fedIn(month: string, kwh: number): void {
    this.server.fedIn.set(`${this.point.id} ${month}`, kwh * KWH);
  }

  /** A day and more after the month has ended, if that is not over yet. */
  async bill(month: string): Promise<InvoiceRecord> {
    const { to } = periodOf(month, READING, "UTC");
    const { clock } = this.server;
    clock.now = Math.max(clock.now, to + 130_000);
    return (await this.server.invoiceOf(this.point, month)).invoice;
  }

  async lines(month: string): Promise<[string, number][]> {
    const { bill } = await this.server.invoices.document(await this.bill(month));
    return bill.lines.map(({ kind, amount }) => [kind, amount]);
  }

  async credit({ id }: Pick<InvoiceRecord, "id">): Promise<void> {
    const { invoices, clock } = this.server;
    valueOf(await invoices.credit(id, "Wrong", by(clock.now)));
  }

  async pay({ id }: Pick<InvoiceRecord, "id">, amount: number, on: string): Promise<void> {
    const { invoices, clock } = this.server;
    const reference = `E${++this.#payments}`;
    const payment = { on, amount, reference, by: "file", always: true } as const;
    valueOf(await invoices.pay(id, payment, by(clock.now)));
  }

  all(): Promise<InvoiceRecord[]> {
    return this.server.invoices.ofPoint(this.point.id, 100);
  }

  async valid(): Promise<InvoiceRecord[]> {
    return (await this.all()).filter(({ credited }) => !credited);
  }
}

const told = (
  what: string,
  story: (story: Story) => Promise<void>,
  tariff = flatAt("0.5", { currency: "BRL", late: LATE }),
) =>
  Deno.test(what, () =>
    inMemory(async (server) => {
      const [point] = await server.withPoints(1);
      await story(new Story(server, point));
    }, { tariff }));

told("what a later bill charged for a period goes back when that is billed anew", async (story) => {
  const april = await story.bill("2026-04");
  story.drawn("2026-04", 130);
  assertEquals(await story.lines("2026-05"), [["energy", 5_000], ["correction", 1_500]]);
  await story.credit(april);
  assertEquals(await story.lines("2026-04"), [["energy", 6_500], ["other", -1_500]]);
  assertEquals(await story.lines("2026-06"), [["energy", 5_000]]);
  const total = (await story.valid()).reduce((sum, { total }) => sum + total, 0);
  assertEquals(total, 16_500, "130 + 100 + 100 kWh at 0.50");
});

told("a bill below zero gives its amount on once, also when it is taken back", async (story) => {
  const april = await story.bill("2026-04");
  await story.pay(april, 20_000, "2026-05-03");
  const may = await story.bill("2026-05");
  assertEquals(may.total, -10_000);
  assertEquals(await story.lines("2026-06"), [["energy", 5_000], ["other", -10_000]]);
  await story.credit(may);
  const others = [["other", -5_000], ["other", -15_000], ["other", 10_000]];
  assertEquals(await story.lines("2026-05"), [["energy", 5_000], ...others] as never);
  assertEquals(await story.lines("2026-07"), [["energy", 5_000], ["other", -5_000]]);
  assertEquals(await story.lines("2026-08"), [["energy", 5_000]]);
});

told("bills below zero that were taken back do not hold up what is put right", async (story) => {
  const april = await story.bill("2026-04");
  await story.pay(april, 105_000, "2026-05-03");
  const below: InvoiceRecord[] = [];
  for (const month of ["05", "06", "07", "08"]) below.push(await story.bill(`2026-${month}`));
  await story.bill("2026-09");
  for (const invoice of below) await story.credit(invoice);
  story.drawn("2026-09", 300);
  const lines = await story.lines("2026-10");
  assertEquals(lines.filter(([kind]) => kind === "correction"), [["correction", 10_000]]);
});

told("a fee is on what the period cost, not on last month's fee", async (story) => {
  for (const month of ["04", "05", "06"]) {
    const invoice = await story.bill(`2026-${month}`);
    // 50.00 due on the 12th of the next; 15 days late: 2 % and half a month's 1 %.
    const due = Temporal.PlainDate.from(invoice.dueOn).add({ days: 15 }).toString();
    await story.pay(invoice, invoice.total, due);
  }
  assertEquals(await story.lines("2026-07"), [["energy", 5_000], ["lateFee", 100], [
    "interest",
    25,
  ]]);
});

told(
  "a fee for paying late goes back when the invoice that was late is taken back",
  async (story) => {
    const april = await story.bill("2026-04");
    await story.pay(april, 5_000, "2026-05-27");
    assertEquals(await story.lines("2026-05"), [["energy", 5_000], ["lateFee", 100], [
      "interest",
      25,
    ]]);
    await story.credit(april);
    assertEquals(await story.lines("2026-06"), [["energy", 5_000], ["other", -5_125]]);
  },
);

told("what was fed in and is known late makes up for later months", async (story) => {
  story.fedIn("2026-04", 150);
  await story.bill("2026-04");
  story.fedIn("2026-04", 250);
  assertEquals((await story.bill("2026-05")).total, 0);
  assertEquals((await story.bill("2026-06")).total, 50_00);
}, SOLAR);

told("what was drawn and is known late uses no credit that is used already", async (story) => {
  story.fedIn("2026-04", 200);
  await story.bill("2026-04");
  await story.bill("2026-05");
  story.drawn("2026-04", 200);
  const june = [["energy", 100_00], ["correction", 100_00]];
  assertEquals(await story.lines("2026-06"), june as never);
}, SOLAR);

for (
  const { anew, fedIn, totals } of [
    { anew: "after the next was", fedIn: 200, totals: [0, 100_00, 0] },
    { anew: "after the next used its credit, with less", fedIn: 100, totals: [100_00, 0, 100_00] },
  ]
) {
  told(`a month that is billed anew ${anew} has its credit once`, async (story) => {
    story.fedIn("2026-04", 200);
    const april = await story.bill("2026-04");
    if (fedIn === 200) await story.credit(april);
    await story.bill("2026-05");
    if (fedIn !== 200) await story.credit(april);
    story.fedIn("2026-04", fedIn);
    await story.bill("2026-04");
    await story.bill("2026-06");
    const valid = (await story.valid()).toSorted((a, b) => a.period.from - b.period.from);
    assertEquals(valid.map(({ total }) => total), totals);
  }, SOLAR);
}

told(
  "what was put right of a credit goes once, though both bills are taken back",
  async (story) => {
    story.fedIn("2026-04", 200);
    const april = await story.bill("2026-04");
    story.fedIn("2026-04", 300);
    const may = await story.bill("2026-05");
    await story.credit(april);
    await story.credit(may);
    const totals: number[] = [];
    for (const month of ["04", "05", "06", "07"]) {
      totals.push((await story.bill(`2026-${month}`)).total);
    }
    assertEquals(totals, [0, 0, 0, 100_00]);
  },
  SOLAR,
);

told(
  "money that was paid back is not given back by a bill, and there is no more of it",
  async (story) => {
    const april = await story.bill("2026-04");
    await story.pay(april, 8_000, "2026-05-03");
    const { invoices, clock } = story.server;
    const back = (amount: number) =>
      invoices.pay(april.id, { on: "2026-05-04", amount, by: "operator" }, by(clock.now));
    assertEquals((await back(-3_001)).ok, false);
    assertEquals(toGiveBack(valueOf(await back(-3_000)).invoice), 0);
    assertEquals(await story.lines("2026-05"), [["energy", 5_000]]);
  },
  flatAt("0.5", { currency: "BRL" }),
);

Deno.test("of a month that was billed in two parts, the earlier part is of the past for the other", () => {
  const part = (from: number, to: number, days: number) =>
    ({ period: { from, to }, use: { month: "2026-04", days } }) as InvoiceRecord;
  const later = part(10, 30, 20);
  const past = pastUseOf([later, part(0, 10, 10)], later.period.from);
  assertEquals(past.map(({ days }) => days), [10]);
});

const monthAfter = (months: number): string =>
  Temporal.PlainYearMonth.from("2026-04").add({ months }).toString();

const step = fc.record({
  what: fc.constantFrom("close", "close", "late", "late", "pay", "credit", "credit", "anew"),
  which: fc.nat(2),
  kwh: fc.nat(300),
  fedIn: fc.nat(400),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const SEED = 20260401;

Deno.test(`whatever happens, bills come to what all periods cost in the end (seed ${SEED})`, async () => {
  const steps = fc.array(step, { minLength: 10, maxLength: 20, size: "max" });
  const holds = fc.asyncProperty(steps, (steps) =>
    inMemory(async (server) => {
      const [point] = await server.withPoints(1);
      await holdsFor(new Story(server, point), steps);
    }, { tariff: SOLAR }));
  await fc.assert(holds, { seed: SEED, numRuns: 40 });
});

async function holdsFor(story: Story, steps: Step[]): Promise<void> {
  let closed = 0;
  const close = async (kwh: number, fedIn: number) => {
    const month = monthAfter(closed++);
    story.drawn(month, kwh);
    story.fedIn(month, fedIn);
    await story.bill(month);
  };
  const anew = async (most = Infinity) => {
    const all = await story.all();
    const starts = new Set((await story.valid()).map(({ period }) => period.from));
    const open = new Set(
      all.filter(({ period }) => !starts.has(period.from)).map(({ period }) => period.month),
    );
    for (const month of [...open].slice(0, most)) await story.bill(month);
  };
  for (const { what, which, kwh, fedIn } of steps) {
    const valid = (await story.valid()).toSorted((a, b) => b.period.to - a.period.to);
    const one = valid[which];
    if (what === "close") await close(kwh, fedIn);
    else if (what === "anew") await anew(1);
    else if (!one) continue;
    else if (what === "pay") await story.pay(one, 100 * kwh + 1, one.issuedOn);
    else if (what === "credit") await story.credit(one);
    else {
      story.drawn(one.period.month, kwh);
      story.fedIn(one.period.month, fedIn);
    }
    await assertBalanced(story);
  }
  await anew();
  await close(100, 6_000);
  for (let i = 0; i < 7; i++) await close(2_000, 0);
  await assertBalanced(story);
  const inOrder = ratedInOrder(story, closed);
  const charged = (await story.valid()).map(chargedFor);
  const sumOf = (one: (each: Charged) => number) =>
    charged.reduce((sum, each) => sum + one(each), 0);
  assertEquals(
    [sumOf(({ amount }) => amount), sumOf(({ used }) => used), sumOf(({ earned }) => earned)],
    [inOrder.amount, inOrder.used, inOrder.earned],
  );
  assertEquals(inOrder.used, inOrder.earned, "all that was fed in is used in the end");
  const { credits } = (await story.server.invoices.billedTo(story.point.id))!;
  assertEquals(credits, {});
}

/** What was paid and is owed still, less what is to be given back, is what all periods cost so far. */
async function assertBalanced(story: Story): Promise<void> {
  const all = await story.all();
  const sum = (invoices: InvoiceRecord[], one: (invoice: InvoiceRecord) => number) =>
    invoices.reduce((sum, invoice) => sum + one(invoice), 0);
  const valid = all.filter(({ credited }) => !credited);
  const owed = sum(valid, (invoice) => Math.max(0, invoice.total - paidOf(invoice)));
  const cost = sum(valid, (invoice) => chargedFor(invoice).amount);
  assertEquals(sum(all, paidOf) + owed - sum(all, toGiveBack), cost);
  const entries = all.flatMap(({ entries }) => entries);
  for (const { id, total, own } of valid) {
    const others = entries.filter(({ on }) => on === id)
      .reduce((sum, { kind, amount }) => sum + (kind === "givenBack" ? -amount : amount), 0);
    assertEquals(total, own.amount + others);
  }
}

function ratedInOrder({ server, point }: Story, months: number) {
  const sum = { amount: 0, used: 0, earned: 0 };
  let creditBefore = 0;
  for (let i = 0; i < months; i++) {
    const period = periodOf(monthAfter(i), READING, "UTC");
    const { total, creditUsed, creditEarned, creditLeft } = rate({
      period,
      timeZone: "UTC",
      tariffs: always(SOLAR),
      supply: "singlePhase",
      energy: server.used.get(`${point.id} ${period.month}`) as never,
      fedIn: inOne(period, server.fedIn.get(`${point.id} ${period.month}`)!),
      creditBefore,
    });
    sum.amount += total;
    sum.used += creditUsed;
    sum.earned += creditEarned;
    creditBefore = creditLeft;
  }
  return sum;
}

/** Invoices: each period once, numbers without gaps, nothing changed, everything put right later. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { billOf } from "../../../server/domain/bill.ts";
import { periodOf } from "../../../server/domain/billing-period.ts";
import type { BillLine } from "../../../server/domain/lines.ts";
import { documentText } from "../../../server/store/invoice-document.ts";
import type { InvoiceRecord } from "../../../server/store/invoices.ts";
import { evenly, instant, KWH } from "../domain/bills.ts";
import { BillingServer, by, inMemory, READING, valueOf } from "./billed-points.ts";
import { watched } from "./kv.ts";

async function allInvoices({ points, invoices }: BillingServer): Promise<InvoiceRecord[]> {
  const { items } = await points.list({ limit: 1_000 });
  const found = await Promise.all(items.map(({ id }) => invoices.ofPoint(id, 100)));
  return found.flat().toSorted((a, b) => a.sequence - b.sequence);
}

/** Each point once for each month, and all numbers from 1 on. */
function assertWhole(invoices: InvoiceRecord[], months: string[], points: number): void {
  const periods = new Set(invoices.map(({ pointId, period }) => `${pointId} ${period.month}`));
  assertEquals(periods.size, invoices.length);
  assertEquals(invoices.length, points * months.length);
  assertEquals(invoices.map(({ sequence }) => sequence), invoices.map((_, i) => i + 1));
  assertEquals([...new Set(invoices.map(({ period }) => period.month))].sort(), months);
}

const lineKinds = ({ lines }: { lines: BillLine[] }) =>
  lines.map(({ kind, amount }) => [kind, amount]);

Deno.test("a period is billed a day after it has ended, once however often the job runs", () =>
  inMemory(async (server) => {
    await server.withPoints(3);
    server.clock.now = instant("2026-05-01T23:00:00Z");
    assertEquals((await server.close()).invoices, 0, "April has its day of grace");
    server.clock.now = instant("2026-05-02T01:00:00Z");
    assertEquals((await server.close()).invoices, 3);
    assertEquals((await server.close()).invoices, 0);
    const invoices = await allInvoices(server);
    assertWhole(invoices, ["2026-04"], 3);
    const { number, total, dueOn, payBy, period } = invoices[2];
    assertEquals([number, total, dueOn, payBy], ["2026-000003", 5_000, "2026-05-12", "2026-05-12"]);
    assertEquals([period.firstDay, period.lastDay], ["2026-04-01", "2026-04-30"]);
  }));

Deno.test("a server that was off for long catches up, month by month", () =>
  inMemory(async (server) => {
    await server.withPoints(2);
    await server.close();
    server.clock.now = instant("2026-08-03T00:00:00Z");
    assertEquals((await server.close()).invoices, 6);
    assertWhole(await allInvoices(server), ["2026-04", "2026-05", "2026-06", "2026-07"], 2);
  }));

Deno.test("broken off at any commit and run again, each point has one invoice and no number is left out", async () => {
  let wasBroken = true;
  for (let commits = 1; wasBroken; commits++) {
    await inMemory(async (server) => {
      await server.withPoints(4);
      wasBroken = await breaksOff(server.kv, commits, () => server.close());
      assertEquals((await server.close()).failures, 0);
      assertWhole(await allInvoices(server), ["2026-04"], 4);
    });
    assert(commits < 100);
  }
});

/** Lets each commit after some fail, before or after it is done; tells whether it came to it. */
async function breaksOff(kv: Deno.Kv, commits: number, run: () => Promise<unknown>) {
  const atomic = kv.atomic.bind(kv);
  let left = commits;
  const failing = () => {
    const operation = atomic();
    const commit = operation.commit.bind(operation);
    const fails = async () => {
      if (--left > 0) return await commit();
      // The answer is lost, what it was about is not.
      if (left === 0) await commit();
      throw new Error("gone");
    };
    return Object.assign(operation, { commit: fails });
  };
  Object.assign(kv, { atomic: failing });
  await run();
  Object.assign(kv, { atomic });
  return left <= 0;
}

Deno.test("two servers at once bill each point once, without a gap", () =>
  inMemory(async (one) => {
    await one.withPoints(15);
    const two = new BillingServer(one.kv, one.clock, one.used, one.tariff, "b");
    await Promise.all([one.close(), two.close()]);
    await one.close();
    assertWhole(await allInvoices(one), ["2026-04"], 15);
    assertEquals([...one.reported, ...two.reported], []);
  }));

Deno.test("what is kept with an invoice gives the same invoice, byte for byte", () =>
  inMemory(async (server) => {
    const [{ id }] = await server.withPoints(1);
    await server.close();
    const [invoice] = await server.invoices.ofPoint(id, 1);
    const text = await server.invoices.text(invoice);
    const { snapshot } = JSON.parse(text);
    assertEquals(documentText({ snapshot, bill: billOf(snapshot) }), text);
    const { unchanged, recomputed } = await server.invoices.verify(invoice);
    assertEquals([unchanged, recomputed], [true, true]);
    const forged = { ...invoice, hash: "0".repeat(64) };
    assertEquals((await server.invoices.verify(forged)).unchanged, false);
  }));

Deno.test("a dry run says what would be billed and bills nothing", () =>
  inMemory(async (server) => {
    const [{ id }] = await server.withPoints(2);
    const run = await server.close(true);
    assertEquals([run.points, run.invoices, run.failures], [2, 2, 0]);
    const [item] = await server.runs.items(run.id, 10);
    assertEquals(item, {
      pointId: id,
      month: "2026-04",
      currency: "BRL",
      total: 5_000,
      milliwattHours: 100 * KWH,
      corrected: 0,
    });
    assertEquals(await allInvoices(server), []);
  }));

Deno.test("a late batch is on the next bill, at the old period's price, and only once", () =>
  inMemory(async (server) => {
    const [{ id }] = await server.withPoints(1);
    await server.close();
    // 130 kWh where 100 were billed: 30 kWh at 0.50 are 15.00.
    server.used.set(`${id} 2026-04`, 130 * KWH);
    const issued = async (now: string) => {
      server.clock.now = instant(now);
      await server.close();
      const [invoice] = await server.invoices.ofPoint(id, 1);
      return lineKinds((await server.invoices.document(invoice)).bill);
    };
    const before = await server.invoices.text((await server.invoices.ofPoint(id, 1))[0]);
    assertEquals(await issued("2026-06-02T12:00:00Z"), [["energy", 5_000], ["correction", 1_500]]);
    assertEquals(await issued("2026-07-02T12:00:00Z"), [["energy", 5_000]]);
    server.used.set(`${id} 2026-05`, 90 * KWH);
    assertEquals(await issued("2026-08-02T12:00:00Z"), [["energy", 5_000], ["correction", -500]]);
    server.used.set(`${id} 2026-04`, 140 * KWH);
    assertEquals(await issued("2026-09-02T12:00:00Z"), [["energy", 5_000]], "April is long past");
    const first = (await server.invoices.ofPoint(id, 10)).at(-1)!;
    assertEquals(await server.invoices.text(first), before, "what was issued stays as it is");
    assertEquals((await server.invoices.verify(first)).recomputed, true);
  }));

Deno.test("what is not read is estimated three times in a row, then the run names the point", () =>
  inMemory(async (server) => {
    const [{ id }] = await server.withPoints(1);
    for (const month of ["2026-05", "2026-06", "2026-07", "2026-08"]) {
      const { from: start, to: end } = periodOf(month, READING, "UTC");
      const missing = { start, end, milliwattHours: 0, quality: "missing" as const };
      server.used.set(`${id} ${month}`, [missing]);
    }
    server.clock.now = instant("2026-09-02T12:00:00Z");
    const run = await server.close();
    assertEquals([run.invoices, run.failures], [4, 1]);
    const [{ failure }] = await server.runs.items(run.id, 10);
    assertMatch(`${failure}`, /^Nothing is known of what was used at \w+ in 2026-08/);
    const uses = (await server.invoices.ofPoint(id, 10)).map(({ use }) => use);
    assertEquals(uses.map(({ unread = false }) => unread), [true, true, true, false]);
  }));

Deno.test("a bill paid late costs a fee and interest on the next, once", () =>
  inMemory(async (server) => {
    const [{ id }] = await server.withPoints(1);
    await server.close();
    const [{ id: first }] = await server.invoices.ofPoint(id, 1);
    // 50.00 due on Tuesday, May 12; on May 27, 15 days late: 2 % are 1.00, half a month's 1 % 0.25.
    const late = { on: "2026-05-27", amount: 5_000, by: "operator" } as const;
    valueOf(await server.invoices.pay(first, late, by(instant("2026-05-27T12:00:00Z"))));
    for (
      const [now, wanted] of [
        ["2026-06-02T12:00:00Z", [["energy", 5_000], ["lateFee", 100], ["interest", 25]]],
        ["2026-07-02T12:00:00Z", [["energy", 5_000]]],
      ] as const
    ) {
      server.clock.now = instant(now);
      await server.close();
      const [invoice] = await server.invoices.ofPoint(id, 1);
      assertEquals(lineKinds((await server.invoices.document(invoice)).bill), wanted as never);
    }
  }));

Deno.test("paying twice is refused by hand, and from a bank it is kept and given back", () =>
  inMemory(async (server) => {
    const [{ id }] = await server.withPoints(1);
    await server.close();
    const [{ id: invoice }] = await server.invoices.ofPoint(id, 1);
    const now = by(instant("2026-05-05T12:00:00Z"));
    const pay = (rest: object) =>
      server.invoices.pay(
        invoice,
        { on: "2026-05-05", amount: 5_000, by: "operator", ...rest },
        now,
      );
    valueOf(await pay({ reference: "E1" }));
    const again = await pay({ reference: "E2" });
    assertMatch(again.ok ? "" : again.detail, /is paid already/);
    assertEquals(valueOf(await pay({ reference: "E1", always: true })).duplicate, true);
    assertEquals(valueOf(await pay({ reference: "E3", always: true })).duplicate, false);
    server.clock.now = instant("2026-06-02T12:00:00Z");
    await server.close();
    const [next] = await server.invoices.ofPoint(id, 1);
    const { bill } = await server.invoices.document(next);
    assertEquals(lineKinds(bill), [["energy", 5_000], ["other", -5_000]]);
    assertEquals(next.total, 0);
    server.clock.now = instant("2026-07-02T12:00:00Z");
    await server.close();
    assertEquals((await server.invoices.ofPoint(id, 1))[0].total, 5_000);
  }));

Deno.test("a credited invoice stays as it is; its period can be billed anew, with what it put right", () =>
  inMemory(async (server) => {
    const [point] = await server.withPoints(1);
    const { id } = point;
    await server.close();
    server.used.set(`${id} 2026-04`, 130 * KWH);
    server.clock.now = instant("2026-06-02T12:00:00Z");
    await server.close();
    const [may] = await server.invoices.ofPoint(id, 1);
    assertEquals(may.total, 6_500);
    const now = by(server.clock.now);
    const named = () => server.billable.named(point, "2026-05", now.at);
    const same = valueOf(await server.issuing.issue(point, valueOf(await named()), now));
    assertEquals([same.isNew, same.invoice.id], [false, may.id]);
    const credited = valueOf(await server.invoices.credit(may.id, "Wrong meter", now));
    assertEquals(credited.credited?.number, "C2026-000001");
    assertEquals((await server.invoices.credit(may.id, "Again", now)).ok, false);
    server.used.set(`${id} 2026-05`, 80 * KWH);
    const anew = valueOf(await server.issuing.issue(point, valueOf(await named()), now));
    assertEquals(lineKinds(anew.bill), [["energy", 4_000], ["correction", 1_500]]);
    assertEquals(anew.invoice.sequence, 3);
    assertEquals((await server.invoices.verify(credited)).recomputed, true);
  }));

Deno.test("a point that changes hands in mid-period has a bill for each of the two", () =>
  inMemory(async (server) => {
    const [{ id }] = await server.withPoints(1);
    const { id: customerId } = valueOf(
      await server.customers.add({ name: "Bento" }, by(instant("2026-04-10T00:00:00Z"))),
    );
    const heldFrom = instant("2026-04-11T00:00:00Z");
    valueOf(await server.points.update(id, { customerId, heldFrom }, by(heldFrom)));
    await server.close();
    const [second, first] = await server.invoices.ofPoint(id, 5);
    assertEquals([first.period.days, second.period.days], [10, 20]);
    assertEquals([second.customerId, first.customerId === customerId], [customerId, false]);
  }));

Deno.test("a point that is changed before it is billed is not billed as it was", () =>
  inMemory(async (server) => {
    const [point] = await server.withPoints(1);
    const period = valueOf(await server.billable.named(point, "2026-04", server.clock.now));
    const now = by(server.clock.now);
    const { id: customerId } = valueOf(await server.customers.add({ name: "Bento" }, now));
    const heldFrom = instant("2026-04-11T00:00:00Z");
    valueOf(await server.points.update(point.id, { customerId, heldFrom }, now));
    const refused = await server.issuing.issue(point, period, now);
    assertMatch(refused.ok ? "" : refused.detail, /was changed at the same time/);
    assertEquals((await server.close()).invoices, 2);
  }));

Deno.test("a month of several parts is billed part by part, and anew from the first", () =>
  inMemory(async (server) => {
    const [{ id }] = await server.withPoints(1);
    const now = by(server.clock.now);
    const { id: customerId } = valueOf(await server.customers.add({ name: "Bento" }, now));
    const heldFrom = instant("2026-04-11T00:00:00Z");
    const given = { customerId, heldFrom };
    const point = valueOf(await server.points.update(id, given, now));
    const issue = async () => (await server.invoiceOf(point, "2026-04")).invoice;
    const [first, second] = [await issue(), await issue()];
    assertEquals([first, second].map(({ period }) => period.days), [10, 20]);
    assertEquals((await issue()).id, second.id);
    for (const { id } of [second, first]) valueOf(await server.invoices.credit(id, "Wrong", now));
    assertEquals([await issue(), await issue()].map(({ period }) => period.days), [10, 20]);
  }));

Deno.test("of what is used in a period nothing is billed while nothing at all is known", () =>
  inMemory(async (server) => {
    const [point] = await server.withPoints(1);
    const { from, to } = valueOf(await server.billable.named(point, "2026-04", server.clock.now));
    const nothing = evenly(from, to, 0).map((value) => ({ ...value, quality: "missing" as const }));
    server.used.set(`${point.id} 2026-04`, nothing);
    const run = await server.close();
    assertEquals([run.invoices, run.failures], [0, 1]);
    const [{ failure }] = await server.runs.items(run.id, 10);
    assertMatch(failure!, /Nothing is known of what was used/);
  }));

Deno.test("with all that one bill can make up for, an atomic stays within what a database takes", async () => {
  const kv = await Deno.openKv(":memory:");
  let most = 0;
  const counting = watched(kv, ({ checks }) => {
    most = Math.max(most, checks);
    return "commits";
  });
  try {
    const server = new BillingServer(counting, { now: instant("2026-05-02T12:00:00Z") });
    const [point] = await server.withPoints(1);
    for (const month of ["05", "06", "07", "08", "09", "10"]) {
      const on = `2026-${month}-02`;
      server.clock.now = instant(`${on}T12:00:00Z`);
      await server.close();
      const [{ id, total }] = await server.invoices.ofPoint(point.id, 1);
      const paid = { on, amount: total + 100, by: "file", always: true } as const;
      valueOf(await server.invoices.pay(id, paid, by(server.clock.now)));
    }
    const all = await server.invoices.ofPoint(point.id, 10);
    for (const { id, total } of all) {
      const more = { on: "2026-10-03", amount: total, by: "file", always: true } as const;
      valueOf(await server.invoices.pay(id, more, by(server.clock.now)));
    }
    valueOf(await server.invoices.credit(all[0].id, "Wrong", by(server.clock.now)));
    const period = valueOf(await server.billable.named(point, "2026-09", server.clock.now));
    const { bill } = valueOf(await server.issuing.issue(point, period, by(server.clock.now)));
    assertEquals(bill.lines.filter(({ kind }) => kind === "other").length, 4);
    assert(most >= 8 && most <= 10, `${most} checks`);
  } finally {
    kv.close();
  }
});

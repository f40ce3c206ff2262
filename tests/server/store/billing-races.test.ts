/** Whoever comes in between while a bill is issued, paid or taken back: one comes after the other. */
import { assertEquals, assertMatch } from "@std/assert";
import { isSettled } from "../../../server/domain/invoice-state.ts";
import { toGiveBack } from "../../../server/domain/made-up.ts";
import type { Result } from "../../../server/errors.ts";
import { Audit } from "../../../server/store/audit.ts";
import { Erasure } from "../../../server/store/erasure.ts";
import type { InvoiceRecord } from "../../../server/store/invoices.ts";
import type { PointRecord } from "../../../server/store/points.ts";
import { Records } from "../../../server/store/records.ts";
import { instant } from "../domain/bills.ts";
import { BillingServer, by, inMemory, valueOf } from "./billed-points.ts";
import { overtaken } from "./overtaken.ts";

const MAY_2 = instant("2026-05-02T12:00:00Z");
const NOW = by(MAY_2);
const whyNot = <Value>(result: Result<Value>): string => result.ok ? "" : result.detail;

const newCustomer = async (server: BillingServer, name: string): Promise<string> =>
  valueOf(await server.customers.add({ name }, NOW)).id;

/** What the next run says of a point that was changed while it was billed. */
async function closedMeanwhile(server: BillingServer, act: () => Promise<unknown>) {
  overtaken(server.kv, act);
  const run = await server.close();
  const [item] = await server.runs.items(run.id, 10);
  return [run.invoices, run.failures, item?.failure ?? ""] as const;
}

const april = (server: BillingServer, point: PointRecord): Promise<InvoiceRecord> =>
  server.invoiceOf(point, "2026-04").then(({ invoice }) => invoice);

const billed = async ({ invoices }: BillingServer, { id }: PointRecord) =>
  (await invoices.ofPoint(id, 10)).toReversed().map(({ customerId, period, sequence }) =>
    [customerId, period.days, sequence] as const
  );

Deno.test("a point that changes hands while it is billed has a bill for each of the two", () =>
  inMemory(async (server) => {
    const [point] = await server.withPoints(1);
    const customerId = await newCustomer(server, "Bento");
    const given = { customerId, heldFrom: instant("2026-04-11T00:00:00Z") };
    const [invoices, failures, why] = await closedMeanwhile(
      server,
      () => server.points.update(point.id, given, NOW).then(valueOf),
    );
    assertEquals([invoices, failures], [0, 1]);
    assertMatch(why, /was changed at the same time/);
    await server.close();
    assertEquals(await billed(server, point), [[point.customerId, 10, 1], [customerId, 20, 2]]);
  }));

Deno.test("a point that is retired while it is billed is billed by the next run", () =>
  inMemory(async (server) => {
    const [point] = await server.withPoints(1);
    const retire = () => server.points.retire(point.id, NOW).then(valueOf);
    const [invoices, failures] = await closedMeanwhile(server, retire);
    assertEquals([invoices, failures], [0, 1]);
    server.clock.now += 2 * 86_400;
    await server.close();
    assertEquals(await billed(server, point), [
      [point.customerId, 30, 1],
      [point.customerId, 2, 2],
    ]);
  }));

Deno.test("a period that two servers issue at once has one invoice, of which both are told", () =>
  inMemory(async (one) => {
    const [point] = await one.withPoints(1);
    const two = new BillingServer(one.kv, one.clock, one.used, one.tariff, "b");
    let other: InvoiceRecord | undefined;
    overtaken(one.kv, async () => other = await april(two, point));
    const { isNew, invoice } = await one.invoiceOf(point, "2026-04");
    assertEquals([isNew, invoice.id], [false, other!.id]);
    assertEquals(await billed(one, point), [[point.customerId, 30, 1]]);
  }));

const byHand = { on: "2026-05-02", amount: 5_000, by: "operator" } as const;
const byBank = { ...byHand, by: "file", reference: "E1", always: true } as const;

Deno.test("what is credited while it is being paid is not paid by hand, and money that came is kept", () =>
  inMemory(async (server) => {
    for (const [payment, wanted] of [[byHand, [0, 0]], [byBank, [1, 5_000]]] as const) {
      const [point] = await server.withPoints(1);
      const { id } = await april(server, point);
      overtaken(server.kv, () => server.invoices.credit(id, "Wrong", NOW).then(valueOf));
      const paid = await server.invoices.pay(id, payment, NOW);
      assertEquals(paid.ok, payment === byBank, whyNot(paid));
      const invoice = (await server.invoices.get(id))!;
      assertEquals<readonly number[]>([invoice.payments.length, toGiveBack(invoice)], wanted);
    }
  }));

Deno.test("what is paid while it is being credited is to be given back", () =>
  inMemory(async (server) => {
    const [point] = await server.withPoints(1);
    const { id } = await april(server, point);
    overtaken(server.kv, () => server.invoices.pay(id, byHand, NOW).then(valueOf));
    const invoice = valueOf(await server.invoices.credit(id, "Wrong", NOW));
    assertEquals([isSettled(invoice), toGiveBack(invoice)], [true, 5_000]);
  }));

Deno.test("a payment that two servers are told of at once counts once", () =>
  inMemory(async (one) => {
    const [point] = await one.withPoints(1);
    const { id } = await april(one, point);
    const two = new BillingServer(one.kv, one.clock, one.used, one.tariff, "b");
    overtaken(one.kv, () => two.invoices.pay(id, byBank, NOW).then(valueOf));
    assertEquals(valueOf(await one.invoices.pay(id, byBank, NOW)).duplicate, true);
    assertEquals((await one.invoices.get(id))!.payments.length, 1);
  }));

/** A customer who has left, with a bill for April that was taken back. */
async function leftWithCredit(server: BillingServer) {
  const [point] = await server.withPoints(1);
  const { id } = await april(server, point);
  valueOf(await server.invoices.credit(id, "Wrong", NOW));
  valueOf(await server.points.retire(point.id, NOW));
  const erasure = new Erasure({
    records: new Records(server.kv, () => crypto.randomUUID()),
    audit: new Audit(server.kv),
    obstacles: [(customer) => server.invoices.obstacles(customer)],
    forget: [],
  });
  const retired = (await server.points.get(point.id))!;
  return { point: retired, erase: () => erasure.erase(point.customerId, NOW) };
}

Deno.test("a customer is not erased who is billed meanwhile", () =>
  inMemory(async (server) => {
    const { point, erase } = await leftWithCredit(server);
    overtaken(server.kv, () => april(server, point));
    assertMatch(whyNot(await erase()), /These invoices are not paid: 2026-000002/);
    const customer = (await server.customers.get(point.customerId))!;
    assertEquals([customer.name, customer.erasing], ["Ana", undefined]);
  }));

Deno.test("a customer is not erased who is given a point meanwhile", () =>
  inMemory(async (server) => {
    const { point: { customerId }, erase } = await leftWithCredit(server);
    const place = { customerId, label: "Loja", timezone: "UTC" };
    overtaken(server.kv, () => server.points.add(place, NOW).then(valueOf));
    assertMatch(whyNot(await erase()), /Retire these points.*: Loja/);
    assertEquals((await server.customers.get(customerId))!.name, "Ana");
  }));

Deno.test("a customer who is erased meanwhile is not billed, and no number is taken", () =>
  inMemory(async (server) => {
    const { point, erase } = await leftWithCredit(server);
    const period = valueOf(await server.billable.named(point, "2026-04", MAY_2));
    overtaken(server.kv, () => erase().then(valueOf));
    assertMatch(whyNot(await server.issuing.issue(point, period, NOW)), /is erased|was changed/);
    assertEquals((await billed(server, point)).map(([, , sequence]) => sequence), [1]);
  }));

/** Invoices of all points, by how they stand today, for the staff and for whose they are. */
import { assertEquals } from "@std/assert";
import { AppInMemory } from "./app-in-memory.ts";
import { as, customer as customerCaller } from "./as-caller.ts";
import { billedPoint, issueMay, lightSince } from "./billed-point.ts";
import type { Json } from "./running-server.ts";

const numbers = async (app: AppInMemory, query = ""): Promise<string[]> => {
  const { items } = await app.ask("GET", `/invoices${query}`);
  return items.map(({ number }: Json) => number);
};

/** Of one customer's home for May, and of another's for as many months up to that. */
async function invoicesOf(app: AppInMemory, months: string[]) {
  const ana = await billedPoint(app);
  const first = await issueMay(app, ana.point);
  const bento = (await app.ask("POST", "/customers", { name: "Bento" })).id;
  const tariff = await lightSince(app, `${months[0]}-01`);
  const place = { customerId: bento, label: "Loja", ...tariff };
  const point = (await app.ask("POST", "/points", place)).id;
  const others: Json[] = [];
  for (const month of months) {
    others.push(
      await app.ask("POST", `/points/${point}/invoices/issue?period=${month}&unread=true`),
    );
  }
  return { ana: ana.customer, bento, invoices: [first, ...others] };
}

Deno.test("all invoices are listed by number, page by page, as they are listed at a point", async () => {
  await using app = await AppInMemory.open();
  const { invoices: [first] } = await invoicesOf(app, ["2026-03", "2026-04", "2026-05"]);
  const all = ["2026-000001", "2026-000002", "2026-000003", "2026-000004"];
  assertEquals(await numbers(app), all);
  const { items } = await app.ask("GET", `/points/${first.pointId}/invoices`);
  assertEquals((await app.ask("GET", "/invoices")).items[0], items[0]);
  const page = async (cursor?: string) =>
    await app.ask("GET", `/invoices?limit=3${cursor ? `&cursor=${cursor}` : ""}`);
  const one = await page();
  const two = await page(one.next);
  const shown = [...one.items, ...two.items].map(({ number }: Json) => number);
  assertEquals([shown, one.items.length, two.next], [all, 3, null]);
});

Deno.test("each state has the invoices that stand so today, and no others", async () => {
  await using app = await AppInMemory.open();
  const { invoices: [owed, paid, credited] } = await invoicesOf(app, ["2026-04", "2026-05"]);
  await app.ask("POST", `/invoices/${owed.id}/pay`, { amount: 1 });
  // Nothing is known of what the other home used: its bills come to nothing but the minimum.
  await app.ask("POST", `/invoices/${paid.id}/pay`, {});
  await app.ask("POST", `/invoices/${credited.id}/credit`, { reason: "Wrong home" });
  const byState = async () => ({
    open: await numbers(app, "?state=open"),
    issued: await numbers(app, "?state=issued"),
    overdue: await numbers(app, "?state=overdue"),
    paid: await numbers(app, "?state=paid"),
    credited: await numbers(app, "?state=credited"),
  });
  const settled = { paid: [paid.number], credited: [credited.number] };
  const open = [owed.number];
  assertEquals(await byState(), { open, issued: open, overdue: [], ...settled });
  app.clock.seconds += 30 * 86_400;
  assertEquals(await byState(), { open, issued: [], overdue: open, ...settled });
  await app.ask("POST", `/invoices/${owed.id}/pay`, {});
  assertEquals(await numbers(app, "?state=open"), []);
});

Deno.test("pages of those overdue leave none out between those that are not", async () => {
  await using app = await AppInMemory.open();
  const { invoices } = await invoicesOf(app, ["2026-03", "2026-04", "2026-05"]);
  for (const i of [0, 2]) await app.ask("POST", `/invoices/${invoices[i].id}/pay`, {});
  app.clock.seconds += 30 * 86_400;
  const found: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: string = `state=overdue&limit=1${cursor && `&cursor=${cursor}`}`;
    const { items, next }: Json = await app.ask("GET", `/invoices?${query}`);
    found.push(...items.map(({ number }: Json) => number));
    cursor = next;
  }
  assertEquals(found, [invoices[1].number, invoices[3].number]);
});

Deno.test("the staff finds a customer's, and a customer finds nobody else's", async () => {
  await using app = await AppInMemory.open();
  const { ana, bento, invoices: [first, second] } = await invoicesOf(app, ["2026-05"]);
  assertEquals(await numbers(app, `?customerId=${ana}`), [first.number]);
  assertEquals(await numbers(app, `?customerId=${bento}&state=open`), [second.number]);
  const ask = as(app, customerCaller(bento));
  const found = async (query = "") =>
    (await ask("GET", `/invoices${query}`)).body.items.map(({ number }: Json) => number);
  assertEquals(await found(), [second.number]);
  assertEquals(await found("?state=open"), [second.number]);
  assertEquals(await found(`?customerId=${bento}`), [second.number]);
  assertEquals(await found(`?customerId=${ana}`), []);
});

Deno.test("a state that there is not is refused, with those that there are", async () => {
  await using app = await AppInMemory.open();
  const { status, body } = await app.send("GET", "/invoices?state=late");
  assertEquals([status, body.errors], [400, [
    { path: "state", message: "must be one of open, overpaid, issued, paid, overdue, credited" },
  ]]);
});

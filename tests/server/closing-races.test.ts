/** Runs over all points, and what the staff changes while bills are issued, over HTTP. */
import { assertEquals, assertMatch } from "@std/assert";
import { AppInMemory } from "./app-in-memory.ts";
import { billedPoint, issueMay, lightSince } from "./billed-point.ts";
import { overtaken } from "./store/overtaken.ts";

Deno.test("of two runs that are begun at once one is refused, and one that follows finds nothing due", async () => {
  await using app = await AppInMemory.open();
  const { point } = await billedPoint(app);
  const begin = () => app.send("POST", "/close-runs", JSON.stringify({ dryRun: false }));
  const [first, second] = await Promise.all([begin(), begin()]);
  const refused = [first, second].filter(({ status }) => status === 409);
  assertEquals([first.status, second.status].toSorted(), [202, 409]);
  assertMatch(refused[0].body.detail, /^A run is under way/);
  await app.parts.closing.ended();
  assertEquals((await begin()).status, 202);
  await app.parts.closing.ended();
  const { items } = await app.ask("GET", `/points/${point}/invoices`);
  assertEquals(items.length, 1);
});

Deno.test("a period that is billed meanwhile keeps its tariff", async () => {
  await using app = await AppInMemory.open();
  const { point } = await billedPoint(app);
  const other = await lightSince(app, "2026-05-11");
  overtaken(app.kv, () => issueMay(app, point));
  const { status, body } = await app.send("PATCH", `/points/${point}`, JSON.stringify(other));
  assertEquals(status, 409);
  assertMatch(body.detail, /must not be before 2026-06-01T03:00:00Z, until when .* is billed/);
  const { id, bill } = await issueMay(app, point);
  assertEquals(bill.lines.filter(({ kind }: { kind: string }) => kind === "energy").length, 1);
  assertEquals((await app.ask("GET", `/invoices/${id}/verify`)).recomputed, true);
});

Deno.test("a period is billed by the tariff that is chosen meanwhile", async () => {
  await using app = await AppInMemory.open();
  const { point } = await billedPoint(app);
  const other = await lightSince(app, "2026-05-11");
  overtaken(app.kv, () => app.ask("PATCH", `/points/${point}`, other));
  const refused = await app.send("POST", `/points/${point}/invoices/issue?period=2026-05`);
  assertEquals(refused.status, 409);
  assertMatch(refused.body.detail, /was changed at the same time/);
  const { items } = await app.ask("GET", `/points/${point}/invoices`);
  assertEquals(items, []);
  assertEquals((await issueMay(app, point)).number, "2026-000001");
});

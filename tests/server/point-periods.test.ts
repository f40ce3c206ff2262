/** By which days a point is billed, and what of it stays once it is billed, over HTTP. */
import { assertEquals, assertMatch } from "@std/assert";
import { billedPoint, issueMay } from "./billed-point.ts";
import { inApp, on, pricedPoint, refusal } from "./priced-point.ts";
import { assertProblem } from "./udp-meter.ts";

inApp("a reading that is moved in a month ends its period on another day", async (app) => {
  const { point } = await pricedPoint(app, undefined, { readingDays: { "2026-05": 29 } });
  const bill = async (period: string) => {
    const { firstDay, lastDay } = await app.ask("GET", `/points/${point}/bill?period=${period}`);
    return [firstDay, lastDay];
  };
  assertEquals([await bill("2026-05"), await bill("2026-06")], [
    ["2026-05-01", "2026-05-29"],
    ["2026-05-30", "2026-06-30"],
  ]);
  const patch = (readingDays: unknown) => app.ask("PATCH", `/points/${point}`, { readingDays });
  const moved = { "2026-05": 29, "2026-06": 28 };
  assertEquals((await patch(moved)).readingDays, moved);
  assertEquals((await app.ask("GET", "/points")).items[0].readingDays, moved);
  assertEquals(await bill("2026-06"), ["2026-05-30", "2026-06-28"]);
  const { items } = await app.ask("GET", `/audit?kind=point&id=${point}&limit=1`);
  assertEquals(items[0].changes, { readingDays: { before: {}, after: { "2026-06": 28 } } });
  assertEquals((await app.ask("PATCH", `/points/${point}`, { label: "House" })).readingDays, moved);
  assertEquals((await patch(null)).readingDays, {});
  await patch(moved);
  assertEquals((await patch({})).readingDays, {});
  assertEquals(await bill("2026-06"), ["2026-06-01", "2026-06-30"]);

  app.clock.seconds = on("07-01T00:00");
  await app.ask("PUT", "/issuer", { name: "Luz" });
  await patch({ "2026-05": 29 });
  const days = [];
  for (const period of ["2026-04", "2026-05", "2026-06"]) {
    const issue = `/points/${point}/invoices/issue?period=${period}&unread=true`;
    days.push((await app.ask("POST", issue)).bill.days);
  }
  assertEquals(days, [30, 29, 32]);
});

const months = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`${2000 + i}-03`, 31]),
  );

const MISFITS: { body: object; path: string; message: string }[] = [
  {
    body: { readingDays: { "2026-07": 20 } },
    path: "readingDays.2026-07",
    message: "makes the period of 2026-07 20 days long; 27 to 33 are allowed",
  },
  {
    body: { readingDays: { "2026-07": 32 } },
    path: "readingDays.2026-07",
    message: "must be 1 to 31",
  },
  {
    body: { readingDays: { July: 31 } },
    path: "readingDays.July",
    message: "must be named by a month like 2026-07",
  },
  { body: { readingDays: months(37) }, path: "readingDays", message: "must have up to 36 months" },
  { body: { readingDays: [4] }, path: "readingDays", message: "must be an object" },
];

inApp("reading days that make a period too short or too long are refused", async (app) => {
  const { point, customer } = await pricedPoint(app);
  for (const { body, path, message } of MISFITS) {
    const place = { customerId: customer, label: "Home", ...body };
    const calls = [["POST", "/points", place], ["PATCH", `/points/${point}`, body]] as const;
    for (const [method, call, sent] of calls) {
      const answer = await app.send(method, call, JSON.stringify(sent));
      assertProblem(answer, 400);
      assertEquals(answer.body.errors[0], { path, message });
    }
  }
  const patch = (body: object) => refusal(app, "PATCH", `/points/${point}`, body);
  assertMatch(await patch({ readingDays: months(36) }), /^200 /);
  await app.ask("PATCH", `/points/${point}`, { readingDays: { "2026-07": 29 } });
  assertMatch(
    await patch({ readingDay: 5 }),
    /^400 readingDays.2026-07: .* of 2026-07 54 days long/,
  );
  assertMatch(await patch({ readingDay: 5, readingDays: null }), /^200 /);
});

inApp("a name that schemas leave out is refused wherever it stands", async (app) => {
  const { point } = await pricedPoint(app);
  const patch = await app.send("PATCH", `/points/${point}`, '{"readingDays": {"__proto__" : 4}}');
  assertProblem(patch, 400);
  assertEquals(patch.body.detail, "The body has a field __proto__, which is not known.");
  const label = String.raw`"__proto__": {"a": 1}`;
  assertEquals((await app.ask("PATCH", `/points/${point}`, { label })).label, label);
});

inApp("what is billed was billed to whoever had the point, by days where it is", async (app) => {
  const { point } = await billedPoint(app);
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Bia" });
  const change = async (body: object) => {
    const answer = await app.send("PATCH", `/points/${point}`, JSON.stringify(body));
    return answer.status === 200 ? 200 : [answer.status, answer.body.errors];
  };
  assertEquals(await change({ timezone: "UTC" }), 200, "nothing is billed yet");
  await app.ask("PATCH", `/points/${point}`, { timezone: "America/Sao_Paulo" });
  await issueMay(app, point);
  const end = "2026-06-01T03:00:00Z, until when the point is billed";
  assertEquals(await change({ customerId, heldFrom: "2026-06-01T02:59:59Z" }), [409, [{
    path: "heldFrom",
    message: `must not be before ${end}`,
  }]]);
  assertEquals(await change({ timezone: "America/Manaus" }), [409, [{
    path: "timezone",
    message: `must have the time of America/Sao_Paulo at ${end}`,
  }]]);
  assertEquals(await change({ timezone: "America/Bahia" }), 200);
  assertEquals(await change({ customerId, heldFrom: "2026-06-01T03:00:00Z" }), 200);
});

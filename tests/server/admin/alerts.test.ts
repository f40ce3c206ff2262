/** Alerts in the terminal: listed, shown, seen, counted. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { AppInMemory } from "../app-in-memory.ts";
import { openApp } from "../browser.ts";
import { staged } from "../staged-alert.ts";
import { offline, signedIn, Tool } from "./tool.ts";

async function open() {
  const app = await openApp();
  const tool = new Tool(app.fetch);
  tool.terminal.columns = Infinity;
  return { app, tool, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

/** A home that used too much, a meter there that is silent, and an outage of its region. */
async function home({ app, tool }: { app: AppInMemory; tool: Tool }, name = "Ana") {
  const customerId: string = (await tool.json("customers", "add", name)).id;
  const { id: pointId } = await tool.json("points", "add", customerId, `${name}'s`);
  const provision = ["meters", "provision", "--point", pointId, "--label", `Meter of ${name}`];
  const { meters: [{ id: meterId }] } = await tool.json(...provision);
  const of = { pointId, customerId, region: "T-1" };
  const { id: dayLimit } = await staged(app, { kind: "dayLimit", subject: pointId, ...of });
  const { id: silent } = await staged(app, { kind: "silent", subject: meterId, ...of });
  const { id: outage } = await staged(app, { kind: "outage", subject: "T-1", region: "T-1" });
  return { customerId, pointId, meterId, dayLimit, silent, outage };
}

const idsIn = ({ items }: { items: { id: string }[] }) => items.map(({ id }) => id).toSorted();

Deno.test("alerts are a table with what, where and since when by the clock here", async () => {
  await using opened = await open();
  const { tool } = opened;
  assertEquals((await tool.run("alerts")).errors, "No alerts.\n");
  const { dayLimit, silent, outage } = await home(opened);
  const { code, out, errors } = await tool.run("alerts", "--open");
  assertEquals([code, errors], [0, ""]);
  assertMatch(out, /^id +opened +what +where +severity +state$/m);
  for (
    const [id, what, where, severity] of [
      [dayLimit, "Use of the day above the limit", "Ana's", "notice"],
      [silent, ".*", "Meter of Ana", "warning"],
      [outage, ".*", "T-1", "urgent"],
    ]
  ) {
    const line = `^${id} +2026-06-15 09:00 +${what} +${where} +${severity} +open$`;
    assertMatch(out, new RegExp(line, "m"));
  }
});

Deno.test("alerts are found by kind, point, region, customer, and by whether they are over or seen", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  const { customerId, pointId, dayLimit, silent, outage } = await home(opened);
  const over = await staged(app, {
    kind: "silent",
    subject: "a".repeat(16),
    key: "1",
    closedAt: app.clock.seconds,
  });
  await tool.json("alerts", "acknowledge", silent);
  const found: [typed: string, ids: string[]][] = [
    ["alerts", [dayLimit, silent, outage, over.id]],
    ["alerts --open", [dayLimit, silent, outage]],
    ["alerts --open --unacknowledged", [dayLimit, outage]],
    ["alerts --kind dayLimit,outage", [dayLimit, outage]],
    [`alerts --point ${pointId}`, [dayLimit, silent]],
    ["alerts --region T-1", [dayLimit, silent, outage]],
    [`alerts --customer ${customerId}`, [dayLimit]],
  ];
  for (const [typed, ids] of found) {
    assertEquals(idsIn(await tool.json(...typed.split(" "))), ids.toSorted(), typed);
  }
  const { out } = await tool.run("alerts", "--kind", "silent");
  assertMatch(out, new RegExp(`^${silent} .* seen$`, "m"));
  assertMatch(out, new RegExp(`^${over.id} .* over$`, "m"));
});

Deno.test("an alert is shown with its sentence and what to do, in the language that is asked for", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  const { pointId, customerId, dayLimit } = await home(opened);
  const { sentence, hint } = await app.ask("GET", `/alerts/${dayLimit}?locale=en`);
  const { out } = await tool.run("alerts", "show", dayLimit);
  const fields = [
    `id        ${dayLimit}`,
    "what      Use of the day above the limit",
    `where     Ana's (${pointId})`,
    "kind      dayLimit",
    "severity  notice",
    "opened    2026-06-15 09:00, America/Sao_Paulo",
    `customer  ${customerId}`,
    "region    T-1",
  ];
  assertEquals(out, `${fields.join("\n")}\n\n${sentence}\n\n${hint}\n`);
  const portuguese = await app.ask("GET", `/alerts/${dayLimit}?locale=pt-BR`);
  assertStringIncludes(
    (await tool.run("alerts", "show", dayLimit, "--language", "pt-BR")).out,
    portuguese.sentence,
  );
  assertEquals(await tool.run("alerts", "show", "dayLimit:x:1"), {
    code: 1,
    out: "",
    errors: "There is no alert dayLimit:x:1.\n",
  });
});

Deno.test("alerts are acknowledged, several at once, and say by whom", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  const { silent, outage } = await home(opened);
  const { tool: staff } = await signedIn(app, "eva@example.com", "operator");
  const first = await staff.run("alerts", "acknowledge", silent, outage);
  const lines = first.out.trim().split("\n");
  assertEquals(lines.length, 2);
  for (const [i, id] of [silent, outage].entries()) {
    assertStringIncludes(
      lines[i],
      `(${id}): seen 2026-06-15 09:00, America/Sao_Paulo, by eva.`,
    );
  }
  const again = await tool.json("alerts", "acknowledge", silent);
  assertEquals(again.items[0].acknowledged.by.name, "eva");
  assertMatch(
    (await tool.run("alerts", "show", silent)).out,
    /^seen +2026-06-15 09:00, .*, by eva$/m,
  );
  const over = await staged(app, {
    kind: "silent",
    subject: "a".repeat(16),
    key: "1",
    closedAt: app.clock.seconds,
  });
  const late = await tool.run("alerts", "acknowledge", over.id);
  assertEquals(late.out, `Meter out of contact (${over.id}): it is over.\n`);
  assertEquals(await tool.run("alerts", "acknowledge", "x"), {
    code: 1,
    out: "",
    errors: "There is no alert x.\n",
  });
});

Deno.test("open alerts are counted by kind and region", async () => {
  await using opened = await open();
  const { tool } = opened;
  assertEquals(await tool.run("alerts", "counts"), {
    code: 0,
    out: "",
    errors: "No open alerts.\n",
  });
  const { silent } = await home(opened);
  await tool.json("alerts", "acknowledge", silent);
  const { out } = await tool.run("alerts", "counts");
  assertMatch(out, /^kind +what +region +open +nobody has seen$/m);
  assertMatch(out, /^dayLimit +Limit of the day +T-1 +1 +1$/m);
  assertMatch(out, /^silent +\S.* T-1 +1 +0$/m);
  assertEquals((await tool.json("alerts", "counts")).items.length, 3);
});

Deno.test("customers list, read and acknowledge their own alerts, and know of no others", async () => {
  await using opened = await open();
  const { app } = opened;
  const other = await home(opened);
  const { tool, customerId } = await signedIn(app, "bia@example.com", "customer");
  const { id: pointId } = await opened.tool.json("points", "add", customerId, "Flat");
  const own = await staged(app, { kind: "dayLimit", subject: pointId, pointId, customerId });
  assertEquals(idsIn(await tool.json("alerts")), [own.id]);
  assertMatch((await tool.run("alerts", "show", own.id)).out, /^where +Flat \(/m);
  assertMatch((await tool.run("alerts", "acknowledge", own.id)).out, /, by bia\.$/m);
  for (const typed of [["show"], ["acknowledge"]]) {
    const { code, errors } = await tool.run("alerts", ...typed, other.dayLimit);
    assertEquals([code, errors], [1, `There is no alert ${other.dayLimit}.\n`]);
  }
  assertEquals((await tool.run("alerts", "counts")).code, 1);
});

const WRONG: [typed: string, errors: RegExp][] = [
  ["alerts --kind thunder", /^--kind must be dayLimit, budgetForecast, .* not thunder\. /],
  ["alerts show", /^ID is missing\. /],
  ["alerts acknowledge", /^ID is missing\. /],
];

for (const [typed, errors] of WRONG) {
  Deno.test(`"${typed}" is refused before anybody is asked`, async () => {
    const shown = await offline().run(...typed.split(" "));
    assertEquals([shown.code, shown.out], [2, ""]);
    assertMatch(shown.errors, errors);
  });
}

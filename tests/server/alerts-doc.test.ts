/** The page on alerts: its tables are whole, its examples are taken, and its receiver works. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { commandIn, readArguments } from "../../server/admin/arguments.ts";
import { COMMANDS } from "../../server/admin/commands.ts";
import { type Kind, KINDS } from "../../server/domain/alert-kinds.ts";
import { type Alert, alertId } from "../../server/domain/alert-life.ts";
import { deliveriesOf } from "../../server/domain/alert-delivery.ts";
import { alertText } from "../../server/domain/alert-words.ts";
import { limitsSent } from "../../server/http/limit-form.ts";
import { alertBody, hookMessage } from "../../server/jobs/hook-message.ts";
import { taskCommand } from "../task.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/alerts.md", import.meta.url));
const blockOf = (language: string) =>
  PAGE.match(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s"))![1];

Deno.test("the page on alerts has all kinds with their severity, and limits that there are", () => {
  const rows = [
    ...PAGE.matchAll(/^\| `(\w+)` +\| (notice|warning|urgent) +\| [^|]+ \| ([^|]+?) +\|/gm),
  ];
  const shown = rows.map(([, kind, severity]) => [kind, severity]);
  const all = Object.entries(KINDS).map(([kind, { severity }]) => [kind, severity]);
  assertEquals(shown.toSorted(), all.toSorted());
  const limits = rows.flatMap(([, , , limits]) => limits.match(/\w+/g) ?? []);
  assertEquals(limits.filter((limit) => !(limit in limitsSent.shape)), []);
});

Deno.test("the page's limits are taken, and its commands exist", () => {
  assertEquals(limitsSent.safeParse(JSON.parse(blockOf("json"))).error, undefined);
  const commands = [...PAGE.matchAll(/^admin (.+)$/gm)].map(([, typed]) => typed.split(" "));
  assert(commands.length > 0);
  for (const typed of commands) readArguments(...commandIn(COMMANDS, typed));
});

/** The message as the page shows it, and the same as it is sent. */
async function exampleOf(secret: string) {
  const [head, body] = blockOf("http").split("\n\n");
  const headers = Object.fromEntries(head.split("\n").slice(1).map((line) => line.split(": ")));
  const shown = JSON.parse(body);
  const { pointId, customerId, region, openedAt } = shown.data;
  const at = Date.parse(openedAt) / 1_000;
  const evidence = { milliwattHours: 12_020_000, limitMilliwattHours: 12_000_000 };
  const cause = { kind: "dayLimit" as const, subject: pointId, key: "2026-06-15" };
  const alert: Alert = {
    ...cause,
    id: alertId(cause),
    severity: KINDS.dayLimit.severity,
    evidence,
    openedAt: at,
    at,
  };
  const place = { locale: "en", timeZone: "America/Sao_Paulo", currency: "BRL", name: "Home" };
  const text = { ...alertText(alert, place), currency: "BRL" };
  const sent = alertBody("opened", { ...alert, pointId, customerId, region }, text);
  const listener = {
    id: headers["webhook-id"].split(":").at(-1),
    way: "webhook" as const,
    kinds: Object.keys(KINDS) as Kind[],
    timeZone: "UTC",
  };
  const [{ id }] = deliveriesOf({ event: "opened", alert }, [listener], at);
  return { headers, shown, message: await hookMessage({ id, now: at, secrets: [secret] }, sent) };
}

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

Deno.test("the page's message is one as it is sent", async () => {
  const { headers, shown, message } = await exampleOf(SECRET);
  assertEquals(shown, JSON.parse(new TextDecoder().decode(message.body)));
  assertEquals(headers, message.headers);
});

Deno.test("the page's receiver takes what is signed with its secret, and nothing else", async () => {
  const { verified } = await import(
    `data:application/typescript;base64,${new TextEncoder().encode(blockOf("ts")).toBase64()}`
  );
  const { shown, message } = await exampleOf(SECRET);
  const now = Number(message.headers["webhook-timestamp"]);
  const request = (headers: Record<string, string>, body: BodyInit = message.body) =>
    new Request("http://receiver.example/", {
      method: "POST",
      headers: { ...message.headers, ...headers },
      body,
    });
  const signature = message.headers["webhook-signature"];
  const several = `v1,${"A".repeat(43)}= v2,other ${signature}`;
  assertEquals(await verified(request({}), SECRET, now), shown);
  assertEquals(await verified(request({ "webhook-signature": several }), SECRET, now + 300), shown);
  const [old, forged] = ["too old", "not signed"];
  const refused = [
    [old, request({}), SECRET, now + 301],
    [old, request({ "webhook-timestamp": "soon" }), SECRET, now],
    [forged, request({ "webhook-timestamp": `${now + 1}` }), SECRET, now],
    [forged, request({ "webhook-id": "another" }), SECRET, now],
    [forged, request({ "webhook-signature": "" }), SECRET, now],
    [forged, request({}, "{}"), SECRET, now],
    [forged, request({}), `whsec_${btoa("another secret of 24 bytes")}`, now],
  ];
  for (const [why, ...one] of refused) {
    await assertRejects(() => verified(...one), Error, `${why}`);
  }
});

Deno.test("the page's table is made by a task that there is", async () => {
  const [, task, options] = PAGE.match(/deno@[\d.]+ task (\S+) (.+)/)!;
  // In small: as many homes as the page says take a minute and more.
  const args = [...options.split(" "), "--homes", "3", "--days", "100"];
  const { code, stdout } = await taskCommand(task, { args, stderr: "null" }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(code, 0);
  assertMatch(text, /^seed 811, 3 homes/);
  const kinds = [...PAGE.matchAll(/^\| [^`|]+ \| `(\w+)` +\| [\d,]+ +\|/gm)].map(([, kind]) =>
    kind
  );
  assert(kinds.length === 15);
  for (const kind of kinds) assert(text.includes(kind), kind);
});

/** Webhooks in the terminal: made, changed, tried, and what was given up put back. */
import { assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import type { Told } from "../../../server/domain/delivery-tries.ts";
import type { HookPost } from "../../../server/notify/hook-post.ts";
import { AppInMemory } from "../app-in-memory.ts";
import { DOWN, OK } from "../jobs/told-people.ts";
import { tell } from "../told-alert.ts";
import { offline, Tool } from "./tool.ts";

const URL_OF = "https://alerts.example/contaluz";
const GONE: Told = { ok: false, reason: "it answered with 410", status: 410, isGone: true };

/** The tool, and what the other side is to say. */
async function open() {
  const other: { says: Told } = { says: OK };
  const hookPost: HookPost = () => Promise.resolve(other.says);
  const app = await AppInMemory.open({ hookPost });
  const tool = new Tool(app.fetch);
  tool.terminal.columns = Infinity;
  return { app, tool, other, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

const secretIn = (out: string): string => out.match(/^secret +(whsec_[\w+/]{43}=)$/m)![1];

Deno.test("a webhook is added, with its secret this once and what it is for", async () => {
  await using opened = await open();
  const { tool } = opened;
  assertEquals((await tool.run("webhooks")).errors, "No webhooks.\n");
  const added = await tool.run("webhooks", "add", URL_OF, "--label", "Desk", "--kind", "silent");
  assertMatch(added.out, /^kinds +silent\nstate +enabled$/m);
  secretIn(added.out);
  assertStringIncludes(added.out, "Give it to the receiver, ");
  assertStringIncludes(added.out, "It is not shown again.\n");
  const { items: [{ id }] } = await tool.json("webhooks");
  const listed = await tool.run("webhooks", "desk");
  assertMatch(
    listed.out,
    new RegExp(`^id +label +url +kinds +state\n${id}  Desk +${URL_OF} +silent +enabled\n$`),
  );
  const { out } = await tool.run("webhooks", "show", id);
  assertMatch(out, new RegExp(`^url +${URL_OF}$`, "m"));
  assertMatch(out, /^waiting +0$/m);
  assertEquals(out.includes("whsec_"), false);
});

Deno.test("a webhook that fails is shown with what waits, since when and why", async () => {
  await using opened = await open();
  const { app, tool, other } = opened;
  const { id } = await tool.json("webhooks", "add", URL_OF);
  other.says = DOWN;
  for (const subject of ["a", "b", "c"]) await tell(app, subject);
  const { out } = await tool.run("webhooks", "show", id);
  assertMatch(out, /^state +enabled$/m);
  const lines = [
    /^waiting +3$/,
    /^next try +2026-06-15 12:00:10 UTC$/,
    /^last failed +2026-06-15 12:00:00 UTC$/,
    /^why +it refused the connection$/,
  ];
  for (const [i, line] of out.trimEnd().split("\n").slice(-lines.length).entries()) {
    assertMatch(line, lines[i]);
  }
});

Deno.test("a customer's webhook shows whose it is, and takes no kinds of the staff's", async () => {
  await using opened = await open();
  const { tool } = opened;
  const { id: customer } = await tool.json("customers", "add", "Ana");
  const add = ["webhooks", "add", URL_OF, "--customer", customer];
  const { code, errors } = await tool.run(...add, "--kind", "silent");
  assertEquals(code, 1);
  assertStringIncludes(errors, "kinds: must be kinds of alerts for customers");
  assertMatch((await tool.run(...add)).out, new RegExp(`^kinds +all\ncustomer +${customer}$`, "m"));
});

Deno.test("a webhook is changed, disabled, enabled and removed", async () => {
  await using opened = await open();
  const { tool } = opened;
  const { id } = await tool.json("webhooks", "add", URL_OF, "--label", "Desk");
  const changed = await tool.json("webhooks", "change", id, "--kind", "silent, outage");
  assertEquals([changed.label, changed.kinds], ["Desk", ["silent", "outage"]]);
  const other = `${URL_OF}/2`;
  const again = ["webhooks", "change", id, "--kind", "all", "--label", "", "--url", other];
  const { kinds, label, url } = await tool.json(...again);
  assertEquals([kinds, label, url], [null, null, other]);
  assertMatch(
    (await tool.run("webhooks", "disable", id)).out,
    /^state +disabled\ncreated +.*\ndisabled +2026-06-15 12:00:00 UTC\nbecause +the staff did it$/m,
  );
  assertMatch((await tool.run("webhooks", "enable", id)).out, /^state +enabled$/m);
  assertEquals(await tool.run("webhooks", "remove", id), {
    code: 0,
    out: "",
    errors: `Removed the webhook ${id}.\n`,
  });
  assertEquals((await tool.json("webhooks")).items, []);
});

Deno.test("a test message says what came of it, and ends with 1 where it did not arrive", async () => {
  await using opened = await open();
  const { tool, other } = opened;
  const { id } = await tool.json("webhooks", "add", URL_OF);
  assertEquals(await tool.run("webhooks", "test", id), {
    code: 0,
    out: "delivered      yes\nanswered with  204\n",
    errors: "",
  });
  other.says = DOWN;
  assertEquals(await tool.run("webhooks", "test", id), {
    code: 1,
    out: "delivered  no\nreason     it refused the connection\n",
    errors: "The test message was not delivered.\n",
  });
});

Deno.test("a new secret is shown once, with how long the one before works", async () => {
  await using opened = await open();
  const { tool } = opened;
  const { id, secret } = await tool.json("webhooks", "add", URL_OF);
  const { out } = await tool.run("webhooks", "rotate", id);
  assertNotEquals(secretIn(out), secret);
  assertMatch(out, /24 hours at most, the one before works as well\.\n$/);
});

Deno.test("messages that were given up are listed, and tried anew one by one or all", async () => {
  await using opened = await open();
  const { app, tool, other } = opened;
  const { id } = await tool.json("webhooks", "add", URL_OF);
  assertEquals((await tool.run("webhooks", "dead", id)).errors, "No message was given up.\n");
  other.says = GONE;
  for (const subject of ["a", "b", "c"]) {
    await tell(app, subject);
    await tool.json("webhooks", "enable", id);
  }
  const { items } = await tool.json("webhooks", "dead", id);
  const { out } = await tool.run("webhooks", "dead", id);
  assertMatch(out, /^message +what +alert +tries +given up +reason$/m);
  assertMatch(
    out,
    / {2}opened +unusual:a:1 +1 +2026-06-15 12:00:00 UTC +it answered with 410$/m,
  );
  other.says = OK;
  await tool.json("webhooks", "disable", id);
  assertEquals(await tool.run("webhooks", "retry", id), {
    code: 1,
    out: "",
    errors: "The webhook is disabled: enable it first.\n",
  });
  await tool.json("webhooks", "enable", id);
  const some = items.slice(0, 2).map((letter: { id: string }) => letter.id).join(",");
  assertEquals(
    (await tool.run("webhooks", "retry", id, "--message", some)).out,
    "Messages that are tried anew: 2.\n",
  );
  assertEquals((await tool.json("webhooks", "retry", id)).retried, 1);
  await app.parts.delivering.ended();
});

Deno.test("a webhook that does not fit, or that there is not, is refused in plain words", async () => {
  await using opened = await open();
  const { tool } = opened;
  const wrong = await tool.run("webhooks", "add", "ftp://a.example/");
  assertEquals([wrong.code, wrong.out], [1, ""]);
  assertStringIncludes(wrong.errors, "url: must be an http or https address");
  const none = "8a1f63c0d27be954";
  for (const verb of ["show", "test", "rotate", "dead", "retry", "enable"]) {
    assertEquals(await tool.run("webhooks", verb, none), {
      code: 1,
      out: "",
      errors: `There is no webhook ${none}.\n`,
    }, verb);
  }
});

Deno.test("webhooks are for the staff", async () => {
  await using opened = await open();
  const { app, tool } = opened;
  const { id: customerId } = await tool.json("customers", "add", "Ana");
  const key = { label: "Own", scopes: ["read"], customerId };
  tool.environment.CONTALUZ_KEY = (await app.ask("POST", "/api-keys", key)).key;
  assertEquals((await tool.run("webhooks")).code, 1);
});

const WRONG: [typed: string, errors: RegExp][] = [
  ["webhooks add", /^URL is missing\. /],
  ["webhooks add https://a.example --kind thunder", /^--kind must be dayLimit, .* not thunder\. /],
  ["webhooks change 8a1f63c0d27be954", /^Say what is to be changed\. /],
  [
    "webhooks change 8a1f63c0d27be954 --kind thunder",
    /^--kind must be dayLimit, .* not thunder\. /,
  ],
];

for (const [typed, errors] of WRONG) {
  Deno.test(`"${typed}" is refused before anybody is asked`, async () => {
    const shown = await offline().run(...typed.split(" "));
    assertEquals([shown.code, shown.out], [2, ""]);
    assertMatch(shown.errors, errors);
  });
}

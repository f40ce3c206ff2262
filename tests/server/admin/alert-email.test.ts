/** In the terminal: of which alerts people are told by e-mail, and when. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Kind } from "../../../server/domain/alert-kinds.ts";
import { openApp } from "../browser.ts";
import { offline, signedIn, Tool } from "./tool.ts";

const SERVERS = { timezone: "America/Sao_Paulo", locale: "pt-BR" };

Deno.test("until they say otherwise, people are told by e-mail of what is grave", async () => {
  await using app = await openApp();
  const { tool } = await signedIn(app, "bia@example.com", "customer");
  const { out, errors } = await tool.run("alerts", "email");
  assertEquals(errors, "This server sends no e-mail.\n");
  assertEquals(out.split("\n").slice(0, 4), [
    "sent         at once",
    "quiet hours  none",
    "timezone     America/Sao_Paulo",
    "language     pt-BR",
  ]);
  assertMatch(out, /^dayLimit +Limit of the day +notice +no$/m);
  assertMatch(out, /^unusual +\S.* warning +yes$/m);
});

Deno.test("people say of what they are told by e-mail, one thing after the other, and take it back", async () => {
  await using app = await openApp();
  const { tool, id } = await signedIn(app, "bia@example.com", "customer");
  const wish = async () => (await app.parts.identity.people.get(id))!.alerts;
  const set = (...options: string[]) => tool.run("alerts", "email", "set", ...options);
  await set("--quiet", "22:00-07:00");
  const quiet = { from: "22:00", to: "07:00" };
  assertEquals(await wish(), { quiet, ...SERVERS });
  const { out } = await set("--kind", "dayLimit,unusual", "--digest", "07:00");
  assertMatch(out, /^sent +once a day, at 07:00\nquiet hours +22:00 to 07:00\n/m);
  const kinds: Kind[] = ["dayLimit", "unusual"];
  assertEquals(await wish(), { email: { kinds, digestAt: "07:00" }, quiet, ...SERVERS });
  await set("--timezone", "Europe/Lisbon", "--language", "en", "--digest", "off");
  assertEquals(await wish(), {
    email: { kinds },
    quiet,
    timezone: "Europe/Lisbon",
    locale: "en",
  });
  await set("--kind", "none", "--quiet", "off");
  assertEquals((await wish())?.email, { kinds: [] });
  await set("--kind", "usual", "--timezone", "usual", "--language", "usual");
  assertEquals(await wish(), undefined);
});

Deno.test("a wish that does not fit is refused by the server in plain words", async () => {
  await using app = await openApp();
  const { tool } = await signedIn(app, "bia@example.com", "customer");
  for (
    const [options, errors] of [
      ["--kind silent", "email.kinds.0: must be a kind of alert for customers"],
      ["--digest 7:00", "email.digestAt: must be a time like 22:00"],
      ["--timezone Brazil", "timezone: must be the name of a time zone, like America/Sao_Paulo"],
      ["--language fr", "locale: must be Portuguese or English, perhaps with a region"],
    ]
  ) {
    const shown = await tool.run("alerts", "email", "set", ...options.split(" "));
    assertEquals([shown.code, shown.out], [1, ""]);
    assertStringIncludes(shown.errors, errors);
  }
  assertEquals((await new Tool(app.fetch).run("alerts", "email")).code, 1);
});

const WRONG: [typed: string, errors: RegExp][] = [
  ["alerts email set", /^Say what is to be set\. /],
  ["alerts email set --kind thunder", /^--kind must be dayLimit, .* not thunder\. /],
  ["alerts email set --quiet night", /^--quiet must be like 22:00-07:00, or off, not night\. /],
];

for (const [typed, errors] of WRONG) {
  Deno.test(`"${typed}" is refused before anybody is asked`, async () => {
    const shown = await offline().run(...typed.split(" "));
    assertEquals([shown.code, shown.out], [2, ""]);
    assertMatch(shown.errors, errors);
  });
}

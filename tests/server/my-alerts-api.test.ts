/** How people want to be told of alerts. */
import { assertEquals } from "@std/assert";
import { CHEAP, openApp, signedIn } from "./browser.ts";
import type { Json } from "./running-server.ts";

const LANGUAGES = "must be Portuguese or English, perhaps with a region, like pt-BR";
const kindsOf = ({ offered }: Json) => offered.map(({ kind }: { kind: string }) => kind);

Deno.test("until they say otherwise, people are told of what is grave, at once", async () => {
  await using app = await openApp();
  const { browser } = await signedIn(app, "eva@example.com");
  const { offered: _, ...usual } = await browser.ask("GET", "/me/alerts");
  assertEquals(usual, {
    email: { kinds: ["outage", "tamper"], digestAt: null },
    quiet: null,
    timezone: "America/Sao_Paulo",
    locale: "pt-BR",
    mailIsOn: false,
  });
});

Deno.test("people are offered the kinds of alerts that are for them", async () => {
  await using app = await openApp();
  const staff = await signedIn(app, "eva@example.com");
  const customer = await signedIn(app, "ana@example.com", "customer");
  const [staffs, customers] = [
    kindsOf(await staff.browser.ask("GET", "/me/alerts")),
    kindsOf(await customer.browser.ask("GET", "/me/alerts")),
  ];
  assertEquals([staffs.includes("silent"), staffs.includes("dayLimit")], [true, false]);
  assertEquals([customers.includes("silent"), customers.includes("dayLimit")], [false, true]);
  assertEquals(new Set([...staffs, ...customers]).size, 16);
});

Deno.test("people say what they want to be told of and when, and take it back", async () => {
  await using app = await openApp();
  const { browser, id } = await signedIn(app, "ana@example.com", "customer");
  const usual = await browser.ask("GET", "/me/alerts");
  const wish = {
    email: { kinds: ["dayLimit", "unusual", "dayLimit"], digestAt: "07:00" },
    quiet: { from: "22:00", to: "06:30" },
    timezone: "Europe/Lisbon",
    locale: "en",
  };
  const { offered: _, mailIsOn: __, ...set } = await browser.ask("PUT", "/me/alerts", wish);
  const kept = { ...wish, email: { kinds: ["dayLimit", "unusual"], digestAt: "07:00" } };
  assertEquals(set, kept);
  assertEquals((await app.parts.identity.people.get(id))!.alerts, kept as Json);
  await browser.ask("PUT", "/me/alerts", { email: { kinds: [], digestAt: null }, quiet: null });
  assertEquals((await app.parts.identity.people.get(id))!.alerts, { email: { kinds: [] } });
  await browser.ask("PUT", "/me/alerts", {});
  assertEquals(await browser.ask("GET", "/me/alerts"), usual);
  assertEquals((await app.parts.identity.people.get(id))!.alerts, undefined);
});

for (
  const [body, path, message] of [
    [{ email: { kinds: ["silent"] } }, "email.kinds.0", "must be a kind of alert for customers"],
    [{ email: { kinds: [], digestAt: "7:00" } }, "email.digestAt", "must be a time like 22:00"],
    [{ quiet: { from: "22:00", to: "24:00" } }, "quiet.to", "must be a time like 22:00"],
    [{ quiet: { from: "22:00" } }, "quiet.to", "is missing"],
    [
      { timezone: "Brazil" },
      "timezone",
      "must be the name of a time zone, like America/Sao_Paulo",
    ],
    [{ locale: "x" }, "locale", LANGUAGES],
    [{ locale: "fr" }, "locale", LANGUAGES],
  ] as const
) {
  Deno.test(`a wish is refused: ${JSON.stringify(body)}`, async () => {
    await using app = await openApp();
    const { browser } = await signedIn(app, "ana@example.com", "customer");
    const answer = await browser.send("PUT", "/me/alerts", body);
    assertEquals([answer.status, answer.body.errors], [400, [{ path, message }]]);
  });
}

Deno.test("people of a server of another language are shown the one that they are written in", async () => {
  await using app = await openApp({ locale: "fr-FR" });
  const { browser } = await signedIn(app, "eva@example.com");
  const { locale } = await browser.ask("GET", "/me/alerts");
  assertEquals(locale, "en");
  assertEquals((await browser.ask("PUT", "/me/alerts", { locale })).locale, "en");
});

Deno.test("an API key is nobody to be told by e-mail", async () => {
  await using app = await openApp({ cost: CHEAP });
  assertEquals((await app.send("GET", "/me/alerts")).status, 403);
  assertEquals((await app.send("PUT", "/me/alerts", "{}")).status, 403);
});

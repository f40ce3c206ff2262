/** Alerts as the staff and customers read them, and say that they have seen them. */
import { assert, assertEquals } from "@std/assert";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import { as, customer, key } from "./as-caller.ts";
import { openApp, signedIn } from "./browser.ts";
import { type Json, OPERATOR_KEY } from "./running-server.ts";
import { staged } from "./staged-alert.ts";

interface Home {
  customerId: string;
  pointId: string;
  meterId: string;
}

async function home(
  app: AppInMemory,
  name: string,
  { region, ...of }: { region?: string; customerId?: string } = {},
): Promise<Home> {
  const customerId = of.customerId ?? (await app.ask("POST", "/customers", { name })).id;
  const pointId = (await app.ask("POST", "/points", { customerId, label: `${name}'s`, region })).id;
  const asked = { meters: [{ pointId, label: `Meter of ${name}` }] };
  const { meters: [{ id: meterId }] } = await app.ask("POST", "/meters/provision", asked);
  return { customerId, pointId, meterId };
}

const dayLimit = (app: AppInMemory, { customerId, pointId }: Home, more = {}) =>
  staged(app, { kind: "dayLimit", subject: pointId, pointId, customerId, ...more });

const silent = (app: AppInMemory, { customerId, pointId, meterId }: Home, more = {}) =>
  staged(app, { kind: "silent", subject: meterId, pointId, customerId, ...more });

const idsOf = (answer: { items: { id: string }[] }) => answer.items.map(({ id }) => id);

Deno.test("an alert says what it is about, since when, with which numbers and in words", async () => {
  await using app = await AppInMemory.open();
  const ana = await home(app, "Ana", { region: "T-1" });
  const { id } = await dayLimit(app, ana, { region: "T-1" });
  const { title, sentence, hint, ...alert } = await app.ask("GET", `/alerts/${id}?locale=en`);
  assertEquals(alert, {
    id,
    kind: "dayLimit",
    audience: "customer",
    severity: "notice",
    subject: { type: "point", id: ana.pointId, name: "Ana's" },
    pointId: ana.pointId,
    meterId: null,
    customerId: ana.customerId,
    region: "T-1",
    openedAt: "2026-06-15T12:00:00Z",
    updatedAt: "2026-06-15T12:00:00Z",
    closedAt: null,
    acknowledged: null,
    evidence: { energyWh: 16_000, limitWh: 15_000 },
  });
  assert(title !== "" && hint);
  assert(sentence.includes("16") && sentence.includes("15"), sentence);
});

Deno.test("a meter's alert has the meter's name, an outage the region's", async () => {
  await using app = await AppInMemory.open();
  const ana = await home(app, "Ana");
  await silent(app, ana);
  app.clock.seconds++;
  await staged(app, { kind: "outage", subject: "T-1", region: "T-1" });
  const { items } = await app.ask("GET", "/alerts");
  assertEquals(
    items.map(({ subject, meterId, pointId }: Json) => ({ subject, meterId, pointId })),
    [
      { subject: { type: "region", id: "T-1", name: "T-1" }, meterId: null, pointId: null },
      {
        subject: { type: "meter", id: ana.meterId, name: "Meter of Ana" },
        meterId: ana.meterId,
        pointId: ana.pointId,
      },
    ],
  );
});

Deno.test("texts are in the language that is asked for, the browser's, or the server's", async () => {
  await using app = await AppInMemory.open();
  const { id } = await dayLimit(app, await home(app, "Ana"));
  const title = async (query: string, language?: string) => {
    const headers = new Headers({ authorization: `Bearer ${OPERATOR_KEY}` });
    if (language) headers.set("accept-language", language);
    const url = `http://localhost/api/v1/alerts/${encodeURIComponent(id)}${query}`;
    return (await (await app.fetch(new Request(url, { headers }))).json()).title;
  };
  const [english, portuguese] = [await title("?locale=en"), await title("?locale=pt-BR")];
  assert(english !== portuguese);
  assertEquals(await title(""), portuguese);
  assertEquals(await title("", "en-US,en;q=0.9,pt;q=0.5"), english);
  assertEquals(await title("", "de-DE,pt-PT;q=0.8,en;q=0.7"), portuguese);
  assertEquals(await title("", "de"), portuguese);
  assertEquals(await title("?locale=pt-BR", "en"), portuguese);
});

Deno.test("the list has the latest first, and finds by all that alerts have", async () => {
  await using app = await AppInMemory.open();
  const [ana, bia] = [await home(app, "Ana", { region: "T-1" }), await home(app, "Bia")];
  const made = [];
  for (const make of [dayLimit, silent]) {
    for (const at of [ana, bia]) {
      app.clock.seconds++;
      const region = at === ana ? "T-1" : "";
      made.push((await make(app, at, { region })).id);
    }
  }
  const [anasDay, biasDay, anasMeter, biasMeter] = made;
  const closed = await dayLimit(app, ana, {
    key: "2026-06-01",
    openedAt: NOON - 9,
    closedAt: NOON,
  });
  await app.ask("POST", `/alerts/${biasMeter}/acknowledge`);
  const found = async (query: string) => idsOf(await app.ask("GET", `/alerts?${query}`));
  assertEquals(await found(""), [biasMeter, anasMeter, biasDay, anasDay, closed.id]);
  assertEquals(await found("open=true&kind=dayLimit"), [biasDay, anasDay]);
  assertEquals(await found("open=false"), [closed.id]);
  assertEquals(await found("acknowledged=true"), [biasMeter]);
  assertEquals(await found("acknowledged=false&audience=staff"), [anasMeter]);
  assertEquals(await found("kind=silent,outage"), [biasMeter, anasMeter]);
  assertEquals(await found(`pointId=${bia.pointId}`), [biasMeter, biasDay]);
  assertEquals(await found(`customerId=${bia.customerId}`), [biasDay]);
  assertEquals(await found("region=T-1&open=true"), [anasMeter, anasDay]);
  assertEquals(await found("kind=silent&audience=customer"), []);
});

Deno.test("pages of alerts come one after another, and a cursor of something else is refused", async () => {
  await using app = await AppInMemory.open();
  const ana = await home(app, "Ana");
  for (const day of ["2026-06-01", "2026-06-02", "2026-06-03"]) {
    await dayLimit(app, ana, { key: day });
    app.clock.seconds++;
  }
  const first = await app.ask("GET", "/alerts?limit=2");
  const second = await app.ask("GET", `/alerts?limit=2&cursor=${first.next}`);
  const days = [...first.items, ...second.items].map(({ id }) => id.slice(-10));
  assertEquals(days, ["2026-06-03", "2026-06-02", "2026-06-01"]);
  assertEquals(second.next, null);
  assertEquals((await app.send("GET", "/alerts?cursor=WzFd")).body.errors[0].path, "cursor");
});

for (
  const [query, path] of [
    ["kind=silent,loud", "kind.1"],
    ["open=perhaps", "open"],
    ["region=-", "region"],
    ["locale=x", "locale"],
    ["audience=all", "audience"],
  ]
) {
  Deno.test(`the list refuses ${query}`, async () => {
    await using app = await AppInMemory.open();
    const { status, body } = await app.send("GET", `/alerts?${query}`);
    assertEquals([status, body.errors[0].path], [400, path]);
  });
}

Deno.test("a customer has the alerts for customers that were theirs as they began, and no others", async () => {
  await using app = await AppInMemory.open();
  const [ana, bia] = [await home(app, "Ana"), await home(app, "Bia")];
  const own = await dayLimit(app, ana);
  const staffs = await silent(app, ana);
  const others = await dayLimit(app, bia);
  for (
    const caller of [
      customer(ana.customerId),
      key({ scopes: ["read"], customerId: ana.customerId }),
    ]
  ) {
    const ask = as(app, caller);
    assertEquals(idsOf((await ask("GET", "/alerts")).body), [own.id]);
    assertEquals(idsOf((await ask("GET", `/alerts?pointId=${bia.pointId}`)).body), []);
    assertEquals(idsOf((await ask("GET", `/alerts?customerId=${bia.customerId}`)).body), []);
    assertEquals(idsOf((await ask("GET", "/alerts?audience=staff")).body), []);
    assertEquals((await ask("GET", `/alerts/${own.id}`)).status, 200);
    for (const id of [staffs.id, others.id, "nothing", "x".repeat(5_000)]) {
      const { status, body } = await ask("GET", `/alerts/${id}`);
      assertEquals([status, body.detail], [404, `There is no alert ${id}.`]);
    }
    assertEquals((await ask("GET", "/alerts/counts")).status, 403);
  }
});

Deno.test("the staff are told where a point is, its customer only if they have several", async () => {
  await using app = await AppInMemory.open();
  const ana = await home(app, "Ana");
  const address = "Rua das Flores 12";
  await app.ask("PATCH", `/points/${ana.pointId}`, { address });
  const { meters: [{ id: meterId }] } = await app.ask("POST", "/meters/provision", {
    meters: [{ pointId: ana.pointId }],
  });
  const alerts = [await dayLimit(app, ana), await silent(app, { ...ana, meterId })];
  const ask = as(app, customer(ana.customerId));
  const toldAna = async () => (await ask("GET", `/alerts/${alerts[0].id}`)).body.subject.name;
  for (const { id } of alerts) {
    const { subject } = await app.ask("GET", `/alerts/${id}`);
    assertEquals(subject.name, "Ana's, Rua das Flores 12");
  }
  assertEquals(await toldAna(), "Ana's");
  const { id } = await app.ask("POST", "/points", { customerId: ana.customerId, label: "Second" });
  assertEquals(await toldAna(), "Ana's, Rua das Flores 12");
  await app.ask("DELETE", `/points/${id}`);
  assertEquals(await toldAna(), "Ana's");
});

Deno.test("after a point has gone to someone else, its alert stays with whom it was about", async () => {
  await using app = await AppInMemory.open();
  const [ana, bia] = [await home(app, "Ana"), await home(app, "Bia")];
  const { id } = await dayLimit(app, ana);
  app.clock.seconds += 60;
  const change = { customerId: bia.customerId, label: "Bia's second" };
  await app.ask("PATCH", `/points/${ana.pointId}`, change);
  const [anas, bias] = [as(app, customer(ana.customerId)), as(app, customer(bia.customerId))];
  assertEquals((await bias("GET", `/alerts?pointId=${ana.pointId}`)).body.items, []);
  assertEquals((await bias("GET", `/alerts/${id}`)).status, 404);
  const { body, text } = await anas("GET", `/alerts/${id}`);
  assertEquals(body.subject.name, null);
  assert(!text.includes("Bia"), text);
});

Deno.test("an alert is acknowledged once, by who did so first, and stands in the audit log", async () => {
  await using app = await openApp();
  const ana = await signedIn(app, "ana@example.com", "customer");
  const { id } = await dayLimit(app, await home(app, "Ana", { customerId: ana.customerId }));
  const answer = await ana.browser.send("POST", `/alerts/${id}/acknowledge`);
  const by = { id: ana.id, name: "ana" };
  const acknowledged = { at: "2026-06-15T12:00:00Z", by };
  assertEquals(answer.body.acknowledged, acknowledged);
  app.clock.seconds += 60;
  assertEquals(
    (await app.ask("POST", `/alerts/${id}/acknowledge`)).acknowledged,
    acknowledged,
  );
  const { items } = await app.ask("GET", `/audit?kind=alert&id=${id}`);
  assertEquals(items.map(({ action }: { action: string }) => action), ["acknowledged"]);
});

Deno.test("customers are told the names of their own people, and not who of the staff has seen it", async () => {
  await using app = await openApp();
  const ana = await signedIn(app, "ana@example.com", "customer");
  const eva = await signedIn(app, "eva@example.com");
  const anas = await home(app, "Ana", { customerId: ana.customerId });
  const seenBy = async (browser: typeof ana.browser, key: string) => {
    const { id } = await dayLimit(app, anas, { key });
    await browser.ask("POST", `/alerts/${id}/acknowledge`);
    return id;
  };
  const own = await seenBy(ana.browser, "2026-06-01");
  const staffs = await seenBy(eva.browser, "2026-06-02");
  const nameIn = ({ acknowledged }: Json) => acknowledged.by.name;
  const limited = as(app, key({ scopes: ["read"], customerId: ana.customerId }));
  assertEquals(nameIn(await ana.browser.ask("GET", `/alerts/${own}`)), "ana");
  assertEquals(nameIn(await ana.browser.ask("GET", `/alerts/${staffs}`)), null);
  assertEquals(nameIn((await limited("GET", `/alerts/${own}`)).body), "ana");
  assertEquals(nameIn((await limited("GET", `/alerts/${staffs}`)).body), null);
  assertEquals(nameIn(await eva.browser.ask("GET", `/alerts/${own}`)), "ana");
  assertEquals(nameIn(await eva.browser.ask("GET", `/alerts/${staffs}`)), "eva");
});

Deno.test("a key to read may list alerts, and not say that they are seen", async () => {
  await using app = await AppInMemory.open();
  const { id } = await silent(app, await home(app, "Ana"));
  const ask = as(app, key({ scopes: ["read"] }));
  assertEquals(idsOf((await ask("GET", "/alerts")).body), [id]);
  assertEquals((await ask("POST", `/alerts/${id}/acknowledge`)).status, 403);
});

Deno.test("the count takes no field", async () => {
  await using app = await AppInMemory.open();
  const { status, body } = await app.send("GET", "/alerts/counts?region=T-1");
  assertEquals([status, body.errors[0].path], [400, "region"]);
});

Deno.test("open alerts are counted by kind and region", async () => {
  await using app = await AppInMemory.open();
  const [ana, bia] = [await home(app, "Ana"), await home(app, "Bia")];
  const { id } = await silent(app, ana, { region: "T-1" });
  await silent(app, bia, { region: "T-1" });
  await dayLimit(app, ana);
  await app.ask("POST", `/alerts/${id}/acknowledge`);
  const { items } = await app.ask("GET", "/alerts/counts");
  const byKind = (a: { kind: string }, b: { kind: string }) => a.kind < b.kind ? -1 : 1;
  assertEquals(items.sort(byKind), [
    { kind: "dayLimit", region: null, open: 1, unacknowledged: 1 },
    { kind: "silent", region: "T-1", open: 2, unacknowledged: 1 },
  ]);
});

/** Hono's client knows every route by its type, and what is wrong does not compile. */
import { assertEquals } from "@std/assert";
import { hc } from "hono/client";
import type { Api } from "../../server/http/api.ts";
import { AppInMemory } from "./app-in-memory.ts";
import { OPERATOR_KEY } from "./running-server.ts";

const clientOf = (app: AppInMemory) =>
  hc<Api>("http://localhost", {
    headers: { authorization: `Bearer ${OPERATOR_KEY}` },
    fetch: (input: RequestInfo | URL, init?: RequestInit) => app.fetch(new Request(input, init)),
  }).api.v1;

Deno.test("the typed client sends bodies, path parameters and queries", async () => {
  await using app = await AppInMemory.open();
  const api = clientOf(app);
  const customer = await (await api.customers.$post({ json: { name: "Ana" } })).json();
  const point = await (await api.points.$post({
    json: { customerId: customer.id, label: "Home", timezone: "Europe/Lisbon" },
  })).json();
  const found = await (await api.points[":id"].$get({ param: { id: point.id } })).json();
  const meter: string | undefined = found.meter?.id;
  assertEquals([found.label, found.timezone, meter], ["Home", "Europe/Lisbon", undefined]);
  const consumption = await (await api.points[":id"].consumption.$get({
    param: { id: point.id },
    query: { from: "2026-06-14", to: "2026-06-15", step: "1h" },
  })).json();
  const quality: "measured" | "estimated" | "missing" = consumption.values[0].quality;
  assertEquals(quality, "missing");
  const listed = await (await api.customers.$get({ query: { search: "ana" } })).json();
  assertEquals(listed.items.map(({ name }) => name), ["Ana"]);
  assertEquals(listed.next, null);
});

Deno.test("the typed client's answer has the status of a refusal", async () => {
  await using app = await AppInMemory.open();
  const id = "0000000000000000";
  const answer = await clientOf(app).meters[":id"].$get({ param: { id } });
  assertEquals([answer.status as number, answer.ok as boolean], [404, false]);
  await answer.body?.cancel();
});

/** Never called: what is wrong here must be an error of types, or the check fails. */
export async function doesNotCompile(app: AppInMemory): Promise<void> {
  const api = clientOf(app);
  // @ts-expect-error: a customer has a name
  await api.customers.$post({ json: {} });
  // @ts-expect-error: and it is text
  await api.customers.$post({ json: { name: 1 } });
  // @ts-expect-error: there is no such field
  await api.customers.$post({ json: { name: "Ana", age: 9 } });
  // @ts-expect-error: the id is missing
  await api.points[":id"].$get({});
  // @ts-expect-error: there is no such parameter of the query
  await api.customers.$get({ query: { pages: "1" } });
  // @ts-expect-error: there is no such route
  await api.nowhere.$get();
  // @ts-expect-error: nothing is posted to consumption
  await api.points[":id"].consumption.$post({ param: { id: "a" } });
  // @ts-expect-error: an answer has no such field
  (await (await api.points[":id"].$get({ param: { id: "a" } })).json()).age;
}

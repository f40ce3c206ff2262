/** The OpenAPI document and the page made from it: whole, true to the operations, safe to show. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { z } from "zod";
import { OPERATIONS } from "../../server/http/api.ts";
import { createApp } from "../../server/http/app.ts";
import type { Operation } from "../../server/http/operation.ts";
import { routeOf } from "../../server/http/openapi.ts";
import { patternOf } from "../../server/http/serve.ts";
import { AppInMemory } from "./app-in-memory.ts";
import { breachOf, DOCUMENT, misfits } from "./conformance.ts";

const all = Object.entries<Operation>(OPERATIONS);
const describedOf = (operation: Operation) => {
  const { method, path } = routeOf(operation);
  return DOCUMENT.paths[path][method];
};

Deno.test("every route of the app is an operation, and every operation is a route", async () => {
  await using app = await AppInMemory.open();
  const routes = createApp(app.parts).routes.filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => `${method} ${path}`);
  assertEquals(routes.sort(), all.map(([, { route }]) => patternOf(route)).sort());
  assertEquals(new Set(routes).size, routes.length);
});

for (const [name, operation] of all) {
  Deno.test(`${name}: examples fit the schemas of the document and those that are checked`, () => {
    const { requestBody, responses, parameters } = describedOf(operation);
    const contents = [requestBody?.content, ...Object.values(responses).map((one) => one.content)];
    for (const { schema, example } of contents.flatMap((one) => Object.values(one ?? {}))) {
      if (schema && example !== undefined) assertEquals(misfits(schema, example), "");
    }
    for (const { schema, example } of parameters) {
      if (example !== undefined) assertEquals(misfits(schema, example), "");
    }
    const body = requestBody?.content["application/json"]?.example;
    const { body: shape, answer } = operation;
    if (shape instanceof z.ZodType) assertEquals(shape.safeParse(body).error?.message, undefined);
    const status = operation.status ?? 200;
    const shown = responses[status]?.content?.["application/json"]?.example;
    if (answer instanceof z.ZodType) {
      assertEquals(answer.safeParse(shown).error?.message, undefined);
    }
  });
}

Deno.test("/openapi.json names every operation, each with its own id", async () => {
  await using app = await AppInMemory.open();
  const response = await app.fetch(new Request("http://localhost/openapi.json"));
  const document = await response.json();
  assertEquals(document.openapi, "3.1.1");
  const ids = Object.values<Record<string, { operationId: string }>>(document.paths)
    .flatMap((item) => Object.values(item).map(({ operationId }) => operationId));
  assertEquals(ids.sort(), all.map(([name]) => name).sort());
});

Deno.test("no reference in the document leads nowhere", () => {
  const text = JSON.stringify(DOCUMENT);
  for (const [, id] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    assert(id in DOCUMENT.components.schemas, id);
  }
  assert(!text.includes("$defs"));
});

for (const path of ["/openapi.json", "/docs", "/docs/style.css"]) {
  Deno.test(`${path} is not sent again to whoever has it`, async () => {
    await using app = await AppInMemory.open();
    const first = await app.fetch(new Request(`http://localhost${path}`));
    await first.body?.cancel();
    const etag = first.headers.get("etag")!;
    const ask = async (known: string) => {
      const headers = { "if-none-match": known };
      const answer = await app.fetch(new Request(`http://localhost${path}`, { headers }));
      return [answer.status, (await answer.text()).length > 0];
    };
    assertEquals(await ask(etag), [304, false]);
    assertEquals(await ask(`"other", W/${etag}`), [304, false]);
    assertEquals(await ask('"other"'), [200, true]);
  });
}

Deno.test("/docs has a place for every operation and nothing that the policy forbids", async () => {
  await using app = await AppInMemory.open();
  const page = await (await app.fetch(new Request("http://localhost/docs"))).text();
  for (const [name] of all) assert(page.includes(`<article id="${name}">`), name);
  const places = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  for (const [, place] of page.matchAll(/href="#([^"]+)"/g)) assert(places.has(place), place);
  assert(
    !/<script|<style|\sstyle=|\son\w+=|https?:\/\//i.test(page.replace(/<pre.*?<\/pre>/gs, "")),
  );
  assertMatch(page, /<link rel="stylesheet" href="\/docs\/style.css">/);
});

Deno.test("the check of answers finds a wrong status, type, field and a field too many", () => {
  const status = { method: "GET", path: "/healthz", status: 200, type: "application/json" };
  const breach = (change: object) => breachOf({ ...status, json: { status: "ok" }, ...change });
  assertEquals(breach({}), undefined);
  assertMatch(breach({ status: 201 })!, /is not declared/);
  assertMatch(breach({ type: "text/html" })!, /must not be text\/html/);
  assertMatch(breach({ json: { status: "ill" } })!, /must be equal to constant/);
  assertMatch(breach({ json: { status: "ok", more: 1 } })!, /must NOT have additional properties/);
  assertMatch(breach({ path: "/nowhere" })!, /no operation.* is not declared/);
});

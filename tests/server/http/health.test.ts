/** Whether the server is ready, asked often. */
import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import { healthHandlers, healthOperations } from "../../../server/http/health.ts";
import type { HttpParts } from "../../../server/http/parts.ts";
import { RIGHTS } from "../../../server/http/rights.ts";
import { serve } from "../../../server/http/serve.ts";

/** Readiness alone, which takes no more of the parts than these. */
function appWith(notReady: HttpParts["health"]["notReady"], now: () => number): Hono {
  const app = new Hono();
  const health = { notReady, metrics: () => Promise.resolve("") };
  const callerOf = () => Promise.resolve({ kind: "nobody" });
  const parts = { health, now, callerOf } as unknown as HttpParts;
  const handler = healthHandlers(parts).readiness;
  const served = { operation: healthOperations.readiness, handler, right: RIGHTS.readiness };
  serve(app, served, parts, () => Promise.resolve(undefined));
  return app;
}

Deno.test("/readyz looks once for all who ask within two seconds", async () => {
  let looks = 0;
  let seconds = 100;
  let problems = {};
  const notReady = () => {
    looks++;
    return Promise.resolve(problems);
  };
  const app = appWith(notReady, () => seconds);
  const ask = async () => (await app.request("/readyz")).status;
  assertEquals(await Promise.all([ask(), ask(), ask()]), [200, 200, 200]);
  problems = { store: "away" };
  seconds += 1;
  assertEquals([await ask(), looks], [200, 1]);
  seconds += 1;
  assertEquals([await ask(), looks], [503, 2]);
});

Deno.test("/readyz shares a look that takes longer than that", async () => {
  let looks = 0;
  let seconds = 100;
  const answer = Promise.withResolvers<Record<string, string>>();
  const notReady = () => {
    looks++;
    return answer.promise;
  };
  const app = appWith(notReady, () => seconds);
  const first = app.request("/readyz");
  seconds += 5;
  const second = app.request("/readyz");
  answer.resolve({});
  assertEquals([(await first).status, (await second).status, looks], [200, 200, 1]);
});

/** Whether the server is ready, asked often. */
import { assertEquals } from "@std/assert";
import { healthRoutes } from "../../../server/http/health.ts";

Deno.test("/readyz looks once for all who ask within two seconds", async () => {
  let looks = 0;
  let seconds = 100;
  let problems = {};
  const notReady = () => {
    looks++;
    return Promise.resolve(problems);
  };
  const app = healthRoutes({ notReady, metrics: () => Promise.resolve("") }, () => seconds);
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
  const app = healthRoutes({ notReady, metrics: () => Promise.resolve("") }, () => seconds);
  const first = app.request("/readyz");
  seconds += 5;
  const second = app.request("/readyz");
  answer.resolve({});
  assertEquals([(await first).status, (await second).status, looks], [200, 200, 1]);
});

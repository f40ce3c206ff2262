/** For those who run the server: alive, ready, and in figures. */
import { Hono } from "hono";
import type { Health } from "./parts.ts";

export function healthRoutes({ notReady, metrics }: Health): Hono {
  const routes = new Hono();
  routes.get("/healthz", (context) => context.json({ status: "ok" }));
  routes.get("/readyz", async (context) => {
    const problems = await notReady();
    const ready = Object.keys(problems).length === 0;
    return context.json({ status: ready ? "ready" : "not ready", problems }, ready ? 200 : 503);
  });
  routes.get(
    "/metrics",
    async (context) =>
      context.body(await metrics(), 200, { "content-type": "text/plain; version=0.0.4" }),
  );
  return routes;
}

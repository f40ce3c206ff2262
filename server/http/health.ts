/** For those who run the server: alive, ready, and in figures. */
import { Hono } from "hono";
import type { Health } from "./parts.ts";

const VERDICT_SECONDS = 2;

export function healthRoutes({ notReady, metrics }: Health, now: () => number): Hono {
  const routes = new Hono();
  const verdict = remembered(notReady, now);
  routes.get("/healthz", (context) => context.json({ status: "ok" }));
  routes.get("/readyz", async (context) => {
    const problems = await verdict();
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

/** A look costs a write, and anyone may ask: those who do within a while share one. */
function remembered<Verdict>(ask: () => Promise<Verdict>, now: () => number) {
  let latest: Promise<Verdict>;
  let lookedAt = -Infinity;
  let isLooking = false;
  const look = async () => {
    isLooking = true;
    try {
      return await ask();
    } finally {
      lookedAt = now();
      isLooking = false;
    }
  };
  return () => {
    const isOld = Math.abs(now() - lookedAt) >= VERDICT_SECONDS;
    if (!isLooking && isOld) latest = look();
    return latest;
  };
}

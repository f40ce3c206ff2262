/** For those who run the server: what it is, alive, ready, and in figures. */
import { z } from "zod";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";

const VERDICT_SECONDS = 2;

const ABOUT = { name: "Contaluz", api: "/api/v1", docs: "/docs", health: "/healthz" };

export const healthOperations = {
  about: operation("GET /", {
    summary: "What this is, and where to go on",
    answer: z.object({ name: z.string(), api: z.string(), docs: z.string(), health: z.string() })
      .meta({ example: ABOUT }),
  }),
  health: operation("GET /healthz", {
    uncounted: true,
    summary: "Whether the process answers",
    answer: z.object({ status: z.literal("ok") }),
  }),
  readiness: operation("GET /readyz", {
    uncounted: true,
    summary: "Whether the store can be written",
    answer: z.object({
      status: z.enum(["ready", "not ready"]),
      problems: z.record(z.string(), z.string()),
    }),
    also: 503,
  }),
  metrics: operation("GET /metrics", {
    uncounted: true,
    summary: "Figures for Prometheus",
    answer: { media: "text/plain" },
  }),
};

export function healthHandlers({ health, now }: HttpParts): HandlersOf<typeof healthOperations> {
  const verdict = remembered(health.notReady, now);
  return {
    about: () => ABOUT,
    health: () => ({ status: "ok" }),
    readiness: async ({ context }) => {
      const problems = await verdict();
      if (Object.keys(problems).length === 0) return { status: "ready", problems };
      return context.json({ status: "not ready", problems }, 503);
    },
    metrics: async ({ context }) =>
      context.body(await health.metrics(), 200, { "content-type": "text/plain; version=0.0.4" }),
  };
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

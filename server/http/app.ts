/** The HTTP side: the app as a function of its parts. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { failed } from "../errors.ts";
import { operatorOnly } from "./auth.ts";
import { datagramRoutes } from "./datagrams.ts";
import { healthRoutes } from "./health.ts";
import { MAX_JSON_BYTES } from "./input.ts";
import { enrolmentRoutes, meterRoutes } from "./meters.ts";
import { customerRoutes, pointRoutes } from "./points.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError, onError, problem } from "./problem.ts";
import { readingRoutes } from "./readings.ts";

export function createApp(parts: HttpParts): Hono {
  const app = new Hono();
  app.onError(onError(parts.report));
  app.notFound((context) => problem(failed("notFound", `There is no ${context.req.path}.`)));
  app.route("/", healthRoutes(parts.health, parts.now));
  app.route("/api/v1", createApi(parts));
  return app;
}

function createApi(parts: HttpParts): Hono {
  const api = new Hono();
  api.route("/", datagramRoutes(parts));
  api.use(bodyLimit({
    maxSize: MAX_JSON_BYTES,
    onError: () => {
      throw new FailureError(failed("tooLarge", `The body is above ${MAX_JSON_BYTES} bytes.`));
    },
  }));
  api.route("/", enrolmentRoutes(parts));
  api.use(operatorOnly(parts.operatorKey));
  api.route("/", meterRoutes(parts));
  api.route("/", readingRoutes(parts));
  api.route("/", customerRoutes(parts));
  api.route("/", pointRoutes(parts));
  return api;
}

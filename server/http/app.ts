/** The HTTP side: the app as a function of its parts. */
import { Hono, type NotFoundHandler } from "hono";
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
  app.get("/", (context) => context.json({ name: "Contaluz", api: "/api/v1", health: "/healthz" }));
  app.route("/", healthRoutes(parts.health, parts.now));
  app.route("/api/v1", createApi(parts));
  app.notFound(noRoute(app));
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

/** Tells a path that there is not from one that takes other methods. */
function noRoute({ routes }: Hono): NotFoundHandler {
  const known = routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => ({
    method,
    pattern: new RegExp(`^${path.replace(/:\w+/g, "[^/]+")}$`),
  }));
  return ({ req }) => {
    const hasPath = known.filter(({ pattern }) => pattern.test(req.path));
    const allow = [...new Set(hasPath.map(({ method }) => method))].join(", ");
    const missing = `There is no ${req.method} ${req.path}.`;
    if (allow === "") return problem(failed("notFound", missing));
    return problem(failed("methodNotAllowed", `${missing} It takes ${allow}.`), { allow });
  };
}

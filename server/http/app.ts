/** The HTTP side: the app as a function of its parts. */
import { Hono, type NotFoundHandler } from "hono";
import { failed } from "../errors.ts";
import { ownerOfAlert } from "./alerts.ts";
import { handlersOf, OPERATIONS, type Operations } from "./api.ts";
import { takingStale } from "./cookie.ts";
import { edge } from "./edge.ts";
import type { OwnerOf } from "./guard.ts";
import { isId } from "./input.ts";
import type { HttpParts } from "./parts.ts";
import { onError, problem } from "./problem.ts";
import { RIGHTS } from "./rights.ts";
import { serve } from "./serve.ts";

export function createApp(parts: HttpParts): Hono {
  const app = new Hono();
  app.use(edge(parts));
  app.use(takingStale(parts));
  app.onError(onError(parts.report));
  const handlers = handlersOf(parts);
  const ownerOf = ownersIn(parts);
  for (const name of Object.keys(OPERATIONS) as (keyof Operations)[]) {
    const served = { operation: OPERATIONS[name], handler: handlers[name], right: RIGHTS[name] };
    serve(app, served, parts, ownerOf);
  }
  app.notFound(noRoute(app));
  return app;
}

const ownersIn = (
  { customers, points, meters, sensors, invoices, alerts }: HttpParts,
): OwnerOf => {
  const placeOf = {
    point: (id: string) => Promise.resolve({ pointId: id }),
    meter: (id: string) => meters.get(id),
    sensor: (id: string) => sensors.get(id),
  };
  return async (kind, id) => {
    if (kind === "alert") return ownerOfAlert(await alerts.get(id));
    if (!isId(id)) return undefined;
    if (kind === "customer") return (await customers.get(id))?.id;
    // Whoever was billed, whoever has the point now.
    if (kind === "invoice") return (await invoices.get(id))?.customerId;
    const pointId = (await placeOf[kind](id))?.pointId;
    return pointId === undefined ? undefined : (await points.get(pointId))?.customerId;
  };
};

/** Tells a path that there is not from one that takes other methods. */
function noRoute({ routes }: Hono): NotFoundHandler {
  const known = routes.filter(({ method }) => method !== "ALL").map(({ method, path }) => ({
    method,
    pattern: new RegExp(`^${path.replace(/:\w+(?:\{[^}]+\})?/g, "[^/]+")}$`),
  }));
  return ({ req }) => {
    const hasPath = known.filter(({ pattern }) => pattern.test(req.path));
    const allow = [...new Set(hasPath.map(({ method }) => method))].join(", ");
    const missing = `There is no ${req.method} ${req.path}.`;
    if (allow === "") return problem(failed("notFound", missing));
    return problem(failed("methodNotAllowed", `${missing} It takes ${allow}.`), { allow });
  };
}

/** The live feed over WebSockets: who may open one, and for how long it may stay. */
import { Context } from "hono";
import { z } from "zod";
import { failed, noSuch } from "../errors.ts";
import { connectionOf, TRY_AGAIN_LATER } from "../live/connection.ts";
import { type Caller, limitOf, nameOf } from "./caller.ts";
import { mayCall } from "./guard.ts";
import { isId, text } from "./input.ts";
import { askedLocale, localeFor } from "./locale.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError, valueOf } from "./problem.ts";
import { RIGHTS } from "./rights.ts";

const MAX_POINTS = 100;
/** Windows and devices that one person may have open. */
const CONNECTIONS_A_PERSON = 20;

const points = text(1, 17 * MAX_POINTS)
  .transform((list) => [...new Set(list.split(","))])
  .refine((ids) => ids.length <= MAX_POINTS, `must have up to ${MAX_POINTS} points`)
  .meta({ description: "Ids of points, with commas between", example: "8a1f63c0d27be954" });

export const liveOperations = {
  openLive: operation("GET /api/v1/live", {
    summary: "What is stored at points, as it is stored: a WebSocket",
    details:
      "A JSON message a reading: `{point, meter, time, energyWh, powerW}`, with `channel: 1` " +
      "for energy fed in; a sensor's: `{point, sensor, time, temperature, humidity, pressure}`. " +
      "What becomes of an alert: `{alert, point}`, with the alert as it is listed and an `event`, " +
      "which is opened, updated, closed or acknowledged. Every 20 s `{heartbeat}`. What comes late is left out; a reader that is too slow is closed " +
      "with 1013, one that may no longer read with 1008, and 1001 says that the server stops.",
    query: z.strictObject({ points, locale: askedLocale }),
    answer: { media: "application/json" },
    status: 101,
    failures: ["notFound", "tooMany", "unavailable"],
  }),
};

export function liveHandlers(parts: HttpParts): HandlersOf<typeof liveOperations> {
  const { admission, live, upgrade } = parts;
  return {
    openLive: async ({ query, caller, context }) => {
      if (context.req.header("upgrade")?.toLowerCase() !== "websocket") {
        throw noWebSocket();
      }
      const missing = await firstMissing(parts, query.points, caller);
      if (missing !== undefined) {
        throw new FailureError(noSuch("point", missing));
      }
      const leave = valueOf(admission.admit(nameOf(caller), connectionsOf(caller)));
      const asked = copyOf(context);
      const { socket, response } = upgraded(upgrade, context.req.raw, leave);
      let unsubscribe = () => {};
      socket.onopen = () => {
        const connection = connectionOf(socket);
        const mayStay = () => stillMay(parts, query.points, asked);
        const subscribed = live.subscribe({
          points: query.points,
          connection,
          customerId: limitOf(caller),
          locale: localeFor(parts, asked, query.locale),
          mayStay,
        });
        if (subscribed.ok) unsubscribe = subscribed.value;
        else socket.close(TRY_AGAIN_LATER, subscribed.detail.slice(0, 120));
      };
      const end = () => {
        unsubscribe();
        leave();
      };
      socket.onclose = end;
      // One that never opens says only this.
      socket.onerror = end;
      return response;
    },
  };
}

const noWebSocket = () =>
  new FailureError(failed("invalid", "This is a WebSocket: connect with one."));

/** The runtime throws for a request that lacks what a WebSocket's has. */
function upgraded(upgrade: HttpParts["upgrade"], request: Request, leave: () => void) {
  try {
    return upgrade(request);
  } catch (error) {
    leave();
    throw error instanceof TypeError ? noWebSocket() : error;
  }
}

const connectionsOf = (caller: Caller): number =>
  caller.kind === "key" ? caller.connections : CONNECTIONS_A_PERSON;

/** The first point that there is not, or not for this caller. */
async function firstMissing(
  parts: HttpParts,
  ids: string[],
  caller: Caller,
): Promise<string | undefined> {
  const limit = limitOf(caller);
  for (const id of ids) {
    const point = isId(id) ? await parts.points.get(id) : undefined;
    if (!point || limit !== undefined && point.customerId !== limit) return id;
  }
}

/** Once a request has become a WebSocket, nothing can be read of it any more. */
const copyOf = ({ req, env }: Context): Context =>
  new Context(new Request(req.url, { headers: new Headers(req.raw.headers) }), { env });

/** Signed out, revoked, or moved out since. */
async function stillMay(
  parts: HttpParts,
  points: string[],
  context: Context,
): Promise<boolean> {
  try {
    const caller = await parts.callerOf(context);
    return mayCall(RIGHTS.openLive, caller) &&
      await firstMissing(parts, points, caller) === undefined;
  } catch (error) {
    if (error instanceof FailureError) return false;
    throw error;
  }
}

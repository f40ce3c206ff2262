/** All operations and what serves them. */
import { consumptionHandlers, consumptionOperations } from "./consumption.ts";
import { customerHandlers, customerOperations } from "./customers.ts";
import { datagramHandlers, datagramOperations } from "./datagrams.ts";
import { healthHandlers, healthOperations } from "./health.ts";
import { importHandlers, importOperations } from "./import.ts";
import { meterHandlers, meterOperations } from "./meters.ts";
import type { ClientOf, HandlersOf } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { pointHandlers, pointOperations } from "./points.ts";
import { readingHandlers, readingOperations } from "./readings.ts";

export const OPERATIONS = {
  ...healthOperations,
  ...datagramOperations,
  ...customerOperations,
  ...pointOperations,
  ...consumptionOperations,
  ...meterOperations,
  ...readingOperations,
  ...importOperations,
};

export type Operations = typeof OPERATIONS;

/** The type that Hono's client takes. */
export type Api = ClientOf<Operations>;

export const handlersOf = (parts: HttpParts): HandlersOf<Operations> => ({
  ...healthHandlers(parts),
  ...datagramHandlers(parts),
  ...customerHandlers(parts),
  ...pointHandlers(parts),
  ...consumptionHandlers(parts),
  ...meterHandlers(parts),
  ...readingHandlers(parts),
  ...importHandlers(parts),
});

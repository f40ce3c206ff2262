/** What the HTTP side needs of the rest of the house. */
import type { Context } from "hono";
import type { ReportProblem } from "../errors.ts";
import type { Ingest } from "../ingest/ingest.ts";
import type { Conflicts } from "../store/conflicts.ts";
import type { Customers } from "../store/customers.ts";
import type { History } from "../store/history.ts";
import type { Meters } from "../store/meters.ts";
import type { Points } from "../store/points.ts";
import type { Caller } from "./caller.ts";

export interface Health {
  /** What is not ready, by name; nothing if all is. */
  notReady: () => Promise<Record<string, string>>;
  metrics: () => Promise<string>;
}

export interface HttpParts {
  ingest: Ingest;
  customers: Customers;
  meters: Meters;
  points: Points;
  conflicts: Conflicts;
  history: History;
  health: Health;
  /** Who is asking; a credential that is none is a failure. */
  callerOf: (context: Context) => Promise<Caller>;
  /** For points that do not name their own. */
  timezone: string;
  reportIntervalSeconds: number;
  /** The UDP port in use, if there is one. */
  udpPort: number | undefined;
  /** Unix seconds. */
  now: () => number;
  report: ReportProblem;
}

/** What the HTTP side needs of the rest of the house. */
import type { Context } from "hono";
import type { ReportProblem } from "../errors.ts";
import type { Ingest } from "../ingest/ingest.ts";
import type { Closing } from "../jobs/closing.ts";
import type { Delivering } from "../jobs/delivering.ts";
import type { Admission } from "../live/admission.ts";
import type { LiveFeed } from "../live/feed.ts";
import type { Alerts } from "../store/alerts.ts";
import type { Actor, Audit, Audited } from "../store/audit.ts";
import type { Billable } from "../store/billable.ts";
import type { Cases } from "../store/cases.ts";
import type { Conflicts } from "../store/conflicts.ts";
import type { Customers } from "../store/customers.ts";
import type { DeadLetters } from "../store/dead-letters.ts";
import type { Erasure } from "../store/erasure.ts";
import type { History } from "../store/history.ts";
import type { Identity } from "../store/identity.ts";
import type { Import } from "../store/import.ts";
import type { Invoices } from "../store/invoices.ts";
import type { Issuer } from "../store/issuer.ts";
import type { Issuing } from "../store/issuing.ts";
import type { Meters } from "../store/meters.ts";
import type { Once } from "../store/once.ts";
import type { Outlook } from "../store/outlook.ts";
import type { Points } from "../store/points.ts";
import type { By } from "../store/records.ts";
import type { Sensors } from "../store/sensors.ts";
import type { Tariffs } from "../store/tariffs.ts";
import type { Webhooks } from "../store/webhooks.ts";
import type { Caller } from "./caller.ts";
import type { PdfDesk } from "./pdf-desk.ts";
import type { Rates } from "./rates.ts";

export interface Health {
  /** What is not ready, by name; nothing if all is. */
  notReady: () => Promise<Record<string, string>>;
  metrics: () => Promise<string>;
}

export interface Timer {
  ended: Promise<void>;
  cancel: () => void;
}

export interface HttpParts {
  ingest: Ingest;
  /** People, sign-ins and API keys. */
  identity: Identity;
  customers: Customers;
  meters: Meters;
  points: Points;
  conflicts: Conflicts;
  history: History;
  import: Import;
  sensors: Sensors;
  audit: Audit;
  note: (by: By, audited: Audited) => Promise<void>;
  /** What people know an actor of each kind by. */
  actorNames: { [Kind in Actor["kind"]]?: (id: string) => Promise<string | undefined> };
  erasure: Erasure;
  tariffs: Tariffs;
  /** What bills come to before they are issued. */
  outlook: Outlook;
  issuer: Issuer;
  invoices: Invoices;
  /** Which periods can be billed. */
  billable: Billable;
  issuing: Issuing;
  closing: Closing;
  pdfs: PdfDesk;
  /** Of those who tell of payments, if there are any. */
  paymentSecret: string | undefined;
  cases: Cases;
  alerts: Alerts;
  webhooks: Webhooks;
  /** Hosts that these may go to although they lie in a private network. */
  webhookHosts: string[];
  delivering: Delivering;
  /** What could not be delivered. */
  deadLetters: DeadLetters;
  /** Whether e-mail can be sent at all. */
  mailIsOn: boolean;
  live: LiveFeed;
  admission: Admission;
  downloads: Admission;
  /** Turns a request into a WebSocket. */
  upgrade: (request: Request) => { socket: WebSocket; response: Response };
  health: Health;
  /** Who is asking; a credential that is none is a failure. */
  callerOf: (context: Context) => Promise<Caller>;
  addressOf: (context: Context) => string;
  rates: Rates;
  once: Once;
  /** Where users reach the server, if that is known. */
  publicUrl: string | undefined;
  newId: () => string;
  timer: (ms: number) => Timer;
  /** Told of each answer. */
  answered: (what: { request: string; method: string; path: string; status: number }) => void;
  /** For points that do not name their own. */
  timezone: string;
  /** Of amounts, where no tariff says another. */
  currency: string;
  /** Of texts, where nobody says another. */
  locale: string;
  reportIntervalSeconds: number;
  /** The UDP port in use, if there is one. */
  udpPort: number | undefined;
  /** Unix seconds. */
  now: () => number;
  report: ReportProblem;
}

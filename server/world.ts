/** What the service is made over: a database, a clock, randomness, timers, and settings. */
import type { ReportProblem } from "./errors.ts";
import type { HttpParts, Timer } from "./http/parts.ts";
import { type RateLimits } from "./http/rates.ts";
import { type IngestLimits, type IngestParts } from "./ingest/ingest.ts";
import { type FeedParts } from "./live/feed.ts";
import type { Log } from "./log.ts";
import type { HookPost } from "./notify/hook-post.ts";
import type { SendMail } from "./notify/mail.ts";
import { type EmbeddedLimits } from "./store/embedded.ts";
import type { ScryptCost } from "./store/passwords.ts";
import type { ReadingStore } from "./store/store.ts";
import type { TryLimits } from "./store/tries.ts";

/** What the service is made over: all that a test may replace. */
export interface World {
  kv: Deno.Kv;
  /** Whether other servers use the database, too. */
  isShared: boolean;
  secret: Uint8Array;
  operatorKey: string | undefined;
  /** Where users reach the server, if that is known. */
  publicUrl?: string;
  /** How many proxies stand in front of it. */
  proxies?: number;
  rates?: RateLimits;
  /** What a password takes to be checked. */
  cost?: ScryptCost;
  tries?: TryLimits;
  /** For points that do not name their own. */
  timezone: string;
  /** Of amounts and of texts, where nothing else is said. */
  currency?: string;
  locale?: string;
  /** Of those who tell of payments. */
  paymentSecret?: string;
  /** How webhooks are reached. */
  hookPost?: HookPost;
  /** Hosts that these may go to although they lie in a private network. */
  webhookHosts?: string[];
  /** How e-mail is sent, where it is set up. */
  mail?: SendMail;
  /** Unix seconds. */
  now: () => number;
  randomBytes: (length: number) => Uint8Array;
  timer: (ms: number) => Timer;
  soon: FeedParts["soon"];
  every: FeedParts["every"];
  upgrade: HttpParts["upgrade"];
  answered?: HttpParts["answered"];
  linger: IngestParts["linger"];
  timed: IngestParts["timed"];
  report: ReportProblem;
  log?: Log;
  refused?: IngestParts["refused"];
  limits?: IngestLimits;
  /** When the embedded store seals and copies. */
  storeLimits?: EmbeddedLimits;
  /** Puts a store of a test's own before the shipped one. */
  wrapStore?: (store: ReadingStore) => ReadingStore;
}

export const DEFAULT_CURRENCY = "BRL";
export const DEFAULT_LOCALE = "pt-BR";

/** What can be asked of the twin on the command line, checked. */
import { parseArgs } from "node:util";

export interface Options {
  server: string;
  /** Undefined: HTTP only. */
  udpPort: number | undefined;
  operatorKey: string | undefined;
  token: string | undefined;
  isCompiled: boolean;
  watts: number;
  replay: string | undefined;
  record: string | undefined;
  /** 0: one meter with a menu. */
  fleet: number;
  seed: number;
  faults: { loss: number; duplicate: number; delayMs: number };
  /** Seconds of a past to fill in first. */
  backfillSeconds: number;
  everySeconds: number;
}

export const HELP = `A meter on the desk, or a fleet of households, for a server that runs already.

  deno task sim                          one meter with a menu
  deno task sim --fleet 1000             as many homes, each with a meter

  --server URL           of the server; http://127.0.0.1:8000 unless told otherwise
  --udp-port PORT        of the server, or off for HTTP only; 8001 unless told otherwise
  --operator-key KEY     registers meters; else CONTALUZ_OPERATOR_KEY is taken
  --token TOKEN          of a meter that is registered already, instead of the key (one meter)
  --compiled             runs the very file that is flashed (one meter)
  --load WATTS           the load at the beginning (one meter)
  --replay FILE          a load curve, time,watts a line (one meter)
  --record FILE          writes the load down as such a curve (one meter)
  --seed NUMBER          other homes, other luck
  --loss, --duplicate    of datagrams, from 0 to 1 (fleet)
  --delay MS             of datagrams at most (fleet)
  --backfill SPAN        gives the meters a past: 1y, 90d, 12h (fleet)
  --every SPAN           the time between its readings; 15m unless told otherwise (fleet)
`;

const FLAGS = {
  "server": { type: "string", default: "http://127.0.0.1:8000" },
  "udp-port": { type: "string", default: "8001" },
  "operator-key": { type: "string" },
  "token": { type: "string" },
  "compiled": { type: "boolean", default: false },
  "load": { type: "string", default: "350" },
  "replay": { type: "string" },
  "record": { type: "string" },
  "fleet": { type: "string", default: "0" },
  "seed": { type: "string", default: "1" },
  "loss": { type: "string", default: "0" },
  "duplicate": { type: "string", default: "0" },
  "delay": { type: "string", default: "0" },
  "backfill": { type: "string", default: "0s" },
  "every": { type: "string", default: "15m" },
  "help": { type: "boolean", default: false },
} as const;

const MAX_FLEET = 100_000;
const SECONDS: Record<string, number> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  y: 365 * 86_400,
};

/** What does not fit, in words for who typed it. */
export class OptionError extends Error {}

function within(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= low && value <= high) return value;
  throw new OptionError(`--${name} must be a number from ${low} to ${high}, not ${text}`);
}

function whole(name: string, text: string, low: number, high: number): number {
  const value = within(name, text, low, high);
  if (Number.isInteger(value)) return value;
  throw new OptionError(`--${name} must be a whole number, not ${text}`);
}

function span(name: string, text: string): number {
  const [, count, unit] = text.match(/^(\d{1,6})([smhdy])$/) ?? [];
  if (unit) return Number(count) * SECONDS[unit];
  throw new OptionError(`--${name} must be like 15m, 12h, 90d or 1y, not ${text}`);
}

function address(text: string): string {
  if (/^https?:\/\/[^/]+\/?$/.test(text)) return text.replace(/\/$/, "");
  throw new OptionError(`--server must be like http://127.0.0.1:8000, not ${text}`);
}

/** Throws an `OptionError` where something does not fit; undefined when help is asked for. */
export function readOptions(args: string[], operatorKey: string | undefined): Options | undefined {
  const values = parsed(args);
  if (values.help) return undefined;
  return {
    server: address(values.server),
    udpPort: values["udp-port"] === "off"
      ? undefined
      : whole("udp-port", values["udp-port"], 1, 65_535),
    operatorKey: values["operator-key"] ?? operatorKey,
    token: values.token,
    isCompiled: values.compiled,
    watts: within("load", values.load, 0, 100_000),
    replay: values.replay,
    record: values.record,
    fleet: whole("fleet", values.fleet, 0, MAX_FLEET),
    seed: whole("seed", values.seed, 0, 0xffffffff),
    faults: {
      loss: within("loss", values.loss, 0, 1),
      duplicate: within("duplicate", values.duplicate, 0, 1),
      delayMs: whole("delay", values.delay, 0, 60_000),
    },
    backfillSeconds: span("backfill", values.backfill),
    everySeconds: span("every", values.every),
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: FLAGS }).values;
  } catch (error) {
    throw new OptionError((error as Error).message);
  }
}

/** What can be asked of the twin on the command line, checked. */
import { type Flags, type Given, OptionError, readArguments } from "./arguments.ts";
import { MOST_WATTS } from "./menu.ts";

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

type Env = Readonly<Record<string, string | undefined>>;

const FLAGS = {
  "server": "value",
  "udp-port": "value",
  "operator-key": "value",
  "token": "value",
  "compiled": "switch",
  "load": "value",
  "replay": "value",
  "record": "value",
  "fleet": "value",
  "seed": "value",
  "loss": "value",
  "duplicate": "value",
  "delay": "value",
  "backfill": "value",
  "every": "value",
  "help": "switch",
} as const satisfies Flags<string>;

type Name = keyof typeof FLAGS;

const OF_ONE_METER: Name[] = ["token", "compiled", "load", "replay", "record"];
const OF_DATAGRAMS: Name[] = ["loss", "duplicate", "delay"];
const OF_A_FLEET: Name[] = [...OF_DATAGRAMS, "backfill", "every"];

const MAX_FLEET = 100_000;
const LONGEST_PAST_YEARS = 10;
const SECONDS: Record<string, number> = {
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
  y: 365 * 86_400,
};

function within(name: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= low && value <= high) return value;
  throw new OptionError(
    `${name} must be a number from ${low} to ${high}, not ${text || "nothing"}`,
  );
}

function whole(name: string, text: string, low: number, high: number): number {
  const value = within(name, text, low, high);
  if (Number.isInteger(value)) return value;
  throw new OptionError(`${name} must be a whole number, not ${text}`);
}

function span(name: string, text: string): number {
  const [, count, unit] = text.match(/^(\d{1,6})([smhdy])$/) ?? [];
  if (!unit || Number(count) === 0) {
    throw new OptionError(`${name} must be like 15m, 12h, 90d or 1y, not ${text || "nothing"}`);
  }
  const seconds = Number(count) * SECONDS[unit];
  if (seconds <= LONGEST_PAST_YEARS * SECONDS.y) return seconds;
  throw new OptionError(`${name} must be at most ${LONGEST_PAST_YEARS}y, not ${text}`);
}

const port = (name: string, text: string): number => whole(name, text, 1, 65_535);

/** A variable of the server's; empty counts as unset, as there. */
function variable(env: Env, name: string, option: string, fallback: string): string {
  const text = env[name] || fallback;
  if (text !== "0") return text;
  throw new OptionError(`${name} is 0, so the server picked a port: say which one with ${option}`);
}

function serverOf({ server }: Given<Name>, env: Env): string {
  if (server === undefined) {
    const text = variable(env, "CONTALUZ_HTTP_PORT", "--server", "8000");
    return `http://127.0.0.1:${port("CONTALUZ_HTTP_PORT", text)}`;
  }
  const isAddress = /^https?:\/\/[^/?#]+\/?$/.test(server) && URL.canParse(server);
  if (isAddress) return server.replace(/\/$/, "");
  throw new OptionError(`--server must be like http://127.0.0.1:8000, not ${server || "nothing"}`);
}

function udpPortOf(given: Given<Name>, env: Env): number | undefined {
  const [name, text] = given["udp-port"] === undefined
    ? ["CONTALUZ_UDP_PORT", variable(env, "CONTALUZ_UDP_PORT", "--udp-port", "8001")]
    : ["--udp-port", given["udp-port"]];
  return text === "off" ? undefined : port(name, text);
}

/** What would do nothing is hardly what was meant. */
function refuseIdle(given: Given<Name>, udpPort: number | undefined): void {
  const refuse = (names: Name[], why: string): void => {
    const idle = names.find((name) => given[name] !== undefined);
    if (idle !== undefined) throw new OptionError(`--${idle} does nothing ${why}`);
  };
  if (given.fleet !== undefined) refuse(OF_ONE_METER, "with --fleet: it is for one meter");
  else refuse(OF_A_FLEET, "without --fleet");
  if (given.backfill === undefined) refuse(["every"], "without --backfill");
  if (given.replay !== undefined) refuse(["load"], "with --replay: the file says the load");
  if (given.token !== undefined) {
    refuse(["operator-key"], "with --token: the meter is registered already");
    refuse(["udp-port"], "with --token: the server tells the meter its port");
  }
  if (udpPort === undefined) refuse(OF_DATAGRAMS, "over HTTP, which repairs what the network does");
}

/** Throws an `OptionError` where something does not fit; undefined when help is asked for. */
export function readOptions(args: string[], env: Env): Options | undefined {
  const given = readArguments(args, FLAGS);
  if (given.help !== undefined) return undefined;
  const udpPort = udpPortOf(given, env);
  refuseIdle(given, udpPort);
  return {
    server: serverOf(given, env),
    udpPort,
    operatorKey: given["operator-key"] || env.CONTALUZ_OPERATOR_KEY || undefined,
    token: given.token,
    isCompiled: given.compiled !== undefined,
    watts: within("--load", given.load ?? "350", 0, MOST_WATTS),
    replay: given.replay,
    record: given.record,
    fleet: given.fleet === undefined ? 0 : whole("--fleet", given.fleet, 1, MAX_FLEET),
    seed: whole("--seed", given.seed ?? "1", 0, 0xffffffff),
    faults: {
      loss: within("--loss", given.loss ?? "0", 0, 1),
      duplicate: within("--duplicate", given.duplicate ?? "0", 0, 1),
      delayMs: whole("--delay", given.delay ?? "0", 0, 60_000),
    },
    backfillSeconds: given.backfill === undefined ? 0 : span("--backfill", given.backfill),
    everySeconds: span("--every", given.every ?? "15m"),
  };
}

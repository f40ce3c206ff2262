/**
 * `deno task sim --fleet N`: registers as many meters at a server, gives them a past if asked to, and
 * has them report until told to stop. Faults of the network lie between the meters and the sockets.
 */
import { createApi } from "./api.ts";
import { backfill } from "./backfill.ts";
import { createProgress, type Terminal } from "./demo-text.ts";
import { createFleet, type Fleet } from "./fleet.ts";
import { drain, runLive } from "./fleet-run.ts";
import { type MeterState, newMeterState } from "./fleet-state.ts";
import { createHttpLane } from "./http-lane.ts";
import { createNetwork, type Network } from "./network.ts";
import { OptionError, type Options } from "./options.ts";
import { seededRandom } from "./random.ts";
import { pause, type Schedule } from "./schedule.ts";
import { createUplink, SHARED_SOCKETS, type Socket, type Uplink } from "./uplink.ts";

export interface FleetProgramParts {
  /** Unix milliseconds. */
  now(): number;
  /** The same, but by a clock that is never set. */
  steadyNow(): number;
  schedule: Schedule;
  openSocket(): Socket;
  /** The server's address, as datagrams need it. */
  lookUp(host: string): Promise<string | undefined>;
  fetch(url: string, init: RequestInit): Promise<Response>;
  terminal: Terminal;
  /** Told to stop. */
  over: AbortSignal;
}

const SHOW_EVERY_MS = 1_000;
const LINE_EVERY_SHOWS = 5;
const DRAIN_MS = 10_000;

const networkOf = ({ faults, seed }: Options, schedule: Schedule): Network | undefined => {
  const { loss, duplicate, delayMs } = faults;
  if (loss === 0 && duplicate === 0 && delayMs === 0) return undefined;
  return createNetwork({
    random: seededRandom(seed),
    schedule,
    faults: { loss, duplicate, minDelayMs: 0, maxDelayMs: delayMs, bitFlip: 0 },
  });
};

const uplinkFor = async (options: Options, parts: FleetProgramParts): Promise<Uplink> => {
  const { server, udpPort } = options;
  const { schedule, openSocket, lookUp, fetch } = parts;
  const http = createHttpLane({ address: server, fetch });
  const network = networkOf(options, schedule);
  if (udpPort === undefined) return createUplink({ http, network, schedule });
  const { hostname } = new URL(server);
  const address = await lookUp(hostname);
  if (!address) throw new OptionError(`--server: the name ${hostname} does not resolve`);
  const sockets = Array.from({ length: SHARED_SOCKETS }, openSocket);
  const udp = { sockets, server: { transport: "udp" as const, hostname: address, port: udpPort } };
  return createUplink({ udp, http, network, schedule });
};

const register = async (options: Options, parts: FleetProgramParts): Promise<MeterState[]> => {
  const { server, operatorKey, fleet, seed, backfillSeconds } = options;
  if (!operatorKey) throw new OptionError("give --operator-key, or set CONTALUZ_OPERATOR_KEY");
  const api = createApi({ address: server, operatorKey, fetch: parts.fetch });
  parts.terminal.write(`Registering ${fleet} meters\n`);
  const since = Math.floor(parts.now() / 1000) - backfillSeconds;
  const issued = await api.provisionMeters(
    Array.from({ length: fleet }, (_, i) => ({ label: `Home ${i + 1} of the fleet` })),
  );
  return issued.map((meter, i) => newMeterState(meter, seed + i, since));
};

const fillIn = async (
  states: MeterState[],
  { backfillSeconds, everySeconds }: Options,
  uplink: Uplink,
  { now, schedule, terminal, over }: FleetProgramParts,
): Promise<MeterState[]> => {
  if (backfillSeconds === 0) return states;
  terminal.write("Filling in their past\n");
  const span = { to: Math.floor(now() / 1000), every: everySeconds };
  const progress = createProgress(terminal);
  return await backfill(states, span, { now, schedule, uplink, progress, signal: over });
};

const lineOf = (fleet: Fleet): string => {
  const { meters, sent, acknowledged, waiting, dropped } = fleet.counts();
  const lost = dropped > 0 ? `, ${dropped} thinned out` : "";
  return `${meters} meters: ${sent} readings sent, ${acknowledged} acknowledged, ${waiting} waiting${lost}`;
};

const showCounts = async (
  fleet: Fleet,
  { terminal, schedule, over }: FleetProgramParts,
): Promise<void> => {
  for (let shows = 1; !over.aborted; shows++) {
    await pause(schedule, SHOW_EVERY_MS);
    if (terminal.isTerminal) terminal.write(`\r${lineOf(fleet)}  `);
    else if (shows % LINE_EVERY_SHOWS === 0) terminal.write(`${lineOf(fleet)}\n`);
  }
};

export const runFleet = async (options: Options, parts: FleetProgramParts): Promise<void> => {
  const { schedule, terminal, over } = parts;
  const uplink = await uplinkFor(options, parts);
  try {
    const states = await fillIn(await register(options, parts), options, uplink, parts);
    const fleet = createFleet(states, { now: parts.steadyNow, uplink });
    terminal.write("Live; Ctrl-C stops it\n");
    await Promise.all([runLive(fleet, schedule, over), showCounts(fleet, parts)]);
    await drain(fleet, schedule, uplink, DRAIN_MS);
    terminal.write(`${terminal.isTerminal ? "\n" : ""}Stopped. ${lineOf(fleet)}\n`);
    fleet.close();
  } finally {
    await uplink.close();
  }
};

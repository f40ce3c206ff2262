/**
 * `deno task sim --fleet N`: registers as many meters at a server, gives them a past if asked to, and
 * has them report until told to stop. Faults of the network lie between the meters and the sockets.
 */
import { createApi } from "./api.ts";
import { backfill } from "./backfill.ts";
import { OptionError } from "./arguments.ts";
import { createProgress } from "./demo-text.ts";
import { NO_OPERATOR_KEY } from "./desk-identity.ts";
import { createFleet, type Fleet } from "./fleet.ts";
import { drain, runLive } from "./fleet-run.ts";
import { type MeterState, newMeterState } from "./fleet-state.ts";
import { createNetwork, type Network } from "./network.ts";
import type { Options } from "./options.ts";
import { seededRandom } from "./random.ts";
import { pauseUnless, type Schedule } from "./schedule.ts";
import { openUplink, type Wires } from "./server-uplink.ts";
import { STOPPED } from "./stop.ts";
import type { Terminal } from "./terminal.ts";
import type { Uplink } from "./uplink.ts";

export interface FleetProgramParts {
  /** Unix milliseconds. */
  now(): number;
  /** The same, but by a clock that is never set. */
  steadyNow(): number;
  wires: Wires;
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

const register = async (options: Options, parts: FleetProgramParts): Promise<MeterState[]> => {
  const { server, operatorKey, fleet, seed, backfillSeconds } = options;
  if (operatorKey === undefined) throw new OptionError(NO_OPERATOR_KEY);
  const api = createApi({ address: server, operatorKey, fetch: parts.wires.fetch });
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
  { now, wires: { schedule }, terminal, over }: FleetProgramParts,
): Promise<MeterState[]> => {
  if (backfillSeconds === 0) return states;
  terminal.write("Filling in their past\n");
  const span = { to: Math.floor(now() / 1000), every: everySeconds };
  const progress = createProgress(terminal);
  return await backfill(states, span, { now, schedule, uplink, progress, signal: over });
};

const lineOf = (fleet: Fleet, rest: string): string => {
  const { meters, sent, acknowledged, waiting, dropped } = fleet.counts();
  const thinned = dropped > 0 ? `, ${dropped} thinned out` : "";
  return `${meters} meters: ${sent} readings sent, ${acknowledged} acknowledged, ${waiting} ${rest}${thinned}`;
};

const showCounts = async (
  fleet: Fleet,
  { terminal, wires: { schedule }, over }: FleetProgramParts,
): Promise<void> => {
  for (let shows = 1; !over.aborted; shows++) {
    await pauseUnless(over, schedule, SHOW_EVERY_MS);
    const line = lineOf(fleet, "waiting");
    if (terminal.isTerminal) terminal.write(`\r${line}  `);
    else if (shows % LINE_EVERY_SHOWS === 0) terminal.write(`${line}\n`);
  }
  if (terminal.isTerminal) terminal.write("\n");
};

const live = async (states: MeterState[], uplink: Uplink, parts: FleetProgramParts) => {
  const { wires: { schedule }, terminal, over } = parts;
  const fleet = createFleet(states, { now: parts.steadyNow, uplink });
  terminal.write("Live; Ctrl-C stops it\n");
  await Promise.all([runLive(fleet, schedule, over), showCounts(fleet, parts)]);
  const { waiting } = fleet.counts();
  if (waiting > 0) terminal.write(`Finishing: ${waiting} readings wait for the server\n`);
  await drain(fleet, schedule, uplink, DRAIN_MS);
  terminal.write(`Stopped. ${lineOf(fleet, "never acknowledged")}\n`);
  fleet.close();
};

export const runFleet = async (options: Options, parts: FleetProgramParts): Promise<void> => {
  const { server: address, udpPort } = options;
  const { wires, terminal } = parts;
  const network = networkOf(options, wires.schedule);
  const uplink = await openUplink({ address, udpPort }, wires, { network });
  try {
    const states = await register(options, parts);
    await live(await fillIn(states, options, uplink, parts), uplink, parts);
  } catch (error) {
    if (error !== STOPPED) throw error;
    terminal.write("\nStopped before the past of the meters was filled in\n");
  } finally {
    await uplink.close();
  }
};

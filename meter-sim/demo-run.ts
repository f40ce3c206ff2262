/**
 * A street of homes on a server of its own: registered on the first start, their past filled in, and
 * live until told to stop. What it is made of is handed in by `demo.ts`.
 */
import { createApi } from "./api.ts";
import { backfill } from "./backfill.ts";
import type { DemoFolder, DemoState } from "./demo-folder.ts";
import { HOMES, registerHomes } from "./demo-homes.ts";
import type { ServerProcess } from "./demo-server.ts";
import { createProgress, summaryOf, type Terminal } from "./demo-text.ts";
import { createFleet, type Fleet } from "./fleet.ts";
import { drain, runLive } from "./fleet-run.ts";
import { createHttpLane } from "./http-lane.ts";
import type { Schedule } from "./schedule.ts";
import { createUplink, SHARED_SOCKETS, type Socket, type Uplink } from "./uplink.ts";

export interface DemoParts {
  server: ServerProcess;
  folder: DemoFolder;
  operatorKey: string;
  terminal: Terminal;
  /** Unix milliseconds. */
  now(): number;
  /** The same, but by a clock that is never set. */
  steadyNow(): number;
  schedule: Schedule;
  openSocket(hostname: string): Socket;
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Its reason says why the demo is over. */
  over: AbortSignal;
}

const YEAR_SECONDS = 365 * 86_400;
const QUARTER_SECONDS = 900;
const SAVE_EVERY_MS = 60_000;
const DRAIN_MS = 6_000;

const nowSeconds = ({ now }: DemoParts): number => Math.floor(now() / 1000);

const uplinkTo = ({ server, schedule, openSocket, fetch }: DemoParts): Uplink => {
  const http = createHttpLane({ address: server.address, fetch });
  if (server.udpPort === undefined) return createUplink({ http, schedule });
  const { hostname } = new URL(server.address);
  const sockets = Array.from({ length: SHARED_SOCKETS }, () => openSocket(hostname));
  const port = server.udpPort;
  return createUplink({
    udp: { sockets, server: { transport: "udp", hostname, port } },
    http,
    schedule,
  });
};

const register = async (parts: DemoParts): Promise<DemoState> => {
  const { server, operatorKey, folder, terminal } = parts;
  terminal.write(`Registering ${HOMES.length} homes\n`);
  const api = createApi({ address: server.address, operatorKey, fetch: parts.fetch });
  const aYearAgo = nowSeconds(parts) - YEAR_SECONDS;
  const since = aYearAgo - aYearAgo % QUARTER_SECONDS;
  const state = await registerHomes(api, HOMES, since);
  folder.save(state);
  return state;
};

/** The state is kept before and after: an interruption is made good by filling in the same again. */
const fillIn = async (
  { homes, meters }: DemoState,
  until: number,
  uplink: Uplink,
  parts: DemoParts,
): Promise<DemoState> => {
  const { folder, terminal, now, schedule, over } = parts;
  folder.save({ homes, meters, fillingTo: until });
  terminal.write("Filling in what the homes used until now, by quarters of an hour\n");
  const progress = createProgress(terminal);
  const signal = over;
  const filled = await backfill(meters, { to: until, every: QUARTER_SECONDS }, {
    now,
    schedule,
    uplink,
    progress,
    signal,
  });
  const state = { homes, meters: filled };
  folder.save(state);
  return state;
};

const upToNow = async (uplink: Uplink, parts: DemoParts): Promise<DemoState> => {
  let state = parts.folder.load() ?? await register(parts);
  if (state.fillingTo !== undefined) state = await fillIn(state, state.fillingTo, uplink, parts);
  return await fillIn(state, nowSeconds(parts), uplink, parts);
};

const pauseUnlessOver = (delayMs: number, { schedule, over }: DemoParts): Promise<void> =>
  new Promise((resolve) => {
    const wake = () => {
      cancel();
      over.removeEventListener("abort", wake);
      resolve();
    };
    const cancel = schedule(delayMs, wake);
    over.addEventListener("abort", wake);
    if (over.aborted) wake();
  });

const saveNowAndThen = async (save: () => void, parts: DemoParts): Promise<void> => {
  while (!parts.over.aborted) {
    save();
    await pauseUnlessOver(SAVE_EVERY_MS, parts);
  }
};

const farewellOf = (fleet: Fleet): string => {
  const { sent, acknowledged, waiting } = fleet.counts();
  return `Stopped: ${sent} readings sent, ${acknowledged} acknowledged, ${waiting} waiting\n`;
};

const live = async (state: DemoState, uplink: Uplink, parts: DemoParts): Promise<void> => {
  const { server, operatorKey, folder, terminal, schedule, over } = parts;
  const fleet = createFleet(state.meters, { now: parts.steadyNow, uplink });
  const { homes } = state;
  const save = () => folder.save({ homes, meters: fleet.states(nowSeconds(parts)) });
  // A state covers the readings that come after it: without one, none may be taken.
  save();
  terminal.write(summaryOf({ address: server.address, operatorKey, homes, now: parts.now() }));
  await Promise.all([runLive(fleet, schedule, over), saveNowAndThen(save, parts)]);
  await Promise.race([drain(fleet, schedule, uplink, DRAIN_MS), server.ended]);
  save();
  terminal.write(farewellOf(fleet));
};

/** Runs until `over`. */
export const runDemo = async (parts: DemoParts): Promise<void> => {
  const uplink = uplinkTo(parts);
  try {
    await live(await upToNow(uplink, parts), uplink, parts);
  } finally {
    await uplink.close();
  }
};

/**
 * A street of homes on a server of its own: registered on the first start, their past filled in, and
 * live until told to stop. What it is made of is handed in by `demo.ts`.
 */
import { createApi } from "./api.ts";
import { backfill } from "./backfill.ts";
import { createBillingApi } from "./billing-api.ts";
import { billUntilNow, setUpUtility } from "./demo-bills.ts";
import type { DemoFolder, DemoState } from "./demo-folder.ts";
import { HOMES, householdsOf, registerHomes } from "./demo-homes.ts";
import type { ServerProcess } from "./demo-server.ts";
import { billLine, createProgress, summaryOf } from "./demo-text.ts";
import { readySignIns } from "./demo-people.ts";
import { createFleet, type Fleet } from "./fleet.ts";
import { drain, runLive } from "./fleet-run.ts";
import type { MeterState } from "./fleet-state.ts";
import { countPast, type Span } from "./past.ts";
import { pauseUnless } from "./schedule.ts";
import { openUplink, type Wires } from "./server-uplink.ts";
import type { Terminal } from "./terminal.ts";
import type { Uplink } from "./uplink.ts";

export interface DemoParts {
  server: ServerProcess;
  folder: DemoFolder;
  operatorKey: string;
  /** Where the folder is. */
  data: string;
  /** The version that runs this. */
  deno: string;
  terminal: Terminal;
  newPassword(): string;
  /** Unix milliseconds. */
  now(): number;
  /** The same, but by a clock that is never set. */
  steadyNow(): number;
  wires: Wires;
  /** Its reason says why the demo is over. */
  over: AbortSignal;
}

const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 365 * DAY_SECONDS;
const OLD_FRIDGE_SECONDS = 10 * DAY_SECONDS;
const QUARTER_SECONDS = 900;
const SAVE_EVERY_MS = 60_000;
const DRAIN_MS = 6_000;
const ASK_EVERY_MS = 250;

const nowSeconds = ({ now }: DemoParts): number => Math.floor(now() / 1000);

const asked = ({ server, operatorKey, wires: { fetch } }: DemoParts) => ({
  address: server.address,
  operatorKey,
  fetch,
});

const register = async (parts: DemoParts): Promise<DemoState> => {
  const { folder, terminal } = parts;
  terminal.write(`Registering ${HOMES.length} homes\n`);
  const now = nowSeconds(parts);
  const aYearAgo = now - YEAR_SECONDS;
  const since = aYearAgo - aYearAgo % QUARTER_SECONDS;
  const tariffOf = await setUpUtility(createBillingApi(asked(parts)));
  const past = { since, oldFridgeSince: now - OLD_FRIDGE_SECONDS };
  const state = await registerHomes(createApi(asked(parts)), HOMES, past, tariffOf);
  folder.save(state);
  return state;
};

/** Each meter has a reading at the end of its past; a pause of minutes is no more than that. */
const isWorthSaying = (meters: MeterState[], span: Span): boolean =>
  meters.some((meter) => countPast(meter, span) > 1);

/** The state is kept before and after: an interruption is made good by filling in the same again. */
const fillIn = async (
  { homes, meters }: DemoState,
  until: number,
  uplink: Uplink,
  parts: DemoParts,
): Promise<DemoState> => {
  const { folder, terminal, now, wires: { schedule }, over } = parts;
  const span = { to: until, every: QUARTER_SECONDS };
  folder.save({ homes, meters, fillingTo: until });
  if (isWorthSaying(meters, span)) {
    terminal.write("Filling in what the homes used until now, by quarters of an hour\n");
  }
  const progress = createProgress(terminal);
  const householdOf = householdsOf({ homes, meters });
  const work = { now, schedule, uplink, householdOf, progress, signal: over };
  const state = { homes, meters: await backfill(meters, span, work) };
  folder.save(state);
  return state;
};

/** Whoever looks for what is to be told of a home finds its past there already. */
const assign = async ({ homes, meters }: DemoState, parts: DemoParts): Promise<void> => {
  const api = createApi(asked(parts));
  for (const [i, { pointId }] of homes.entries()) {
    parts.over.throwIfAborted();
    await api.assignMeter(meters[i].meterId, pointId);
  }
};

const upToNow = async (uplink: Uplink, parts: DemoParts): Promise<DemoState> => {
  let state = parts.folder.load() ?? await register(parts);
  if (state.fillingTo !== undefined) state = await fillIn(state, state.fillingTo, uplink, parts);
  state = await fillIn(state, nowSeconds(parts), uplink, parts);
  await assign(state, parts);
  return state;
};

const saveNowAndThen = async (save: () => void, parts: DemoParts): Promise<void> => {
  while (!parts.over.aborted) {
    save();
    await pauseUnless(parts.over, parts.wires.schedule, SAVE_EVERY_MS);
  }
};

const farewellOf = (fleet: Fleet): string => {
  const { sent, acknowledged, waiting } = fleet.counts();
  const rest = waiting === 0 ? "" : "; their energy comes with the next start";
  const counts =
    `${sent} readings sent, ${acknowledged} acknowledged, ${waiting} never acknowledged${rest}`;
  return `Stopped: ${counts}\n`;
};

/** Without the bills, the demo goes on all the same. */
const bill = async ({ homes }: DemoState, parts: DemoParts): Promise<void> => {
  const { terminal, over, wires: { schedule } } = parts;
  const pause = () => pauseUnless(over, schedule, ASK_EVERY_MS);
  try {
    const api = createBillingApi(asked(parts));
    const latest = await billUntilNow(api, homes, { pause, signal: over });
    if (latest) terminal.write(billLine(asked(parts), homes[0], latest));
  } catch (error) {
    if (!over.aborted) terminal.write(`Not all is billed: ${(error as Error).message}\n`);
  }
};

const live = async (state: DemoState, uplink: Uplink, parts: DemoParts): Promise<void> => {
  const { server, operatorKey, data, deno, folder, terminal, wires: { schedule }, over } = parts;
  const householdOf = householdsOf(state);
  const fleet = createFleet(state.meters, { now: parts.steadyNow, uplink, householdOf });
  const { homes } = state;
  const save = () => folder.save({ homes, meters: fleet.states(nowSeconds(parts)) });
  // A state covers the readings that come after it: without one, none may be taken.
  save();
  const signIns = await readySignIns(createApi(asked(parts)), folder, homes, parts.newPassword);
  const now = parts.now();
  terminal.write(summaryOf({ server, operatorKey, data, deno, homes, signIns, now }));
  const work = [runLive(fleet, schedule, over), saveNowAndThen(save, parts), bill(state, parts)];
  await Promise.all(work);
  terminal.write("Finishing: the last readings are stored, then the server stops\n");
  await Promise.race([drain(fleet, schedule, uplink, DRAIN_MS), server.ended]);
  save();
  terminal.write(farewellOf(fleet));
};

/** Runs until `over`. */
export const runDemo = async (parts: DemoParts): Promise<void> => {
  const uplink = await openUplink(parts.server, parts.wires);
  try {
    await live(await upToNow(uplink, parts), uplink, parts);
  } finally {
    await uplink.close();
  }
};

/**
 * Gives meters their past at full speed, by the ordinary protocol: signed reports of 64 readings, as
 * a meter sends them that was long without its network. The server takes readings as late without a
 * mark when the report itself is fresh.
 *
 * So many reports may be unanswered that the server finds its batches full, and no more. The state
 * before is to be kept until the end: whoever was interrupted begins again from it, to the same end.
 */
import {
  decodeAcknowledgement,
  encodeReport,
  FLAG_BACKLOG,
  FLAG_CLOCK_SET,
  MAX_READINGS_PER_REPORT,
  type Sign,
  STATUS_STORED,
  tagIsValid,
} from "../meter-firmware/protocol/datagram.ts";
import { hmacSha256 } from "../meter-firmware/protocol/hmac.ts";
import { householdOfSeed } from "./fleet.ts";
import type { MeterState } from "./fleet-state.ts";
import { createFlights, type Flight } from "./flights.ts";
import type { Household } from "./household.ts";
import { countPast, createPast, type Past, type Span } from "./past.ts";
import type { Schedule } from "./schedule.ts";
import { sha256 } from "./sha256.ts";
import type { Uplink } from "./uplink.ts";

export interface BackfillParts {
  /** Milliseconds since 1970. */
  now(): number;
  schedule: Schedule;
  uplink: Pick<Uplink, "listen" | "send">;
  householdOf?: (seed: number) => Household;
  /** Told how many readings of how many are acknowledged. */
  progress?: (acknowledged: number, total: number) => void;
  /** Ends the work early, with the signal's reason as the error. */
  signal?: AbortSignal;
}

interface FilledMeter {
  state: MeterState;
  past: Past;
  sign: Sign;
}

/** Well above the 1,024 that have the server commit at once, without waiting for more. */
const MAX_FLIGHTS = 2048;
/** What the server takes into one commit: few series in a commit cost it less than many. */
const REPORTS_A_TURN = 16;
/** After so many the answers have their turn. */
const REPORTS_A_BURST = 32;
const REPEATS_A_LOOK = 64;
const LOOK_EVERY_MS = 50;
const GIVE_UP_AFTER_MS = 15000;

const encoded = ({ meter, readings }: Flight<FilledMeter>, nowMs: number): Uint8Array =>
  encodeReport({
    keyId: meter.state.keyId,
    channel: 0,
    flags: FLAG_CLOCK_SET | FLAG_BACKLOG,
    meter: meter.state.meterId,
    sentAt: Math.floor(nowMs / 1000),
    readings,
  }, meter.sign);

const nextReports = (meter: FilledMeter): Flight<FilledMeter>[] =>
  Array.from(
    { length: REPORTS_A_TURN },
    () => ({ meter, readings: meter.past.next(MAX_READINGS_PER_REPORT) }),
  ).filter(({ readings }) => readings.length > 0);

/** The reports of all meters, a few of each in turn. */
function* reportsOf(meters: FilledMeter[]): Generator<Flight<FilledMeter>> {
  for (let left = meters; left.length > 0;) {
    const goOn: FilledMeter[] = [];
    for (const meter of left) {
      const reports = nextReports(meter);
      yield* reports;
      if (reports.length === REPORTS_A_TURN) goOn.push(meter);
    }
    left = goOn;
  }
}

const acknowledgementOf = (bytes: Uint8Array, { state, sign }: FilledMeter) => {
  const decoded = decodeAcknowledgement(bytes);
  if (!decoded.ok || decoded.value.meter !== state.meterId) return undefined;
  return tagIsValid(bytes, sign) ? decoded.value : undefined;
};

const takenError = ({ meter, readings }: Flight<FilledMeter>): Error => {
  const [first, last] = [readings[0].n, readings[readings.length - 1].n];
  const numbers = `one of the numbers ${first} to ${last} is taken by another reading`;
  return new Error(`Cannot fill in the past of meter ${meter.state.meterId}: ${numbers}`);
};

/** Sends everything and resolves once all of it is acknowledged. */
const sendAll = (meters: FilledMeter[], total: number, parts: BackfillParts): Promise<void> => {
  const { now, schedule, uplink, signal } = parts;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const flights = createFlights<FilledMeter>(now);
  const reports = reportsOf(meters);
  let allSent = false;
  let acknowledged = 0;
  let cancelBurst: (() => void) | undefined;
  let cancelLook = (): void => {};

  const send = (flight: Flight<FilledMeter>): void =>
    uplink.send(flight.meter.state.meterId, encoded(flight, now()));

  const sendBurst = (): void => {
    cancelBurst = undefined;
    for (let i = 0; i < REPORTS_A_BURST && flights.size() < MAX_FLIGHTS; i++) {
      const { value: flight } = reports.next();
      if (!flight) {
        allSent = true;
        return;
      }
      flights.add(flight);
      send(flight);
    }
    sendWhereThereIsRoom();
  };

  const sendWhereThereIsRoom = (): void => {
    if (allSent || flights.size() >= MAX_FLIGHTS) return;
    cancelBurst ??= schedule(0, sendBurst);
  };

  const settle = (meter: FilledMeter, bytes: Uint8Array): void => {
    const answer = acknowledgementOf(bytes, meter);
    const flight = answer && flights.land(meter, answer.echo);
    if (!flight) return;
    if (answer.status !== STATUS_STORED) return reject(takenError(flight));
    acknowledged += flight.readings.length;
    parts.progress?.(acknowledged, total);
    if (acknowledged === total) resolve();
    else sendWhereThereIsRoom();
  };

  const look = (): void => {
    if (flights.silence() > GIVE_UP_AFTER_MS) {
      return reject(new Error("Cannot fill in the past: the server does not answer"));
    }
    for (const flight of flights.takeLate(REPEATS_A_LOOK)) send(flight);
    cancelLook = schedule(LOOK_EVERY_MS, look);
  };

  const abort = (): void => reject(signal?.reason);
  const leaves = meters.map((meter) =>
    uplink.listen(meter.state.meterId, (bytes) => settle(meter, bytes))
  );
  signal?.addEventListener("abort", abort);
  look();
  sendBurst();
  if (total === 0) resolve();
  if (signal?.aborted) abort();

  return promise.finally(() => {
    cancelBurst?.();
    cancelLook();
    signal?.removeEventListener("abort", abort);
    leaves.forEach((leave) => leave());
  });
};

/** Fills in the time from each meter's state to the end of the span; gives the states after it. */
export const backfill = async (
  states: MeterState[],
  span: Span,
  parts: BackfillParts,
): Promise<MeterState[]> => {
  const { householdOf = householdOfSeed } = parts;
  const meters = states.map((state) => ({
    state,
    past: createPast(state, householdOf(state.seed), span),
    sign: hmacSha256(sha256, Uint8Array.fromHex(state.key)),
  }));
  const total = states.reduce((sum, state) => sum + countPast(state, span), 0);
  await sendAll(meters, total, parts);
  return meters.map(({ past }) => past.state());
};

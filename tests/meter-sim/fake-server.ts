/** A server of the tests' own, in memory: stores what is signed, acknowledges it, notes conflicts. */
import { assert } from "@std/assert";
import {
  decodeReport,
  encodeAcknowledgement,
  type Report,
  STATUS_CONFLICT,
  STATUS_STORED,
  tagIsValid,
  type WireReading,
} from "../../meter-firmware/protocol/datagram.ts";
import { type MeterState, newMeterState } from "../../meter-sim/fleet-state.ts";
import type { Uplink } from "../../meter-sim/uplink.ts";
import { hex, serverSign } from "../meter-firmware/signers.ts";

const idOf = (index: number): string => (index + 1).toString(16).padStart(16, "0");
const keyOf = (index: number): string => (index + 1).toString(16).padStart(64, "0");

/** States of meters that this server knows. */
export const newStates = (count: number, time: number): MeterState[] =>
  Array.from(
    { length: count },
    (_, i) => newMeterState({ id: idOf(i), key: keyOf(i), keyId: 0 }, 500 + i, time),
  );

const signOf = (meter: string) => serverSign(hex(meter.padStart(64, "0")));

export class FakeServer {
  readonly reports: Report[] = [];
  readonly readings = new Map<string, Map<number, WireReading>>();
  conflicts = 0;

  /** `now` in milliseconds. */
  constructor(readonly now: () => number) {}

  /** The acknowledgement. Whatever is not a valid report fails the test. */
  take(bytes: Uint8Array): Uint8Array {
    const decoded = decodeReport(bytes);
    assert(decoded.ok);
    const report = decoded.value;
    const sign = signOf(report.meter);
    assert(tagIsValid(bytes, sign), "a report is wrongly signed");
    this.reports.push(report);
    const taken = report.readings.filter((reading) => !this.#store(report.meter, reading));
    this.conflicts += taken.length;
    return encodeAcknowledgement({
      keyId: report.keyId,
      status: taken.length > 0 ? STATUS_CONFLICT : STATUS_STORED,
      meter: report.meter,
      serverTime: Math.floor(this.now() / 1000),
      echo: report.readings.at(-1)!.n,
      intervalSeconds: 0,
    }, sign);
  }

  of(meter: string): WireReading[] {
    return [...this.readings.get(meter)?.values() ?? []].toSorted((a, b) => a.n - b.n);
  }

  get stored(): number {
    return [...this.readings.values()].reduce((sum, { size }) => sum + size, 0);
  }

  #store(meter: string, reading: WireReading): boolean {
    const known = this.readings.get(meter) ?? new Map<number, WireReading>();
    this.readings.set(meter, known);
    const before = known.get(reading.n);
    if (!before) known.set(reading.n, reading);
    return !before || JSON.stringify(before) === JSON.stringify(reading);
  }
}

/** The way to a fake server: `carry` decides what becomes of each datagram's way there and back. */
export const uplinkTo = (
  server: FakeServer,
  carry: (there: () => void) => void = (there) => there(),
) => {
  const listeners = new Map<string, (bytes: Uint8Array) => void>();
  const uplink: Pick<Uplink, "listen" | "send" | "postHttp"> = {
    listen: (meter, receive) => {
      listeners.set(meter, receive);
      return () => listeners.delete(meter);
    },
    send: (meter, bytes) => carry(() => listeners.get(meter)?.(server.take(bytes))),
    postHttp: (bytes, answered) => carry(() => answered(server.take(bytes))),
  };
  return uplink;
};

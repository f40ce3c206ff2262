/**
 * What must hold, kept apart from the servers' code: every reading that a meter ever sent, and every
 * one that a server said it has. What is stored lies in between.
 */
import { assert, assertEquals } from "@std/assert";
import {
  decodeAcknowledgement,
  decodeReport,
  type Report,
  STATUS_STORED,
  tagIsValid,
  type WireReading,
} from "../../meter-firmware/protocol/datagram.ts";
import type { Reading } from "../../server/domain/reading.ts";
import { serverSign } from "../meter-firmware/signers.ts";

interface Known {
  generated: Map<number, WireReading>;
  acknowledged: Set<number>;
}

const METER_BITS = 0xff;
const TIME_ESTIMATED_BY_SERVER = 0x100;

const reportIn = (bytes: Uint8Array): Report => {
  const decoded = decodeReport(bytes);
  assert(decoded.ok, "a meter sent what is not a report");
  return decoded.value;
};

export class Model {
  #meters = new Map<string, Known>();
  #sent = new Set<string>();
  acknowledgements = 0;

  addMeter(meter: string): void {
    this.#meters.set(meter, { generated: new Map(), acknowledged: new Set() });
  }

  sent(bytes: Uint8Array): Report {
    const report = reportIn(bytes);
    const { generated } = this.#of(report.meter);
    for (const reading of report.readings) {
      assertEquals(reading, generated.get(reading.n) ?? reading, "sent with two contents");
      this.generate(report.meter, reading);
    }
    this.#sent.add(bytes.toHex());
    return report;
  }

  generate(meter: string, reading: WireReading): void {
    this.#of(meter).generated.set(reading.n, reading);
  }

  acknowledge(meter: string, readings: WireReading[]): void {
    const { acknowledged } = this.#of(meter);
    for (const { n } of readings) acknowledged.add(n);
    this.acknowledgements++;
  }

  /** A server answered `bytes`, whoever had sent them. */
  answered(bytes: Uint8Array, acknowledgement: Uint8Array, key: Uint8Array): void {
    assert(this.#sent.has(bytes.toHex()), "a datagram was answered that no meter had sent");
    assert(acknowledgement.length <= bytes.length, "the answer is longer than the datagram");
    assert(tagIsValid(acknowledgement, serverSign(key)), "an answer is wrongly signed");
    const decoded = decodeAcknowledgement(acknowledgement);
    assert(decoded.ok, "an answer is malformed");
    const report = reportIn(bytes);
    assertEquals(decoded.value.status, STATUS_STORED, `report of ${report.meter} was refused`);
    assertEquals(decoded.value.echo, report.readings.at(-1)!.n);
    assertEquals(decoded.value.meter, report.meter);
    this.acknowledge(report.meter, report.readings);
  }

  acknowledged(meter: string): number[] {
    return [...this.#of(meter).acknowledged];
  }

  generated(meter: string): number {
    return this.#of(meter).generated.size;
  }

  /** Acknowledged ⊆ stored ⊆ generated, each once and in order. */
  checkStored(meter: string, stored: Reading[], acknowledged = this.acknowledged(meter)): void {
    const { generated } = this.#of(meter);
    const numbers = new Set<number>();
    let before = 0;
    for (const reading of stored) {
      assert(reading.n > before, `number ${reading.n} of ${meter} comes after ${before}`);
      before = reading.n;
      numbers.add(reading.n);
      checkContent(reading, generated.get(reading.n));
    }
    const lost = acknowledged.filter((n) => !numbers.has(n));
    assertEquals(lost, [], `acknowledged readings of ${meter} are not stored`);
  }

  #of(meter: string): Known {
    const known = this.#meters.get(meter);
    assert(known, `there is no meter ${meter}`);
    return known;
  }
}

function checkContent(stored: Reading, sent: WireReading | undefined): void {
  assert(sent, `reading ${stored.n} was never sent`);
  const { n, time, milliwattHours, quality } = stored;
  const isEstimated = (quality & TIME_ESTIMATED_BY_SERVER) !== 0;
  assertEquals(isEstimated, sent.time === 0, `reading ${n} is marked wrongly`);
  const told = { n, time: isEstimated ? 0 : time, milliwattHours, quality: quality & METER_BITS };
  assertEquals(told, sent, `reading ${n} is not what was sent`);
}

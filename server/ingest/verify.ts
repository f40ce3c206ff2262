/**
 * Whether a report is one that its meter really sent, and when its readings were made: key, tag,
 * clock rules.
 */
import { type Report, type Sign, tagIsValid } from "../../meter-firmware/protocol/datagram.ts";
import { type Reading, receive } from "../domain/reading.ts";
import type { ReportProblem } from "../errors.ts";
import { type Series, seriesOf } from "../store/keys.ts";
import type { Append, ReadingStore } from "../store/store.ts";
import { signWith } from "./sign.ts";

export interface VerifyParts {
  store: ReadingStore;
  /** The key that `keyId` names, if the meter is known and has it. */
  findKey: (
    meter: string,
    keyId: number,
  ) => { key: Uint8Array; unconfirmed: boolean } | undefined;
  /**
   * Asks the database for meters that another server may have registered, and tells for which
   * reports it has been asked: there may be too many at once.
   */
  loadKeys?: (wanted: Report[]) => Promise<Set<Report>>;
  /** Records that a key is in use, before its first datagram is acknowledged. */
  confirmKey: (meter: string, keyId: number) => Promise<void>;
  /** Unix seconds. */
  now: () => number;
  report: ReportProblem;
}

export interface Unverified {
  report: Report;
  bytes: Uint8Array;
}

/** What a report comes to; the outcome where it does not count. */
export type Verdict =
  | { append: Append; sign: Sign; outcome?: undefined }
  | { outcome: "unknownMeter" | "dropped" | "wrongTag" | "failed" };

export class Verifier {
  constructor(readonly parts: VerifyParts, readonly intervalSeconds: number) {}

  /** Tells apart reports of unknown meters from those for which there was no look-up. */
  async loadKeys(reports: Report[]): Promise<(report: Report) => boolean> {
    const { findKey, loadKeys } = this.parts;
    if (!loadKeys) return () => true;
    const wanted = reports.filter(({ meter, keyId }) => !findKey(meter, keyId));
    if (wanted.length === 0) return () => false;
    try {
      const asked = await loadKeys(wanted);
      return (report) => asked.has(report);
    } catch (error) {
      this.parts.report("Cannot look up meters", error);
      return () => false;
    }
  }

  /** `taken` is about to be stored. */
  async verify(
    { report, bytes }: Unverified,
    isUnknown: (report: Report) => boolean,
    taken: { append: Append }[],
  ): Promise<Verdict> {
    const { meter, keyId } = report;
    const { parts } = this;
    try {
      const found = parts.findKey(meter, keyId);
      if (!found) return { outcome: isUnknown(report) ? "unknownMeter" : "dropped" };
      const sign = signWith(found.key);
      if (!tagIsValid(bytes, sign)) return { outcome: "wrongTag" };
      if (found.unconfirmed) await parts.confirmKey(meter, keyId);
      return { append: await this.#appendOf(report, taken), sign };
    } catch (error) {
      parts.report("Cannot verify a datagram", error);
      return { outcome: "failed" };
    }
  }

  async #appendOf(report: Report, taken: { append: Append }[]): Promise<Append> {
    const series = seriesOf(report.meter, report.channel);
    const untimed = report.readings.some((reading) => reading.time === 0);
    const readings = receive(report.readings, {
      receivedAt: this.parts.now(),
      sentAt: report.sentAt,
      intervalSeconds: this.intervalSeconds,
      newest: untimed ? await this.#newest(series, taken) : undefined,
    });
    return { series, readings };
  }

  /** The reading with the highest number, stored or about to be. */
  async #newest(series: Series, taken: { append: Append }[]): Promise<Reading | undefined> {
    let [newest] = await this.parts.store.reader.newest(series, 1);
    for (const { append } of taken) {
      const last = append.readings[append.readings.length - 1];
      if (append.series === series && last.n > (newest?.n ?? 0)) newest = last;
    }
    return newest;
  }
}

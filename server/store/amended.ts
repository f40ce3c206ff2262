/** The energy of a series with all that people know of its register beyond the readings. */
import {
  amend,
  type Amendments,
  type Correction,
  faultAt,
  reachOf,
  type RegisterAt,
  type Span,
} from "../domain/corrections.ts";
import type { Profile } from "../domain/energy.ts";
import { bestTime, MAX_N, type Reading } from "../domain/reading.ts";
import type { Series } from "./keys.ts";
import { Neighbours } from "./neighbours.ts";
import type { SeriesReader } from "./series-reader.ts";

/** Places whose lines depend on each other are amended together. */
interface Place extends Span {
  /** The line since then is that of all readings. */
  since: number;
  amendments: Amendments;
}

export async function amendedProfile(
  reader: SeriesReader,
  series: Series,
  edges: number[],
  gap: number,
  amendments: Amendments,
): Promise<Profile> {
  const open = await reader.openOf(series);
  const profile = await reader.profile(series, edges, gap, open);
  const places = joined(await new Places(reader, series, open, amendments).all());
  if (places.length === 0) return profile;
  const firstN = await reader.startN(series, open, edges[0]);
  for (const { since, amendments, ...span } of places) {
    if (since > edges[edges.length - 1] || span.byN < firstN) continue;
    const readings = await reader.upTo(series, open, since, span.byN);
    amend(profile, readings, amendments, span, gap);
  }
  return profile;
}

class Places {
  readonly near: Neighbours;

  constructor(
    readonly reader: SeriesReader,
    readonly series: Series,
    readonly open: Reading[],
    readonly amendments: Amendments,
  ) {
    this.near = new Neighbours(reader.sealed, series, open);
  }

  async all(): Promise<Place[]> {
    const { corrections, start, final } = this.amendments;
    const places: Place[] = [];
    for (const correction of corrections) places.push(await this.#ofCorrection(correction));
    if (start) places.push(await this.#ofStart(start));
    if (final) places.push(await this.#ofFinal(final));
    return places;
  }

  async #ofCorrection(correction: Correction): Promise<Place> {
    const { afterN, byN } = reachOf(correction);
    const before = await this.#goodUpTo(afterN);
    return {
      afterN: before?.n ?? 0,
      byN: (await this.#goodFrom(byN))?.n ?? Infinity,
      since: before ? bestTime(before) : 0,
      amendments: { corrections: [correction] },
    };
  }

  /** A reading of the very second of the start is moved behind it, so the next one counts, too. */
  async #ofStart(start: RegisterAt): Promise<Place> {
    const around = await this.reader.around(this.series, this.open, start.time, start.time);
    const next = around.find((reading) => bestTime(reading) > start.time);
    const before = around.findLast((reading) => bestTime(reading) < start.time);
    return {
      afterN: before?.n ?? 0,
      byN: (next && await this.#goodFrom(next.n))?.n ?? Infinity,
      since: start.time,
      amendments: { corrections: [], start },
    };
  }

  async #ofFinal(final: RegisterAt): Promise<Place> {
    const around = await this.reader.around(this.series, this.open, final.time, final.time);
    const next = around.find((reading) => bestTime(reading) > final.time);
    const before = await this.#goodUpTo(next ? next.n - 1 : MAX_N);
    return {
      afterN: before?.n ?? 0,
      byN: next?.n ?? Infinity,
      since: before ? bestTime(before) : 0,
      amendments: { corrections: [], final },
    };
  }

  async #goodUpTo(n: number): Promise<Reading | undefined> {
    const reading = await this.near.below(n + 1);
    const fault = reading && faultAt(this.amendments.corrections, reading.n);
    return fault ? await this.#goodUpTo(fault.fromN - 1) : reading;
  }

  async #goodFrom(n: number): Promise<Reading | undefined> {
    const reading = await this.near.from(n);
    const fault = reading && faultAt(this.amendments.corrections, reading.n);
    return fault ? await this.#goodFrom(fault.toN + 1) : reading;
  }
}

function joined(places: Place[]): Place[] {
  const joined: Place[] = [];
  for (const place of places.toSorted((a, b) => a.afterN - b.afterN)) {
    const last = joined[joined.length - 1];
    if (last && place.afterN < last.byN) joined[joined.length - 1] = together(last, place);
    else joined.push(place);
  }
  return joined;
}

const together = (one: Place, other: Place): Place => ({
  afterN: one.afterN,
  byN: Math.max(one.byN, other.byN),
  since: Math.min(one.since, other.since),
  amendments: {
    ...one.amendments,
    ...other.amendments,
    corrections: [...one.amendments.corrections, ...other.amendments.corrections],
  },
});

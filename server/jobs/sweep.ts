/**
 * A look at all points after each quarter of an hour, and then at the regions. It keeps nothing in
 * mind from one to the next, so one that was broken off is gone on with by beginning anew.
 */
import { type Evaluation, keyIn, kindIn, subjectIn } from "../domain/alert-life.ts";
import { defaultLimits, type Limits } from "../domain/alert-limits.ts";
import { outageOf, type RegionFacts } from "../domain/alert-outage.ts";
import { NoAnswerError, type ReportProblem } from "../errors.ts";
import type { AlertNews } from "../store/alerts.ts";
import type { Lease } from "../store/lease.ts";
import type { PointRecord } from "../store/points.ts";
import type { Telling } from "../store/telling.ts";
import type { PointWatch, Watched, Watches } from "../store/watches.ts";
import { look, type LookParts } from "./look.ts";
import type { Surroundings } from "./surroundings.ts";

export interface SweepParts extends LookParts {
  watches: Watches;
  telling: Telling;
  lease: Lease;
  surroundings: Surroundings;
  /** Since when the server listens. */
  listeningSince: number;
  isStopped: () => boolean;
  now: () => number;
  report: ReportProblem;
}

type Region = Pick<RegionFacts, "meters" | "limits">;

/** While one waits for the database, others are looked at. */
const POINTS_AT_ONCE = 4;

export class Sweep {
  readonly regions = new Map<string, Region>();
  readonly news: AlertNews[] = [];
  /** How many alerts are open, by kind and region. */
  readonly open = new Map<string, number>();
  points = 0;

  constructor(readonly parts: SweepParts) {}

  /** Whether it came to its end. */
  async run(): Promise<boolean> {
    const { watches, surroundings, now } = this.parts;
    if (!await this.#goesOn()) return false;
    await surroundings.begin(await watches.outages());
    for await (const page of watches.all()) {
      if (!await this.#goesOn()) return false;
      await this.#page(page);
    }
    for (const region of new Set([...this.regions.keys(), ...surroundings.outages.keys()])) {
      if (!await this.#goesOn()) return false;
      await this.#region(region, now());
    }
    return true;
  }

  async #goesOn(): Promise<boolean> {
    const { isStopped, lease, now } = this.parts;
    return !isStopped() && await lease.hold(now());
  }

  async #page(page: Watched[]): Promise<void> {
    const quiet: [point: string, kept: PointWatch][] = [];
    // The first look at a page may take longer than the lease lasts.
    for (let at = 0; at < page.length && await this.#goesOn(); at += POINTS_AT_ONCE) {
      const some = page.slice(at, at + POINTS_AT_ONCE).map((watched) => this.#careful(watched));
      for (const kept of await allOf(some)) if (kept) quiet.push(kept);
    }
    await this.#keep(quiet);
  }

  /** One that cannot be kept does not hold up the others. */
  async #keep(rows: [point: string, kept: PointWatch][]): Promise<void> {
    const { lease, telling, report } = this.parts;
    if (!lease.isHeld) return;
    try {
      await telling.keep(rows);
    } catch (error) {
      if (error instanceof NoAnswerError) throw error;
      if (rows.length === 1) report(`Cannot remember point ${rows[0][0]}`, error);
      else for (const row of rows) await this.#keep([row]);
    }
  }

  /** What is wrong at one point does not hold up the others; a database that is gone does. */
  async #careful(watched: Watched): Promise<[string, PointWatch] | undefined> {
    try {
      return await this.#point(watched);
    } catch (error) {
      if (error instanceof NoAnswerError) throw error;
      this.parts.report(`Cannot look after point ${watched.point.id}`, error);
    }
  }

  async #point({ point, kept: before }: Watched): Promise<[string, PointWatch] | undefined> {
    const { telling, surroundings, lease, now, listeningSince } = this.parts;
    if (!counts(point)) return before && this.#end(point, before);
    this.points++;
    const around = await surroundings.of(point, now(), listeningSince);
    const { kept, evaluations } = await look(this.parts, point, before, around);
    this.#note(point, kept, around.limits);
    const all = [...evaluations, ...ended(kept.open, evaluations, now())];
    const place = placeOf(point);
    this.#count(kept.open, place.region, 1);
    if (!await telling.hasNews(all, kept.open)) return [point.id, kept];
    if (!lease.isHeld) return undefined;
    this.#tell(await telling.ofPoint(point.id, place, kept, all));
  }

  /** Those that are open by now, so that nobody has to go through all of them. */
  #count(ids: string[], region: string, more: number): void {
    for (const id of ids) {
      const place = `${kindIn(id)} ${region}`;
      this.open.set(place, (this.open.get(place) ?? 0) + more);
    }
  }

  #tell(news: AlertNews[]): void {
    this.news.push(...news);
    for (const { event, alert: { id, region } } of news) {
      if (event === "opened") this.#count([id], region, 1);
      else if (event === "closed") this.#count([id], region, -1);
    }
  }

  async #end(point: PointRecord, kept: PointWatch): Promise<undefined> {
    const { telling, now } = this.parts;
    const evaluations = ended(kept.open, [], now());
    this.#count(kept.open, placeOf(point).region, 1);
    this.#tell(await telling.endOf(point.id, placeOf(point), kept, evaluations));
  }

  /** An outage is told by the least that is set at any of a region's points. */
  #note({ region: id = NO_REGION }: PointRecord, { meters }: PointWatch, limits: Limits): void {
    const region = this.regions.get(id) ?? { meters: [], limits };
    const least = (name: "outageMeters" | "outagePercent") =>
      Math.min(region.limits[name], limits[name]);
    for (const [meterId, { heardAt, gapSeconds }] of Object.entries(meters)) {
      region.meters.push({ meterId, watch: { heardAt, gapSeconds } });
    }
    const [outageMeters, outagePercent] = [least("outageMeters"), least("outagePercent")];
    region.limits = { ...region.limits, outageMeters, outagePercent };
    this.regions.set(id, region);
  }

  async #region(regionId: string, now: number): Promise<void> {
    const { telling, surroundings, listeningSince } = this.parts;
    const open = surroundings.outages.get(regionId);
    const { meters, limits } = this.regions.get(regionId) ?? NOBODY;
    const openKey = open && keyIn(open);
    const { findings } = outageOf({ regionId, limits, now, listeningSince, meters, openKey });
    const evaluation = { subject: regionId, at: now, findings };
    if (open !== undefined) this.#count([open], regionId, 1);
    if (!await telling.hasNews([evaluation], open === undefined ? [] : [open])) return;
    this.#tell(await telling.ofRegion(regionId, open, evaluation));
  }
}

/** What is under way has ended, whatever one of them came to. */
async function allOf<Value>(work: Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}

const NO_REGION = "";
const NOBODY: Region = { meters: [], limits: defaultLimits(0) };

/** Of what counts there no more, like a meter that was exchanged, nothing is found. */
function ended(open: string[], evaluations: Evaluation[], at: number): Evaluation[] {
  const subjects = new Set(open.map(subjectIn));
  for (const { subject } of evaluations) subjects.delete(subject);
  return [...subjects].map((subject) => ({ subject, at, findings: [] }));
}

const counts = ({ retiredAt, assignments }: PointRecord): boolean =>
  retiredAt === undefined && assignments.some(({ to }) => to === undefined);

const placeOf = ({ customerId, region = NO_REGION }: PointRecord) => ({ customerId, region });

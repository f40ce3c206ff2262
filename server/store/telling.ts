/**
 * Writes what was found: alerts as they change, what is to be delivered of them, and what is
 * remembered of the point or region, all in one atomic, and only as long as this server has the lease.
 */
import { type Change, changesOf, type Evaluation, idsRaised } from "../domain/alert-life.ts";
import { type AlertNews, type AlertRecord, type Alerts, stageAlert } from "./alerts.ts";
import type { Lease } from "./lease.ts";
import { type Announcer, stageDeliveries } from "./announcer.ts";
import { dropWatch, type PointWatch, setOutage, setWatch } from "./watches.ts";

/** Where something was found. */
export type Place = Pick<AlertRecord, "pointId" | "customerId" | "region">;

interface Told {
  evaluations: Evaluation[];
  place: Place;
  /** The alerts that are open there. */
  open: string[];
  /** Remembers those that are from now on. */
  keep: (atomic: Deno.AtomicOperation, open: string[]) => void;
}

/** With the lease below the ten checks of an atomic; more is for the next look. */
const CHANGES_AT_ONCE = 8;
const ROWS_AT_ONCE = 100;
const MAX_TRIES = 3;

export class Telling {
  constructor(
    readonly kv: Deno.Kv,
    readonly alerts: Alerts,
    readonly announcer: Announcer,
    readonly lease: Lease,
  ) {}

  /** Whether something is to be told of what was found, where these alerts are open. */
  async hasNews(evaluations: Evaluation[], open: string[]): Promise<boolean> {
    const ids = idsOf(evaluations, open);
    if (ids.length === 0) return false;
    const stored = storedIn(await this.alerts.entries(ids));
    return evaluations.some((one) => changesOf(stored, one).length > 0);
  }

  /** Of points of which nothing is to be told. */
  async keep(rows: [point: string, kept: PointWatch][]): Promise<void> {
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
      const atomic = this.kv.atomic().check(this.lease.check);
      for (const [point, kept] of rows.slice(at, at + ROWS_AT_ONCE)) setWatch(atomic, point, kept);
      if (!(await atomic.commit()).ok) this.lease.lose();
    }
  }

  /** What has become of the alerts on a point and its meters. */
  ofPoint(
    pointId: string,
    place: Place,
    kept: PointWatch,
    evaluations: Evaluation[],
  ): Promise<AlertNews[]> {
    const keep = (atomic: Deno.AtomicOperation, open: string[]) =>
      setWatch(atomic, pointId, { ...kept, open });
    return this.#tell({ evaluations, place: { ...place, pointId }, open: kept.open, keep });
  }

  /** Where nothing counts any more, nothing stays open. */
  endOf(pointId: string, place: Place, kept: PointWatch, evaluations: Evaluation[]) {
    const keep = (atomic: Deno.AtomicOperation, open: string[]) =>
      open.length === 0 ? dropWatch(atomic, pointId) : setWatch(atomic, pointId, { ...kept, open });
    return this.#tell({ evaluations, place: { ...place, pointId }, open: kept.open, keep });
  }

  ofRegion(region: string, open: string | undefined, evaluation: Evaluation) {
    return this.#tell({
      evaluations: [evaluation],
      place: { region },
      open: open === undefined ? [] : [open],
      keep: (atomic, [id]) => setOutage(atomic, region, id),
    });
  }

  async #tell(told: Told): Promise<AlertNews[]> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const news = await this.#tryToTell(told);
      if (news) return news;
    }
    this.lease.lose();
    return [];
  }

  async #tryToTell({ evaluations, place, open, keep }: Told): Promise<AlertNews[] | undefined> {
    const ids = idsOf(evaluations, open);
    const entries = await this.alerts.entries(ids);
    const stored = storedIn(entries);
    const news = evaluations.flatMap((one) => changesOf(stored, one))
      .slice(0, CHANGES_AT_ONCE).map((change) => newsOf(change, place));
    const at = evaluations[0]?.at ?? 0;
    const deliveries = await this.announcer.rowsFor(news, at);
    const atomic = this.kv.atomic().check(this.lease.check);
    for (const one of news) {
      const entry = entries[ids.indexOf(one.alert.id)];
      atomic.check(entry);
      stageAlert(atomic, one);
    }
    stageDeliveries(atomic, deliveries);
    keep(atomic, openAfter(stored, news));
    return (await atomic.commit()).ok ? news : undefined;
  }
}

const idsOf = (evaluations: Evaluation[], open: string[]): string[] => [
  ...new Set([...open, ...evaluations.flatMap(idsRaised)]),
];

const storedIn = (entries: Deno.KvEntryMaybe<AlertRecord>[]): AlertRecord[] =>
  entries.flatMap(({ value }) => value ?? []);

/** One that is there already keeps what it says of where it is. */
const newsOf = ({ event, alert }: Change, place: Place): AlertNews => ({
  event,
  alert: { ...place, ...alert },
});

function openAfter(stored: AlertRecord[], news: AlertNews[]): string[] {
  const open = new Set(stored.filter(({ closedAt }) => closedAt === undefined).map(({ id }) => id));
  for (const { event, alert } of news) {
    if (event === "opened") open.add(alert.id);
    else if (event === "closed") open.delete(alert.id);
  }
  return [...open];
}

/** A point that somebody watches: follows the meter that counts there now, on both its channels. */
import type { Reading } from "../domain/reading.ts";
import type { ReportProblem } from "../errors.ts";
import type { Followable } from "../store/follow.ts";
import { type Series, seriesOf } from "../store/keys.ts";
import type { Assignment } from "../store/points.ts";
import { FollowedSeries, type LiveReading } from "./followed-series.ts";

export interface PointParts {
  readings: Followable;
  /** The last `count` readings, oldest first. */
  newest: (series: Series, count: number) => Promise<Reading[]>;
  /** What counts at a point now. */
  assignmentOf: (point: string) => Promise<Assignment | undefined>;
  report: ReportProblem;
}

const CHANNELS = [0, 1];

export class FollowedPoint {
  #followed: { series: FollowedSeries; unfollow: () => void }[] = [];
  #turn = 0;

  constructor(
    readonly id: string,
    readonly parts: PointParts,
    /** Told of a series that has news. */
    readonly grown: (series: FollowedSeries) => void,
  ) {}

  /** Looks anew which meter counts here. An answer that was overtaken by a later one is void. */
  async resolve(): Promise<void> {
    const turn = ++this.#turn;
    const next = await this.parts.assignmentOf(this.id);
    if (turn !== this.#turn) return;
    const current = this.#followed.at(0)?.series.assignment;
    if (next?.meterId === current?.meterId && next?.from === current?.from) return;
    this.#leave();
    if (next) this.#followed = CHANNELS.map((channel) => this.#follow(next, channel));
  }

  /** What was last sent, as it is to be said now. */
  sent(at: number): LiveReading[] {
    return this.#followed.flatMap(({ series }) => series.sent(at) ?? []);
  }

  close(): void {
    this.#turn++;
    this.#leave();
  }

  #leave(): void {
    for (const { series, unfollow } of this.#followed) {
      series.isLeft = true;
      unfollow();
    }
    this.#followed = [];
  }

  #follow(assignment: Assignment, channel: number) {
    const series = new FollowedSeries(this.id, assignment, channel);
    const extend = (readings: Reading[]) => {
      series.extend(readings);
      if (series.hasNews) this.grown(series);
    };
    const { readings, newest, report } = this.parts;
    const key = seriesOf(assignment.meterId, channel);
    const unfollow = readings.follow(key, extend);
    newest(key, 2).then(extend, (error) => {
      if (!series.isLeft) report(`Cannot read the newest readings of series ${key}`, error);
    });
    return { series, unfollow };
  }
}

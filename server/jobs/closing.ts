/** When periods are closed: every hour by the server itself, and whenever the staff wants it. */
import { done, failed, type Result } from "../errors.ts";
import type { CloseRun, CloseRuns } from "../store/close-runs.ts";
import type { By } from "../store/records.ts";
import { type CloseParts, closePeriods } from "./close.ts";

export interface ClosingParts extends Omit<CloseParts, "keep" | "add" | "isStopped"> {
  runs: CloseRuns;
  /** Whether bills can be issued at all. */
  isSetUp: () => Promise<boolean>;
  every: (ms: number, run: () => void) => () => void;
}

const HOUR_MS = 3_600_000;

const quiet = { keep: () => Promise.resolve(), add: () => Promise.resolve() };

export class Closing {
  #running: Promise<void> | undefined;
  #isStopped = false;
  #stopTimer: () => void;

  constructor(readonly parts: ClosingParts) {
    this.#stopTimer = parts.every(HOUR_MS, () => void this.#byItself());
  }

  get runs(): CloseRuns {
    return this.parts.runs;
  }

  /** Tells of the run as it begins; it goes on by itself. */
  async begin(isDry: boolean, by: By): Promise<Result<CloseRun>> {
    if (this.#running) {
      return failed("conflict", "A run is under way. Try again when it has ended.");
    }
    const { runs, now } = this.parts;
    let run: CloseRun | undefined;
    const begun = runs.begin(isDry, now()).then((begun) => run = begun);
    this.#run(begun.then((run) => this.#close(run, by, runs)));
    await begun;
    return done({ ...run! });
  }

  /** Until the run that is under way has ended, if one is. */
  async ended(): Promise<void> {
    await this.#running;
  }

  /** A run is broken off between two points. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stopTimer();
    await this.#running;
  }

  async #byItself(): Promise<void> {
    if (this.#running) return;
    const { now, isSetUp } = this.parts;
    const run: CloseRun = {
      id: "",
      isDry: false,
      beganAt: now(),
      points: 0,
      invoices: 0,
      failures: 0,
    };
    const by: By = { actor: { kind: "server", id: "close" }, at: now() };
    await this.#run(isSetUp().then((isSet) => isSet ? this.#close(run, by, quiet) : undefined));
  }

  #run(work: Promise<void>): Promise<void> {
    this.#running = work
      .catch((error) => this.parts.report("Cannot bill all periods that have ended", error))
      .finally(() => this.#running = undefined);
    return this.#running;
  }

  #close(run: CloseRun, by: By, { keep, add }: Pick<CloseParts, "keep" | "add">): Promise<void> {
    const parts = {
      ...this.parts,
      isStopped: () => this.#isStopped,
      keep: keep.bind(this.runs),
      add: add.bind(this.runs),
    };
    return closePeriods(parts, run, by);
  }
}

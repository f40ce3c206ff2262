/** A server of several over one database, whose atomics are within what such a database takes. */
import { assert } from "@std/assert";
import type { Reading } from "../../../server/domain/reading.ts";
import type { ReportProblem } from "../../../server/errors.ts";
import { SharedStore } from "../../../server/store/shared.ts";
import { failTest, type Fate, type Seen, watched } from "./kv.ts";
import { SERIES } from "./readings.ts";

const MAX_CHECKS = 10;
const MAX_CHANGES = 1_000;

export function serverOn(
  kv: Deno.Kv,
  fateOf: (seen: Seen) => Fate | Promise<Fate> = () => "commits",
  report: ReportProblem = failTest,
): SharedStore {
  const looked = watched(kv, (seen) => {
    assert(seen.checks <= MAX_CHECKS, `${seen.checks} checks in one atomic`);
    assert(seen.changes <= MAX_CHANGES, `${seen.changes} changes in one atomic`);
    return fateOf(seen);
  });
  return new SharedStore(looked, report);
}

export const everything = async (store: SharedStore, series = SERIES): Promise<Reading[]> =>
  (await store.reader.page(series, 0, Infinity, 0, Infinity)).readings;

/** Stored, duplicates and conflicts of each report; undefined where it could not be stored. */
export const counts = (outcomes: Awaited<ReturnType<SharedStore["append"]>>) =>
  outcomes.map((outcome) =>
    outcome && [outcome.stored, outcome.duplicates, outcome.conflicts.length]
  );

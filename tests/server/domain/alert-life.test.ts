/** The life of alerts: each cause opens one, however often and by whomever it is looked at. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Finding } from "../../../server/domain/alert-kinds.ts";
import {
  acknowledged,
  type Alert,
  alertId,
  type Change,
  changesOf,
  type Evaluation,
  idsRaised,
} from "../../../server/domain/alert-life.ts";

const SEED = 20261120;
const HOME = "home";

const limit = (
  date: string,
  milliwattHours: number,
  level: "raise" | "hold" = "raise",
): Finding => ({
  kind: "dayLimit",
  subject: HOME,
  key: date,
  level,
  evidence: { milliwattHours, limitMilliwattHours: 10 },
});

/** What is stored: the last state of each alert. */
class Stored {
  readonly alerts = new Map<string, Alert>();
  readonly opened: string[] = [];

  changes(evaluation: Evaluation): Change[] {
    const raised = idsRaised(evaluation);
    const known = [...this.alerts.values()]
      .filter(({ id, closedAt }) => closedAt === undefined || raised.includes(id));
    return changesOf(known, evaluation);
  }

  commit(changes: Change[]): void {
    for (const { event, alert } of changes) {
      if (event === "opened") this.opened.push(alert.id);
      this.alerts.set(alert.id, alert);
    }
  }

  open(): string[] {
    return [...this.alerts.values()].filter(({ closedAt }) => closedAt === undefined)
      .map(({ id }) => id).sort();
  }

  evaluate(at: number, ...findings: Finding[]): string[] {
    const changes = this.changes({ subject: HOME, at, findings });
    this.commit(changes);
    return changes.map(({ event, alert }) => `${event} ${alert.key}`);
  }
}

Deno.test("an alert opens once, is updated, is held, closes by itself, and stays closed", () => {
  const stored = new Stored();
  assertEquals(stored.evaluate(1, limit("20", 11, "hold")), []);
  assertEquals(stored.evaluate(2, limit("20", 11)), ["opened 20"]);
  assertEquals(stored.evaluate(3, limit("20", 11)), []);
  assertEquals(stored.evaluate(4, limit("20", 13)), ["updated 20"]);
  assertEquals(stored.evaluate(5, limit("20", 13, "hold")), []);
  assertEquals(stored.evaluate(6), ["closed 20"]);
  assertEquals(stored.evaluate(7, limit("20", 14)), []);
  assertEquals(stored.evaluate(8, limit("21", 11)), ["opened 21"]);
});

Deno.test("numbers that hardly differ are not written again", () => {
  const stored = new Stored();
  stored.evaluate(1, limit("20", 1_000));
  assertEquals(stored.evaluate(2, limit("20", 1_040)), []);
  assertEquals(stored.evaluate(3, limit("20", 1_060)), ["updated 20"]);
});

Deno.test("what somebody has seen stays seen, and facts of before say nothing", () => {
  const stored = new Stored();
  stored.evaluate(5, limit("20", 11));
  const id = `dayLimit:${HOME}:20`;
  stored.alerts.set(id, acknowledged(stored.alerts.get(id)!, "maria", 6));
  stored.evaluate(7, limit("20", 13));
  assertEquals(stored.alerts.get(id)!.acknowledged, { at: 6, by: "maria" });
  assertEquals(acknowledged(stored.alerts.get(id)!, "joao", 8), stored.alerts.get(id)!);
  assertEquals(stored.evaluate(6), []);
  assertEquals(stored.evaluate(7), ["closed 20"]);
});

Deno.test("alerts of another subject are left alone", () => {
  const other: Finding = { ...limit("20", 11), subject: "other" } as Finding;
  const stored = new Stored();
  stored.commit(changesOf([], { subject: "other", at: 1, findings: [other] }));
  assertEquals(stored.evaluate(2), []);
  assertEquals(changesOf([], { subject: HOME, at: 2, findings: [other] }), []);
});

const anyFinding: fc.Arbitrary<Finding> = fc.record({
  key: fc.constantFrom("a", "b", "c"),
  energy: fc.nat(50),
  level: fc.constantFrom("raise" as const, "hold" as const),
  kind: fc.constantFrom("dayLimit" as const, "conflict" as const),
}).map(({ key, energy, level, kind }): Finding =>
  kind === "dayLimit"
    ? limit(key, energy, level)
    : { kind, subject: HOME, key, level, evidence: { since: 1, last: 1, times: energy } }
);
const anyFindings = fc.array(anyFinding, { maxLength: 8 });
const anyTold = fc.array(anyFindings, { maxLength: 12 });

const holds = (told: fc.Arbitrary<Finding[][]>, law: (told: Finding[][]) => void): void =>
  fc.assert(fc.property(told, law), { seed: SEED, numRuns: 300 });

Deno.test("no cause is opened twice, and looking twice changes nothing", () => {
  holds(anyTold, (told) => {
    const stored = new Stored();
    told.forEach((findings, at) => {
      stored.evaluate(at, ...findings);
      assertEquals(stored.evaluate(at, ...findings), []);
    });
    assertEquals(new Set(stored.opened).size, stored.opened.length);
    assert([...stored.alerts].every(([id, alert]) => id === alertId(alert)));
  });
});

Deno.test("the order in which things are found changes nothing", () => {
  holds(anyTold, (told) => {
    const [one, other] = [new Stored(), new Stored()];
    told.forEach((findings, at) => {
      const event = { subject: HOME, at };
      const changes = one.changes({ ...event, findings });
      assertEquals(other.changes({ ...event, findings: findings.toReversed() }), changes);
      one.commit(changes);
      other.commit(changes);
    });
  });
});

/** What happens at a step: it goes well, or the server dies before or after what it writes. */
const anySteps = fc.array(
  fc.record({
    findings: anyFindings,
    dies: fc.constantFrom("not", "not", "before", "after"),
    /** What is remembered may be older than the alerts that came of it. */
    goesBack: fc.nat(4),
  }),
  { maxLength: 12 },
);

Deno.test("whatever dies when, in the end each alert is there and was opened once", () => {
  fc.assert(
    fc.property(anySteps, (steps) => {
      const [stored, calm] = [new Stored(), new Stored()];
      for (let at = 0; at < steps.length; at++) {
        const { findings, dies, goesBack } = steps[at];
        calm.evaluate(at, ...findings);
        const changes = stored.changes({ subject: HOME, at, findings });
        if (dies !== "before") stored.commit(changes);
        if (dies === "not") continue;
        // Started again: from some step before on, all is found once more.
        for (let again = Math.max(0, at - goesBack); again <= at; again++) {
          stored.evaluate(again, ...steps[again].findings);
        }
      }
      assertEquals(stored.opened.toSorted(), calm.opened.toSorted());
      assertEquals(stored.open(), calm.open());
      assertEquals(new Set(stored.opened).size, stored.opened.length);
    }),
    { seed: SEED, numRuns: 500 },
  );
});

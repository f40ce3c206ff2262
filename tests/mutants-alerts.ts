/** The safeguards of alerts that `break-the-code.ts` takes out. */
import type { Mutant } from "./mutants.ts";

export const ALERTS: Mutant[] = [
  {
    lost: "announcing an alert in the same atomic",
    file: "server/store/telling.ts",
    from: "    stageDeliveries(atomic, deliveries);\n",
    to: "    void [stageDeliveries, deliveries];\n",
    tests: ["alerts-crash"],
  },
  {
    lost: "remembering in the same atomic which alerts are open",
    file: "server/store/telling.ts",
    from: "keep(atomic, openAfter(stored, news));",
    to: "keep(atomic, open);",
    tests: ["alerts-crash"],
  },
  {
    lost: "the check of the lease where a point is remembered",
    file: "server/store/telling.ts",
    from: "      const atomic = this.kv.atomic().check(this.lease.check);",
    to: "      const atomic = this.kv.atomic();",
    tests: ["alerts-shared"],
  },
  {
    lost: "a lease that others have",
    file: "server/store/lease.ts",
    from: "if (isOthers && !this.isAlone) return false;",
    to: "",
    tests: ["alerts-shared"],
  },
  {
    lost: "closing what is open on a meter that counts no more",
    file: "server/jobs/sweep.ts",
    from: "for (const { subject } of evaluations) subjects.delete(subject);",
    to: "subjects.clear();",
    tests: ["alerts-meters", "alerts-edges"],
  },
  {
    lost: "whose alert it is in its id",
    file: "server/domain/alert-life.ts",
    from: "...of === undefined ? [] : [of]",
    to: "...of === undefined ? [] : []",
    tests: ["alerts-edges"],
  },
  {
    lost: "telling of a conflict",
    file: "server/intake.ts",
    from: 'if (signs.note(meter, "conflict", now())) await signs.write(now());',
    to: "",
    tests: ["alerts-meters"],
  },
  {
    lost: "telling of forgeries",
    file: "server/intake.ts",
    from: 'void signs.note(meter, "signature", now())',
    to: "undefined",
    tests: ["alerts-meters"],
  },
];

/** The safeguards of the live feed that `break-the-code.ts` takes out. */
import type { Mutant } from "./mutants.ts";

export const LIVE: Mutant[] = [
  {
    lost: "leaving out readings that come late",
    file: "server/live/followed-series.ts",
    from: "if (!this.#newest || reading.n > this.#newest.n) {",
    to: "if (!this.#newest || reading.n !== this.#newest.n) {",
    tests: ["live-feed"],
  },
  {
    lost: "telling only what was read since the meter came to the point",
    file: "server/live/followed-series.ts",
    from: "return bestTime(this.#newest) >= this.assignment.from;",
    to: "return true;",
    tests: ["live-feed"],
  },
  {
    lost: "telling after the commit has been acknowledged",
    file: "server/live/feed.ts",
    from:
      "if (this.#grown.size === 0) this.parts.soon(() => this.#tell());\n    this.#grown.add(series);",
    to: "this.#grown.add(series);\n    this.#tell();",
    tests: ["live-feed"],
  },
  {
    lost: "giving up a reader that is too slow",
    file: "server/live/subscribers.ts",
    from: "if (connection.bufferedBytes > MAX_BUFFERED_BYTES) {",
    to: "if (connection.bufferedBytes < 0) {",
    tests: ["live-connections"],
  },
  {
    lost: "leaving the points that nobody watches any more",
    file: "server/live/subscribers.ts",
    from: "      this.left(point);\n",
    to: "",
    tests: ["live-connections"],
  },
  {
    lost: "disconnecting who is no longer allowed",
    file: "server/live/feed.ts",
    from: 'this.#subscribers.end(subscriber, NOT_ALLOWED, "no longer allowed");',
    to: "",
    tests: ["live-connections"],
  },
  {
    lost: "following an exchange that another server made",
    file: "server/live/feed.ts",
    from: "    await someAtOnce([...this.#points.values()], (point) => this.#resolve(point));\n",
    to: "",
    tests: ["live-feed"],
  },
  {
    lost: "counting a connection that is over once only",
    file: "server/live/admission.ts",
    from: "      if (isOpen) this.#count(owner, -1);",
    to: "      this.#count(owner, -1);",
    tests: ["live-connections"],
  },
  {
    lost: "opening a watch anew that hangs",
    file: "server/store/watched-heads.ts",
    from: "      watch.isLate = !watch.isAnswered;\n      leave();\n",
    to: "",
    tests: ["live-shared"],
  },
  {
    lost: "noticing that rows were sealed while they were looked at",
    file: "server/store/watched-heads.ts",
    from:
      "const isSealed = now.value?.firstRow !== seen.firstRow || rows.some(({ value }) => !value);",
    to: "const isSealed = rows.length === 0;",
    tests: ["live-shared"],
  },
  {
    lost: "keeping a commit safe from a follower that fails",
    file: "server/store/follow.ts",
    from: '        this.report("Cannot tell of new readings", error);',
    to: "        throw error;",
    tests: ["store/follow"],
  },
];

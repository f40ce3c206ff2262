/** How often a delivery is tried, and what what came of it means. */
import { assert, assertEquals } from "@std/assert";
import { fateOf, type Told, type Tries } from "../../../server/domain/delivery-tries.ts";

const NOON = 1_781_524_800;
const DAY = 86_400;
const DOWN: Told = { ok: false, reason: "it cannot be reached" };

/** After how many seconds each try comes, until it is given up. */
function triesOf(id: string): number[] {
  const at: number[] = [];
  let tries: Tries = { attempts: 0, nextAt: NOON };
  for (;;) {
    const now = tries.nextAt;
    at.push(now - NOON);
    const fate = fateOf(DOWN, id, tries, now);
    if (fate.is !== "retried") return at;
    tries = fate.tries;
  }
}

Deno.test("what fails is tried again soon and then each half hour, the last time a day after the first", () => {
  const tries = triesOf("unusual:x:1:opened");
  const distances = tries.slice(1).map((at, i) => at - tries[i]);
  const wanted = [5, 60, 300, 900];
  assertEquals(tries.at(-1), DAY);
  for (const [i, distance] of distances.slice(0, -1).entries()) {
    const least = wanted[i] ?? 1_800;
    assert(least <= distance && distance <= 1.2 * least, `${distances}`);
  }
  assert(40 < tries.length && tries.length < 55, `${tries.length} tries`);
});

Deno.test("the distances are the same for the same message and not for another", () => {
  assertEquals(triesOf("a"), triesOf("a"));
  assert(`${triesOf("a")}` !== `${triesOf("b")}`);
});

Deno.test("what came of a try says what is next", () => {
  const first = { attempts: 0, nextAt: NOON };
  const fate = (told: Told) => fateOf(told, "a", first, NOON);
  assertEquals(fate({ ok: true, status: 204 }), { is: "delivered" });
  assertEquals(fate({ ok: false, reason: "it answered with 410", isGone: true }), {
    is: "abandoned",
    reason: "it answered with 410",
    isGone: true,
    tries: { attempts: 1, firstTriedAt: NOON },
  });
  assertEquals(fate({ ok: false, reason: "no such mailbox", isFinal: true }), {
    is: "abandoned",
    reason: "no such mailbox",
    isGone: false,
    tries: { attempts: 1, firstTriedAt: NOON },
  });
  assertEquals(fate({ ok: false, reason: "disabled", isUntried: true }), {
    is: "abandoned",
    reason: "disabled",
    isGone: false,
  });
  const retried = fate(DOWN);
  assert(retried.is === "retried");
  const { attempts, lastFault } = retried.tries;
  assertEquals([attempts, lastFault], [1, { at: NOON, reason: DOWN.reason }]);
});

/** The queue of fixed capacity, against a plain list. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { DropOldestQueue } from "../../../server/ingest/queue.ts";

const SEED = 20260420;

Deno.test("DropOldestQueue agrees with a list that drops its oldest", () => {
  const anySteps = fc.array(fc.option(fc.nat()), { maxLength: 200, size: "max" });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), anySteps, (capacity, steps) => {
      const queue = new DropOldestQueue<number>(capacity);
      const list: number[] = [];
      for (const item of steps) {
        if (item === null) assertEquals(queue.shift(), list.shift());
        else {
          const dropped = list.length === capacity ? list.shift() : undefined;
          list.push(item);
          assertEquals(queue.push(item), dropped);
        }
        assertEquals(queue.length, list.length);
        assertEquals(queue.first(3), list.slice(0, 3));
      }
    }),
    { seed: SEED, numRuns: 300 },
  );
});

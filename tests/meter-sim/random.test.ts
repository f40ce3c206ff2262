import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { between, drawSeed, gaussian, seededRandom } from "../../meter-sim/random.ts";

const take = <Value>(count: number, next: () => Value): Value[] =>
  Array.from({ length: count }, () => next());

const mean = (values: number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("seededRandom() repeats itself with the same seed and differs with another", () => {
  assertEquals(take(100, seededRandom(7)), take(100, seededRandom(7)));
  assertNotEquals(take(100, seededRandom(7)), take(100, seededRandom(8)));
});

Deno.test("seededRandom() fills the range from 0 to 1 evenly", () => {
  const tenths = new Array(10).fill(0);
  for (const value of take(100000, seededRandom(1))) tenths[Math.floor(value * 10)] += 1;
  for (const count of tenths) assertAlmostEquals(count, 10000, 400);
});

Deno.test("between() stays between its bounds", () => {
  const random = seededRandom(2);
  const values = take(1000, () => between(random, -3, 5));
  assert(Math.min(...values) >= -3 && Math.max(...values) < 5);
  assertAlmostEquals(mean(values), 1, 0.3);
});

Deno.test("gaussian() has a mean of 0 and a standard deviation of 1", () => {
  const random = seededRandom(3);
  const values = take(100000, () => gaussian(random));
  assertAlmostEquals(mean(values), 0, 0.02);
  assertAlmostEquals(mean(values.map((value) => value ** 2)), 1, 0.02);
});

Deno.test("drawSeed() gives each stream another seed of 32 bits", () => {
  const random = seededRandom(4);
  const seeds = take(1000, () => drawSeed(random));
  assertEquals(new Set(seeds).size, 1000);
  assert(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32));
});

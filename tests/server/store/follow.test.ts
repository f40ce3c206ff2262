/** Followers of series: who is told, who no longer, and that a failing one harms nobody. */
import { assertEquals } from "@std/assert";
import { EmbeddedStore } from "../../../server/store/embedded.ts";
import { Followers } from "../../../server/store/follow.ts";
import { failTest, inMemory } from "./kv.ts";
import { reading, SERIES, seriesNamed, steady } from "./readings.ts";

Deno.test("Followers.tell() tells those who follow the series, until they leave", () => {
  const followers = new Followers(failTest);
  const told: string[] = [];
  const leave = ["a", "b"].map((name) => followers.follow(SERIES, () => void told.push(name)));
  followers.tell(SERIES, steady(1));
  followers.tell(seriesNamed(1), steady(1));
  leave[0]();
  leave[0]();
  followers.tell(SERIES, steady(1));
  assertEquals(told, ["a", "b", "b"]);
  leave[1]();
  assertEquals([followers.seriesCount, followers.has(SERIES)], [0, false]);
});

Deno.test("Followers.follow() again is not ended by what ended the first", () => {
  const followers = new Followers(failTest);
  const first = followers.follow(SERIES, () => {});
  first();
  followers.follow(SERIES, () => {});
  first();
  assertEquals(followers.has(SERIES), true);
});

Deno.test("a follower that fails is reported; the others are told, the readings acknowledged", () =>
  inMemory(async (kv) => {
    const reported: string[] = [];
    const store = await EmbeddedStore.open(kv, (problem) => void reported.push(problem));
    const told: number[] = [];
    store.follow(SERIES, () => failTest("not now", undefined));
    store.follow(SERIES, (readings) => void told.push(...readings.map(({ n }) => n)));
    const [outcome] = await store.append([{ series: SERIES, readings: steady(3) }]);
    assertEquals([outcome?.stored, told], [3, [1, 2, 3]]);
    assertEquals(reported, ["Cannot tell of new readings"]);
  }));

Deno.test("EmbeddedStore.follow() tells what was new, in the order of numbers", () =>
  inMemory(async (kv) => {
    const store = await EmbeddedStore.open(kv, failTest);
    const told: number[][] = [];
    store.follow(SERIES, (readings) => void told.push(readings.map(({ n }) => n)));
    const at = (...ns: number[]) => ({ series: SERIES, readings: ns.map((n) => reading({ n })) });
    await store.append([at(2, 3), at(1, 5), at(3)]);
    await store.append([at(3, 4)]);
    await store.append([at(4, 5)]);
    assertEquals(told, [[1, 2, 3, 5], [4]]);
  }));

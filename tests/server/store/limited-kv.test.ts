/** Each way of asking the database, answered in time or not. */
import { assertEquals, assertRejects } from "@std/assert";
import { type InTime, limitedKv } from "../../../server/store/limited-kv.ts";
import { inMemory } from "./kv.ts";

const CALLS: [what: string, call: (kv: Deno.Kv) => Promise<unknown>][] = [
  ["get()", (kv) => kv.get(["a"])],
  ["getMany()", (kv) => kv.getMany([["a"], ["b"]])],
  ["set()", (kv) => kv.set(["a"], 2)],
  ["delete()", (kv) => kv.delete(["a"])],
  ["a list", (kv) => Array.fromAsync(kv.list({ prefix: [] }))],
  [
    "an atomic",
    (kv) => {
      const isNew = { key: ["new"], versionstamp: null };
      return kv.atomic().check(isNew).set(["new"], 3).delete(["a"]).commit();
    },
  ],
];

const inTime: InTime = (call) => call;
const tooLate: InTime = async (call) => {
  await call;
  throw new Error("too late");
};

const entriesIn = async (kv: Deno.Kv) =>
  (await Array.fromAsync(kv.list({ prefix: [] }))).map(({ key, value }) => [...key, value]);

/** What the call answers and leaves behind, but for versionstamps. */
async function after(kv: Deno.Kv, call: (kv: Deno.Kv) => Promise<unknown>): Promise<string> {
  const seen = [await call(kv), await entriesIn(kv)];
  return JSON.stringify(seen, (key, value) => key === "versionstamp" ? typeof value : value);
}

for (const [what, call] of CALLS) {
  Deno.test(`limitedKv() answers ${what} as the database does`, async () => {
    const seen: string[] = [];
    for (const through of [(kv: Deno.Kv) => kv, (kv: Deno.Kv) => limitedKv(kv, inTime)]) {
      await inMemory(async (kv) => {
        await kv.set(["a"], 1);
        seen.push(await after(through(kv), call));
      });
    }
    assertEquals(seen[1], seen[0]);
  });
  Deno.test(`limitedKv() fails ${what} that takes too long`, () =>
    inMemory(async (kv) => {
      await kv.set(["a"], 1);
      await assertRejects(() => call(limitedKv(kv, tooLate)), Error, "too late");
    }));
}

Deno.test("limitedKv() lets a watch be silent for as long as it likes", () =>
  inMemory(async (kv) => {
    const reader = limitedKv(kv, tooLate).watch([["a"]]).getReader();
    await reader.read();
    await kv.set(["a"], 1);
    assertEquals((await reader.read()).value![0].value, 1);
    await reader.cancel();
  }));

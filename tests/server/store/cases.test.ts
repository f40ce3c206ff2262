/** Cases are opened once, listed in their order and answered as often as people change their mind. */
import { assert, assertEquals } from "@std/assert";
import type { Resolution } from "../../../server/domain/corrections.ts";
import {
  caseId,
  type CaseQuery,
  Cases,
  correctionsIn,
  MAX_CASES_A_METER,
} from "../../../server/store/cases.ts";
import { failTest, inMemory, watched } from "./kv.ts";
import { METER, reading } from "./readings.ts";

const OTHER = "f123456789abcdef";

const fall = (afterN: number, byN: number) => ({
  before: reading({ n: afterN, milliwattHours: 9 }),
  after: reading({ n: byN, milliwattHours: 1 }),
});

const withCases = (name: string, test: (cases: Cases, kv: Deno.Kv) => Promise<void>): void =>
  Deno.test(name, () => inMemory((kv) => test(new Cases(kv, failTest), kv)));

const ranges = async (cases: Cases, meter = METER, channel = 0) =>
  (await cases.of(meter, channel)).map(({ afterN, byN }) => [afterN, byN]);

withCases("Cases.record() opens a case with what was seen first", async (cases) => {
  await cases.record(METER, 1, [fall(4, 7)], 100);
  await cases.record(METER, 1, [fall(4, 7)], 200);
  const opened = { meterId: METER, channel: 1, afterN: 4, byN: 7, ...fall(4, 7), seenAt: 100 };
  assertEquals(await cases.of(METER, 1), [opened]);
  assertEquals(await cases.get(`${METER}-1-7`), opened);
  assertEquals(caseId(opened), `${METER}-1-7`);
});

withCases("Cases.record() opens none for a fall that another case covers", async (cases) => {
  await cases.record(METER, 0, [fall(10, 20)], 100);
  await cases.record(METER, 0, [fall(10, 12), fall(13, 14), fall(15, 20)], 200);
  assertEquals(await ranges(cases), [[10, 20]]);
  await cases.record(METER, 0, [fall(9, 10), fall(20, 300)], 200);
  assertEquals(await ranges(cases), [[9, 10], [10, 20], [20, 300]]);
  assertEquals(await ranges(cases, METER, 1), []);
});

withCases("Cases.record() opens one where two servers see the same", async (cases, kv) => {
  const other = new Cases(kv, failTest);
  const falls = [fall(1, 2), fall(5, 6), fall(7, 8)];
  await Promise.all([cases.record(METER, 0, falls, 100), other.record(METER, 0, falls, 101)]);
  assertEquals(await ranges(cases), [[1, 2], [5, 6], [7, 8]]);
  assertEquals((await cases.list({ limit: 10 })).items.length, 3);
});

Deno.test("Cases.record() keeps to ten checks an atomic, and to the limit of a meter", async () => {
  await inMemory(async (kv) => {
    const reported: string[] = [];
    const looked = watched(kv, ({ checks }) => {
      assert(checks <= 10);
      return "commits";
    });
    const cases = new Cases(looked, (problem) => void reported.push(problem));
    const falls = Array.from({ length: 150 }, (_, i) => fall(10 * i + 1, 10 * i + 2));
    await cases.record(METER, 0, falls, 100);
    await cases.record(METER, 1, falls, 100);
    await cases.record(METER, 1, falls, 100);
    const count = (await ranges(cases)).length + (await ranges(cases, METER, 1)).length;
    assertEquals([count, reported.length], [MAX_CASES_A_METER, 1]);
    await cases.record(OTHER, 0, falls, 100);
    assertEquals((await ranges(cases, OTHER)).length, 150);
  });
});

const idsOf = async (cases: Cases, query: Omit<CaseQuery, "cursor">) => {
  const ids: string[] = [];
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const { items, next } = await cases.list({ ...query, cursor });
    assert(items.length <= query.limit);
    ids.push(...items.map(caseId));
    cursor = next;
  }
  return ids;
};

withCases("Cases.list() goes through all in the order of opening, by pages", async (cases) => {
  const expected: string[] = [];
  for (let i = 0; i < 30; i++) {
    const meter = i % 3 === 0 ? METER : OTHER;
    const byN = 1_000 - 10 * i;
    await cases.record(meter, i % 2, [fall(byN - 1, byN)], 5 + i);
    expected.push(`${meter}-${i % 2}-${byN}`);
  }
  const reset: Resolution = { kind: "reset" };
  const resolved = expected.filter((_, i) => i % 4 === 1);
  for (const id of resolved) assert((await cases.resolve(id, reset, "Ana", 100)).ok);
  const open = expected.filter((id) => !resolved.includes(id));
  const ofMeter = (ids: string[]) => ids.filter((id) => id.startsWith(METER));
  for (const limit of [1, 7, 100]) {
    assertEquals(await idsOf(cases, { limit }), expected);
    assertEquals(await idsOf(cases, { limit, open: true }), open);
    assertEquals(await idsOf(cases, { limit, open: false }), resolved);
    assertEquals(await idsOf(cases, { limit, meter: METER }), ofMeter(expected));
    assertEquals(await idsOf(cases, { limit, meter: METER, open: true }), ofMeter(open));
  }
  for (const meter of [undefined, METER]) {
    assertEquals(await cases.list({ limit: 9, meter, cursor: "none of ours" }), { items: [] });
  }
});

withCases("Cases.resolve() replaces the answer before, and closes a case once", async (cases) => {
  await cases.record(METER, 0, [fall(4, 7)], 100);
  const id = `${METER}-0-7`;
  const answers: Resolution[] = [
    { kind: "reset" },
    { kind: "exchange", final: 12, start: 0 },
    { kind: "fault", fromN: 5, toN: 6 },
  ];
  for (const [i, resolution] of answers.entries()) {
    const resolved = await cases.resolve(id, resolution, "Ana", 200 + i);
    assert(resolved.ok);
    assertEquals(resolved.value, {
      meterId: METER,
      channel: 0,
      afterN: 4,
      byN: 7,
      ...fall(4, 7),
      seenAt: 100,
      resolution,
      resolvedAt: 200 + i,
      resolvedBy: "Ana",
    });
    assertEquals(await cases.get(id), resolved.value);
    assertEquals(correctionsIn(await cases.of(METER, 0)), [{ afterN: 4, byN: 7, resolution }]);
    assertEquals((await cases.list({ open: false, limit: 9 })).items, [resolved.value]);
  }
  assertEquals((await cases.list({ open: true, limit: 9 })).items, []);
  await cases.record(METER, 0, [fall(5, 6)], 300);
  assertEquals((await cases.of(METER, 0)).length, 1);
});

const REFUSED: { what: string; resolution: Resolution; paths: string[] }[] = [
  { what: "a negative start", resolution: { kind: "reset", start: -1 }, paths: ["start"] },
  { what: "a broken start", resolution: { kind: "reset", start: 0.5 }, paths: ["start"] },
  {
    what: "registers too large",
    resolution: { kind: "exchange", final: 2 ** 53, start: Infinity },
    paths: ["final", "start"],
  },
  { what: "a fault behind it", resolution: { kind: "fault", fromN: 8, toN: 9 }, paths: ["fromN"] },
  { what: "a fault before it", resolution: { kind: "fault", fromN: 2, toN: 3 }, paths: ["toN"] },
  { what: "a fault backwards", resolution: { kind: "fault", fromN: 6, toN: 5 }, paths: ["toN"] },
  { what: "a fault from 0", resolution: { kind: "fault", fromN: 0, toN: 5 }, paths: ["fromN"] },
  {
    what: "a fault of too many readings",
    resolution: { kind: "fault", fromN: 7, toN: 100_007 },
    paths: ["toN"],
  },
];

for (const { what, resolution, paths } of REFUSED) {
  withCases(`Cases.resolve() refuses ${what}`, async (cases) => {
    await cases.record(METER, 0, [fall(4, 7)], 100);
    const refused = await cases.resolve(`${METER}-0-7`, resolution, "Ana", 200);
    assert(!refused.ok);
    assertEquals([refused.kind, refused.errors?.map(({ path }) => path)], ["invalid", paths]);
    assertEquals((await cases.list({ open: true, limit: 9 })).items.length, 1);
  });
}

for (const id of [`${METER}-0-8`, `${METER}-0-07`, METER, "", `${METER}-0-7-7`]) {
  withCases(`Cases.resolve() knows no case ${JSON.stringify(id)}`, async (cases) => {
    await cases.record(METER, 0, [fall(4, 7)], 100);
    const refused = await cases.resolve(id, { kind: "reset" }, "Ana", 200);
    assert(!refused.ok && refused.kind === "notFound");
    assertEquals(await cases.get(id), undefined);
  });
}

withCases("Cases.resolve() takes the widest fault that fits", async (cases) => {
  await cases.record(METER, 0, [fall(4, 7)], 100);
  for (const [fromN, toN] of [[7, 100_006], [1, 4], [5, 6]]) {
    const resolution: Resolution = { kind: "fault", fromN, toN };
    assert((await cases.resolve(`${METER}-0-7`, resolution, "Ana", 200)).ok, `${fromN}…${toN}`);
  }
});

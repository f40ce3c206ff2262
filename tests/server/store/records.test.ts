/** Records in lists and searches, in pages, with versions, against a plain model of the same. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { sortName, wordsOf } from "../../../server/domain/search-words.ts";
import { done, type Result } from "../../../server/errors.ts";
import { Audit } from "../../../server/store/audit.ts";
import { ALL, type Kind, RETIRED } from "../../../server/store/kinds.ts";
import { type By, Records } from "../../../server/store/records.ts";
import { SHARED_LIMITS } from "../../simulation/kv-limits.ts";
import { FaultyKv, NO_FAULTS } from "../../simulation/faulty-kv.ts";
import { Turns } from "../../simulation/turns.ts";
import { inMemory } from "./kv.ts";

interface Thing {
  id: string;
  version?: string;
  name: string;
  code?: string;
  secret?: string;
  items?: { at: number }[];
  isRetired?: boolean;
}

const THINGS: Kind<Thing> = {
  name: "thing",
  title: ({ name }) => name,
  searched: ({ name, code }) => [name, code],
  unique: ({ code }) => ({ code }),
  lists: ({ isRetired }) => [isRetired ? RETIRED : ALL],
  secret: ["secret"],
  personal: [],
};

const SEED = 20261125;
const BY: By = { actor: { kind: "key", id: "k", request: "r" }, at: 1_800_000_000 };

function recordsOver(kv: Deno.Kv): Records {
  let made = 0;
  return new Records(kv, () => (++made).toString(16).padStart(16, "0"));
}

const withRecords = (name: string, test: (records: Records) => Promise<void>): void =>
  Deno.test(name, () => inMemory((kv) => test(recordsOver(kv))));

function value<T>(result: Result<T>): T {
  assert(result.ok, JSON.stringify(result));
  return result.value;
}

const add = (records: Records, thing: Omit<Thing, "id">): Promise<Result<string>> =>
  records.transact<string>(BY, (change) => {
    const id = records.newId();
    change.put(THINGS, { ...thing, id });
    return Promise.resolve(done(id));
  });

const change = (records: Records, id: string, given: Partial<Thing>, by = BY) =>
  records.update<Thing, void>(THINGS, id, by, (thing) => {
    Object.assign(thing, given);
    return done(undefined);
  });

interface Wanted {
  list?: string;
  search?: string;
  limit: number;
}

/** All pages of a list, of which none may hold too much. */
async function pagesOf(records: Records, wanted: Wanted): Promise<Thing[][]> {
  const pages: Thing[][] = [];
  let cursor: string | undefined;
  do {
    const { items, next } = await records.list(THINGS, { ...wanted, cursor });
    assert(items.length <= wanted.limit, `${items.length} in a page of ${wanted.limit}`);
    pages.push(items);
    cursor = next;
  } while (cursor !== undefined);
  return pages;
}

const namesIn = (things: Thing[]): string[] => things.map(({ name }) => name);

withRecords(
  "Records.list() shows thousands page by page, each once and by name",
  async (records) => {
    const names = Array.from({ length: 3_000 }, (_, i) => `Thing ${(i * 7919) % 3_000} of Ana`);
    for (const name of names) value(await add(records, { name }));
    const pages = await pagesOf(records, { limit: 700 });
    assertEquals(pages.map(({ length }) => length), [700, 700, 700, 700, 200]);
    const expected = names.map(sortName).sort();
    assertEquals(namesIn(pages.flat()).map(sortName), expected);
    const exact = await pagesOf(records, { limit: 1_000 });
    assertEquals(exact.map(({ length }) => length), [1_000, 1_000, 1_000]);
    const found = (await pagesOf(records, { search: "ana 12", limit: 50 })).flat();
    const fitting = names.filter((name) => / 12\d* /.test(name));
    assertEquals(namesIn(found).sort(), fitting.sort());
  },
);

withRecords("Records.list() looks beyond thousands that do not fit", async (records) => {
  for (let i = 0; i < 2_500; i++) value(await add(records, { name: `Meter Rua ${i}` }));
  value(await add(records, { name: "Meter Zoo" }));
  const pages = await pagesOf(records, { search: "meter zoo", limit: 10 });
  assertEquals(namesIn(pages.flat()), ["Meter Zoo"]);
  const slow = await pagesOf(records, { search: "meter zo", limit: 10 });
  assertEquals(namesIn(slow.flat()), ["Meter Zoo"]);
});

withRecords(
  "Records.list() shows one whose words begin alike once, in any page",
  async (records) => {
    value(await add(records, { name: "Maria Mariana Marina", code: "mar1" }));
    value(await add(records, { name: "Marcos" }));
    value(await add(records, { name: "Joana Mar" }));
    const pages = await pagesOf(records, { search: "mar", limit: 1 });
    assertEquals(namesIn(pages.flat()).sort(), ["Joana Mar", "Marcos", "Maria Mariana Marina"]);
  },
);

withRecords("Records.list() ends at a cursor of another search or of none", async (records) => {
  for (const name of ["Ana", "Bia", "Zoe A", "Zoe B"]) value(await add(records, { name }));
  const listed = await records.list(THINGS, { limit: 3 });
  const found = await records.list(THINGS, { search: "zoe", limit: 1 });
  for (const cursor of [listed.next!, found.next!, "", "none of ours", "W10"]) {
    assertEquals(await records.list(THINGS, { search: "ana", limit: 9, cursor }), { items: [] });
  }
  assertEquals(await records.list(THINGS, { limit: 9, cursor: "?" }), { items: [] });
});

withRecords("Records.update() finds a changed record by what it is now only", async (records) => {
  const id = value(await add(records, { name: "Old Name", code: "1" }));
  value(await change(records, id, { name: "New Name", code: "2" }));
  const count = async (search: string) =>
    (await records.list(THINGS, { search, limit: 9 })).items.length;
  assertEquals([await count("old"), await count("1"), await count("new"), await count("2")], [
    0,
    0,
    1,
    1,
  ]);
  assertEquals(await records.find(THINGS, "code", "1"), undefined);
  assertEquals((await records.find(THINGS, "code", "2"))?.id, id);
  assertEquals(namesIn((await records.list(THINGS, { limit: 9 })).items), ["New Name"]);
  value(await change(records, id, { isRetired: true }));
  assertEquals((await records.list(THINGS, { limit: 9 })).items, []);
  assertEquals((await records.list(THINGS, { list: RETIRED, limit: 9 })).items.length, 1);
  assertEquals([await count("new")], [0]);
  value(await change(records, id, { code: undefined }));
  assert((await add(records, { name: "Other", code: "2" })).ok, "a code given up is free");
});

withRecords("Records refuses what another has, and names the other", async (records) => {
  const id = value(await add(records, { name: "Holder", code: "7" }));
  const other = value(await add(records, { name: "Other" }));
  for (
    const refused of [
      await add(records, { name: "New", code: "7" }),
      await change(records, other, { code: "7", name: "Changed" }),
    ]
  ) {
    assert(!refused.ok && refused.kind === "conflict");
    assertEquals(refused.errors, [{
      path: "code",
      message: `is that of the thing Holder (${id})`,
    }]);
  }
  assertEquals((await records.get(THINGS, other))?.name, "Other");
  assert((await change(records, id, { code: "7", name: "Still" })).ok, "its own it may keep");
});

withRecords("Records.transact() refuses two of its own with the same", async (records) => {
  const both = await records.transact<void>(BY, (change) => {
    change.put(THINGS, { id: records.newId(), name: "One", code: "7" });
    change.put(THINGS, { id: records.newId(), name: "Two", code: "7" });
    return Promise.resolve(done(undefined));
  });
  assert(!both.ok && both.kind === "conflict");
  assert(both.errors![0].message.includes("One"), both.errors![0].message);
  assertEquals((await records.list(THINGS, { limit: 9 })).items, []);
});

withRecords("Records gives a thing that two want at once to one of them", async (records) => {
  const asked = Array.from({ length: 8 }, (_, i) => add(records, { name: `${i}`, code: "7" }));
  const results = await Promise.all(asked);
  assertEquals(results.filter(({ ok }) => ok).length, 1);
  assertEquals((await records.list(THINGS, { limit: 9 })).items.length, 1);
});

withRecords("Records.update() takes the version that it is told, or none", async (records) => {
  const id = value(await add(records, { name: "One" }));
  const { version } = (await records.get(THINGS, id))!;
  value(await change(records, id, { name: "Two" }, { ...BY, expected: version }));
  const late = await change(records, id, { name: "Three" }, { ...BY, expected: version });
  assert(!late.ok && late.kind === "preconditionFailed");
  assertEquals((await records.get(THINGS, id))?.name, "Two");
  value(await change(records, id, { name: "Three" }));
  const unknown = await change(records, "unknown", {});
  assert(!unknown.ok && unknown.kind === "notFound");
});

withRecords(
  "Records.update() that changes nothing leaves version and audit log",
  async (records) => {
    const id = value(await add(records, { name: "One", items: [{ at: 1 }] }));
    const before = await records.get(THINGS, id);
    value(await change(records, id, { name: "One", items: [{ at: 1 }] }));
    assertEquals(await records.get(THINGS, id), before);
    assertEquals((await new Audit(records.kv).of("thing", id, 9)).items.length, 1);
  },
);

withRecords("Records loses no change of many at the same time", async (records) => {
  const id = value(await add(records, { name: "One", items: [] }));
  const push = (at: number) =>
    records.update<Thing, void>(THINGS, id, BY, (thing) => {
      thing.items!.push({ at });
      return done(undefined);
    });
  const pushed = await Promise.all(Array.from({ length: 8 }, (_, at) => push(at)));
  pushed.forEach(value);
  const { items } = (await records.get(THINGS, id))!;
  assertEquals(items!.map(({ at }) => at).sort(), [0, 1, 2, 3, 4, 5, 6, 7]);
});

withRecords("Change.get() gives all who ask the same copy", async (records) => {
  const id = value(await add(records, { name: "One", items: [] }));
  value(
    await records.transact<void>(BY, async (change) => {
      const [a, b] = [await change.get(THINGS, id), await change.get(THINGS, id)];
      a!.items!.push({ at: 1 });
      b!.items!.push({ at: 2 });
      change.put(THINGS, a!);
      return done(undefined);
    }),
  );
  assertEquals((await records.get(THINGS, id))?.items, [{ at: 1 }, { at: 2 }]);
});

withRecords(
  "Audit tells who changed what, and of a secret only that it changed",
  async (records) => {
    const id = value(await add(records, { name: "One", secret: "first" }));
    value(await change(records, id, { name: "Two", secret: "second" }));
    value(await change(records, id, { secret: undefined }));
    const { items } = await new Audit(records.kv).of("thing", id, 9);
    assertEquals(items.map(({ action, changes }) => [action, changes]), [
      ["changed", { secret: {} }],
      ["changed", { name: { before: "One", after: "Two" }, secret: {} }],
      ["created", { name: { before: undefined, after: "One" }, secret: {} }],
    ]);
    assertEquals(items[0].actor, BY.actor);
    assertEquals((await new Audit(records.kv).latest(9)).items, items);
  },
);

withRecords(
  "Audit keeps what two lists differ in, and as much of it as there is room for",
  async (records) => {
    const items = Array.from({ length: 500 }, (_, at) => ({ at }));
    const id = value(await add(records, { name: "One", items }));
    value(await change(records, id, { items: items.with(7, { at: -7 }) }));
    value(await change(records, id, { items: items.map(({ at }) => ({ at: at + 1_000 })) }));
    const [all, one] = (await new Audit(records.kv).of("thing", id, 9)).items;
    assertEquals(one.changes.items, { before: [{ at: 7 }], after: [{ at: -7 }] });
    const { before, after } = all.changes.items as { before: unknown[]; after: unknown[] };
    assertEquals([before.length, after.length], [101, 101]);
    assertEquals([before[100], after[100]], ["and 400 more", "and 400 more"]);
  },
);

Deno.test("Records writes the longest texts within what a shared database takes", async () => {
  await inMemory(async (real) => {
    const random = () => 0;
    const turns = new Turns(random);
    const parts = { real, turns, random, faults: NO_FAULTS, limits: SHARED_LIMITS };
    const records = recordsOver(new FaultyKv(parts).asKv());
    const name = Array.from({ length: 16 }, (_, i) => String.fromCodePoint(0x4e00 + i).repeat(12))
      .join(" ");
    const many = records.transact<void>(BY, (change) => {
      for (let i = 0; i < 9; i++) change.put(THINGS, { id: records.newId(), name, code: `${i}` });
      return Promise.resolve(done(undefined));
    });
    value(await turns.finish(many));
  });
});

/** Few words, so that they meet. */
const anyName = fc.array(
  fc.constantFrom("Ana", "Anabela", "Ângelo", "Bia", "bi", "Rua", "12", "123"),
  {
    minLength: 1,
    maxLength: 3,
  },
).map((words) => words.join(" "));
const anyCode = fc.option(fc.constantFrom("A1", "A12", "B1", "C"), { nil: undefined });

type Step =
  | { do: "add"; name: string; code?: string }
  | { do: "change"; which: number; name: string; code?: string }
  | { do: "retire"; which: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("add" as const), name: anyName, code: anyCode }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("change" as const),
      which: fc.nat(30),
      name: anyName,
      code: anyCode,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("retire" as const), which: fc.nat(30) }) },
);

/** The same without a database. */
class Model {
  things: Thing[] = [];

  takes(id: string | undefined, code: string | undefined): boolean {
    return code === undefined || !this.things.some((one) => one.code === code && one.id !== id);
  }

  listed(list: string): Thing[] {
    return this.things.filter(({ isRetired }) => (isRetired ? RETIRED : ALL) === list);
  }

  found(list: string, search: string): string[] {
    const wanted = wordsOf([search]);
    const fits = ({ name, code }: Thing) => {
      const words = wordsOf([name, code ?? ""]);
      return wanted.every((begin) => words.some((word) => word.startsWith(begin)));
    };
    return this.listed(list).filter(fits).map(({ id }) => id).sort();
  }
}

async function take(step: Step, records: Records, model: Model): Promise<void> {
  if (step.do === "add") {
    const { name, code } = step;
    const added = await add(records, { name, code });
    assertEquals(added.ok, model.takes(undefined, code));
    if (added.ok) model.things.push({ id: added.value, name, code });
    return;
  }
  const thing = model.things[step.which % model.things.length];
  if (!thing) return;
  const given = step.do === "retire" ? { isRetired: true } : { name: step.name, code: step.code };
  const changed = await change(records, thing.id, given);
  assertEquals(changed.ok, step.do === "retire" || model.takes(thing.id, step.code));
  if (changed.ok) Object.assign(thing, given);
}

async function compare(records: Records, model: Model, limit: number): Promise<void> {
  const place = ({ name, id }: Thing) => `${sortName(name)}\0${id}`;
  for (const list of [ALL, RETIRED]) {
    const listed = (await pagesOf(records, { list, limit })).flat();
    assertEquals(listed.map(place), model.listed(list).map(place).sort());
    for (const search of ["an", "ANGELO", "bi rua", "12", "a1 ana", "c", "nobody"]) {
      const found = (await pagesOf(records, { list, search, limit })).flat();
      assertEquals(
        found.map(({ id }) => id).sort(),
        model.found(list, search),
        `${list} ${search}`,
      );
    }
  }
}

Deno.test("Records lists and finds what a plain model does, after any changes", async () => {
  const steps = fc.array(anyStep, { maxLength: 25 });
  const survives = fc.asyncProperty(
    steps,
    fc.integer({ min: 1, max: 12 }),
    async (steps, limit) => {
      await inMemory(async (kv) => {
        const [records, model] = [recordsOver(kv), new Model()];
        for (const step of steps) await take(step, records, model);
        await compare(records, model, limit);
        await hasNoIndexRowsLeft(kv, model);
      });
    },
  );
  await fc.assert(survives, { seed: SEED, numRuns: 60 });
});

/** One row in a list, one a word, one a code; none of what was. */
async function hasNoIndexRowsLeft(kv: Deno.Kv, { things }: Model): Promise<void> {
  const count = async (prefix: string) =>
    (await Array.fromAsync(kv.list({ prefix: [prefix] }))).length;
  const words = things.flatMap(({ name, code }) => wordsOf([name, code ?? ""]));
  const codes = things.filter(({ code }) => code !== undefined);
  assertEquals(
    [await count("list"), await count("word"), await count("unique")],
    [things.length, words.length, codes.length],
  );
}

/** Homes from a CSV file that can be billed: which tariff they have since when, and when they are read. */
import { assertEquals } from "@std/assert";
import { COMMANDS } from "../../server/admin/commands.ts";
import { IMPORT_COLUMNS } from "../../server/domain/import-plan.ts";
import { AppInMemory } from "./app-in-memory.ts";
import { ISSUER } from "./billed-point.ts";
import { cnpjOf } from "./cnpj.ts";
import { upload } from "./metered-point.ts";
import { watched } from "./store/kv.ts";

const HEADER = "customer,taxId,point,pointCode,meter,tariff,tariffFrom,readingDay,supply,timezone";

const file = (...homes: string[]): string =>
  [HEADER, ...homes.map((home, i) => `Ana,${cnpjOf(0)},Casa ${i},UC-${i},M-${i},${home}`)].join(
    "\n",
  );

const addTariff = async (app: AppInMemory, name: string, effectiveFrom?: string) =>
  (await app.ask("POST", "/tariffs", { preset: "brazilConventional", name, effectiveFrom })).id;

Deno.test("homes from a file have their tariff, and are billed", async () => {
  await using app = await AppInMemory.open();
  const id = await addTariff(app, "B1, Rio");
  await app.ask("PUT", "/issuer", ISSUER);
  const csv = file(
    '"B1, Rio",2026-04-15,10,threePhase,',
    `${id},2026-05-01T00:00:00Z,,,America/Manaus`,
    `${id},2026-05-01,,,America/Manaus`,
    '"B1, Rio",,,,',
    ",,,twoPhase,",
  );
  await app.send("POST", "/import", csv);
  const { items } = await app.ask("GET", "/points");
  const since = await Promise.all(
    items.map(async ({ id }: { id: string }) => (await app.ask("GET", `/points/${id}`)).tariffs),
  );
  assertEquals(
    since,
    [
      [{ tariffId: id, from: "2026-04-15T03:00:00Z" }],
      [{ tariffId: id, from: "2026-05-01T00:00:00Z" }],
      [{ tariffId: id, from: "2026-05-01T04:00:00Z" }],
      [{ tariffId: id, from: "2026-06-15T12:00:00Z" }],
      [],
    ].map((tariffs, i) => items[i].code === `UC-${i}` ? tariffs : items[i].code),
  );
  const read = items.map(({ readingDay, supply }: Record<string, unknown>) => [readingDay, supply]);
  assertEquals([read[0], read[1], read[4]], [
    [10, "threePhase"],
    [31, "singlePhase"],
    [31, "twoPhase"],
  ]);
  const [meter] = (await app.ask("GET", "/meters?search=M-0")).items;
  const edges = [[1_776_222_000, 0], [1_778_500_000, 90_000_000]];
  await upload(app, meter.id, edges.map(([time, milliwattHours]) => ({ time, milliwattHours })));
  const issue = `/points/${items[0].id}/invoices/issue?period=2026-05`;
  assertEquals((await app.ask("POST", issue)).bill.firstDay, "2026-04-15");

  const before = await app.entries();
  const again = await app.send("POST", "/import", csv);
  assertEquals([again.status, again.body.points], [200, { created: 0, existing: 5 }]);
  assertEquals(await app.entries(), before);
});

Deno.test("the terminal tool names every column of an import file", () => {
  const { details } = COMMANDS.find(({ usage }) => usage.startsWith("import "))!;
  const [, columns] = details!.match(/in any order:\n(.*?)\nA row/s)!;
  assertEquals(columns.split(",").map((name) => name.trim()), [...IMPORT_COLUMNS]);
});

const REFUSED: { what: string; home: string; path: string; message: string }[] = [
  {
    what: "a tariff that there is not",
    home: "B9,,,,",
    path: "2.tariff",
    message: "is neither the id nor the name of one in use",
  },
  {
    what: "a name of two tariffs",
    home: "Twice,,,,",
    path: "2.tariff",
    message: "is the name of 2 tariffs: give the id",
  },
  {
    what: "a tariff that is retired",
    home: "Old,,,,",
    path: "2.tariff",
    message: "is neither the id nor the name of one in use",
  },
  {
    what: "a day before the tariff",
    home: "Late,2026-01-01,,,",
    path: "2.tariffFrom",
    message: "must not be before 2026-06-01T03:00:00Z, when the tariff begins",
  },
  {
    what: "a day that there is not",
    home: "Late,2026-02-30,,,",
    path: "2.tariffFrom",
    message:
      "must be a date like 2026-11-20, or a time with an offset like 2026-11-20T08:00:00-03:00",
  },
  {
    what: "a day without a tariff",
    home: ",2026-06-01,,,",
    path: "2.tariff",
    message: "is missing",
  },
  {
    what: "a reading day that no month has",
    home: "Late,,32,,",
    path: "2.readingDay",
    message: "must be a day from 1 to 31",
  },
  {
    what: "a supply that there is not",
    home: "Late,,,fourPhase,",
    path: "2.supply",
    message: "must be one of singlePhase, twoPhase, threePhase",
  },
];

Deno.test("an import is refused by line and column for", async (test) => {
  await using app = await AppInMemory.open();
  await addTariff(app, "Twice");
  await addTariff(app, "Twice");
  await addTariff(app, "Late", "2026-06-01");
  await app.ask("DELETE", `/tariffs/${await addTariff(app, "Old")}`);
  const before = await app.entries();
  for (const { what, home, path, message } of REFUSED) {
    await test.step(what, async () => {
      const { status, body } = await app.send("POST", "/import", file(home));
      assertEquals([status, body.errors], [400, [{ path, message }]]);
    });
  }
  assertEquals(await app.entries(), before);
});

Deno.test("on a shared database, homes of several tariffs go into atomics of ten checks", async () => {
  const checks: number[] = [];
  const kv = watched(await Deno.openKv(":memory:"), (seen) => {
    checks.push(seen.checks);
    return "commits";
  });
  await using app = await AppInMemory.open({ kv, isShared: true });
  for (const name of ["A", "B", "C"]) await addTariff(app, name);
  checks.length = 0;
  const homes = Array.from({ length: 12 }, (_, i) => `${"ABC"[i < 6 ? 0 : i % 3]},,,,`);
  const { body } = await app.send("POST", "/import", file(...homes));
  assertEquals(body.points.created, 12);
  assertEquals([Math.max(...checks) <= 10, checks.length], [true, 5]);
});

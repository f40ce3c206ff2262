/** Tariffs in the terminal: from a preset to versions, files and flags. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { AppInMemory } from "../app-in-memory.ts";
import type { Json } from "../running-server.ts";
import { offline, Tool } from "./tool.ts";

async function open(preset = "brazilConventional") {
  const app = await AppInMemory.open();
  const tool = new Tool(app.fetch);
  const { id } = await tool.json("tariffs", "add", "--preset", preset);
  return { tool, id, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

Deno.test("a preset is entered under a name of its own, and found", async () => {
  await using opened = await open("flat");
  const { tool } = opened;
  const { out } = await tool.run("tariffs", "presets");
  assertMatch(out, /^brazilWhite +Tarifa Branca \(B1\) +BRL +3 prices by the hour$/m);
  assertMatch(out, /^flat +Flat +BRL +R\$ 0,90\/kWh$/m);
  const { id } = await tool.json("tariffs", "add", "--preset", "brazilWhite", "--name", "Branca");
  const found = await tool.run("tariffs", "branca");
  assertMatch(found.out, new RegExp(`^id +name +currency +offered\n${id}  Branca  BRL +yes\n$`));
  assertEquals(await tool.run("tariffs", "retire", id), {
    code: 0,
    out: "",
    errors: `Retired the tariff ${id}.\n`,
  });
  assertEquals((await tool.json("tariffs", "--retired")).items[0].id, id);
});

Deno.test("a tariff of Brazil shows its prices with taxes by what a month uses", async () => {
  await using opened = await open("brazilWhite");
  const { out } = await opened.tool.run("tariffs", "show", opened.id);
  // 0.7912 / (1 - 0.069) = 0.84984; / 0.82 = 1.03639; or / 0.76 = 1.11821.
  for (
    const line of [
      "price                     untaxed  taxed to 50 kWh  to 300 kWh       above  per",
      "Energia, fora de ponta  R$ 0,7912       R$ 0,84984  R$ 1,03639  R$ 1,11821  kWh",
      "Energia, ponta          mon–fri          17:30  20:30  all year",
      "Energia, fora de ponta  sat sun holiday  00:00  24:00  all year",
      "2026-07  Bandeira amarela       R$ 0,01885",
      "Custo de disponibilidade    30 kWh; with two phases 50, with three 100",
      "paid late                   2 % once, 1 % a month",
    ]
  ) assertStringIncludes(out, `${line}\n`);
  assertMatch(out, /^ICMS +0 % up to 50 kWh, 18 % up to 300 kWh, 24 % above, inside the price$/m);
  assertMatch(out, /^Iluminação .* R\$ 0,20\/kWh \(R\$ 5\.000,00 at most\) above$/m);
});

Deno.test("a tariff of Europe shows one price with taxes, and its charge by the day", async () => {
  await using opened = await open("europeDayNight");
  const { out } = await opened.tool.run("tariffs", "show", opened.id);
  assertStringIncludes(out, "Night            €0.1124  €0.13825  kWh\n");
  assertStringIncludes(out, "Standing charge  €0.3142  €0.38647  day\n");
  assertMatch(out, /^VAT +23 %, on top$/m);
  assertMatch(out, /^Energy fed in +€0\.06\/kWh$/m);
});

Deno.test("tiers are shown with their limits, and no taxes where there are none", async () => {
  await using opened = await open("flat");
  const { tool, id } = opened;
  const { out } = await tool.run("tariffs", "save", id);
  const tiers = [{ name: "First", upToKwh: 100, price: 0.5 }, { name: "Rest", price: 0.7 }];
  const tariff = { ...JSON.parse(out), name: "Steps", energy: { kind: "tiers", tiers } };
  tool.files.set("steps.json", JSON.stringify(tariff));
  const added = await tool.run("tariffs", "add", "--file", "steps.json");
  assertStringIncludes(
    added.out,
    [
      "price                untaxed  per",
      "First up to 100 kWh  R$ 0,50  kWh",
      "Rest above           R$ 0,70  kWh",
    ].join("\n"),
  );
});

Deno.test("a tariff is saved, changed in its file, and sent back to count from a day on", async () => {
  await using opened = await open();
  const { tool, id } = opened;
  const saved = await tool.run("tariffs", "save", id, "--out", "tariff.json");
  assertEquals(saved, { code: 0, out: "", errors: "Wrote tariff.json.\n" });
  const tariff = JSON.parse(tool.files.get("tariff.json")!);
  const dearer = { ...tariff, energy: { ...tariff.energy, price: "1.05" } };
  tool.files.set("tariff.json", JSON.stringify(dearer));
  const change = ["tariffs", "change", id, "--file", "tariff.json"];
  const { versions } = await tool.json(...change, "--from", "2026-12-01");
  assertEquals(versions.map(({ effectiveFrom }: Json) => effectiveFrom), [
    null,
    "2026-12-01T03:00:00Z",
  ]);
  assertEquals([versions[0].tariff, versions[1].tariff], [tariff, dearer]);
  const { out } = await tool.run("tariffs", "show", id);
  assertMatch(out, /^ +1 +ever .*\n +2 +2026-12-01 03:00:00 UTC /m);
  assertMatch(out, /^Energia +R\$ 0,94793 /m);
  assertMatch(
    (await tool.run("tariffs", "show", id, "--version", "2")).out,
    /^Energia +R\$ 1,05 /m,
  );
  assertEquals(await tool.run("tariffs", "save", id, "--version", "3"), {
    code: 1,
    out: "",
    errors: "There is no version 3 of Residencial convencional (B1).\n",
  });
  const earlier = await tool.json(...change, "--from", "2026-01-01");
  assertEquals(earlier.versions[2].effectiveFrom, "2026-01-01T03:00:00Z");
});

Deno.test("a flag is announced for all versions of a tariff, and put right", async () => {
  await using opened = await open();
  const { tool, id } = opened;
  await tool.json("tariffs", "flag", "2026-11", "red1", "--tariff", id);
  const { out } = await tool.run("tariffs", "flag", "2026-11", "yellow", "--price", "0.02");
  assertEquals(
    out,
    `2026-11: Bandeira amarela, R$ 0,02/kWh untaxed, for Residencial convencional (B1) (${id})\n`,
  );
  assertMatch(
    (await tool.run("tariffs", "show", id)).out,
    /^2026-08 +Bandeira amarela +R\$ 0,01885\n2026-11 +Bandeira amarela +R\$ 0,02$/m,
  );
  const { months, versions } = await tool.json("tariffs", "show", id);
  const yellow = { name: "Bandeira amarela", price: "0.02", colour: "yellow" };
  assertEquals([months, versions.length], [{ "2026-11": yellow }, 1]);
  const { id: flat } = await tool.json("tariffs", "add", "--preset", "flat");
  assertEquals(
    (await tool.run("tariffs", "flag", "2026-12", "red2", "--tariff", flat)).errors,
    "The tariff Flat has no surcharge by month.\n",
  );
});

Deno.test("a flag is announced for all tariffs in use that have flags, page by page", async () => {
  await using opened = await open();
  const { tool, id } = opened;
  const added = async (...options: string[]): Promise<string> =>
    (await tool.json("tariffs", "add", ...options)).id;
  const white = await added("--preset", "brazilWhite", "--not-offered");
  const gone = await added("--preset", "brazilWhite", "--name", "Gone");
  await tool.run("tariffs", "retire", gone);
  await added("--preset", "flat");
  const paged = new Tool((request) => {
    const url = new URL(request.url);
    if (url.pathname.endsWith("/tariffs")) url.searchParams.set("limit", "1");
    return tool.fetch(new Request(url, request));
  });
  const { items } = await paged.json("tariffs", "flag", "2026-12", "green");
  const ids = items.map(({ id }: Json) => id);
  assertEquals(ids.toSorted(), [id, white].toSorted());
  for (const id of ids) {
    assertEquals((await tool.json("tariffs", "show", id)).months["2026-12"].colour, "green");
  }
  await tool.run("tariffs", "retire", id);
  await tool.run("tariffs", "retire", white);
  assertEquals(await tool.run("tariffs", "flag", "2026-12", "green"), {
    code: 1,
    out: "",
    errors: "No tariff in use has flags.\n",
  });
});

Deno.test("a tariff is offered to all, or to none but those who have it", async () => {
  await using opened = await open();
  const { tool, id } = opened;
  const { id: own } = await tool.json("tariffs", "add", "--preset", "flat", "--not-offered");
  const offered = async (id: string) => (await tool.json("tariffs", "show", id)).offered;
  assertEquals([await offered(id), await offered(own)], [true, false]);
  assertMatch((await tool.run("tariffs", "offer", own)).out, /^offered +yes$/m);
  assertMatch((await tool.run("tariffs", "offer", id, "--stop")).out, /^offered +no$/m);
  assertEquals([await offered(id), await offered(own)], [false, true]);
});

Deno.test("a file with a wrong tariff is refused by field", async () => {
  await using opened = await open();
  const { tool, id } = opened;
  const tariff = JSON.parse((await tool.run("tariffs", "save", id)).out);
  tool.files.set("bad.json", JSON.stringify({ ...tariff, decimals: 3, currency: "REAL" }));
  const refused = await tool.run("tariffs", "change", id, "--file", "bad.json");
  assertEquals([refused.code, refused.out], [1, ""]);
  assertMatch(refused.errors, /tariff\.currency: must be a currency's code/);
});

const WRONG: [typed: string, errors: RegExp][] = [
  ["tariffs add", /^Give --preset or --file\. /],
  ["tariffs add --preset flat --file a.json", /^Give --preset or --file\. /],
  ["tariffs add --preset best", /^--preset must be flat, brazilConventional, .* or europeDayNight/],
  ["tariffs add --file none.json", /^There is no file none\.json\. /],
  ["tariffs change 8a1f63c0d27be954", /^--file is missing\. /],
  ["tariffs flag 2026-12 blue", /^COLOUR must be green, yellow, red1 or red2, /],
  ["tariffs flag 10/2026 red1", /^MONTH must be a month, like 2026-11, not 10\/2026\. /],
  ["tariffs flag 2026-13 red1", /^MONTH must be a month, like 2026-11, not 2026-13\. /],
];

for (const [typed, errors] of WRONG) {
  Deno.test(`"${typed}" is refused before anybody is asked`, async () => {
    const shown = await offline().run(...typed.split(" "));
    assertEquals([shown.code, shown.out], [2, ""]);
    assertMatch(shown.errors, errors);
  });
}

Deno.test("a file that is not JSON is named", async () => {
  const tool = offline();
  tool.files.set("tariff.json", '{"name": ');
  const { code, errors } = await tool.run("tariffs", "add", "--file", "tariff.json");
  assertEquals(code, 2);
  assertMatch(errors, /^tariff\.json is not JSON: /);
});

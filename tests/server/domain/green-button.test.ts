/** Green Button files, judged by a parser, by schemas and by the rules for their links. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import {
  greenButton,
  type GreenButtonFile,
  type ValueWithCost,
} from "../../../server/domain/green-button.ts";
import { entriesOf, type Entry } from "./espi-checker.ts";

const SEED = 20260804;
const QUARTER = 900;
const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds / 1000;
/** Midnight in São Paulo. */
const NEW_YEAR = at("2026-01-01T03:00:00Z");

/** Version 5, in the name space of addresses. */
function uuidOf(name: string): string {
  const space = new Uint8Array([
    107,
    167,
    184,
    17,
    157,
    173,
    17,
    209,
    128,
    180,
    0,
    192,
    79,
    212,
    48,
    200,
  ]);
  const bytes = createHash("sha1").update(space).update(name).digest().subarray(0, 16);
  bytes[6] = bytes[6] & 0x0f | 0x50;
  bytes[8] = bytes[8] & 0x3f | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

const quarters = (from: number, energies: number[]): ValueWithCost[] =>
  energies.map((milliwattHours, i) => ({
    start: from + QUARTER * i,
    end: from + QUARTER * (i + 1),
    milliwattHours,
    quality: "measured",
  }));

const fileOf = (values: GreenButtonFile["values"], more: Partial<GreenButtonFile> = {}) => ({
  point: { id: "00000000000000a1", label: "Casa" },
  direction: "import" as const,
  from: NEW_YEAR,
  to: NEW_YEAR + 86_400,
  timeZone: "America/Sao_Paulo",
  stepSeconds: QUARTER,
  currency: "BRL",
  block: "day" as const,
  writtenAt: at("2026-02-01T12:00:00Z"),
  values,
  uuidOf,
  ...more,
});

const textOf = async (file: GreenButtonFile): Promise<string> =>
  (await Array.fromAsync(greenButton(file))).join("");

const written = async (
  values: GreenButtonFile["values"],
  more: Partial<GreenButtonFile> = {},
): Promise<Entry[]> => entriesOf(await textOf(fileOf(values, more)));

function entry(entries: Entry[], kind: string): Entry {
  const found = entries.find((entry) => entry.kind === kind);
  assert(found, kind);
  return found;
}

const blocksOf = (entries: Entry[]): Entry[] =>
  entries.filter(({ kind }) => kind === "IntervalBlock");

Deno.test("greenButton() writes a day in milliwatt-hours, with one entry of each kind", async () => {
  const energies = Array.from({ length: 96 }, (_, i) => 123_456 + i);
  const entries = await written(quarters(NEW_YEAR, energies));
  assertEquals(entries.map(({ kind }) => kind), [
    "UsagePoint",
    "LocalTimeParameters",
    "MeterReading",
    "ReadingType",
    "IntervalBlock",
    "UsageSummary",
  ]);
  const [block] = blocksOf(entries);
  assertEquals(block.readings.map(({ value }) => value), energies);
  assertEquals(block.readings[1], {
    start: NEW_YEAR + QUARTER,
    end: NEW_YEAR + 2 * QUARTER,
    value: 123_457,
    quality: 14,
  });
  const type = entry(entries, "ReadingType");
  assertEquals(
    ["flowDirection", "currency", "intervalLength", "powerOfTenMultiplier", "uom"].map(type.text),
    ["1", "986", "900", "-3", "72"],
  );
  assertEquals(entry(entries, "LocalTimeParameters").text("tzOffset"), "-10800");
  const summary = entry(entries, "UsageSummary");
  assertEquals(
    ["billingPeriod/start", "billingPeriod/duration", "qualityOfReading", "statusTimeStamp"]
      .map(summary.text),
    [`${NEW_YEAR}`, "86400", "14", `${at("2026-02-01T12:00:00Z")}`],
  );
});

Deno.test("greenButton() writes what is fed into the grid, in another currency", async () => {
  const entries = await written(quarters(NEW_YEAR, [5]), { direction: "export", currency: "CLP" });
  const type = entry(entries, "ReadingType");
  assertEquals([type.text("flowDirection"), type.text("currency")], ["19", "152"]);
  const without = await written(quarters(NEW_YEAR, [5]), { currency: "XAU" });
  assertEquals(entry(without, "ReadingType").text("currency"), "0");
});

Deno.test("greenButton() marks estimates, leaves out what is missing and says so in the sum", async () => {
  const [a, b, c] = quarters(NEW_YEAR, [1, 20, 300]);
  const values: ValueWithCost[] = [
    { ...a, quality: "estimated" },
    { ...b, quality: "missing" },
    c,
  ];
  const entries = await written(values);
  const { readings } = blocksOf(entries)[0];
  assertEquals(readings.map(({ value, quality }) => [value, quality]), [[1, 8], [300, 14]]);
  const summary = entry(entries, "UsageSummary");
  assertEquals(summary.text("overallConsumptionLastPeriod/value"), "301");
  assertEquals(summary.text("qualityOfReading"), "8");
});

Deno.test("greenButton() writes costs where there are any, and their sum", async () => {
  const [a, b] = quarters(NEW_YEAR, [1_000, 2_000]);
  const without = await written([a, b]);
  assertEquals(blocksOf(without)[0].readings.map(({ cost }) => cost), [undefined, undefined]);
  assertEquals(entry(without, "UsageSummary").text("billLastPeriod"), "");
  const entries = await written([{ ...a, cost: 136_636 }, b]);
  assertEquals(blocksOf(entries)[0].readings.map(({ cost }) => cost), [136_636, undefined]);
  assertEquals(entry(entries, "UsageSummary").text("billLastPeriod"), "136636");
});

Deno.test("greenButton() writes a point without values", async () => {
  for (const values of [[], [{ ...quarters(NEW_YEAR, [0])[0], quality: "missing" as const }]]) {
    const entries = await written(values);
    assertEquals(blocksOf(entries), []);
    assertEquals(entry(entries, "UsageSummary").text("overallConsumptionLastPeriod/value"), "0");
  }
});

const BLOCKS: {
  what: string;
  from: string;
  hours: number;
  more: Partial<GreenButtonFile>;
  lengths: number[];
}[] = [
  { what: "days", from: "2026-01-01T12:00:00-03:00", hours: 36, more: {}, lengths: [48, 96] },
  {
    what: "days of 23 hours",
    from: "2026-03-28T00:00:00Z",
    hours: 71,
    more: { timeZone: "Europe/Lisbon" },
    lengths: [96, 92, 96],
  },
  {
    what: "days of 25 hours",
    from: "2026-10-25T00:00:00+01:00",
    hours: 26,
    more: { timeZone: "Europe/Lisbon" },
    lengths: [100, 4],
  },
  {
    what: "months",
    from: "2026-01-31T00:00:00-03:00",
    hours: 24 * 30,
    more: { block: "month" },
    lengths: [96, 28 * 96, 96],
  },
];

for (const { what, from, hours, more, lengths } of BLOCKS) {
  Deno.test(`greenButton() makes blocks of ${what}`, async () => {
    const values = quarters(at(from), Array(4 * hours).fill(1));
    const blocks = blocksOf(
      await written(values, {
        from: at(from),
        to: at(from) + 3600 * hours,
        ...more,
      }),
    );
    assertEquals(blocks.map(({ readings }) => readings.length), lengths);
  });
}

Deno.test("greenButton() puts an estimate over days into the block in which it begins", async () => {
  const [first] = quarters(NEW_YEAR, [1]);
  const long: ValueWithCost = {
    start: NEW_YEAR + QUARTER,
    end: NEW_YEAR + 3 * 86_400,
    milliwattHours: 7,
    quality: "estimated",
  };
  const blocks = blocksOf(await written([first, long, ...quarters(long.end, [1])]));
  assertEquals(blocks.map(({ readings }) => readings.length), [2, 1]);
});

Deno.test("greenButton() gives the same text for the same values, another id for another point", async () => {
  const values = quarters(NEW_YEAR, [1, 2]);
  assertEquals(await textOf(fileOf(values)), await textOf(fileOf(values)));
  const other = { point: { id: "00000000000000a2", label: "Casa" } };
  const ids = async (more: Partial<GreenButtonFile>): Promise<string[]> =>
    (await written(values, more)).filter(({ kind }) => kind !== "LocalTimeParameters")
      .filter(({ kind }) => kind !== "ReadingType").map(({ id }) => id);
  const both = [...await ids({}), ...await ids(other)];
  assertEquals(new Set(both).size, both.length);
});

Deno.test("greenButton() holds no more than a block of a year's values", async () => {
  let taken = 0;
  function* year(): Generator<ValueWithCost> {
    for (const value of quarters(NEW_YEAR, Array(365 * 96).fill(1_000))) {
      taken++;
      yield value;
    }
  }
  let pieces = 0;
  for await (const piece of greenButton(fileOf(year(), { to: NEW_YEAR + 365 * 86_400 }))) {
    assert(piece.length < 30_000, `${piece.length}`);
    assert(taken <= 96 * (pieces + 1) + 1, `${taken} values at piece ${pieces}`);
    pieces++;
  }
  assertEquals([pieces, taken], [1 + 365 + 1, 365 * 96]);
});

const anyValue = fc.record({
  length: fc.integer({ min: 1, max: 40 }),
  milliwattHours: fc.integer({ min: 0, max: 10_000_000_000 }),
  quality: fc.constantFrom("measured" as const, "estimated" as const, "missing" as const),
});

Deno.test("greenButton() keeps every value and their exact sum, whatever the label", async () => {
  const anyLabel = fc.string({ unit: "binary", maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(fc.array(anyValue, { maxLength: 60 }), anyLabel, async (some, label) => {
      let end = NEW_YEAR;
      const values = some.map(({ length, milliwattHours, quality }): ValueWithCost => {
        const start = end;
        end += QUARTER * length;
        return { start, end, milliwattHours, quality };
      });
      const point = { id: "00000000000000a1", label };
      const entries = await written(values, { point, to: end });
      const known = values.filter(({ quality }) => quality !== "missing");
      const readings = blocksOf(entries).flatMap(({ readings }) => readings);
      assertEquals(
        readings.map(({ start, end, value }) => [start, end, value]),
        known.map(({ start, end, milliwattHours }) => [start, end, milliwattHours]),
      );
      const sum = known.reduce((sum, { milliwattHours }) => sum + milliwattHours, 0);
      const summary = entry(entries, "UsageSummary");
      assertEquals(summary.text("overallConsumptionLastPeriod/value"), String(sum));
    }),
    { seed: SEED, numRuns: 60 },
  );
});

Deno.test("entriesOf() refuses a file in which one thing is not as it must be", async () => {
  const text = await textOf(fileOf(quarters(NEW_YEAR, [1, 2])));
  entriesOf(text);
  const spoilt: [from: string | RegExp, to: string][] = [
    ["</feed>", ""],
    ["<uom>72</uom>", ""],
    [
      "<commodity>1</commodity><currency>986</currency>",
      "<currency>986</currency><commodity>1</commodity>",
    ],
    [/<quality>\d+<\/quality>/, "<quality>raw</quality>"],
    ["<value>1</value>", "<value>0.5</value>"],
    ["<value>1</value>", "<value>140737488355329</value>"],
    ["<flowDirection>1<", "<flowDirection>2<"],
    ["<timePeriod>", "<cost>1</cost><timePeriod>"],
    ["FFFFFFFF", "FFFFFFF"],
    [/urn:uuid:[^<]*/g, `urn:uuid:${uuidOf("one")}`],
    [/urn:uuid:/g, ""],
    ['rel="up"', 'rel="related"'],
    ['rel="self" href="/espi', 'rel="self" href="/other'],
    ['/ReadingType/import-900-BRL"/><title>import<', '/ReadingType/1"/><title>import<'],
    ["<duration>900</duration>", "<duration>901</duration>"],
    [/<interval><duration>\d+/, "<interval><duration>1"],
    ["<title>Casa", "<title>\u0001"],
  ];
  for (const [from, to] of spoilt) {
    const spoiltText = text.replace(from, to);
    assert(spoiltText !== text, String(from));
    assertThrows(() => entriesOf(spoiltText), Error, "", String(from));
  }
});

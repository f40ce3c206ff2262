/** A tariff that cannot be right is refused over HTTP with its field, in words for who entered it. */
import { assertEquals, assertMatch } from "@std/assert";
import { PRESETS } from "../../server/domain/tariff-presets.ts";
import { shownTariff } from "../../server/http/tariff-form.ts";
import { AppInMemory } from "./app-in-memory.ts";
import { DAY_AND_NIGHT, PLAIN } from "./priced-point.ts";
import { assertProblem } from "./udp-meter.ts";

const BRAZIL = shownTariff(PRESETS.brazilConventional);
const WHITE = shownTariff(PRESETS.brazilWhite);

/** A change deep in a tariff, by path; undefined takes a field away. */
function changed(tariff: object, path: string, value: unknown): object {
  const copy = structuredClone(tariff);
  const names = path.split(".");
  const last = names.pop()!;
  // deno-lint-ignore no-explicit-any
  const place = names.reduce<any>((inner, name) => inner[name], copy);
  place[last] = value;
  return copy;
}

interface Bad {
  what: string;
  tariff: unknown;
  /** Below `tariff`; the whole of it, if it is empty. */
  path: string;
  message: string;
}

const bad = (
  base: object,
  ...cases: [path: string, value: unknown, message: string, at?: string][]
): Bad[] =>
  cases.map(([path, value, message, at = path]) => ({
    what: `${path}: ${JSON.stringify(value)?.slice(0, 60)}`,
    tariff: changed(base, path, value),
    path: at,
    message,
  }));

const NO_NUMBER =
  "must be a number like 0.94793, with up to 7 digits before the point and 8 behind it";
const NO_PRICE = "must be from 0 to 1000000, with up to 8 decimals";
const NO_RATE = "must be from 0 to 1: 0.18 is 18 %";
const NO_DATE = "must be a date like 2026-04-03, or 12-25 for every year";
const NO_KWH = "must be whole kWh from 0 to 1000000";
const NO_TIME = "must be a quarter of an hour like 17:30, or 24:00";
const NO_CURRENCY = "must be a currency's code of three letters, like BRL";
const MISSING = "is missing";
const UNKNOWN = "is not known";
const WORKDAYS = "Mondays, Tuesdays, Wednesdays, Thursdays and Fridays";
const tier = (upToKwh?: number) => ({ name: "Tier", price: "0.5", upToKwh });
const tax = (rate: string) => ({ name: "Tax", bands: [{ rate }] });
const flag = { name: "Flag", price: "0.1" };

const PLAIN_ONES: Bad[] = bad(
  PLAIN,
  ["name", undefined, MISSING],
  ["name", "  ", "must have 1 to 80 characters"],
  ["name", "x".repeat(81), "must have 1 to 80 characters"],
  ["name", 5, "must be text"],
  ["currency", "R$", NO_CURRENCY],
  ["currency", "brl", NO_CURRENCY],
  ["currency", "EUROS", NO_CURRENCY],
  ["decimals", 3, "must be 2, as EUR has so many"],
  ["decimals", undefined, MISSING],
  ["rounding", "up", "must be halfUp or halfEven"],
  ["price", "0.5", UNKNOWN],
  ["energy", undefined, MISSING],
  ["energy", null, "must be an object"],
  ["energy", "0.95", "must be an object"],
  ["energy.kind", "solar", "must be flat, tiers or timeOfUse"],
  ["energy.kind", undefined, "must be flat, tiers or timeOfUse"],
  ["energy.name", "", "must have 1 to 80 characters"],
  ["energy.tiers", [], UNKNOWN],
  ["energy.price", undefined, MISSING],
  ["energy.price", null, NO_NUMBER],
  ["energy.price", "0,95", NO_NUMBER],
  ["energy.price", "R$ 0.95", NO_NUMBER],
  ["energy.price", "0.123456789", NO_NUMBER],
  ["energy.price", 0.123456789, NO_NUMBER],
  ["energy.price", "12345678", NO_NUMBER],
  ["energy.price", 1e300, NO_NUMBER],
  ["energy.price", "1000000.01", NO_PRICE],
  ["energy.price", "-0.1", NO_PRICE],
  ["energy.price", -0.1, NO_PRICE],
  ["taxes", undefined, MISSING],
  ["taxes.kind", "within", "must be inside or onTop"],
  ["taxes.stages", [tax("0.2")], "must be a list", "taxes.stages.0"],
  ["taxes.stages", [[tax("23")]], NO_RATE, "taxes.stages.0.0.bands.0.rate"],
  ["taxes.stages", [[tax("23%")]], NO_NUMBER, "taxes.stages.0.0.bands.0.rate"],
  ["taxes.stages", Array(5).fill([]), "must have up to 4 items"],
  ["holidays", undefined, MISSING],
  ["holidays", ["12-25", "2026-02-30"], NO_DATE, "holidays.1"],
  ["holidays", ["25 December 2026"], NO_DATE, "holidays.0"],
  ["holidays", Array(401).fill("12-25"), "must have up to 400 items"],
  [
    "fixed",
    { name: "Standing", price: "1", per: "month" },
    "must be day or period",
    "fixed.per",
  ],
  ["fedIn", { kind: "net", name: "Sun" }, "must be price or credit", "fedIn.kind"],
  ["fedIn", { kind: "price", name: "Sun" }, MISSING, "fedIn.price"],
  ["fedIn", { kind: "credit", name: "Sun", price: "1" }, UNKNOWN, "fedIn.price"],
);

const TIERS: Bad[] = bad(
  PLAIN,
  ...([
    [
      [tier(200), tier(100), tier()],
      "1.upToKwh",
      "must be above 200 kWh, where the one before ends",
    ],
    [
      [tier(100), tier(), tier()],
      "1.upToKwh",
      "must have a limit: only the last one goes on without",
    ],
    [[tier(100), tier(200)], "1.upToKwh", "must have no limit: the last one goes on without"],
    [[tier(1e300), tier()], "0.upToKwh", NO_KWH],
    [[{ ...tier(), price: "-1" }], "0.price", NO_PRICE],
  ] as const).map(([tiers, at, message]): [string, unknown, string, string] => [
    "energy",
    { kind: "tiers", tiers },
    message,
    `energy.tiers.${at}`,
  ]),
  ["energy", { kind: "tiers", tiers: [] }, "must have at least one entry", "energy.tiers"],
);

const HOURS: Bad[] = [
  ...bad(
    WHITE,
    [
      "energy.bands.0.windows.1.from",
      "23:00",
      `${WORKDAYS} from 22:30 to 23:00 have no price`,
      "energy.bands",
    ],
    [
      "energy.bands.0.windows.1.from",
      "22:00",
      `${WORKDAYS} from 22:00 to 22:30 have several prices: Energia, fora de ponta and ` +
      "Energia, intermediário",
      "energy.bands",
    ],
    [
      "energy.bands.1.windows",
      [],
      `${WORKDAYS} from 20:30 to 22:30 have no price`,
      "energy.bands",
    ],
    ["energy.bands.1.windows.0.to", "20:20", NO_TIME],
    ["energy.bands.1.windows.0.to", "25:00", NO_TIME],
    ["energy.bands.1.windows.0.to", "22:30:00", NO_TIME],
    ["energy.bands.1.windows.0.to", undefined, MISSING],
    [
      "energy.bands.1.windows.0.to",
      "06:00",
      "must be after 20:30; hours over midnight are two entries, to 24:00 and from 00:00",
    ],
    [
      "energy.bands.1.windows.0.days",
      ["mon", "tuesday"],
      "must be one of mon, tue, wed, thu, fri, sat, sun, holiday",
      "energy.bands.1.windows.0.days.1",
    ],
    ["energy.bands.1.windows.0.days", [], "must name at least one day"],
    [
      "energy.bands.1.windows.0.season",
      { from: "02-30", to: "03-31" },
      "must be a day like 06-01",
      "energy.bands.1.windows.0.season.from",
    ],
    [
      "energy.bands.1.name",
      "Energia, ponta",
      "must not be twice: Energia, ponta",
      "energy.bands.2.name",
    ],
    ["energy.bands.2.colour", "red", UNKNOWN],
  ),
  ...bad(DAY_AND_NIGHT, [
    "energy.bands",
    Array(11).fill(DAY_AND_NIGHT.energy.bands[0]),
    "must have up to 10 items",
  ]),
];

const BRAZILIAN: Bad[] = bad(
  BRAZIL,
  ["minimum.kwh.singlePhase", 30.5, NO_KWH],
  ["minimum.kwh.twoPhase", -1, NO_KWH],
  ["minimum.kwh.threePhase", undefined, MISSING],
  ["surcharge.daysFrom", "tomorrow", "must be readingDay or dayAfterReading"],
  ["surcharge.months.2026-13", flag, "must be named by a month like 2026-08"],
  ["surcharge.months.August 2026", flag, "must be named by a month like 2026-08"],
  [
    "surcharge.months.2026-12",
    { ...flag, price: "18,85" },
    NO_NUMBER,
    "surcharge.months.2026-12.price",
  ],
  [
    "surcharge.months.2026-12",
    { ...flag, colour: "blue" },
    "must be one of green, yellow, red1, red2",
    "surcharge.months.2026-12.colour",
  ],
  [
    "taxes.stages",
    [[tax("0.6"), tax("0.4")]],
    "must be below 100 % together, as they are inside the price",
    "taxes.stages.0",
  ],
  [
    "taxes.stages.0.0.bands.1.upToKwh",
    50,
    "must be above 50 kWh, where the one before ends",
  ],
  ["municipal.bands", [], "must have at least one entry"],
  [
    "municipal.bands",
    [{ rate: "0.1" }],
    "must be given, as the bands have a rate of it",
    "municipal.base",
  ],
  ["late.fee", "2", NO_RATE],
  ["late.feeName", "", "must have 1 to 80 characters"],
);

const NO_TARIFF: Bad[] = [
  { what: "no tariff", tariff: null, path: "", message: "must be an object" },
  { what: "a list", tariff: [], path: "", message: "must be an object" },
];

const KINDS = { PLAIN_ONES, TIERS, HOURS, BRAZILIAN, NO_TARIFF };

for (const [kind, cases] of Object.entries(KINDS)) {
  Deno.test(`a tariff is refused with the field and the reason (${kind})`, async (t) => {
    await using app = await AppInMemory.open();
    const before = await app.entries();
    for (const { what, tariff, path, message } of cases) {
      await t.step(what, async () => {
        const answer = await app.send("POST", "/tariffs", JSON.stringify({ tariff }));
        assertProblem(answer, 400);
        const field = path === "" ? "tariff" : `tariff.${path}`;
        assertEquals(answer.body.errors, [{ path: field, message }]);
        assertEquals(await app.entries(), before);
      });
    }
    assertEquals(app.reported, []);
  });
}

const BODIES: [body: object, told: RegExp][] = [
  [{}, /tariff: must be given, or else a preset, but not both$/],
  [{ preset: "flat", tariff: PLAIN }, /tariff: must be given, or else a preset, but not both$/],
  [
    { preset: "solar" },
    /preset: must be one of flat, brazilConventional, brazilWhite, europeDayNight$/,
  ],
  [{ tariff: PLAIN, name: "Mine" }, /name: goes with a preset; a tariff has its own$/],
  [{ preset: "flat", name: " " }, /name: must have 1 to 80 characters$/],
  [{ preset: "flat", effectiveFrom: "tomorrow" }, /effectiveFrom: must be a date, or a time with/],
  [
    { preset: "flat", effectiveFrom: "2026-02-30" },
    /effectiveFrom: must be a date, or a time with/,
  ],
  [{ preset: "flat", effectiveForm: "2026-02-03" }, /effectiveForm: is not known$/],
];

Deno.test("a tariff comes whole or from a preset, and says what it does not know", async () => {
  await using app = await AppInMemory.open();
  for (const [body, told] of BODIES) {
    const answer = await app.send("POST", "/tariffs", JSON.stringify(body));
    assertProblem(answer, 400);
    assertMatch(answer.body.detail, told);
  }
});

Deno.test("all faults of a tariff's form are told at once", async () => {
  await using app = await AppInMemory.open();
  const { body } = await app.send("POST", "/tariffs", '{"tariff": {}}');
  const fields = body.errors.map(({ path }: { path: string }) => path);
  const required = ["name", "currency", "decimals", "rounding", "energy", "taxes", "holidays"];
  assertEquals(fields, required.map((field) => `tariff.${field}`));
});

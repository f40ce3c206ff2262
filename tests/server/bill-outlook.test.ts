/** The same use otherwise, what is usual, and what is worth doing, over HTTP; numbers by hand. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { AppInMemory } from "./app-in-memory.ts";
import { as, customer as customerCaller } from "./as-caller.ts";
import { assertProblem } from "./udp-meter.ts";
import {
  DAY_AND_NIGHT,
  enter,
  flatAt,
  inApp,
  on,
  PLAIN,
  type PricedPoint,
  pricedPoint,
  quarterly,
  refusal,
  report,
} from "./priced-point.ts";
import type { Json } from "./running-server.ts";

const eur = (amount: number) => ({ amount, currency: "EUR" });

/** A kWh an hour since April. */
async function evenPoint(app: AppInMemory, terms: object = PLAIN): Promise<PricedPoint> {
  const priced = await pricedPoint(app, terms);
  await report(app, priced.meter, quarterly("04-01T00:00", "06-15T12:00", 250));
  return priced;
}

const preview = (app: AppInMemory, point: string, body: object): Promise<Json> =>
  app.ask("POST", `/points/${point}/bill-preview`, { period: "2026-05", ...body });

inApp(
  "the same use is rated under a preset, a tariff that is entered, or one that is sent",
  async (app) => {
    const { point } = await evenPoint(app);
    const tariffId = await enter(app, DAY_AND_NIGHT);
    const before = await app.entries();
    const sent = await preview(app, point, { tariff: DAY_AND_NIGHT });
    const { current, other, ...rest } = sent;
    // May: 744 kWh at 0.50, or 310 at 0.10 and 434 at 0.20: 372.00 or 117.80.
    assertEquals(rest, {
      month: "2026-05",
      firstDay: "2026-05-01",
      lastDay: "2026-05-31",
      days: 31,
      expected: false,
      difference: eur(-254_20),
      shiftedWh: 0,
    });
    assertEquals([current.energyWh, current.total], [744_000, eur(372_00)]);
    assertEquals([other.energyWh, other.total], [744_000, eur(117_80)]);
    assertEquals(other.lines.map(({ label }: Json) => label), ["Night", "Day"]);
    assertEquals(await preview(app, point, { tariffId }), sent);
    const { items } = await app.ask("GET", "/tariffs/presets");
    for (
      const { preset, tariff } of items.filter(({ tariff }: Json) => tariff.currency === "EUR")
    ) {
      const asPreset = await preview(app, point, { preset });
      assertEquals(asPreset, await preview(app, point, { tariff }));
      const { difference, other, current } = asPreset;
      assertEquals(difference, eur(other.total.amount - current.total.amount));
    }
    assertEquals(await app.entries(), before, "nothing is written");
  },
);

inApp(
  "a preset is compared under the months that are announced for the point's tariff",
  async (app) => {
    const { items } = await app.ask("GET", "/tariffs/presets");
    const preset = items.find((item: Json) => item.preset === "brazilConventional").tariff;
    const { point, tariff } = await evenPoint(app, preset);
    const month = { name: "Bandeira vermelha 2", price: "0.07877", colour: "red2" };
    await app.ask("PUT", `/tariffs/${tariff}/months/2026-05`, month);
    const { current, difference } = await preview(app, point, { preset: "brazilConventional" });
    assert(current.lines.some(({ label }: Json) => label === month.name));
    assertEquals(difference.amount, 0);
  },
);

inApp("use that is moved to another hour costs what that hour costs", async (app) => {
  const { point } = await evenPoint(app, DAY_AND_NIGHT);
  const shift = async (energyWh: number, from: string, to: string, more: object = {}) => {
    const answer = await preview(app, point, { shift: { energyWh, from, to }, ...more });
    assertEquals(answer.other.energyWh, 744_000);
    return [answer.shiftedWh, answer.difference.amount];
  };
  // 31 times half a kWh at 0.10 instead of 0.20, or all of the hour's kWh.
  assertEquals(await shift(500, "19:00", "23:00"), [15_500, -1_55]);
  assertEquals(await shift(5_000, "19:00", "23:00"), [31_000, -3_10]);
  assertEquals(await shift(500, "23:00", "19:00"), [15_500, 1_55]);
  assertEquals(await shift(500, "09:00", "19:00"), [15_500, 0]);
  // From 21:30 to 22:30 there is a quarter of a kWh by day, half of what is moved.
  assertEquals(await shift(500, "21:30", "22:00"), [15_500, -77]);
  // At 0.50 instead of 117.80 it is 372.00, whenever it is used.
  assertEquals(await shift(500, "19:00", "23:00", { tariff: PLAIN }), [15_500, 254_20]);
});

inApp(
  "of the period that runs, what is expected is compared as well; nothing is written",
  async (app) => {
    const { point } = await evenPoint(app);
    const before = await app.entries();
    const { forecast } = await app.ask("GET", `/points/${point}/bill`);
    const body = { tariff: flatAt("0.4"), shift: { energyWh: 100, from: "07:15", to: "23:45" } };
    const answer = await app.ask("POST", `/points/${point}/bill-preview`, body);
    assertEquals([answer.month, answer.expected], ["2026-06", true]);
    assertEquals(answer.current.total, forecast.total.expected);
    assertEquals(answer.current.energyWh, forecast.energyWh.expected);
    // All of June are 720 kWh, a tenth of a euro less for each.
    assertEquals([forecast.total.expected, answer.difference], [eur(360_00), eur(-72_00)]);
    for (const path of ["usual", "advice"]) await app.ask("GET", `/points/${point}/${path}`);
    assertEquals(await app.entries(), before);
  },
);

const HOURS = { energyWh: 500, from: "19:00", to: "23:00" };
const NO_HOUR = "must be a quarter of an hour, like 19:00";
const MISFITS: [body: object, path: string, message: string][] = [
  [{}, "tariffId", "must be given, or else a preset, a tariff or a shift"],
  [{ period: "2026-05" }, "tariffId", "must be given, or else a preset, a tariff or a shift"],
  [{ period: "May", preset: "flat" }, "period", "must be a month, like 2026-11"],
  [
    { preset: "flat", tariff: PLAIN },
    "tariff",
    "must be the only one of tariffId, preset and tariff",
  ],
  [{ tariffId: "white" }, "tariffId", "must have 16 hexadecimal digits"],
  [
    { tariff: flatAt("0.123456789") },
    "tariff.energy.price",
    "must be a number like 0.94793, with up to 7 digits before the point and 8 behind it",
  ],
  [
    { tariff: { ...PLAIN, energy: { kind: "solar" } } },
    "tariff.energy.kind",
    "must be flat, tiers or timeOfUse",
  ],
  [{ shift: { ...HOURS, from: "19:20" } }, "shift.from", NO_HOUR],
  [{ shift: { ...HOURS, to: "24:00" } }, "shift.to", NO_HOUR],
  [{ shift: { ...HOURS, to: "19:00" } }, "shift.to", "must be another hour than `from`"],
  [{ shift: { ...HOURS, energyWh: -1 } }, "shift.energyWh", "must not be negative"],
  [{ shift: { ...HOURS, energyWh: "1" } }, "shift.energyWh", "must be a number of Wh"],
  [{ shift: { from: "19:00", to: "23:00" } }, "shift.energyWh", "is missing"],
];

inApp("a comparison that makes no sense is refused with the reason", async (app) => {
  const { point } = await evenPoint(app);
  const path = `/points/${point}/bill-preview`;
  for (const [body, field, message] of MISFITS) {
    const answer = await app.send("POST", path, JSON.stringify(body));
    assertProblem(answer, 400);
    assertEquals(answer.body.errors, [{ path: field, message }]);
  }
  const ask = (body: object) => refusal(app, "POST", path, body);
  const none = "0".repeat(16);
  assertEquals(await ask({ tariffId: none }), `404 There is no tariff ${none}.`);
  assertEquals(await ask({ preset: "flat" }), "409 BRL cannot be compared with EUR.");
  assertEquals(
    await ask({ period: "2026-07", tariff: PLAIN }),
    "409 The period of 2026-07 has not begun yet.",
  );
  const { id: tariffId } = await app.ask("POST", "/tariffs", {
    tariff: PLAIN,
    effectiveFrom: "2026-06-10",
  });
  assertEquals(
    await ask({ tariffId }),
    "409 Under the other tariff, no tariff is in force when the period begins.",
  );
});

inApp(
  "what is usual is told by quarters of a week once two weeks are known, to whom they are of",
  async (app) => {
    const { point, meter } = await pricedPoint(app);
    const usual = () => app.ask("GET", `/points/${point}/usual`);
    const nothing = { timezone: "UTC", weeks: 0, week: null, days: [] };
    assertEquals(await usual(), nothing);
    const use = (time: number) => time % 86_400 < 43_200 ? 100 : 300;
    const registers = quarterly("05-01T00:00", "06-15T12:00", use);
    const isSoon = ({ time }: { time: number }) => time < on("05-14T23:00");
    app.clock.seconds = on("05-14T23:00");
    await report(app, meter, registers.filter(isSoon));
    assertEquals(await usual(), nothing);
    app.clock.seconds = on("06-15T12:00");
    await report(app, meter, registers.filter((one) => !isSoon(one)));
    const { weeks, week, days } = await usual();
    const always = (wh: number) => ({ lowWh: wh, medianWh: wh, highWh: wh });
    // 45.5 days; 4.8 kWh by noon and 14.4 after it.
    assertEquals([weeks, week], [6, always(134_400)]);
    const quarters = Array.from({ length: 96 }, (_, i) => always(i < 48 ? 100 : 300));
    const names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    assertEquals(days, names.map((day) => ({ day, ...always(19_200), quarters })));
    const { id: bento } = await app.ask("POST", "/customers", { name: "Bento" });
    const heldFrom = "2026-06-05T00:00:00Z";
    await app.ask("PATCH", `/points/${point}`, { customerId: bento, heldFrom });
    assertEquals(await usual(), nothing);
    assertEquals(
      (await as(app, customerCaller(bento))("GET", `/points/${point}/usual`)).body,
      nothing,
    );
  },
);

const advice = async (app: AppInMemory, point: string): Promise<Json[]> =>
  (await app.ask("GET", `/points/${point}/advice`)).items;

inApp(
  "the tariff that would have cost least is advised, with what it would have saved",
  async (app) => {
    const { point } = await evenPoint(app);
    await enter(app, flatAt("0.45"));
    await enter(app, { ...DAY_AND_NIGHT, currency: "USD", name: "Dollars" });
    const gone = await enter(app, flatAt("0.01", { name: "Gone" }));
    await app.ask("DELETE", `/tariffs/${gone}`);
    const tariffId = await enter(app, DAY_AND_NIGHT);
    // April: 720 kWh at 0.50 or 300 at 0.10 and 420 at 0.20: 246.00 less. May: 254.20 less.
    const item = {
      kind: "otherTariff",
      tariffId,
      tariff: "Day and night",
      periods: 2,
      gain: eur(500_20),
    };
    assertEquals(await advice(app, point), [item]);
    const saved = async (period: string) =>
      -(await preview(app, point, { period, tariffId })).difference.amount;
    assertEquals(await saved("2026-04") + await saved("2026-05"), item.gain.amount);
  },
);

inApp(
  "an appliance is advised for other hours where that is worth it, the greatest gain first",
  async (app) => {
    const bands = DAY_AND_NIGHT.energy.bands.map((band, i) => ({
      ...band,
      price: ["0.1", "1"][i],
    }));
    const { point } = await evenPoint(app, {
      ...DAY_AND_NIGHT,
      energy: { kind: "timeOfUse", bands },
    });
    const items = await advice(app, point);
    // 0.90 less for each of 27, 16.5 and 8.4 kWh; an iron's 4 kWh are not worth a word.
    assertEquals(
      items.map(({ kind, appliance, from, to, energyWh, gain }) => [
        kind,
        appliance,
        from,
        to,
        energyWh,
        gain.amount,
      ]),
      [
        ["shift", "shower", "Day", "Night", 27_000, 24_30],
        ["shift", "dishwasher", "Day", "Night", 16_500, 14_85],
        ["shift", "washingMachine", "Day", "Night", 8_400, 7_56],
      ],
    );
  },
);

inApp("a home that is about to pass a tax band is told by how much", async (app) => {
  const { items } = await app.ask("GET", "/tariffs/presets");
  const { point, meter } = await pricedPoint(app, items[1].tariff);
  await report(app, meter, quarterly("06-01T00:00", "06-15T12:00", 105.75));
  // 2,880 quarters are 304.56 kWh. At 24 % of ICMS 408.02 and 64.60 of lights; 300 kWh at 18 %
  // 372.51 and 45.09: 55.02 less.
  assertEquals(await advice(app, point), [{
    kind: "stayWithin",
    upToKwh: 300,
    cutWh: 4_560,
    gain: { amount: 55_02, currency: "BRL" },
  }]);
});

inApp("nothing is advised of a point of which too little is known", async (app) => {
  const { point, meter } = await pricedPoint(app);
  await enter(app, flatAt("0.1"));
  assertEquals(await advice(app, point), []);
  await report(app, meter, quarterly("05-10T00:00", "06-15T12:00", 250));
  assertEquals(await advice(app, point), [], "a third of May is missing");
  const { id: bare } = await app.ask("POST", "/points", {
    customerId: (await app.ask("GET", `/points/${point}`)).customerId,
    label: "Shed",
  });
  assertMatch(await refusal(app, "GET", `/points/${bare}/advice`), /^409 .* has no tariff/);
});

/** In the terminal: from where on alerts are told, of a point and of a tariff. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { lightSince } from "../billed-point.ts";
import { openApp } from "../browser.ts";
import { offline, signedIn, Tool } from "./tool.ts";

async function open() {
  const app = await openApp();
  const tool = new Tool(app.fetch);
  const customer = (await tool.json("customers", "add", "Ana")).id;
  const light = await lightSince(app, "2026-05-01");
  const place = { customerId: customer, label: "Casa", ...light };
  const point: string = (await app.ask("POST", "/points", place)).id;
  const dispose = { [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
  return { app, tool, customer, point, tariff: light.tariffId, ...dispose };
}

const QUIET = [
  "limit               what                           counts",
  "day-kwh             energy of a day                   off",
  "budget              budget of a period                off",
  "variation           a bill above those before        30 %",
  "variation-floor     and by so much at least      R$ 40,00",
  "unusual-kwh         more than usual in one go   4.000 kWh",
  "never-sleeps-watts  the least of a day risen         40 W",
  "never-sleeps-days   for so many days                    4",
  "silent-minutes      silence of a meter             60 min",
  "outage-meters       meters of one outage                4",
  "outage-percent      and their part of a region       30 %",
  "estimated-hours     estimated in a period            24 h",
  "power-watts         more than can be drawn      by-supply",
];

/** All that there is to set, and what is sent of it. */
const ALL =
  "--day-kwh 12 --budget 450 --variation 50 --variation-floor 20.50 --unusual-kwh 2.5005 " +
  "--never-sleeps-watts 60 --never-sleeps-days 3 --silent-minutes 15 --outage-meters 3 " +
  "--outage-percent 50 --estimated-hours 48 --power-watts 30000";
const ALL_SET = {
  dayWh: 12_000,
  budget: { amount: 45_000, currency: "BRL" },
  variationPercent: 50,
  variationFloor: { amount: 2_050, currency: "BRL" },
  unusualWh: 2_500.5,
  neverSleepsWatts: 60,
  neverSleepsDays: 3,
  silentMinutes: 15,
  outageMeters: 3,
  outagePercent: 50,
  estimatedHours: 48,
  powerWatts: 30_000,
};

Deno.test("the limits of a point are those of all until they are set, each with its unit", async () => {
  await using opened = await open();
  const { tool, point } = opened;
  assertEquals((await tool.run("limits", "show", point)).out, `${QUIET.join("\n")}\n`);
  assertEquals((await tool.json("limits", "set", point, ...ALL.split(" "))).own, ALL_SET);
  const { out } = await tool.run("limits", "show", point);
  for (
    const line of [
      /^limit +what +counts +set here$/m,
      /^day-kwh .* 12\.000 kWh +12\.000 kWh$/m,
      /^budget .* R\$ 450,00 +R\$ 450,00$/m,
      /^variation .* 50 % +50 %$/m,
      /^variation-floor .* R\$ 20,50 +R\$ 20,50$/m,
      /^silent-minutes .* 15 min +15 min$/m,
      /^power-watts .* 30,000 W +30,000 W$/m,
    ]
  ) assertMatch(out, line);
});

Deno.test("only what is named changes; off is not told, usual is as for the tariff", async () => {
  await using opened = await open();
  const { tool, point, tariff } = opened;
  const set = (...typed: string[]) => tool.json("limits", "set", point, ...typed);
  await tool.json("limits", "set", "--tariff", tariff, "--silent-minutes", "10");
  await set("--day-kwh", "12", "--silent-minutes", "15");
  const { own } = await set("--budget-kwh", "300", "--unusual-kwh", "off");
  const budget = { energyWh: 300_000 };
  assertEquals(own, { dayWh: 12_000, silentMinutes: 15, budget, unusualWh: null });
  const shown = await tool.run("limits", "show", point);
  assertMatch(shown.out, /^budget .* 300\.000 kWh +300\.000 kWh$/m);
  assertMatch(shown.out, /^unusual-kwh .* off +off$/m);
  const usual = await set("--silent-minutes", "usual", "--unusual-kwh", "usual", "--budget", "off");
  assertEquals(usual.own, { dayWh: 12_000, budget: null });
  assertEquals([usual.effective.silentMinutes, usual.effective.unusualWh], [10, 4_000]);
  assertEquals((await set("--power-watts", "by-supply")).own.powerWatts, null);
});

Deno.test("the limits of a tariff count for its points", async () => {
  await using opened = await open();
  const { tool, point, tariff } = opened;
  const { out } = await tool.run("limits", "set", "--tariff", tariff, "--variation", "off");
  assertMatch(out, /^variation .* off +off$/m);
  assertEquals((await tool.run("limits", "show", "--tariff", tariff)).out, out);
  assertMatch((await tool.run("limits", "show", point)).out, /^variation .* off$/m);
  assertEquals((await tool.json("limits", "show", point)).own, {});
});

Deno.test("who sets limits while another does is refused, and undoes nothing", async () => {
  await using opened = await open();
  const { app, tool, point } = opened;
  const slow = new Tool(async (request) => {
    if (request.method === "PUT") {
      await app.ask("PUT", `/points/${point}/limits`, { dayWh: 20_000 });
    }
    return await app.fetch(request);
  });
  const { code, out, errors } = await slow.run("limits", "set", point, "--budget", "450");
  assertEquals([code, out], [1, ""]);
  assertMatch(errors, /^\S.*changed.*\.\n$/);
  assertEquals((await tool.json("limits", "show", point)).own, { dayWh: 20_000 });
});

Deno.test("customers see and set their own limits, and not the staff's", async () => {
  await using opened = await open();
  const { app, tool: staff, tariff } = opened;
  const { tool, customerId } = await signedIn(app, "ana@example.com", "customer");
  const { id } = await staff.json("points", "add", customerId, "Casa");
  await staff.json("limits", "set", id, "--silent-minutes", "15");
  const { out } = await tool.run("limits", "show", id);
  const limits = (lines: string[]) => lines.map((line) => line.split(/ {2,}/));
  assertEquals(limits(out.trim().split("\n")), limits(QUIET.slice(0, 8)));
  const { own } = await tool.json("limits", "set", id, "--budget", "450");
  const budget = { amount: 45_000, currency: "BRL" };
  assertEquals(own, { budget });
  assertEquals((await staff.json("limits", "show", id)).own, { budget, silentMinutes: 15 });
  const refused = await tool.run("limits", "set", id, "--silent-minutes", "5");
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.errors, "silentMinutes: is set by the utility's staff");
  assertEquals((await tool.run("limits", "show", "--tariff", tariff)).code, 1);
  assertEquals((await tool.run("limits", "show", opened.point)).code, 1);
});

Deno.test("a limit that does not fit is refused in plain words, and changes nothing", async () => {
  await using opened = await open();
  const { tool, point } = opened;
  const set = (typed: string) => tool.run("limits", "set", point, ...typed.split(" "));
  for (
    const [typed, code, errors] of [
      ["--day-kwh 0.05", 1, "dayWh: must be 100 to 1000000000"],
      ["--variation 7.5", 1, "variationPercent: must be a whole number"],
      ["--never-sleeps-days 15", 1, "neverSleepsDays: must be 2 to 14"],
      ["--day-kwh 12,5", 2, "--day-kwh must be in kWh like 1.2, not 12,5."],
      ["--budget R$450", 2, "--budget must be an amount in BRL like 471.92, not R$450."],
      ["--silent-minutes soon", 2, "--silent-minutes must be a number, not soon."],
      ["--outage-meters off", 2, "--outage-meters must be a number, not off."],
    ] as const
  ) {
    const shown = await set(typed);
    assertEquals([shown.code, shown.out], [code, ""], typed);
    assertStringIncludes(shown.errors, errors);
  }
  assertEquals((await tool.json("limits", "show", point)).own, {});
  const nowhere = await tool.run("limits", "set", "8a1f63c0d27be954", "--day-kwh", "12");
  assertEquals([nowhere.code, nowhere.errors], [1, "There is no point 8a1f63c0d27be954.\n"]);
});

const POINT = "8a1f63c0d27be954";
const WRONG: [typed: string, errors: RegExp][] = [
  ["limits show", /^Give a POINT or --tariff\. /],
  [`limits show ${POINT} --tariff ${POINT}`, /^Give a POINT or --tariff\. /],
  [`limits set ${POINT}`, /^Say which limit is to be set\. /],
  [
    `limits set ${POINT} --budget 450 --budget-kwh 300`,
    /^--budget and --budget-kwh do not go together\. /,
  ],
];

for (const [typed, errors] of WRONG) {
  Deno.test(`"${typed}" is refused before anybody is asked`, async () => {
    const shown = await offline().run(...typed.split(" "));
    assertEquals([shown.code, shown.out], [2, ""]);
    assertMatch(shown.errors, errors);
  });
}

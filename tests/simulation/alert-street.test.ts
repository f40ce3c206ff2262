/** Alerts by the whole service: what happens in a street is told, and what does not is not. */
import { assert, assertEquals } from "@std/assert";
import { AppInMemory } from "../server/app-in-memory.ts";
import { BEGIN, type Odd, Street } from "./alert-street.ts";

const SEED = 7;
const HOUR = 3_600;
const DAY = 24 * HOUR;
/** 75 days after the beginning, of a month that has half gone. */
const STORY = BEGIN + 75 * DAY;
const DAYS = 12;

/** From and to by hours since the story began. */
const ODD: { home: string; from: number; to: number; odd: Odd }[] = [
  { home: "Heater", from: 30, to: 50, odd: { extraWatts: 1_800 } },
  { home: "Fridge", from: 2, to: 9_999, odd: { extraWatts: 160 } },
  { home: "Spender", from: 24, to: 9_999, odd: { extraWatts: 900 } },
  { home: "Late", from: 40, to: 72, odd: { isCut: true } },
  { home: "Tamper", from: 60, to: 61, odd: { tamper: true } },
];
/** All that is to be told, and at the latest by when. */
const TOLD: [kind: string, name: string, by: number][] = [
  ["unusual", "Heater", 30 + 24],
  ["unusual", "Spender", 24 + 24],
  ["silent", "Late", 40 + 3],
  ["estimation", "Late", 40 + 27],
  ["tamper", "Tamper", 60 + 2],
  ["neverSleeps", "Fridge", 2 + 6 * 24],
  ["neverSleeps", "Spender", 24 + 6 * 24],
  ["variation", "Spender", 24 + 10 * 24],
  ["outage", "street-1", 200 + 2],
];
/** The whole street is dark. */
const OUTAGE = { from: 200, to: 204 };
const EXCHANGE = 100;

function oddAt(home: string, at: number): Odd {
  const hours = (at - STORY) / HOUR;
  if (OUTAGE.from <= hours && hours < OUTAGE.to) return { isOut: true };
  const now = ODD.filter((one) => one.home === home && one.from <= hours && hours < one.to);
  return Object.assign({}, ...now.map(({ odd }) => odd));
}

Deno.test(`a street is told of what happens there and of nothing else (seed ${SEED})`, async () => {
  await using app = await AppInMemory.open();
  const names = ["Calm", "Heater", "Fridge", "Spender", "Late", "Tamper", "Exchange"];
  const street = await Street.open(app, SEED, names);
  await street.live(STORY);
  await street.bill();
  await street.sweep();
  for (let hour = 1; hour <= DAYS * 24; hour++) {
    if (hour === EXCHANGE) await street.exchange("Exchange");
    await street.live(STORY + hour * HOUR, oddAt);
    await street.sweep();
  }
  const told = new Map<string, number>();
  for (const { kind, pointId, region, openedAt } of await street.alerts()) {
    const home = [...street.homes.values()].find(({ point }) => point === pointId);
    const hours = (Date.parse(openedAt) / 1000 - STORY) / HOUR;
    const what = `${kind} ${home?.name ?? region}`;
    if (!told.has(what)) told.set(what, hours);
  }
  const wanted = TOLD.map(([kind, name]) => `${kind} ${name}`);
  assertEquals([...told.keys()].sort(), wanted.sort());
  for (const [kind, name, by] of TOLD) {
    const hours = told.get(`${kind} ${name}`)!;
    assert(hours <= by, `${kind} of ${name} after ${hours} hours, not by ${by}`);
  }
  assertEquals(app.reported, []);
});

/** Consumption by day and by hour where the clock is changed, both ways, for a load of one kilowatt. */
import { assert, assertEquals } from "@std/assert";
import { AppInMemory } from "./app-in-memory.ts";
import { type At, consumption, newMeter, newPoint, secondsOf, upload } from "./metered-point.ts";

const QUARTER = 900;
/** 2027-01-01T00:00:00Z: all changes of 2026 are past. */
const NEW_YEAR = 1_798_761_600;

interface Change {
  timezone: string;
  /** The day of the change with the day before and after it. */
  dates: [string, string, string];
  /** How long that day is. */
  hours: number;
  /** Local beginnings of its values by the hour that are particular: their time, offset and energy. */
  particular: [start: string, energyWh: number][];
}

const CHANGES: Change[] = [
  {
    timezone: "Europe/Lisbon",
    dates: ["2026-03-28", "2026-03-29", "2026-03-30"],
    hours: 23,
    particular: [["00:00:00+00:00", 1_000], ["02:00:00+01:00", 1_000]],
  },
  {
    timezone: "Europe/Lisbon",
    dates: ["2026-10-24", "2026-10-25", "2026-10-26"],
    hours: 25,
    particular: [["01:00:00+01:00", 1_000], ["01:00:00+00:00", 1_000]],
  },
  {
    timezone: "America/Santiago",
    dates: ["2026-09-05", "2026-09-06", "2026-09-07"],
    hours: 23,
    particular: [["01:00:00-03:00", 1_000]],
  },
  {
    timezone: "America/Santiago",
    dates: ["2026-04-03", "2026-04-04", "2026-04-05"],
    hours: 25,
    particular: [["23:00:00-03:00", 1_000], ["23:00:00-04:00", 1_000]],
  },
  {
    timezone: "Australia/Lord_Howe",
    dates: ["2026-10-03", "2026-10-04", "2026-10-05"],
    hours: 23.5,
    particular: [["01:00:00+10:30", 1_000], ["02:30:00+11:00", 500], ["03:00:00+11:00", 1_000]],
  },
  {
    timezone: "Australia/Lord_Howe",
    dates: ["2026-04-04", "2026-04-05", "2026-04-06"],
    hours: 24.5,
    particular: [["01:00:00+11:00", 1_000], ["01:30:00+10:30", 500], ["02:00:00+10:30", 1_000]],
  },
];

/** One kilowatt for a week around the change, read four times an hour. */
function oneKilowattAround(date: string): At[] {
  const begin = secondsOf(`${date}T00:00:00Z`) - 3 * 86_400;
  return Array.from({ length: 7 * 96 }, (_, i) => ({
    time: begin + QUARTER * i,
    milliwattHours: 250_000 * i,
  }));
}

const dayAfter = (date: string): string =>
  Temporal.PlainDate.from(date).add({ days: 1 }).toString();

for (const { timezone, dates, hours, particular } of CHANGES) {
  Deno.test(`GET consumption knows the ${hours} hours of ${dates[1]} in ${timezone}`, async () => {
    await using app = await AppInMemory.open();
    app.clock.seconds = NEW_YEAR;
    const point = await newPoint(app, timezone);
    await upload(app, await newMeter(app, point), oneKilowattAround(dates[1]));

    const byDay = { from: dates[0], to: dayAfter(dates[2]), step: "1d" };
    const days = (await consumption(app, point, byDay)).values;
    assertEquals(days.map(({ start }) => start.slice(0, 10)), dates);
    assertEquals(days.map(({ energyWh }) => energyWh / 1_000), [24, hours, 24]);

    const byHour = { from: dates[1], to: dates[2], step: "1h" };
    const { values, total } = await consumption(app, point, byHour);
    assertEquals(total, hours * 1_000_000);
    for (const { start, end, energyWh, quality } of values) {
      const seconds = secondsOf(end) - secondsOf(start);
      assertEquals([energyWh, quality], [seconds / 3.6, "measured"], start);
    }
    for (const [start, energyWh] of particular) {
      const value = values.find((value) => value.start === `${dates[1]}T${start}`);
      assert(value, `no value begins at ${start}: ${values.map(({ start }) => start)}`);
      assertEquals(value.energyWh, energyWh);
    }
    const byQuarter = { ...byHour, step: "15m" };
    assertEquals((await consumption(app, point, byQuarter)).values.length, hours * 4);
  });
}

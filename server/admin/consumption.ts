/** What a point consumed, with a bar a line, and what its meter said. */
import type { InferResponseType } from "hono/client";
import { oneOf } from "./arguments.ts";
import { bar } from "./bars.ts";
import { type Command, command } from "./command.ts";
import { type ApiClient, byId } from "./connection.ts";
import { plain, styled, widthOf } from "./text.ts";
import { type Column, table } from "./table.ts";
import { instant, register, unitFor } from "./units.ts";
import type { Terminal } from "./world.ts";

export type Consumption = InferResponseType<ApiClient["points"][":id"]["consumption"]["$get"]>;
type Value = Consumption["values"][number];

const STEPS = { hour: "1h", day: "1d", month: "1mo", year: "1y" } as const;
export type By = keyof typeof STEPS;
const BYS = Object.keys(STEPS) as By[];
const HOUR_SECONDS = 3_600;
const YEARS_BACK = 9;

export const consumptionCommands: Command[] = [
  command("consumption POINT", {
    summary: "What a point consumed",
    options: {
      "--by STEP": "hour, day, month or year; day unless told otherwise",
      "--from DATE": "or a time; else today, this month, this year or ten years",
      "--to DATE": "not included; else until now",
    },
    details: "Dates are in the point's time zone.",
    example: "consumption 8a1f63c0d27be954 --by month --from 2026-01-01",
    run: async ({ words, options, answers, world, connection: { api } }) => {
      const by = oneOf("--by", options.by ?? "day", BYS);
      const { label, timezone } = await answers.value(api.points[":id"].$get(byId(words.POINT)));
      const query = {
        step: STEPS[by],
        from: options.from ?? usualStart(by, options.to, world.now(), timezone),
        to: options.to,
      };
      const asked = api.points[":id"].consumption.$get({ ...byId(words.POINT), query });
      await answers.show(
        asked,
        (consumption) =>
          `${plain(label)}, ${consumption.timezone}\n${chart(consumption, by, world.terminal)}`,
      );
    },
  }),
  command("readings METER", {
    summary: "What a meter said, by number",
    options: {
      "--from DATE": "or a time; else the last hour",
      "--to DATE": "not included; else until now",
    },
    example: "readings 8a1f63c0d27be954 --from 2026-11-20T08:00:00-03:00",
    run: ({ words, options: { from, to }, answers, world, connection: { api } }) => {
      const hourAgo = new Date((world.now() - HOUR_SECONDS) * 1_000).toISOString();
      const period = { from: from ?? (to === undefined ? hourAgo : undefined), to };
      return answers.list(
        (page) =>
          api.meters[":id"].readings.$get({ ...byId(words.METER), query: { ...page, ...period } }),
        {
          most: 20_000,
          columns: [
            { title: "number", of: ({ n }) => `${n}`, align: "right" },
            { title: "time", of: ({ time }) => instant(time) },
            { title: "register", of: ({ energyWh }) => register(energyWh), align: "right" },
            { title: "channel", of: ({ channel }) => `${channel}`, align: "right" },
            { title: "marks", of: ({ quality }) => quality.join(" ") },
          ],
          none: `No readings${from ? "" : " in the last hour; --from goes back further"}.`,
        },
        1_000,
      );
    },
  }),
];

/** The day, month, year or years in which the period ends. */
export function usualStart(by: By, to: string | undefined, now: number, zone: string): string {
  const last = lastDay(to, now, zone);
  switch (by) {
    case "hour":
      return last.toString();
    case "day":
      return last.with({ day: 1 }).toString();
    case "month":
      return last.with({ month: 1, day: 1 }).toString();
    case "year":
      return last.with({ month: 1, day: 1 }).subtract({ years: YEARS_BACK }).toString();
  }
}

/** What is no date and no time is left for the server to refuse. */
function lastDay(to: string | undefined, now: number, zone: string): Temporal.PlainDate {
  const end = to === undefined ? NaN : Date.parse(to);
  const at = Temporal.Instant.fromEpochMilliseconds(Number.isNaN(end) ? now * 1_000 : end - 1);
  const isDate = !Number.isNaN(end) && /^\d{4}-\d{2}-\d{2}$/.test(to ?? "");
  return at.toZonedDateTimeISO(isDate ? "UTC" : zone).toPlainDate();
}

const MARKS = { measured: "", estimated: "≈", missing: "?" } as const;
const MEANINGS = { estimated: "≈ estimated", missing: "? missing" } as const;
const WIDEST = 80;
const LEAST_BAR = 3;

export function chart({ values, totalWh }: Consumption, by: By, terminal: Terminal): string {
  const shown = trimmed(values);
  if (shown.length === 0) return "Nothing is known of this time.";
  const largest = Math.max(...shown.map(({ energyWh }) => energyWh));
  const unit = unitFor(largest);
  const energies = shown.map(({ energyWh, quality }) =>
    quality === "missing" ? "–" : unit.write(energyWh)
  );
  const times = shown.map((value) => timeOf(value, by));
  const energyWidth = Math.max(unit.name.length, ...energies.map(widthOf));
  const taken = Math.max(...times.map(widthOf)) + energyWidth + MARKS.missing.length + 3 * 2;
  const width = Math.min(WIDEST, terminal.columns) - taken;
  const columns: Column<number>[] = [
    { title: by, of: (i) => times[i], whole: true },
    { title: unit.name, of: (i) => energies[i], align: "right" },
    { title: "", of: (i) => MARKS[shown[i].quality], whole: true },
  ];
  const lines = table(columns, [...shown.keys()], terminal).split("\n");
  const bars = shown.map(({ energyWh }) =>
    width < LEAST_BAR || largest === 0 ? "" : bar(energyWh / largest, width)
  );
  const indent = taken;
  const rows = lines.map((line, i) => withBar(line, bars[i - 1] ?? "", indent, terminal));
  return [...rows, "", totalLine(totalWh, shown)].join("\n");
}

function withBar(line: string, bar: string, indent: number, { hasColour }: Terminal): string {
  if (bar === "") return line;
  return line + " ".repeat(Math.max(1, indent - widthOf(line))) + styled(bar, "cyan", hasColour);
}

function totalLine(totalWh: number, values: Value[]): string {
  const unit = unitFor(totalWh);
  const qualities = new Set(values.map(({ quality }) => quality));
  const marks = (["estimated", "missing"] as const).filter((quality) => qualities.has(quality));
  const meanings = marks.map((quality) => MEANINGS[quality]).join(", ");
  return `Total ${unit.write(totalWh)} ${unit.name}${meanings ? `   ${meanings}` : ""}`;
}

/** Years before the first reading say nothing, nor do those after the last. */
function trimmed(values: Value[]): Value[] {
  const isKnown = ({ quality }: Value): boolean => quality !== "missing";
  const first = values.findIndex(isKnown);
  return first < 0 ? [] : values.slice(first, values.findLastIndex(isKnown) + 1);
}

const DAY_SECONDS = 86_400;
/** The longest that one step lasts, with an hour more where the clock was set back. */
const LONGEST: Record<By, number> = {
  hour: HOUR_SECONDS,
  day: DAY_SECONDS + HOUR_SECONDS,
  month: 31 * DAY_SECONDS + HOUR_SECONDS,
  year: 366 * DAY_SECONDS,
};

/** Stretches over several steps name both ends; the last is not included. */
function timeOf({ start, end }: Value, by: By): string {
  const seconds = (Date.parse(end) - Date.parse(start)) / 1_000;
  const from = named(start, by);
  return seconds > LONGEST[by] ? `${from} … ${named(end, by)}` : from;
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** The server writes times in the point's zone. */
function named(rfc3339: string, by: By): string {
  switch (by) {
    case "hour":
      return rfc3339.slice(0, 16).replace("T", " ");
    case "day": {
      const date = rfc3339.slice(0, 10);
      return `${date} ${WEEKDAYS[Temporal.PlainDate.from(date).dayOfWeek - 1]}`;
    }
    case "month":
      return rfc3339.slice(0, 7);
    case "year":
      return rfc3339.slice(0, 4);
  }
}

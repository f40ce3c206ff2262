/** What the paper draws, with the sentence that says the same: flag, months, days. */
import { FLAG_COLOURS } from "../domain/tariff.ts";
import type { DayFacts, FlagFacts } from "./facts.ts";
import type { Paper, StripDay } from "./paper.ts";
import { capital, FLAGS } from "./write-sentences.ts";
import { given, type Writing } from "./writing.ts";

const MAX_MONTHS = 13;
const MAX_DAYS = 62;
const HIGHEST_LEVEL = 6;
const MIDDLE_LEVEL = 3;
/** Of the most: a smaller spread does not get all the colours. */
const LEAST_SPREAD = 0.5;

/** Drawn in the colour of the dearest. */
export function flagOf(writing: Writing): Pick<Paper, "flag"> {
  const { facts: { flags, flagCost }, says, formats } = writing;
  if (flags.length === 0) return {};
  const byColour = [...Map.groupBy(flags, ({ colour }) => colour)];
  const months = byColour.map(([colour, flags]) =>
    says("flagOf", {
      flag: says(FLAGS[colour]),
      months: formats.list(flags.map(({ month, assumed }) => {
        const name = formats.monthName(month);
        return assumed ? says("flagAssumed", { month: name }) : name;
      })),
    })
  );
  const cost = flagCost ? says("flagCost", { money: formats.money(flagCost) }) : says("flagNoCost");
  return {
    flag: {
      colour: flags.map(({ colour }) => colour).toSorted(byCost).at(-1) ?? "green",
      title: says("flagsOf", { flags: formats.list(months) }),
      text: [...byColour.map(([, [first]]) => flagRate(first, writing)), cost].join(" ").trim(),
    },
  };
}

const byCost = (a: FlagFacts["colour"], b: FlagFacts["colour"]): number =>
  FLAG_COLOURS.indexOf(a) - FLAG_COLOURS.indexOf(b);

function flagRate({ colour, per100KilowattHours: rate }: FlagFacts, writing: Writing): string {
  const { says, formats } = writing;
  if (!rate || rate.value === 0) return "";
  const flag = capital(says(FLAGS[colour]));
  return says("flagRate", { flag, money: formats.moneyOf(rate) });
}

export function monthsOf({ facts, says, formats }: Writing): Pick<Paper, "months"> {
  const months = facts.months.slice(-MAX_MONTHS);
  const last = months.at(-1);
  if (!last) return {};
  const consumptions = months.map(({ consumption }) => consumption);
  const high = Math.max(...consumptions);
  return {
    months: {
      title: says("months"),
      label: says("monthsLabel", {
        low: formats.kilowattHours(Math.min(...consumptions)),
        high: formats.kilowattHours(high),
        month: formats.month(last.month),
        last: formats.kilowattHours(last.consumption),
      }),
      note: months.some(({ estimated }) => estimated) ? says("monthsEstimated") : "",
      bars: months.map(({ month, consumption, estimated }, i) => ({
        label: formats.shortMonth(month, i === 0 || month.endsWith("-01")),
        short: formats.shortMonth(month),
        text: formats.kilowattHours(consumption),
        height: high > 0 ? Math.max(consumption, 0) / high : 0,
        estimated,
      })),
    },
  };
}

export function stripOf({ facts, says, formats }: Writing): Pick<Paper, "strip"> {
  const days = facts.days.slice(0, MAX_DAYS);
  if (days.length === 0) return {};
  const measured = days.filter((day): day is Measured => day.consumption !== null)
    .toSorted((a, b) => a.consumption - b.consumption);
  const [lowest, highest] = [measured.at(0), measured.at(-1)];
  const count = { days: days.length };
  const said = lowest && highest
    ? {
      label: says("stripLabel", {
        ...count,
        low: formats.energy(lowest.consumption, 1),
        high: formats.energy(highest.consumption, 1),
      }),
      caption: says("stripCaption", {
        ...count,
        date: formats.shortDay(highest.day),
        energy: formats.energy(highest.consumption, 1),
      }),
    }
    : { label: says("stripNothing", count), caption: says("stripNothing", count) };
  const hatching = given(
    lowest && measured.length < days.length ? says("stripMissing") : undefined,
    measured.some(({ estimated }) => estimated) ? says("stripEstimated") : undefined,
  );
  return {
    strip: {
      label: [said.label, ...hatching].join(" "),
      caption: [said.caption, ...hatching].join(" "),
      from: formats.shortDay(days[0].day),
      to: formats.shortDay(days[days.length - 1].day),
      days: days.map(({ day, consumption, estimated }): StripDay => ({
        text: consumption === null
          ? says("dayMissing", { date: formats.shortDay(day) })
          : says(estimated ? "dayEstimated" : "dayOf", {
            date: formats.shortDay(day),
            energy: formats.energy(consumption, 1),
          }),
        level: consumption === null ? null : levelOf(consumption, lowest, highest),
        estimated: consumption !== null && estimated,
      })),
    },
  };
}

type Measured = DayFacts & { consumption: number };

/** Steps of colour between the day that used least and the one that used most, if they differ much. */
function levelOf(consumption: number, lowest?: Measured, highest?: Measured): number {
  const [low, high] = [lowest?.consumption ?? 0, highest?.consumption ?? 0];
  if (consumption <= 0) return 0;
  const leastSpan = high * LEAST_SPREAD;
  const level = high - low < leastSpan
    ? MIDDLE_LEVEL + Math.round((consumption - (low + high) / 2) * HIGHEST_LEVEL / leastSpan)
    : 1 + Math.floor((consumption - low) * HIGHEST_LEVEL / (high - low));
  return Math.min(Math.max(level, 1), HIGHEST_LEVEL);
}

/** Rules of summer time: known ones, and that each leads to the instants at which clocks change. */
import { assertEquals } from "@std/assert";
import { localTimeParametersOf } from "../../../server/domain/dst-rules.ts";

const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds / 1000;

/** Start and end of summer time, its offset, and that of the zone. */
const shown = (timeZone: string, year: number): string => {
  const local = localTimeParametersOf(at(`${year}-06-01T00:00:00Z`), timeZone);
  return [local.dstStartRule, local.dstEndRule, local.dstOffset, local.tzOffset].join(" ");
};

const CASES: { zone: string; year: number; what: string; rules: string }[] = [
  { zone: "America/Sao_Paulo", year: 2026, what: "none", rules: "FFFFFFFF FFFFFFFF 0 -10800" },
  { zone: "America/Noronha", year: 2026, what: "none", rules: "FFFFFFFF FFFFFFFF 0 -7200" },
  {
    zone: "America/New_York",
    year: 2026,
    what: "the second and the first Sunday of a month",
    rules: "360E2000 B40E2000 3600 -18000",
  },
  {
    zone: "Europe/Lisbon",
    year: 2026,
    what: "the last Sundays of two months",
    rules: "3E0E1000 AE0E2000 3600 0",
  },
  {
    zone: "America/Santiago",
    year: 2026,
    what: "the first Sundays from the second of a month on",
    rules: "922E0000 422E0000 3600 -14400",
  },
  {
    zone: "Australia/Lord_Howe",
    year: 2026,
    what: "half an hour",
    rules: "A40E2000 440E2000 1800 37800",
  },
  {
    zone: "America/Sao_Paulo",
    year: 2018,
    what: "two dates of one year",
    rules: "B0400000 21200000 3600 -10800",
  },
  {
    zone: "Africa/Casablanca",
    year: 2026,
    what: "dates by the moon",
    rules: "31602000 20F03000 3600 0",
  },
  {
    zone: "America/Sao_Paulo",
    year: 2019,
    what: "an end without a start as none",
    rules: "FFFFFFFF FFFFFFFF 0 -10800",
  },
];

for (const { zone, year, what, rules } of CASES) {
  Deno.test(`localTimeParametersOf() knows ${what} in ${zone} in ${year}`, () => {
    assertEquals(shown(zone, year), rules);
  });
}

/** What a rule says of a year, as its reader would work it out. */
function wallTimeOf(rule: string, year: number): Temporal.PlainDateTime {
  const bits = parseInt(rule, 16);
  const field = (from: number, length: number): number =>
    Math.floor(bits / 2 ** from) % 2 ** length;
  const [seconds, hour, weekday, day, operator, month] = [
    field(0, 12),
    field(12, 5),
    field(17, 3),
    field(20, 5),
    field(25, 3),
    field(28, 4),
  ];
  const first = Temporal.PlainDate.from({ year, month, day: 1 });
  const days = Array.from({ length: first.daysInMonth }, (_, i) => first.add({ days: i }));
  const weekdays = days.filter(({ dayOfWeek }) => dayOfWeek === weekday);
  const date = operator === 0
    ? first.with({ day })
    : operator === 1
    ? weekdays.find((date) => date.day >= day)
    : operator === 7
    ? weekdays.at(-1)
    : weekdays[operator - 2];
  if (!date) throw new RangeError(`${rule} has no day in ${year}`);
  return date.toPlainDateTime({ hour }).add({ seconds });
}

const ZONES = [
  "America/New_York",
  "America/Santiago",
  "America/Havana",
  "America/St_Johns",
  "Asia/Beirut",
  "Asia/Jerusalem",
  "Australia/Lord_Howe",
  "Europe/Lisbon",
  "Pacific/Chatham",
];

for (const zone of ZONES) {
  Deno.test(`localTimeParametersOf() leads to the changes of ten years in ${zone}`, () => {
    const local = localTimeParametersOf(at("2026-06-01T00:00:00Z"), zone);
    for (let year = 2026; year < 2036; year++) {
      const standard = wallTimeOf(local.dstStartRule, year).toZonedDateTime("UTC")
        .subtract({ seconds: local.tzOffset }).toInstant();
      const summer = wallTimeOf(local.dstEndRule, year).toZonedDateTime("UTC")
        .subtract({ seconds: local.tzOffset + local.dstOffset }).toInstant();
      const changes = [standard, summer].map((instant) =>
        instant.subtract({ nanoseconds: 1 }).toZonedDateTimeISO(zone)
          .getTimeZoneTransition("next")?.toInstant().toString()
      );
      assertEquals(changes, [standard.toString(), summer.toString()], `${year}`);
    }
  });
}

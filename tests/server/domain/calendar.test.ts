/** Steps on the clock and the calendar, above all where a time zone is not like the others. */
import { assertEquals } from "@std/assert";
import { edgesOf, type Step } from "../../../server/domain/calendar.ts";

const LISBON = "Europe/Lisbon";
const SANTIAGO = "America/Santiago";
const LORD_HOWE = "Australia/Lord_Howe";
const KATHMANDU = "Asia/Kathmandu";
const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds / 1000;

const local = (seconds: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(zone);

const temporalText = (seconds: number, zone: string): string =>
  local(seconds, zone).toString({ timeZoneName: "never" });

const texts = (from: string, to: string, step: Step, zone: string): string[] =>
  edgesOf(at(from), at(to), step, zone).map((edge) => temporalText(edge, zone));

interface Case {
  what: string;
  step: Step;
  zone: string;
  edges: string[];
}

const CASES: Case[] = [
  {
    what: "quarters of a minute's fraction by 5 s",
    step: "5s",
    zone: "UTC",
    edges: ["2026-01-01T00:00:03+00:00", "2026-01-01T00:00:05+00:00", "2026-01-01T00:00:10+00:00"],
  },
  {
    what: "minutes",
    step: "1m",
    zone: "UTC",
    edges: ["2026-01-01T00:00:00+00:00", "2026-01-01T00:01:00+00:00", "2026-01-01T00:01:01+00:00"],
  },
  {
    what: "quarters of an hour over a change of the clock",
    step: "15m",
    zone: LISBON,
    edges: [
      "2026-03-29T00:30:00+00:00",
      "2026-03-29T00:45:00+00:00",
      "2026-03-29T02:00:00+01:00",
      "2026-03-29T02:15:00+01:00",
    ],
  },
  {
    what: "the hour that Lisbon skips",
    step: "1h",
    zone: LISBON,
    edges: ["2026-03-29T00:00:00+00:00", "2026-03-29T02:00:00+01:00", "2026-03-29T03:00:00+01:00"],
  },
  {
    what: "the hour that Lisbon has twice",
    step: "1h",
    zone: LISBON,
    edges: [
      "2026-10-25T01:00:00+01:00",
      "2026-10-25T01:00:00+00:00",
      "2026-10-25T02:00:00+00:00",
    ],
  },
  {
    what: "hours that Lord Howe cuts short by half of one",
    step: "1h",
    zone: LORD_HOWE,
    edges: [
      "2026-10-04T01:00:00+10:30",
      "2026-10-04T02:30:00+11:00",
      "2026-10-04T03:00:00+11:00",
      "2026-10-04T04:00:00+11:00",
    ],
  },
  {
    what: "the half hour that Lord Howe has twice",
    step: "1h",
    zone: LORD_HOWE,
    edges: [
      "2026-04-05T01:00:00+11:00",
      "2026-04-05T01:30:00+10:30",
      "2026-04-05T02:00:00+10:30",
      "2026-04-05T03:00:00+10:30",
    ],
  },
  {
    what: "full hours under an offset of 5:45",
    step: "1h",
    zone: KATHMANDU,
    edges: ["2026-01-01T00:20:00+05:45", "2026-01-01T01:00:00+05:45", "2026-01-01T02:00:00+05:45"],
  },
  {
    what: "a day of 23 hours and one of 24",
    step: "1d",
    zone: LISBON,
    edges: ["2026-03-29T00:00:00+00:00", "2026-03-30T00:00:00+01:00", "2026-03-31T00:00:00+01:00"],
  },
  {
    what: "a day that has no midnight",
    step: "1d",
    zone: SANTIAGO,
    edges: ["2026-09-05T00:00:00-04:00", "2026-09-06T01:00:00-03:00", "2026-09-07T00:00:00-03:00"],
  },
  {
    what: "the day of 25 hours that ends with an hour twice",
    step: "1d",
    zone: SANTIAGO,
    edges: ["2026-04-04T00:00:00-03:00", "2026-04-05T00:00:00-04:00", "2026-04-06T00:00:00-04:00"],
  },
  {
    what: "a date that Apia left out",
    step: "1d",
    zone: "Pacific/Apia",
    edges: ["2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00"],
  },
  {
    what: "a leap day",
    step: "1d",
    zone: "UTC",
    edges: ["2028-02-28T00:00:00+00:00", "2028-02-29T00:00:00+00:00", "2028-03-01T00:00:00+00:00"],
  },
  {
    what: "months from the middle of one, with a leap day",
    step: "1mo",
    zone: LISBON,
    edges: [
      "2028-01-31T12:00:00+00:00",
      "2028-02-01T00:00:00+00:00",
      "2028-03-01T00:00:00+00:00",
      "2028-04-01T00:00:00+01:00",
    ],
  },
  {
    what: "years",
    step: "1y",
    zone: KATHMANDU,
    edges: [
      "2026-07-01T00:00:00+05:45",
      "2027-01-01T00:00:00+05:45",
      "2028-01-01T00:00:00+05:45",
      "2028-02-29T00:00:00+05:45",
    ],
  },
];

for (const { what, step, zone, edges } of CASES) {
  Deno.test(`edgesOf() finds ${what}`, () => {
    assertEquals(texts(edges[0], edges[edges.length - 1], step, zone), edges);
  });
}

/** What must hold of steps and written instants in any zone. Seeds are fixed; a failure prints them. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  edgesOf,
  instantWriter,
  isTimeZone,
  offsetSeconds,
  partsOf,
  startOfDate,
  type Step,
  STEP_SECONDS,
  STEPS,
} from "../../../server/domain/calendar.ts";

const SEED = 20260402;

const ZONES = [
  "Europe/Lisbon",
  "America/Santiago",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "UTC",
  "America/Sao_Paulo",
  "America/St_Johns",
  "Africa/Casablanca",
  "Asia/Tehran",
  "Pacific/Apia",
  "Pacific/Chatham",
  "America/Havana",
];

const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds / 1000;

const local = (seconds: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(zone);

const temporalText = (seconds: number, zone: string): string =>
  local(seconds, zone).toString({ timeZoneName: "never" });

const anyTime = fc.integer({ min: at("1990-01-01T00:00:00Z"), max: 0xffffffff });
const anyZone = fc.constantFrom(...ZONES);

Deno.test("edgesOf() rises from the first end to the last by no more than the longest step", () => {
  const anySpan = fc.record({
    from: anyTime,
    step: fc.constantFrom(...STEPS),
    steps: fc.double({ min: 0.01, max: 30, noNaN: true }),
  });
  fc.assert(
    fc.property(anySpan, anyZone, ({ from, step, steps }, zone) => {
      const to = from + Math.ceil(STEP_SECONDS[step] * steps);
      const edges = edgesOf(from, to, step, zone);
      assertEquals([edges[0], edges.at(-1)], [from, to]);
      for (let i = 1; i < edges.length; i++) {
        const length = edges[i] - edges[i - 1];
        assert(length > 0 && Number.isInteger(length), `${edges[i - 1]} … ${edges[i]}`);
        assert(length <= STEP_SECONDS[step] * 1.05 + 3600, `${length} s is no ${step}`);
      }
    }),
    { seed: SEED, numRuns: 200 },
  );
});

Deno.test("partsOf() cuts a period only where a step begins, so that no part has many", () => {
  const anySpan = fc.record({
    from: anyTime,
    step: fc.constantFrom<Step>("1m", "15m", "1h", "1d", "1mo"),
    days: fc.double({ min: 0.01, max: 300, noNaN: true }),
  });
  fc.assert(
    fc.property(anySpan, anyZone, ({ from, step, days }, zone) => {
      const to = from + Math.ceil(86_400 * (step === "1m" ? days / 10 : days));
      const parts = [...partsOf(from, to, step, zone)];
      const edges = parts.map(([start, end]) => edgesOf(start, end, step, zone));
      const joined = edges.flatMap((some, i) => i === 0 ? some : some.slice(1));
      assertEquals(joined, edgesOf(from, to, step, zone));
      for (const some of edges) assert(some.length <= 20_000);
    }),
    { seed: SEED, numRuns: 60 },
  );
});

Deno.test("edgesOf() begins each day, month and year on another date, at its first instant", () => {
  const anyStep = fc.constantFrom<Step>("1d", "1mo", "1y");
  fc.assert(
    fc.property(anyTime, anyStep, anyZone, (from, step, zone) => {
      for (const edge of edgesOf(from, from + 5 * STEP_SECONDS[step], step, zone).slice(1, -1)) {
        const date = local(edge, zone).toPlainDate();
        assert(!local(edge - 1, zone).toPlainDate().equals(date));
        assertEquals(startOfDate(date, zone), edge);
        if (step !== "1d") assertEquals(date.day, 1);
        if (step === "1y") assertEquals(date.month, 1);
      }
    }),
    { seed: SEED, numRuns: 200 },
  );
});

Deno.test("edgesOf() keeps hours on the hour but for a change of the clock by less", () => {
  fc.assert(
    fc.property(anyTime, anyZone, (from, zone) => {
      for (const edge of edgesOf(from, from + 10 * 86_400, "1h", zone).slice(1, -1)) {
        const changed = offsetSeconds(edge, zone) !== offsetSeconds(edge - 1, zone);
        assert(changed || local(edge, zone).minute === 0, temporalText(edge, zone));
      }
    }),
    { seed: SEED, numRuns: 30 },
  );
});

Deno.test("instantWriter() writes what Temporal writes, in any zone and order", () => {
  const nearby = fc.array(fc.integer({ min: 0, max: 3 * 86_400 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(anyTime, nearby, anyZone, (from, offsets, zone) => {
      const write = instantWriter(zone);
      for (const offset of offsets) {
        assertEquals(write(from + offset), temporalText(from + offset, zone));
      }
    }),
    { seed: SEED, numRuns: 200 },
  );
});

Deno.test("instantWriter() follows each change of a zone's clock to the second", () => {
  for (const zone of ZONES) {
    const write = instantWriter(zone);
    // Until 2011 Newfoundland changed its clocks a minute after midnight; no zone has done so since.
    let next = local(at("2012-01-01T00:00:00Z"), zone).getTimeZoneTransition("next");
    for (let i = 0; next && i < 60; i++) {
      const change = next.epochMilliseconds / 1000;
      for (const seconds of [change - 901, change - 1, change, change + 1, change + 3_600]) {
        assertEquals(write(seconds), temporalText(seconds, zone));
      }
      next = next.getTimeZoneTransition("next");
    }
  }
});

Deno.test("isTimeZone() knows zones from other words", () => {
  for (const zone of ZONES) assert(isTimeZone(zone), zone);
  for (const word of ["", "Lisbon", "Europe/Lisboa", "+99:00"]) assert(!isTimeZone(word), word);
});

/** Energy between instants: what a register says at its readings, between them, and beyond. */
import { assertEquals } from "@std/assert";
import {
  addTo,
  emptyTotal,
  gapSeconds,
  profile,
  type Value,
  valuesOf,
} from "../../../server/domain/energy.ts";
import {
  CLOCK_WRONG,
  type Reading,
  TIME_ESTIMATED_BY_METER,
} from "../../../server/domain/reading.ts";

const GAP = 900;

/** Readings numbered from 1, from pairs of time and register. */
const readings = (...pairs: [time: number, milliwattHours: number][]): Reading[] =>
  pairs.map(([time, milliwattHours], i) => ({
    n: i + 1,
    time,
    milliwattHours,
    quality: 0,
    skew: 0,
  }));

/** `start–end energy quality`, as short as a test wants it. */
const shown = (values: Value[]): string[] =>
  values.map(({ start, end, milliwattHours, quality }) =>
    `${start}–${end} ${milliwattHours} ${quality}`
  );

interface Case {
  what: string;
  readings: Reading[];
  edges: number[];
  values: string[];
}

const marked = (quality: number): Reading[] =>
  readings([0, 0], [600, 600], [1200, 1200]).map((reading) =>
    reading.n === 2 ? { ...reading, quality } : reading
  );

const CASES: Case[] = [
  {
    what: "takes the register to rise evenly between readings",
    readings: readings([0, 1000], [600, 1600], [1200, 1600]),
    edges: [0, 150, 300, 600, 900, 1200],
    values: [
      "0–150 150 measured",
      "150–300 150 measured",
      "300–600 300 measured",
      "600–900 0 measured",
      "900–1200 0 measured",
    ],
  },
  {
    what: "keeps milliwatt-hours whole and their sum exact",
    readings: readings([0, 0], [30, 10]),
    edges: [0, 10, 20, 30],
    values: ["0–10 3 measured", "10–20 3 measured", "20–30 4 measured"],
  },
  {
    what: "adds nothing for a fall of the register and counts on from there",
    readings: readings([0, 1000], [300, 1300], [600, 5], [900, 105]),
    edges: [0, 300, 600, 900],
    values: ["0–300 300 measured", "300–600 0 measured", "600–900 100 measured"],
  },
  {
    what: "gives a gap as one estimated stretch, with its neighbours' parts beside it",
    readings: readings([0, 0], [900, 900], [3600, 3600], [4500, 4500]),
    edges: [0, 900, 1500, 1800, 2700, 3600, 4500],
    values: [
      "0–900 900 measured",
      "900–1500 600 estimated",
      "1500–3600 2100 estimated",
      "3600–4500 900 measured",
    ],
  },
  {
    what: "measures a gap whose edges are readings",
    readings: readings([0, 0], [7200, 100]),
    edges: [0, 7200],
    values: ["0–7200 100 measured"],
  },
  {
    what: "keeps two gaps with a reading between them apart",
    readings: readings([0, 0], [2000, 2000], [4000, 4000]),
    edges: [500, 1000, 1500, 2500, 3000, 3500],
    values: [
      "500–1500 1000 estimated",
      "1500–2500 1000 estimated",
      "2500–3500 1000 estimated",
    ],
  },
  {
    what: "misses what lies before the first and after the last reading",
    readings: readings([300, 10], [600, 20]),
    edges: [0, 100, 200, 400, 500, 700, 800],
    values: [
      "0–100 0 missing",
      "100–200 0 missing",
      "200–400 3 measured",
      "400–500 3 measured",
      "500–700 4 measured",
      "700–800 0 missing",
    ],
  },
  {
    what: "misses everything without readings",
    readings: [],
    edges: [0, 900, 1800],
    values: ["0–900 0 missing", "900–1800 0 missing"],
  },
  {
    what: "misses what surrounds a single reading, and measures its own step as nothing",
    readings: readings([1000, 77]),
    edges: [0, 900, 1800, 2700],
    values: ["0–900 0 missing", "900–1800 0 measured", "1800–2700 0 missing"],
  },
  {
    what: "puts a rise within one second into the step that begins there",
    readings: readings([0, 0], [900, 100], [900, 150], [1800, 200]),
    edges: [0, 900, 1800],
    values: ["0–900 150 measured", "900–1800 50 measured"],
  },
  {
    what: "never runs backwards where times do: such a rise falls on the latest time so far",
    readings: readings([0, 0], [600, 60], [500, 90], [1200, 150]),
    edges: [0, 600, 900, 1200],
    values: ["0–600 90 measured", "600–900 30 measured", "900–1200 30 measured"],
  },
  {
    what: "estimates at an edge next to a time that the meter estimated",
    readings: marked(TIME_ESTIMATED_BY_METER),
    edges: [0, 300, 900, 1200],
    values: ["0–300 300 estimated", "300–900 600 estimated", "900–1200 300 estimated"],
  },
  {
    what: "reads at the best time under a wrong clock",
    readings: marked(CLOCK_WRONG).map((reading) =>
      reading.n === 2 ? { ...reading, time: 0, skew: 600 } : reading
    ),
    edges: [0, 600, 1200],
    values: ["0–600 600 measured", "600–1200 600 measured"],
  },
];

for (const { what, readings, edges, values } of CASES) {
  Deno.test(`profile() ${what}`, () => {
    const total = emptyTotal(edges);
    addTo(total, profile(readings, edges, GAP));
    assertEquals(shown(valuesOf(total)), values);
  });
}

Deno.test("gapSeconds() is two steps, from a minute to a quarter of an hour", () => {
  assertEquals([5, 60, 900, 3600, 86_400].map(gapSeconds), [60, 120, 900, 900, 900]);
});

/** Profiles joined, and added up although they cover a part of the time only. */
import { assertEquals } from "@std/assert";
import {
  addTo,
  type EdgeQuality,
  emptyTotal,
  type Profile,
  regroup,
  type Total,
  valuesOf,
} from "../../../server/domain/energy.ts";

const fine: Profile = {
  edges: [0, 10, 20, 30, 40],
  energies: [1, 2, 4, 8],
  qualities: [0, 1, 2, 0, 1],
  holdsReading: [false, true, false, false],
};

Deno.test("regroup() joins stretches and keeps the quality of the edges that remain", () => {
  assertEquals(regroup(fine, [0, 20, 40]), {
    edges: [0, 20, 40],
    energies: [3, 12],
    qualities: [0, 2, 1],
    holdsReading: [true, false],
  });
});

Deno.test("regroup() takes a selection from the middle", () => {
  assertEquals(regroup(fine, [10, 30]), {
    edges: [10, 30],
    energies: [6],
    qualities: [1, 0],
    holdsReading: [true],
  });
});

const totalOf = (edges: number[], ...parts: Profile[]): Total => {
  const total = emptyTotal(edges);
  for (const part of parts) addTo(total, part);
  return total;
};

Deno.test("addTo() gives a part's ends to the steps that they fall into", () => {
  const part: Profile = {
    edges: [15, 20, 30, 33],
    energies: [1, 2, 4],
    qualities: [0, 1, 0, 0],
    holdsReading: [true, false, true],
  };
  assertEquals(totalOf([0, 10, 20, 30, 40, 50], part), {
    edges: [0, 10, 20, 30, 40, 50],
    energies: [0, 1, 2, 4, 0],
    qualities: [2, 2, 1, 0, 2, 2],
    holdsReading: [false, true, false, true, false],
    unsure: [false, false, false, false, false],
  });
});

Deno.test("addTo() finds a part inside a single step", () => {
  const part: Profile = { edges: [3, 7], energies: [9], qualities: [0, 0], holdsReading: [true] };
  const total = totalOf([0, 10, 20], part);
  assertEquals(total.energies, [9, 0]);
  assertEquals(total.qualities, [2, 2, 2]);
});

Deno.test("addTo() makes only the step estimated in which a part begins or ends unsurely", () => {
  const edges = [0, 10, 20, 30, 40];
  const part = (qualities: EdgeQuality[]): Profile => ({
    edges: [5, 10, 20, 30, 35],
    energies: [1, 1, 1, 1],
    qualities,
    holdsReading: [true, true, true, true],
  });
  const qualitiesOf = (...parts: Profile[]) =>
    valuesOf(totalOf(edges, ...parts)).map(({ quality }) => quality);
  const [sure, unsure] = ["measured", "estimated"];
  assertEquals(qualitiesOf(part([0, 0, 0, 0, 0])), [sure, sure, sure, sure]);
  assertEquals(qualitiesOf(part([1, 0, 0, 0, 0])), [unsure, sure, sure, sure]);
  assertEquals(qualitiesOf(part([0, 0, 0, 0, 1])), [sure, sure, sure, unsure]);
  const both = [part([1, 0, 0, 0, 1]), part([0, 0, 0, 0, 0])];
  assertEquals(qualitiesOf(...both), [unsure, sure, sure, unsure]);
});

Deno.test("addTo() adds energies and shows the worst quality that says anything", () => {
  const all: EdgeQuality[] = [0, 1, 2];
  for (const a of all) {
    for (const b of all) {
      const parts = [a, b].map((quality): Profile => ({
        edges: [0, 1],
        energies: [quality + 1],
        qualities: [quality, quality],
        holdsReading: [quality === 0],
      }));
      const sum = totalOf([0, 1], ...parts);
      assertEquals(sum.energies, [a + b + 2]);
      assertEquals(sum.holdsReading, [a === 0 || b === 0]);
      assertEquals(sum.qualities[0], a === 2 ? b : b === 2 ? a : Math.max(a, b) as EdgeQuality);
    }
  }
});

Deno.test("addTo() leaves the profile that it adds as it was", () => {
  const before = structuredClone(fine);
  totalOf(fine.edges, fine, fine);
  assertEquals(fine, before);
});

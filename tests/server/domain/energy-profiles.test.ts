/** Profiles joined, placed among other edges, and added up. */
import { assertEquals } from "@std/assert";
import {
  type EdgeQuality,
  placeAmong,
  type Profile,
  regroup,
  sumProfiles,
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

Deno.test("placeAmong() gives a part's ends to the steps that they fall into", () => {
  const part: Profile = {
    edges: [15, 20, 30, 33],
    energies: [1, 2, 4],
    qualities: [0, 1, 0, 0],
    holdsReading: [true, false, true],
  };
  assertEquals(placeAmong([0, 10, 20, 30, 40, 50], part), {
    edges: [0, 10, 20, 30, 40, 50],
    energies: [0, 1, 2, 4, 0],
    qualities: [2, 2, 1, 0, 2, 2],
    holdsReading: [false, true, false, true, false],
  });
});

Deno.test("placeAmong() finds a part inside a single step", () => {
  const part: Profile = { edges: [3, 7], energies: [9], qualities: [0, 0], holdsReading: [true] };
  const placed = placeAmong([0, 10, 20], part);
  assertEquals(placed.energies, [9, 0]);
  assertEquals(placed.qualities, [2, 2, 2]);
});

Deno.test("sumProfiles() adds energies and shows the worst quality that says anything", () => {
  const all: EdgeQuality[] = [0, 1, 2];
  for (const a of all) {
    for (const b of all) {
      const profiles = [a, b].map((quality): Profile => ({
        edges: [0, 1],
        energies: [quality + 1],
        qualities: [quality, quality],
        holdsReading: [quality === 0],
      }));
      const sum = sumProfiles(profiles);
      assertEquals(sum.energies, [a + b + 2]);
      assertEquals(sum.holdsReading, [a === 0 || b === 0]);
      assertEquals(sum.qualities[0], a === 2 ? b : b === 2 ? a : Math.max(a, b) as EdgeQuality);
    }
  }
});

Deno.test("sumProfiles() leaves the profiles that it adds as they were", () => {
  const before = structuredClone(fine);
  sumProfiles([fine, fine]);
  assertEquals(fine, before);
});

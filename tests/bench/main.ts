/**
 * The benchmarks: one JSON object a line, all from one run on one machine, with the load generator
 * on it too. `deno task bench [quick] [live=SECONDS] [NAME…]` runs some of them, or all in small;
 * with `live=600` it shows whether memory grows with live readers.
 */
import { watching } from "./alerts.ts";
import { closing } from "./closing.ts";
import { importHomes } from "./imports.ts";
import { liveFeed } from "./live.ts";
import { livePoints } from "./live-points.ts";
import { liveOverSockets } from "./live-sockets.ts";
import {
  bareReceive,
  fleetLife,
  history,
  prepareFleet,
  signedIngest,
  storedBytes,
} from "./measures.ts";
import { startServer } from "./processes.ts";

export interface Sizes {
  fleets: number[];
  datagrams: number;
  floodSeconds: number;
  meters: number;
  pace: number;
  paceSeconds: number;
  storedDays: number;
  historyDays: number;
  rounds: number;
  closingPoints: number;
  closingDays: number;
  alertPoints: number;
  alertDays: number;
  homes: number;
  liveReaders: number;
  livePointsEach: number;
  livePace: number;
  liveSeconds: number;
}

export const FULL: Sizes = {
  fleets: [1_000, 20_000, 100_000],
  datagrams: 400_000,
  floodSeconds: 5,
  meters: 100_000,
  pace: 20_000,
  paceSeconds: 60,
  storedDays: 30,
  historyDays: 365,
  rounds: 300,
  closingPoints: 10_000,
  closingDays: 365,
  alertPoints: 2_000,
  alertDays: 70,
  homes: 10_000,
  liveReaders: 1_000,
  livePointsEach: 10,
  livePace: 2_000,
  liveSeconds: 30,
};

export const QUICK: Sizes = {
  fleets: [50],
  datagrams: 2_000,
  floodSeconds: 1,
  meters: 500,
  pace: 500,
  paceSeconds: 2,
  storedDays: 1,
  historyDays: 3,
  rounds: 5,
  closingPoints: 10,
  closingDays: 150,
  alertPoints: 10,
  alertDays: 20,
  homes: 50,
  liveReaders: 20,
  livePointsEach: 2,
  livePace: 200,
  liveSeconds: 2,
};

const liveLoad = (sizes: Sizes) => ({
  readers: sizes.liveReaders,
  pointsEach: sizes.livePointsEach,
  perSecond: sizes.livePace,
  seconds: sizes.liveSeconds,
});

type Figures = Record<string, unknown>;
type Measure = (sizes: Sizes, folder: string, print: (figures: Figures) => void) => Promise<void>;

export const MEASURES: Record<string, Measure> = {
  /** Bare receiving before and after, as the machine may not be the same throughout. */
  ingest: async (sizes, folder, print) => {
    const before = await bareReceive(folder, sizes.floodSeconds);
    const fleets: Awaited<ReturnType<typeof signedIngest>>[] = [];
    for (const meters of sizes.fleets) {
      fleets.push(await signedIngest(`${folder}/${meters}`, meters, sizes.datagrams));
    }
    const after = await bareReceive(folder, sizes.floodSeconds);
    const bare = (before.receivedPerSecond + after.receivedPerSecond) / 2;
    print({ bareReceivedPerSecond: Math.round(bare) });
    for (const fleet of fleets) {
      print({ ...fleet, shareOfBare: Number((fleet.acknowledgedPerSecond / bare).toFixed(2)) });
    }
  },
  fleet: async (sizes, folder, print) => {
    const few = Math.ceil(sizes.meters / 100);
    const small = await prepareFleet(`${folder}/few`, few);
    const fewLive = await fleetLife(small, sizes.pace, sizes.paceSeconds);
    const fleet = await prepareFleet(`${folder}/all`, sizes.meters);
    const allLive = await fleetLife(fleet, sizes.pace, sizes.paceSeconds);
    print(fewLive);
    print(allLive);
    // Under the same load, what more meters add is what a meter takes.
    const more = allLive.residentBytes - fewLive.residentBytes;
    print({ memoryBytesPerMeter: Math.round(more / (sizes.meters - few)) });
  },
  stored: async (sizes, folder, print) => {
    print(await storedBytes(`${folder}/household`, "household", sizes.storedDays));
    print(await storedBytes(`${folder}/uniform`, "uniform", sizes.storedDays));
  },
  history: async (sizes, folder, print) => {
    print(await history(folder, sizes.historyDays, sizes.rounds));
  },
  closing: async (sizes, folder, print) => {
    await closing(folder, sizes.closingPoints, sizes.closingDays, print);
  },
  alerts: async (sizes, folder, print) => {
    print(await watching(folder, sizes.alertPoints, sizes.alertDays));
  },
  import: async (sizes, folder, print) => {
    const server = await startServer(folder);
    try {
      print(await importHomes(server, sizes.homes));
    } finally {
      await server.stop();
    }
  },
  live: async (sizes, folder, print) => {
    print(await liveFeed(folder, liveLoad(sizes)));
  },
  liveSockets: async (sizes, folder, print) => {
    const points = await livePoints(folder, sizes.liveReaders * sizes.livePointsEach);
    const server = await startServer(folder);
    try {
      print(await liveOverSockets(server, points, liveLoad(sizes)));
    } finally {
      await server.stop();
    }
  },
};

export async function runMeasures(names: string[], sizes: Sizes, print: (line: string) => void) {
  for (const name of names) {
    const folder = await Deno.makeTempDir({ prefix: "contaluz-bench-" });
    try {
      const line = (figures: Figures) => print(JSON.stringify({ measure: name, ...figures }));
      await MEASURES[name](sizes, folder, line);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
}

if (import.meta.main) {
  const quick = Deno.args.includes("quick");
  const liveSeconds = Deno.args.map((argument) => /^live=(\d+)$/.exec(argument)?.[1]).find(Boolean);
  const asked = Deno.args.filter((argument) => argument !== "quick" && !argument.includes("="));
  const unknown = asked.find((name) => !(name in MEASURES));
  if (unknown) {
    console.error(`There is no measure ${unknown}; there are ${Object.keys(MEASURES).join(", ")}.`);
    Deno.exit(1);
  }
  const names = asked.length > 0 ? asked : Object.keys(MEASURES);
  const sizes = quick ? QUICK : FULL;
  const chosen = liveSeconds ? { ...sizes, liveSeconds: Number(liveSeconds) } : sizes;
  await runMeasures(names, chosen, console.log);
}

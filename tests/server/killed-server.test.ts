/** What was acknowledged is there, however often and in whatever moment the server is ended. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { between, seededRandom } from "../../meter-sim/random.ts";
import { type BusyMeter, busyMeters, type Habits } from "./busy-meter.ts";
import { RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";
import { after, until } from "./within.ts";

const SEED = 20_261_120;
const ROUNDS = 20;
const STOP_MS = 5_000;

/** Some live, some with a backlog long enough that their readings are sealed on the way. */
const HABITS: Habits[] = [
  ...Array.from({ length: 5 }, () => ({ readingsAReport: 1, stepSeconds: 5 })),
  ...Array.from({ length: 3 }, () => ({ readingsAReport: 64, stepSeconds: 60 })),
];

class Fleet implements AsyncDisposable {
  constructor(readonly meters: BusyMeter[]) {}

  get acknowledged(): number {
    return this.meters.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
  }

  start(udpPort: number): void {
    for (const meter of this.meters) meter.start(udpPort);
  }

  async stop(): Promise<void> {
    await Promise.all(this.meters.map((meter) => meter.stop()));
  }

  /** Checks all that is stored; answers with its number. */
  async check(server: RunningServer, when: string): Promise<number> {
    let stored = 0;
    for (const meter of this.meters) stored += await meter.check(server, when);
    return stored;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const meter of this.meters) await meter[Symbol.asyncDispose]();
  }
}

Deno.test(`the server loses nothing acknowledged to ${ROUNDS} kills under load (seed ${SEED})`, async () => {
  const random = seededRandom(SEED);
  using folder = new TestFolder();
  const begin = { data: folder.path };
  let server = await RunningServer.start(begin);
  try {
    await using fleet = new Fleet(await busyMeters(server, HABITS, random));
    for (let round = 1; round <= ROUNDS; round++) {
      const before = fleet.acknowledged;
      fleet.start(server.udpPort);
      await until(() => fleet.acknowledged > before, STOP_MS, `round ${round}: an answer`);
      await after(between(random, 0, 350));
      const { signal } = await server.kill("SIGKILL");
      assertEquals(signal, "SIGKILL");
      await fleet.stop();
      server = await RunningServer.start(begin);
      await fleet.check(server, `seed ${SEED}, round ${round}`);
    }
    await server.stop();
    server = await RunningServer.start(begin);
    await fleet.check(server, `seed ${SEED}, after a stop in order`);
  } finally {
    await server[Symbol.asyncDispose]();
  }
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(`the server stores and acknowledges what is pending on ${signal}, and exits 0`, async () => {
    using folder = new TestFolder();
    const random = seededRandom(SEED);
    await using server = await RunningServer.start({ data: folder.path });
    await using fleet = new Fleet(await busyMeters(server, HABITS, random));
    fleet.start(server.udpPort);
    await allAcknowledged(fleet);
    const begin = performance.now();
    const { code, stderr } = await server.kill(signal);
    assertLess(performance.now() - begin, STOP_MS);
    assertEquals(code, 0, stderr);
    await fleet.stop();
    await using again = await RunningServer.start({ data: folder.path });
    const stored = await fleet.check(again, `after ${signal}`);
    assertEquals(stored, fleet.acknowledged, "something was stored and not acknowledged");
  });
}

const allAcknowledged = (fleet: Fleet) =>
  until(() => fleet.meters.every(({ acknowledged }) => acknowledged >= 5), STOP_MS, "answers");

Deno.test("the server stops in time though a client never ends its request", async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  const { hostname, port } = new URL(server.address);
  using client = await Deno.connect({ hostname, port: Number(port) });
  const head = "POST /api/v1/datagrams HTTP/1.1\r\nhost: a\r\ncontent-length: 53\r\n\r\n";
  await client.write(new TextEncoder().encode(`${head}CL`));
  assertEquals((await server.request("GET", "/healthz")).status, 200);
  const begin = performance.now();
  const { code, stderr } = await server.kill("SIGTERM");
  assertLess(performance.now() - begin, STOP_MS);
  assertEquals(code, 0, stderr);
});

Deno.test("the server takes a second signal while it stops", async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  await using fleet = new Fleet(await busyMeters(server, HABITS.slice(0, 2), seededRandom(SEED)));
  fleet.start(server.udpPort);
  await allAcknowledged(fleet);
  server.child.kill("SIGINT");
  const { code, stderr } = await server.kill("SIGTERM");
  assertEquals(code, 0, stderr);
  assert(!stderr.includes("error"), stderr);
});

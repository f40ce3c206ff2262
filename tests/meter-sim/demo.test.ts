/** The demo: what it shows, what it leaves behind, and that it goes on from there. */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import type { MeterState } from "../../meter-sim/fleet-state.ts";
import type { Json } from "../server/running-server.ts";
import { TestFolder } from "../server/test-folder.ts";
import { readOptions } from "../../meter-sim/options.ts";
import { until, within } from "../server/within.ts";
import { END_MS, LIVE_MS, readingsOf, RunningDemo } from "./running-demo.ts";

const HOMES = 20;

/** Readings of the year before the start: one for each quarter of an hour, and one at its end. */
const pastOf = ({ stdout }: RunningDemo): number => {
  const past = Number(stdout.match(/100 % of (\d+) readings/)![1]);
  assert(past >= HOMES * 365 * 96 && past <= HOMES * (365 * 96 + 1));
  return past;
};

const stoppedCounts = ({ stdout }: RunningDemo): number[] => {
  const line = stdout.match(/Stopped: (\d+) readings sent, (\d+) acknowledged, (\d+) never/);
  assert(line, stdout);
  return line.slice(1).map(Number);
};

const stateIn = (folder: TestFolder) =>
  JSON.parse(Deno.readTextFileSync(`${folder.path}/fleet.json`));

const assertTwelveMonths = ({ values }: Json): void => {
  assertEquals(values.length, 12);
  for (const { energyWh, quality } of values) {
    assertEquals(quality, "measured");
    // The month may be young.
    assertGreater(energyWh, 0);
  }
  for (const { energyWh } of values.slice(0, -1)) assertGreater(energyWh, 40_000);
};

const assertOnlyOwnerReads = (folder: TestFolder): void => {
  if (Deno.build.os === "windows") return;
  for (const name of ["operator-key", "sign-ins.json", "fleet.json"]) {
    assertEquals(Deno.statSync(`${folder.path}/${name}`).mode! & 0o777, 0o600, name);
  }
};

const freePort = (): number => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
};

/** 127.0.0.2 is this machine as well, but no address of a socket that is bound to 127.0.0.1. */
const answersAt = async (hostname: string, port: number): Promise<boolean> => {
  try {
    (await Deno.connect({ hostname, port })).close();
    return true;
  } catch {
    return false;
  }
};

/** One that has ended may stay listed until somebody asks how. */
const isRunning = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
};

/** The line that it prints for one more meter is one that the sim takes. */
const assertSimJoins = ({ stdout }: RunningDemo): void => {
  const line = stdout.match(/CONTALUZ_OPERATOR_KEY='(\S+)' npx --yes deno@(\S+) task sim (.+)/);
  assert(line, stdout);
  const [, key, version, args] = line;
  assertEquals(version, Deno.version.deno);
  const { server, operatorKey } = readOptions(args.split(" "), { CONTALUZ_OPERATOR_KEY: key })!;
  assertEquals([server, operatorKey], [addressIn(stdout), stdout.match(/Operator key +(\S+)/)![1]]);
};

/** Both sign-ins that it prints are taken, and see what they should. */
const assertSignInsWork = async ({ stdout }: RunningDemo): Promise<void> => {
  for (const role of ["operator", "customer"]) {
    const [, email, password] = stdout.match(new RegExp(`Sign-in, ${role} +(\\S+) +(\\S+)`))!;
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ email, password });
    const signIn = await fetch(`${addressIn(stdout)}/api/v1/session`, {
      method: "POST",
      headers,
      body,
    });
    assertEquals([signIn.status, (await signIn.json()).person.role], [201, role]);
    const cookie = signIn.headers.get("set-cookie")!.split(";")[0];
    const points = await fetch(`${addressIn(stdout)}/api/v1/points`, { headers: { cookie } });
    assertEquals((await points.json()).items.length, role === "operator" ? HOMES : 1);
  }
};

const addressIn = (stdout: string): string => stdout.match(/Address +(\S+)/)![1];

/** All invoices by home, the latest first, once those of the past are issued and most are paid. */
const billed = async (demo: RunningDemo, folder: TestFolder): Promise<Json[][]> => {
  await until(() => demo.stdout.includes("The latest bill of Maria"), END_MS, "the bills");
  const { homes } = stateIn(folder);
  return await Promise.all(
    homes.map(async ({ pointId }: Json) =>
      (await demo.get(`/api/v1/points/${pointId}/invoices`)).items
    ),
  );
};

/** A year of them for each home, of which one home pays late. */
const assertBilled = async (demo: RunningDemo, invoices: Json[][]): Promise<void> => {
  const months = invoices[0].map(({ month }: Json) => month);
  assert(months.length >= 11 && months.length <= 13, `${months}`);
  for (const [home, items] of invoices.entries()) {
    assertEquals(items.map(({ month }: Json) => month), months);
    const open = home === 3 ? 3 : 1;
    const states = items.map((_, i) => i < open ? "issued" : "paid");
    assertEquals(items.map(({ state }: Json) => state), states);
  }
  const numbers = invoices.flat().map(({ number }: Json) => Number(number.split("-")[1]));
  const all = numbers.map((_, i) => i + 1);
  assertEquals(numbers.toSorted((a, b) => a - b), all);
  const [, url] = demo.stdout.match(
    /The latest bill of .*:\n +curl .*"(http:.*\/invoices\/\w+)\.pdf" > \S+$/m,
  )!;
  assertEquals((await demo.get(new URL(url).pathname)).number, invoices[0][0].number);
};

/** What is found of the old fridge, and of nothing else that would be a fault. */
const assertTold = async (demo: RunningDemo, folder: TestFolder): Promise<void> => {
  const [{ pointId }] = stateIn(folder).homes;
  const open = async (): Promise<Json[]> => (await demo.ask(3)).items;
  const isTold = async () => (await open()).some(({ kind }) => kind === "neverSleeps");
  await until(isTold, END_MS, "the old fridge");
  const alerts = await open();
  assertEquals(alerts.filter(({ audience }) => audience === "staff"), []);
  const { pointId: where, evidence } = alerts.find(({ kind }) => kind === "neverSleeps")!;
  assertEquals(where, pointId);
  // Of ten days nine are whole; the last is known some minutes after midnight.
  assertGreater(evidence.days, 7);
  assertGreater(evidence.watts - evidence.beforeWatts, 100);
};

/** Waits until the server has so many readings of the live meters. */
const untilStored = (demo: RunningDemo, count: number) =>
  until(async () => await demo.stored() >= count, END_MS, `the reading ${count}`);

/** How many readings there are under the numbers that the state covers, and how many above. */
const countReadings = async (demo: RunningDemo, meters: MeterState[]) => {
  const counts = { before: 0, after: 0 };
  for (const { meterId, reservedThrough } of meters) {
    const readings = await readingsOf(demo, meterId);
    const registers = readings.map(({ energyWh }) => energyWh);
    assertEquals(registers, registers.toSorted((a, b) => a - b));
    counts.before += readings.filter(({ n }) => n <= reservedThrough).length;
    counts.after += readings.filter(({ n }) => n > reservedThrough).length;
  }
  return counts;
};

Deno.test("the demo has a year on its first start, is live, and goes on when started again", async () => {
  using folder = new TestFolder();
  let sent = 0;
  let invoices: Json[][];
  {
    await using demo = new RunningDemo(folder.path);
    await demo.live();
    assertTwelveMonths(await demo.ask(0));
    assertEquals((await demo.ask(1)).values.length, 25);
    await untilStored(demo, pastOf(demo) + 2 * HOMES);
    assertGreater((await demo.ask(2)).meter.powerW, 0);
    invoices = await billed(demo, folder);
    await assertBilled(demo, invoices);
    await assertTold(demo, folder);
    assertEquals(await demo.conflicts(), 0);
    assertEquals(await demo.kill("SIGTERM"), 0, demo.stderr);
    assertMatch(demo.stdout, /Filling in what the homes used[^]*Finishing: the last readings/);
    const [live, acknowledged, never] = stoppedCounts(demo);
    assertEquals([acknowledged, never], [live, 0]);
    sent = pastOf(demo) + live;
    assertOnlyOwnerReads(folder);
  }
  const { meters } = stateIn(folder);
  await using demo = new RunningDemo(folder.path);
  await demo.live();
  assert(!demo.stdout.includes("Filling in"), demo.stdout);
  assert(demo.stdout.includes(`${folder.path}; delete it to begin anew`), demo.stdout);
  assertSimJoins(demo);
  await assertSignInsWork(demo);
  // One each for the time that they were off, and two that are live.
  await untilStored(demo, 3 * HOMES);
  assertTwelveMonths(await demo.ask(0));
  assertEquals(await billed(demo, folder), invoices);
  const { before, after } = await countReadings(demo, meters);
  assertEquals(before, sent);
  assert(after >= 3 * HOMES && after <= await demo.stored());
  assertEquals(await demo.conflicts(), 0);
  assertEquals(await demo.kill("SIGINT"), 0, demo.stderr);
});

Deno.test("the demo that was stopped while filling in a year makes it good", async () => {
  using folder = new TestFolder();
  {
    await using demo = new RunningDemo(folder.path);
    await until(() => demo.stdout.includes("10 %"), LIVE_MS, "a tenth of the year");
    assertEquals(await demo.kill("SIGTERM"), 0, demo.stderr);
    assert(!demo.stdout.includes("live"));
    assertGreater(stateIn(folder).fillingTo, 0);
  }
  await using demo = new RunningDemo(folder.path);
  await demo.live();
  assertTwelveMonths(await demo.ask(0));
  assertEquals(await demo.conflicts(), 0);
  const { before } = await countReadings(demo, stateIn(folder).meters);
  const past = pastOf(demo);
  assert(before >= past && before < past + 10 * HOMES, `${before} readings are stored`);
});

Deno.test("the demo says that a port is taken, and exits 1", async () => {
  using folder = new TestFolder();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  await using demo = new RunningDemo(folder.path, { CONTALUZ_HTTP_PORT: `${port}` });
  assertEquals(await within(demo.ended, END_MS, "the end"), 1);
  assertMatch(demo.stderr, new RegExp(`contaluz: Cannot listen .*CONTALUZ_HTTP_PORT ${port}`));
  assertMatch(demo.stderr, /demo: The server did not start: it ended with exit code 1/);
});

Deno.test("the demo says what is wrong with its state, and exits 1", async () => {
  using folder = new TestFolder();
  Deno.writeTextFileSync(`${folder.path}/fleet.json`, "{}");
  await using demo = new RunningDemo(folder.path);
  assertEquals(await within(demo.ended, END_MS, "the end"), 1);
  assertMatch(demo.stderr, /demo: .*fleet\.json: Cannot read the state: homes/);
});

Deno.test({
  name: "the demo's server is for this machine alone, and ends with a demo that is killed",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    using folder = new TestFolder();
    const port = freePort();
    const env = { CONTALUZ_HOST: "", CONTALUZ_HTTP_PORT: `${port}` };
    await using demo = new RunningDemo(folder.path, env);
    await until(() => demo.stdout.includes("10 %"), LIVE_MS, "a tenth of the year");
    assertEquals([await answersAt("127.0.0.1", port), await answersAt("127.0.0.2", port)], [
      true,
      false,
    ]);
    const [server] = demo.children();
    await demo.kill("SIGKILL");
    await until(() => !isRunning(server), END_MS, "the end of the server");
  },
});

Deno.test({
  name: "the demo says that its server died, and exits 1",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    using folder = new TestFolder();
    await using demo = new RunningDemo(folder.path);
    await until(() => demo.stdout.includes("10 %"), LIVE_MS, "a tenth of the year");
    const [server] = demo.children();
    Deno.kill(server, "SIGKILL");
    assertEquals(await within(demo.ended, END_MS, "the end"), 1);
    assertMatch(demo.stderr, /demo: The server ended, with exit code 137/);
  },
});

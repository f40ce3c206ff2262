/**
 * A meter that reports as fast as it is answered, over the ends and new starts of servers, and
 * knows what it was acknowledged: the witness of the tests that kill a server.
 */
import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import type { WireReading } from "../../meter-firmware/protocol/datagram.ts";
import { between, type Random } from "../../meter-sim/random.ts";
import type { Json, RunningServer } from "./running-server.ts";
import { type IssuedMeter, Signer, UdpLine } from "./udp-meter.ts";

const REPLY_MS = 150;
const PAGE = 20_000;

export interface Habits {
  readingsAReport: number;
  stepSeconds: number;
}

const instant = (time: number): string => new Date(time * 1000).toISOString().replace(".000", "");
const milliwattHours = (wh: number): number => Math.round(wh * 1000);

export class BusyMeter implements AsyncDisposable {
  /** The highest number that was acknowledged; numbers begin at 1 and leave none out. */
  acknowledged = 0;
  readonly line = new UdpLine(0);
  #made: WireReading[] = [];
  #stopped = true;
  #running = Promise.resolve();

  constructor(
    readonly signer: Signer,
    readonly pointId: string,
    readonly habits: Habits,
    readonly random: Random,
  ) {}

  get id(): string {
    return this.signer.issued.id;
  }

  start(udpPort: number): void {
    this.line.port = udpPort;
    this.#stopped = false;
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /**
   * Every acknowledged reading is there as it was made, and all answers agree with one another.
   * Answers with the number of readings stored.
   */
  async check(server: RunningServer, when: string): Promise<number> {
    const items = await this.#stored(server);
    assertGreaterOrEqual(items.length, this.acknowledged, `${when}: an acknowledged one is lost`);
    items.forEach(({ n, time, energyWh }, i) => {
      const made = this.#made[i];
      const expected = [made.n, instant(made.time), made.milliwattHours];
      assertEquals([n, time, milliwattHours(energyWh)], expected, when);
    });
    if (items.length > 1) await this.#checkSums(server, items.length, when);
    return items.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.line[Symbol.asyncDispose]();
  }

  async #checkSums(server: RunningServer, stored: number, when: string): Promise<void> {
    const [first, last] = [this.#made[0], this.#made[stored - 1]];
    const state = await server.ask("GET", `/meters/${this.id}`);
    assertEquals(milliwattHours(state.registerWh), last.milliwattHours, when);
    const rise = last.milliwattHours - first.milliwattHours;
    for (const step of ["15m", "1d"]) {
      const period = `from=${instant(first.time)}&to=${instant(last.time)}&step=${step}`;
      const path = `/points/${this.pointId}/consumption?${period}`;
      const { totalWh, values } = await server.ask("GET", path);
      assertEquals(milliwattHours(totalWh), rise, `${when}: ${path}`);
      const sum = values.reduce(
        (sum: number, { energyWh }: Json) => sum + milliwattHours(energyWh),
        0,
      );
      assertEquals(sum, rise, `${when}: ${path}`);
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const report = this.#nextReport();
      await this.line.send(this.signer.datagram(report));
      const reply = await this.line.next(REPLY_MS);
      if (!reply) continue;
      const { status, echo } = this.signer.acknowledgement(reply);
      assertEquals(status, 0);
      // The reply to an earlier sending of the same report may still be under way.
      if (echo > this.acknowledged) this.acknowledged = echo;
    }
  }

  /** What is not acknowledged goes out again under the same numbers. */
  #nextReport(): WireReading[] {
    const end = this.acknowledged + this.habits.readingsAReport;
    while (this.#made.length < end) this.#make();
    return this.#made.slice(this.acknowledged, end);
  }

  #make(): void {
    const last = this.#made.at(-1);
    this.#made.push({
      n: (last?.n ?? 0) + 1,
      time: (last?.time ?? 1_770_000_000) + this.habits.stepSeconds,
      milliwattHours: (last?.milliwattHours ?? 0) + Math.floor(between(this.random, 0, 9_000)),
      quality: last ? 0 : 2,
    });
  }

  async #stored(server: RunningServer): Promise<Json[]> {
    const items: Json[] = [];
    let cursor = "";
    do {
      const path = `/meters/${this.id}/readings?limit=${PAGE}${cursor}`;
      const page = await server.ask("GET", path);
      items.push(...page.items);
      cursor = page.next === null ? "" : `&cursor=${page.next}`;
    } while (cursor !== "");
    return items;
  }
}

/** Meters on points of their own, one for each of the habits. */
export async function busyMeters(server: RunningServer, habits: Habits[], random: Random) {
  const { id: customerId } = await server.ask("POST", "/customers", { name: "Ana" });
  const points: string[] = [];
  for (const _ of habits) {
    const asked = { customerId, label: "Rua A 1", timezone: "Europe/Lisbon" };
    points.push((await server.ask("POST", "/points", asked)).id);
  }
  const asked = { meters: points.map((pointId) => ({ pointId })) };
  const { meters } = await server.ask("POST", "/meters/provision", asked);
  assert(meters.length === habits.length);
  return meters.map((issued: IssuedMeter, i: number) =>
    new BusyMeter(new Signer(issued), points[i], habits[i], random)
  ) as BusyMeter[];
}

/**
 * The simulated world: meters, a network and servers over one database, in virtual time. It knows how
 * things go right and what can be broken; `incidents.ts` decides what is.
 */
import { createHash } from "node:crypto";
import { createNetwork, type Network } from "../../meter-sim/network.ts";
import { drawSeed, type Random, seededRandom } from "../../meter-sim/random.ts";
import { createVirtualTime, type VirtualTime } from "../../meter-sim/virtual-time.ts";
import { Cases } from "../../server/store/cases.ts";
import type { IssuedKey } from "../../server/store/meter-keys.ts";
import { Meters } from "../../server/store/meters.ts";
import type { ReadingStore } from "../../server/store/store.ts";
import { type By, Records } from "../../server/store/records.ts";
import { Vault } from "../../server/store/vault.ts";
import { allReadings, auditSeries, type Source } from "./audit.ts";
import { InjectedError, NO_FAULTS } from "./faulty-kv.ts";
import { Feeder } from "./feeder.ts";
import { Home } from "./home.ts";
import { Model } from "./model.ts";
import { type FeederPlan, type MeterPlan, type Plan, planOf } from "./plan.ts";
import { Servers } from "./servers.ts";
import type { Site } from "./site.ts";
import { Turns } from "./turns.ts";

const SERVER = "server";
const SOURCES_AN_AUDIT = 3;
const HTTP_TIMEOUT_MS = 8_000;
/** What a server may say of its own accord when others were faster. */
const LEGITIMATE = /^Cannot append readings: other servers changed/;

export interface WorldOptions {
  trace?: (line: string) => void;
  wrapStore?: (store: ReadingStore) => ReadingStore;
}

export class World {
  readonly plan: Plan;
  readonly random: Random;
  readonly time: VirtualTime;
  readonly turns: Turns;
  readonly model = new Model();
  readonly homes: Home[] = [];
  readonly feeders: Feeder[] = [];
  readonly figures = { events: 0, crashes: 0, reboots: 0, audits: 0, forged: 0 };
  readonly network: Network;
  readonly servers: Servers;
  readonly lastSent: Uint8Array[] = [];
  auditIsDue = false;
  readonly #secret: Uint8Array;
  readonly #bytes: (length: number) => Uint8Array;
  #hash = createHash("sha256");
  #failure: { error: unknown } | undefined;

  constructor(seed: number, readonly real: Deno.Kv, readonly options: WorldOptions) {
    this.plan = planOf(seed);
    this.random = seededRandom(~seed);
    this.time = createVirtualTime(this.plan.startMs);
    this.turns = new Turns(seededRandom(drawSeed(this.random)));
    this.#bytes = (length) => Uint8Array.from({ length }, () => Math.floor(this.random() * 256));
    this.#secret = this.#bytes(32);
    this.network = createNetwork({
      random: seededRandom(drawSeed(this.random)),
      schedule: (delayMs, run) => void this.time.schedule(delayMs, run),
      faults: this.plan.network,
    });
    const wrapStore = options.wrapStore ?? ((store) => store);
    this.servers = new Servers(this, real, this.#secret, this.#bytes, wrapStore);
    this.network.listen(SERVER, (bytes, from) => this.#receive(bytes, from));
  }

  get sources(): Source[] {
    return [...this.homes, ...this.feeders];
  }

  async begin(): Promise<void> {
    const records = new Records(this.real, () => this.#bytes(8).toHex());
    const meters = new Meters(records, new Vault(this.#secret, this.#bytes), () => {});
    const by: By = { actor: { kind: "server", id: "simulation" }, at: 0 };
    const count = this.plan.meters.length + this.plan.feeders.length;
    const issued = await meters.provision(Array.from({ length: count }, () => ({})), by);
    if (!issued.ok) throw new Error(issued.detail);
    for (const plan of this.plan.meters) this.#addHome(issued.value.pop()!, plan);
    for (const plan of this.plan.feeders) this.#addFeeder(issued.value.pop()!.id, plan);
  }

  /** Lets events happen until a moment, or until something is the case. */
  async run(untilMs: number, isDone: () => boolean = () => false): Promise<void> {
    while (this.time.now() < untilMs && !isDone()) {
      await this.servers.startDue();
      this.time.runNext();
      this.figures.events++;
      if (this.auditIsDue || this.random() < this.plan.settles) await this.settle();
      if (this.auditIsDue) await this.audit(this.#someSources());
    }
    await this.settle();
  }

  async settle(): Promise<void> {
    await this.turns.settle();
    this.servers.removeDead();
    if (this.#failure) throw this.#failure.error;
  }

  /** Checks series as each running server shows them, with a database that works. */
  async audit(sources: Source[]): Promise<void> {
    this.auditIsDue = false;
    this.figures.audits++;
    const { model, random, plan: { timezone, kv } } = this;
    const faults = { ...kv };
    Object.assign(kv, NO_FAULTS);
    for (const site of this.servers.sites) {
      for (const source of site ? sources : []) {
        const { reader } = site!.store;
        const cases = new Cases(site!.kv.asKv(), (problem) => this.note(problem));
        const audit = auditSeries({ reader, cases, source, model, random, timezone });
        const stored = await this.turns.finish(audit);
        const digest = createHash("sha256").update(JSON.stringify(stored)).digest("hex");
        this.note(`audit finds ${stored.length} readings of ${source.id}, ${digest.slice(0, 8)}`);
      }
    }
    Object.assign(kv, faults);
  }

  #someSources(): Source[] {
    const { sources } = this;
    const first = Math.floor(this.random() * sources.length);
    return sources.slice(first, first + SOURCES_AN_AUDIT);
  }

  /** Reads a series while the servers work: what was acknowledged before must be in it. */
  readMeanwhile(site: Site, source: Source): void {
    const acknowledged = this.model.acknowledged(source.id);
    const check = async () => {
      const stored = await allReadings(site.store.reader, source);
      this.model.checkStored(source.id, stored, acknowledged);
    };
    check().catch((error) => this.failUnlessInjected(error));
  }

  note(line: string): void {
    const text = `${new Date(this.time.now()).toISOString()} ${line}`;
    this.#hash.update(text);
    this.options.trace?.(text);
  }

  failUnlessInjected(error: unknown): void {
    if (error instanceof InjectedError) return;
    if (error instanceof Error && LEGITIMATE.test(error.message)) return;
    this.#failure ??= { error };
  }

  traceHash = (): string => this.#hash.digest("hex");

  /** Gives a server a datagram, whoever sent it, and puts its answer on record. */
  deliver(site: Site, bytes: Uint8Array, answer: (acknowledgement?: Uint8Array) => void): void {
    site.take(bytes, (acknowledgement) => {
      try {
        if (acknowledgement) this.#recordAnswer(bytes, acknowledgement);
        answer(acknowledgement);
      } catch (error) {
        this.failUnlessInjected(error);
      }
    });
  }

  #addFeeder(id: string, { intervalSeconds }: FeederPlan): void {
    this.model.addMeter(id);
    const { time, model } = this;
    this.feeders.push(
      new Feeder({
        id,
        intervalSeconds,
        time,
        random: seededRandom(drawSeed(this.random)),
        model,
        anySite: () => this.servers.any(),
        failUnlessInjected: (error) => this.failUnlessInjected(error),
      }),
    );
  }

  #addHome(issued: IssuedKey, plan: MeterPlan): void {
    const home = new Home(issued, plan, {
      time: this.time,
      random: seededRandom(drawSeed(this.random)),
      sendUdp: (home, bytes) => this.#sendUdp(home, bytes),
      postHttp: (home, bytes, answered) => this.#postHttp(home, bytes, answered),
    });
    this.homes.push(home);
    this.model.addMeter(issued.id);
    this.network.listen(issued.id, (bytes) => {
      if (this.time.now() >= home.udpCutUntil) home.meter?.receive(bytes);
    });
    home.powerUp();
  }

  #sendUdp(home: Home, bytes: Uint8Array): void {
    this.#recordSent(home, bytes, "UDP");
    if (this.time.now() >= home.udpCutUntil) this.network.send(home.id, SERVER, bytes);
  }

  #postHttp(home: Home, bytes: Uint8Array, answered: (body?: Uint8Array) => void): void {
    this.#recordSent(home, bytes, "HTTP");
    const isLost = this.time.now() < home.httpCutUntil || this.random() < this.plan.network.loss;
    if (isLost) return void this.time.schedule(HTTP_TIMEOUT_MS, () => answered(undefined));
    const delayMs = () => Math.floor(this.random() * 300);
    const answerLater = (body?: Uint8Array) =>
      void this.time.schedule(delayMs(), () => answered(body));
    this.time.schedule(delayMs(), () => {
      const site = this.servers.any();
      if (site) this.deliver(site, bytes, answerLater);
      else answerLater();
    });
  }

  #recordSent(home: Home, bytes: Uint8Array, way: string): void {
    const { readings } = this.model.sent(bytes);
    this.lastSent.push(bytes);
    const [first, last] = [readings[0], readings[readings.length - 1]];
    this.note(`${home.id} sends ${first.n}…${last.n} (${readings.length}) by ${way}`);
  }

  #receive(bytes: Uint8Array, from: string): void {
    const site = this.servers.any();
    if (!site) return;
    this.deliver(site, bytes, (acknowledgement) => {
      if (acknowledgement) this.network.send(SERVER, from, acknowledgement);
    });
  }

  #recordAnswer(bytes: Uint8Array, acknowledgement: Uint8Array): void {
    const home = this.homes.find(({ issued }) => issued.id === bytes.subarray(8, 16).toHex())!;
    this.model.answered(bytes, acknowledgement, home.issued.key);
    this.note(`${home.id} is answered ${acknowledgement.toHex()}`);
  }
}

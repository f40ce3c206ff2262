/** The places where servers run: each may die at any moment and is started anew after a while. */
import type { ReadingStore } from "../../server/store/store.ts";
import { FaultyKv } from "./faulty-kv.ts";
import { EMBEDDED_LIMITS, SHARED_LIMITS } from "./kv-limits.ts";
import { Site } from "./site.ts";
import type { World } from "./world.ts";

const RESTART_MS = 2_000;

export class Servers {
  /** By place; none where the server is down. */
  readonly sites: (Site | undefined)[];
  /** How far each place's clock is ahead, in seconds. */
  readonly clockErrors: number[];
  #toStart: Set<number>;

  constructor(
    readonly world: World,
    readonly real: Deno.Kv,
    readonly secret: Uint8Array,
    readonly randomBytes: (length: number) => Uint8Array,
    readonly wrapStore: (store: ReadingStore) => ReadingStore,
  ) {
    const places = world.plan.isShared ? [0, 1] : [0];
    this.sites = places.map(() => undefined);
    this.clockErrors = places.map(() => 0);
    this.#toStart = new Set(places);
  }

  any(): Site | undefined {
    const running = this.sites.filter((site) => site !== undefined);
    return running[Math.floor(this.world.random() * running.length)];
  }

  crash(place: number): void {
    const site = this.sites[place];
    if (!site) return;
    site.kv.isDead = true;
    this.sites[place] = undefined;
    this.world.figures.crashes++;
    this.world.note(`server ${place} crashes`);
    this.#restart(place);
  }

  removeDead(): void {
    this.sites.forEach((site, place) => {
      if (site?.kv.isDead) this.crash(place);
    });
  }

  /** One that cannot start, as the database fails, tries again later. */
  async startDue(): Promise<void> {
    for (const place of this.#toStart) {
      this.#toStart.delete(place);
      try {
        this.sites[place] = await this.world.turns.finish(this.#open(place));
        this.world.note(`server ${place} runs`);
      } catch (error) {
        this.world.failUnlessInjected(error);
        this.#restart(place);
      }
    }
  }

  #restart(place: number): void {
    this.world.time.schedule(RESTART_MS, () => void this.#toStart.add(place));
  }

  #open(place: number): Promise<Site> {
    const { real, secret, randomBytes, wrapStore, world: { plan, turns, random, time } } = this;
    const limits = plan.isShared ? SHARED_LIMITS : EMBEDDED_LIMITS;
    return Site.open({
      kv: new FaultyKv({ real, turns, random, limits, faults: plan.kv }),
      plan,
      secret,
      randomBytes,
      now: () => Math.floor(time.now() / 1000) + this.clockErrors[place],
      report: (problem, error) => {
        this.world.note(`server ${place}: ${problem}: ${error}`);
        this.world.failUnlessInjected(error);
      },
      wrapStore,
    });
  }
}

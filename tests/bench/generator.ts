/**
 * A process of its own that plays many meters over UDP: every datagram is signed, beforehand, so
 * that the one core which it has goes into sending and receiving. Prints one line of JSON.
 */
import { createHmac } from "node:crypto";
import { encodeReport, type Sign, tagIsValid } from "../../meter-firmware/protocol/datagram.ts";
import { seededRandom } from "../../meter-sim/random.ts";

export interface Load {
  /** `flood` sends without end, `window` keeps `limit` unanswered, `paced` sends `limit` a second. */
  mode: "flood" | "window" | "paced";
  port: number;
  seconds: number;
  /** How many to sign; when they are all sent the run ends. */
  datagrams: number;
  limit: number;
  firstN: number;
  seed: number;
  meters: { id: string; key: string }[];
}

export interface LoadResult {
  sent: number;
  acknowledged: number;
  /** Of those looked at closely, one in 64. */
  wrong: number;
  seconds: number;
}

const SAMPLED = 64;
const BURST = 32;
/** What the kernel dropped is never answered; a meter would repeat it, the generator goes on. */
const LOST_AFTER_MS = 250;

const signerOf = (key: string): Sign => {
  const bytes = Uint8Array.fromHex(key);
  return (message) => createHmac("sha256", bytes).update(message).digest();
};

/** One reading a datagram, of meters in random order, each with its numbers rising. */
class Datagrams {
  readonly all: Uint8Array[] = [];
  #signers: Sign[];
  #meters = new Map<bigint, number>();
  /** Which datagram holds which number of which meter. */
  #places: number[][];

  constructor(readonly load: Load) {
    const random = seededRandom(load.seed);
    this.#signers = load.meters.map(({ key }) => signerOf(key));
    this.#places = load.meters.map(() => []);
    load.meters.forEach(({ id }, i) => this.#meters.set(BigInt(`0x${id}`), i));
    const now = Math.floor(Date.now() / 1000);
    for (let i = 0; i < load.datagrams; i++) {
      this.all.push(this.#sign(i, Math.floor(random() * load.meters.length), now, random()));
    }
  }

  #sign(at: number, meter: number, now: number, chance: number): Uint8Array {
    const n = this.load.firstN + this.#places[meter].push(at) - 1;
    const milliwattHours = meter * 1000 + n * 611 + Math.floor(chance * 20);
    const time = now + 5 * (n - this.load.firstN);
    return encodeReport({
      keyId: 0,
      channel: 0,
      flags: 1,
      meter: this.load.meters[meter].id,
      sentAt: now,
      readings: [{ n, time, milliwattHours, quality: 0 }],
    }, this.#signers[meter]);
  }

  /** Which datagram an acknowledgement is for. */
  answeredBy(bytes: Uint8Array, view: DataView): { place: number; isValid: () => boolean } {
    const meter = this.#meters.get(view.getBigUint64(8))!;
    const place = this.#places[meter][view.getUint32(20) - this.load.firstN];
    return { place, isValid: () => bytes[5] === 0 && tagIsValid(bytes, this.#signers[meter]) };
  }
}

class Run {
  readonly datagrams: Datagrams;
  readonly socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly answered: Uint8Array;
  sent = 0;
  acknowledged = 0;
  wrong = 0;
  lost = 0;
  begin = 0;
  lastAt = 0;
  /** How much had been sent at past moments, so that what is long unanswered can be given up. */
  #past: { at: number; sent: number }[] = [];
  #judged = 0;

  constructor(readonly load: Load) {
    this.datagrams = new Datagrams(load);
    this.answered = new Uint8Array(load.datagrams);
  }

  async receive(): Promise<void> {
    const buffer = new Uint8Array(64);
    const view = new DataView(buffer.buffer);
    try {
      for (;;) {
        const [bytes] = await this.socket.receive(buffer);
        const { place, isValid } = this.datagrams.answeredBy(bytes, view);
        this.lastAt = performance.now();
        if (this.acknowledged % SAMPLED === 0 && !isValid()) this.wrong++;
        if (this.answered[place] === 0) this.acknowledged++;
        this.answered[place] = 1;
      }
    } catch {
      // The socket was closed: the run is over.
    }
  }

  async send(): Promise<void> {
    const { load, socket, datagrams: { all } } = this;
    const target = { transport: "udp", hostname: "127.0.0.1", port: load.port } as const;
    this.begin = performance.now();
    this.lastAt = this.begin;
    while (performance.now() < this.begin + load.seconds * 1000 && this.sent < all.length) {
      const until = Math.min(this.#allowed(), this.sent + BURST, all.length);
      while (this.sent < until) {
        const some: Promise<number>[] = [];
        for (let i = 0; i < 8 && this.sent < until; i++) {
          some.push(socket.send(all[this.sent++], target));
        }
        await Promise.all(some);
      }
      await later();
    }
  }

  #allowed(): number {
    const { load, sent } = this;
    if (load.mode === "flood") return sent + BURST;
    if (load.mode === "paced") {
      return Math.floor((performance.now() - this.begin) / 1000 * load.limit);
    }
    this.#giveUpLost();
    return this.acknowledged + this.lost + load.limit;
  }

  #giveUpLost(): void {
    const now = performance.now();
    this.#past.push({ at: now, sent: this.sent });
    while (this.#past[0].at < now - LOST_AFTER_MS) {
      for (const { sent } = this.#past.shift()!; this.#judged < sent; this.#judged++) {
        if (this.answered[this.#judged] === 0) this.lost++;
      }
    }
  }

  async finish(): Promise<LoadResult> {
    const sentAt = performance.now();
    const quiet = () => performance.now() - Math.max(this.lastAt, sentAt) > 1000;
    while (this.load.mode !== "flood" && this.acknowledged < this.sent && !quiet()) await later();
    const end = this.load.mode === "flood" ? sentAt : this.lastAt;
    this.socket.close();
    const { sent, acknowledged, wrong } = this;
    return { sent, acknowledged, wrong, seconds: (end - this.begin) / 1000 };
  }
}

/** A real operation, so that the socket is looked at in between; a timer would take a millisecond. */
const later = async () => void await crypto.subtle.digest("SHA-256", new Uint8Array(1));

if (import.meta.main) {
  const run = new Run(JSON.parse(await Deno.readTextFile(Deno.args[0])));
  run.receive();
  await run.send();
  console.log(JSON.stringify(await run.finish()));
}

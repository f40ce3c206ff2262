/**
 * A process of its own that plays many meters over UDP: every datagram is signed, beforehand, so
 * that the one core which it has goes into sending and receiving. Prints one line of JSON.
 */
import { createHmac } from "node:crypto";
import { encodeReport, type Sign, tagIsValid } from "../../meter-firmware/protocol/datagram.ts";
import { seededRandom } from "../../meter-sim/random.ts";

export interface Load {
  /** `flood` sends as fast as it can, `paced` sends `perSecond`. */
  mode: "flood" | "paced";
  port: number;
  seconds: number;
  /** How many to sign; when they are all sent the run ends. */
  datagrams: number;
  perSecond: number;
  firstN: number;
  /** Each meter's readings come every 5 s after this, in its own time. */
  after: number;
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

/** Many meters have many sockets; one could not hold the answers that come at once. */
const SOCKETS = 16;
const SAMPLED = 64;
const QUIET_MS = 1_000;
/** A report of one reading. */
const BYTES = 53;
const FLOOD_BURST = 256;
/** A load that varies a little, without much computing. */
export const plainRegister = (meter: number, n: number): number =>
  meter * 1000 + n * 611 + (n * 7919) % 23;

const signerOf = (key: string): Sign => {
  const bytes = Uint8Array.fromHex(key);
  return (message) => createHmac("sha256", bytes).update(message).digest();
};

/** One reading a datagram, of meters in random order, each with its numbers rising. */
class Datagrams {
  /** All in one block: as many objects would keep the garbage collector busy during the run. */
  #bytes: Uint8Array;
  #signers: Sign[];
  #meters = new Map<bigint, number>();
  /** Which datagram holds which number of which meter: for each meter, where its list begins. */
  #begins: Uint32Array;
  #places: Uint32Array;

  constructor(readonly load: Load) {
    const { meters, datagrams, seed } = load;
    this.#signers = meters.map(({ key }) => signerOf(key));
    meters.forEach(({ id }, i) => this.#meters.set(BigInt(`0x${id}`), i));
    this.#bytes = new Uint8Array(datagrams * BYTES);
    this.#places = new Uint32Array(datagrams);
    const senders = pickSenders(meters.length, datagrams, seededRandom(seed));
    this.#begins = beginsOf(senders, meters.length);
    const now = Math.floor(Date.now() / 1000);
    const sent = new Uint32Array(meters.length);
    senders.forEach((meter, at) => {
      const index = sent[meter]++;
      this.#places[this.#begins[meter] + index] = at;
      this.#bytes.set(this.#sign(meter, index, now), at * BYTES);
    });
  }

  at(place: number): Uint8Array {
    return this.#bytes.subarray(place * BYTES, (place + 1) * BYTES);
  }

  #sign(meter: number, index: number, now: number): Uint8Array {
    const n = this.load.firstN + index;
    const time = this.load.after + 5 * (index + 1);
    const reading = { n, time, milliwattHours: plainRegister(meter, n), quality: 0 };
    return encodeReport({
      keyId: 0,
      channel: 0,
      flags: 1,
      meter: this.load.meters[meter].id,
      sentAt: now,
      readings: [reading],
    }, this.#signers[meter]);
  }

  /** Which datagram an acknowledgement is for. */
  answeredBy(bytes: Uint8Array, view: DataView): { place: number; isValid: () => boolean } {
    const meter = this.#meters.get(view.getBigUint64(8))!;
    const place = this.#places[this.#begins[meter] + view.getUint32(20) - this.load.firstN];
    return { place, isValid: () => bytes[5] === 0 && tagIsValid(bytes, this.#signers[meter]) };
  }
}

const pickSenders = (meters: number, datagrams: number, random: () => number): Uint32Array =>
  new Uint32Array(datagrams).map(() => Math.floor(random() * meters));

/** Where each meter's list begins when all lists stand one behind the other. */
function beginsOf(senders: Uint32Array, meters: number): Uint32Array {
  const begins = new Uint32Array(meters + 1);
  for (const meter of senders) begins[meter + 1]++;
  for (let i = 0; i < meters; i++) begins[i + 1] += begins[i];
  return begins;
}

class Run {
  readonly datagrams: Datagrams;
  readonly sockets = Array.from(
    { length: SOCKETS },
    () => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }),
  );
  readonly answered: Uint8Array;
  sent = 0;
  acknowledged = 0;
  wrong = 0;
  begin = 0;
  lastAt = 0;
  #target: Deno.NetAddr;

  constructor(readonly load: Load) {
    this.datagrams = new Datagrams(load);
    this.answered = new Uint8Array(load.datagrams);
    this.#target = { transport: "udp", hostname: "127.0.0.1", port: load.port };
  }

  receive(): void {
    for (const socket of this.sockets) this.#receive(socket);
  }

  #sendNext(): Promise<number> {
    const at = this.sent++;
    return this.sockets[at % SOCKETS].send(this.datagrams.at(at), this.#target);
  }

  async #receive(socket: Deno.DatagramConn): Promise<void> {
    const buffer = new Uint8Array(64);
    const view = new DataView(buffer.buffer);
    try {
      for (;;) {
        const [bytes] = await socket.receive(buffer);
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
    const { load } = this;
    this.begin = performance.now();
    this.lastAt = this.begin;
    const end = this.begin + load.seconds * 1000;
    while (performance.now() < end && this.sent < load.datagrams) {
      for (let left = this.#room(); left > 0; left -= SOCKETS) {
        const count = Math.min(left, SOCKETS);
        await Promise.all(Array.from({ length: count }, () => this.#sendNext()));
      }
      await later();
    }
  }

  /** How many may be sent now. */
  #room(): number {
    const { load, sent, begin } = this;
    const seconds = (performance.now() - begin) / 1000;
    const allowed = load.mode === "flood"
      ? sent + FLOOD_BURST
      : Math.floor(seconds * load.perSecond);
    return Math.min(allowed, load.datagrams) - sent;
  }

  /** Waits until no more answers come. */
  async finish(): Promise<LoadResult> {
    const sentAt = performance.now();
    const lastAt = () => Math.max(this.lastAt, sentAt);
    while (this.acknowledged < this.sent && performance.now() < lastAt() + QUIET_MS) await later();
    const end = lastAt();
    for (const socket of this.sockets) socket.close();
    const { sent, acknowledged, wrong } = this;
    return { sent, acknowledged, wrong, seconds: (end - this.begin) / 1000 };
  }
}

/** Sleeps a millisecond or two: the server needs the processor more than the generator does. */
const later = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

if (import.meta.main) {
  const run = new Run(JSON.parse(await Deno.readTextFile(Deno.args[0])));
  run.receive();
  await run.send();
  console.log(JSON.stringify(await run.finish()));
}

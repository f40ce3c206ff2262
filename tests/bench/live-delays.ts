/**
 * What a live reader waits for beyond the acknowledgement: the time at which the meter has it, to the
 * time at which the reader has the message. Below zero where the message was first.
 */

export interface LiveLoad {
  readers: number;
  /** Each reader watches so many points of its own, with a meter each. */
  pointsEach: number;
  /** Readings of all meters. */
  perSecond: number;
  seconds: number;
}

interface Reading {
  register: number;
  sentAt: number;
  acknowledgedAt?: number;
  receivedAt?: number;
}

/** Most meters have an earlier message by then, and what runs is warm. */
const WARM_UP = 0.1;

export class Delays {
  #latest = new Map<string, Reading>();
  #added: number[] = [];
  #whole: number[] = [];
  #acknowledging: number[] = [];
  #begin = Infinity;
  sent = 0;
  overtaken = 0;

  constructor(readonly load: LiveLoad) {}

  isSent(point: string, register: number): void {
    if (this.sent++ === 0) this.#begin = performance.now();
    const before = this.#latest.get(point);
    if (before && before.receivedAt === undefined) this.overtaken++;
    this.#latest.set(point, { register, sentAt: performance.now() });
  }

  isAcknowledged(point: string, register: number): void {
    this.#set(point, register, "acknowledgedAt");
  }

  /** Takes a message as it came. */
  isReceived(text: string): void {
    const { point, energyWh } = JSON.parse(text);
    this.#set(point, Math.round(energyWh * 1000), "receivedAt");
  }

  #set(point: string, register: number, what: "acknowledgedAt" | "receivedAt"): void {
    const reading = this.#latest.get(point);
    if (reading?.register !== register) return;
    reading[what] = performance.now();
    if (reading.acknowledgedAt && reading.receivedAt) this.#note(reading);
  }

  #note({ sentAt, acknowledgedAt = 0, receivedAt = 0 }: Reading): void {
    if (sentAt < this.#begin + WARM_UP * 1000 * this.load.seconds) return;
    this.#added.push(receivedAt - acknowledgedAt);
    this.#whole.push(receivedAt - sentAt);
    this.#acknowledging.push(acknowledgedAt - sentAt);
  }

  figures() {
    const unreceived = [...this.#latest.values()].filter(({ receivedAt }) => !receivedAt).length;
    return {
      ...this.load,
      sent: this.sent,
      measured: this.#added.length,
      // Of readings that come faster than they are told, the newest is told.
      overtaken: this.overtaken,
      lost: unreceived,
      acknowledgedMs: quantiles(this.#acknowledging),
      addedMs: quantiles(this.#added),
      sentToReceivedMs: quantiles(this.#whole),
    };
  }
}

function quantiles(times: number[]) {
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    Number((times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1));
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

const later = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

/** Calls `send` with 0, 1, … at an even pace, and `look` in each tenth of the time. */
export async function paced(
  { perSecond, seconds }: LiveLoad,
  send: (i: number) => void,
  look: () => void | Promise<void>,
): Promise<void> {
  const begin = performance.now();
  let [sent, looks] = [0, 0];
  while (sent < perSecond * seconds) {
    await later();
    const passed = (performance.now() - begin) / 1000;
    for (const due = Math.min(passed, seconds) * perSecond; sent < due;) send(sent++);
    for (; looks < Math.floor(10 * passed / seconds) && looks < 10; looks++) await look();
  }
}

/** Memory that grows with time shows in the second half; what is built up at first, in the first. */
export function memoryFigures(bytes: number[]) {
  const mebibytes = bytes.map((each) => Math.round(each / 2 ** 20));
  return { residentMiB: mebibytes };
}

/**
 * Live readers as they are in truth: the shipped server in a process of its own, and this one, which
 * plays the meters over UDP and all readers over WebSockets.
 */
import { createHmac } from "node:crypto";
import { encodeReport } from "../../meter-firmware/protocol/datagram.ts";
import type { IssuedKey } from "../../server/store/meter-keys.ts";
import { plainRegister } from "./generator.ts";
import { Delays, type LiveLoad, memoryFigures, paced } from "./live-delays.ts";
import { LiveReader } from "./live-reader.ts";
import { OPERATOR_KEY, type Process, residentBytes } from "./processes.ts";

const SOCKETS = 16;
const CONNECTING_AT_ONCE = 50;
const LAST_MESSAGES_MS = 1_000;
const MAX_TRIES = 20;
const RETRY_MS = 1_000;

/** A point with the meter that counts there. */
export interface LivePoint {
  point: string;
  key: IssuedKey;
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export async function liveOverSockets(server: Process, points: LivePoint[], load: LiveLoad) {
  const delays = new Delays(load);
  const readers = await connectAll(server, points, load, delays);
  const meters = new Meters(server.udp, points, delays);
  const resident: number[] = [];
  await paced(load, (i) => meters.send(i), async () => {
    resident.push(await residentBytes(server.pid));
  });
  await sleep(LAST_MESSAGES_MS);
  const dropped = readers.filter(({ isOpen }) => !isOpen).length;
  for (const reader of readers) reader.close();
  meters.close();
  return { ...delays.figures(), dropped, ...memoryFigures(resident) };
}

async function connectAll(
  server: Process,
  points: LivePoint[],
  load: LiveLoad,
  delays: Delays,
): Promise<LiveReader[]> {
  const readers: LiveReader[] = [];
  for (let at = 0; at < load.readers; at += CONNECTING_AT_ONCE) {
    const count = Math.min(CONNECTING_AT_ONCE, load.readers - at);
    const some = Array.from({ length: count }, (_, i) => {
      const first = (at + i) * load.pointsEach;
      const own = points.slice(first, first + load.pointsEach).map(({ point }) => point);
      return connect(server, own, delays);
    });
    readers.push(...await Promise.all(some));
  }
  return readers;
}

/** Many readers of one key that come at once may be asked to wait. */
async function connect(server: Process, points: string[], delays: Delays): Promise<LiveReader> {
  const path = `/api/v1/live?points=${points}`;
  const received = (text: string) => {
    if (text.startsWith('{"point"')) delays.isReceived(text);
  };
  for (let tries = 1;; tries++) {
    const reader = await LiveReader.connect(server.http, path, OPERATOR_KEY, received);
    if (typeof reader !== "string") return reader;
    if (tries === MAX_TRIES) throw new Error(`Cannot connect a live reader: ${reader}`);
    await sleep(RETRY_MS);
  }
}

/** All meters of the points, one reading a datagram, in turn. */
class Meters {
  #sockets = Array.from(
    { length: SOCKETS },
    () => Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 }),
  );
  #places = new Map<string, number>();
  /** Each of them goes on with the number after its last. */
  #firstN = Math.floor(Date.now() / 1000);

  constructor(readonly port: number, readonly points: LivePoint[], readonly delays: Delays) {
    points.forEach(({ key }, i) => this.#places.set(key.id, i));
    for (const socket of this.#sockets) this.#receive(socket);
  }

  send(i: number): void {
    const place = i % this.points.length;
    const n = this.#firstN + Math.floor(i / this.points.length);
    const { point, key } = this.points[place];
    const time = Math.floor(Date.now() / 1000);
    const milliwattHours = plainRegister(place, n);
    const bytes = encodeReport({
      keyId: key.keyId,
      channel: 0,
      flags: 1,
      meter: key.id,
      sentAt: time,
      readings: [{ n, time, milliwattHours, quality: 0 }],
    }, (message) => createHmac("sha256", key.key).update(message).digest());
    this.delays.isSent(point, milliwattHours);
    const target: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port: this.port };
    this.#sockets[i % SOCKETS].send(bytes, target);
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  async #receive(socket: Deno.DatagramConn): Promise<void> {
    try {
      for await (const [bytes] of socket) {
        const place = this.#places.get(bytes.subarray(8, 16).toHex())!;
        const n = new DataView(bytes.buffer, bytes.byteOffset).getUint32(20);
        this.delays.isAcknowledged(this.points[place].point, plainRegister(place, n));
      }
    } catch {
      // The socket was closed: the run is over.
    }
  }
}

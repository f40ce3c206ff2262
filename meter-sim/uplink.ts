/**
 * The way to the server for many meters in one process. They share a few UDP sockets, and each
 * acknowledgement goes to the meter whose id it bears. Where the server takes no UDP, the same bytes
 * travel in HTTP requests.
 *
 * Between the meters and the sockets there may be a network that loses, doubles and delays. What
 * travels over HTTP is spared: there, TCP would repair it.
 */
import { ACKNOWLEDGEMENT_BYTES, readMeterId } from "../meter-firmware/protocol/datagram.ts";
import type { Answered, HttpLane } from "./http-lane.ts";
import type { Network } from "./network.ts";
import { pause, type Schedule } from "./schedule.ts";

export type Socket = Pick<Deno.DatagramConn, "send" | "receive" | "close">;

export interface Uplink {
  /** Hands over what comes back for a meter; gives the release. One listener a meter. */
  listen(meter: string, receive: (bytes: Uint8Array) => void): () => void;
  /** By UDP, or in an HTTP request where there is no UDP. */
  send(meter: string, bytes: Uint8Array): void;
  postHttp(bytes: Uint8Array, answered: Answered): void;
  /** How many meters wait for the server to answer. */
  waiting(): number;
  /** Resolves once at most so many wait, or nothing has come for a while. One call at a time. */
  settled(limit: number): Promise<void>;
  close(): Promise<void>;
}

export interface UplinkParts {
  /** None: everything goes over HTTP. */
  udp?: { sockets: Socket[]; server: Deno.NetAddr };
  http: HttpLane;
  network?: Network;
  /** Of the real world's time, also where the meters live in another. */
  schedule: Schedule;
}

/** One could not hold the answers that come at once. */
export const SHARED_SOCKETS = 16;

const SERVER = "server";
/** Longer than a busy server takes. */
const PATIENCE_MS = 1000;
const PAUSE_AFTER_FAILURE_MS = 10;

/**
 * The meters that wait for an answer, and whoever waits for there to be fewer. A meter that gets one
 * waits no more: what it sent before is answered as well, or lost.
 */
const createTally = (schedule: Schedule) => {
  const waiting = new Set<string>();
  let answers = 0;
  let check = (): void => {};

  return {
    sent: (meter: string) => {
      waiting.add(meter);
    },
    answered: (meter: string) => {
      answers += 1;
      waiting.delete(meter);
      check();
    },
    waiting: () => waiting.size,
    settled: (limit: number): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      let cancel = (): void => {};
      const watch = (): void => {
        const answersBefore = answers;
        cancel = schedule(PATIENCE_MS, () => {
          // Those that are left wait for what was lost.
          if (answers === answersBefore) waiting.clear();
          watch();
          check();
        });
      };
      check = () => {
        if (waiting.size > limit) return;
        cancel();
        check = () => {};
        resolve();
      };
      watch();
      check();
      return promise;
    },
  };
};

/** A datagram that could not be delivered may come back as an error of the next receive. */
const receiveOn = async (socket: Socket, buffer: Uint8Array) => {
  try {
    return (await socket.receive(buffer))[0];
  } catch (error) {
    const isClosed = error instanceof Deno.errors.BadResource ||
      error instanceof Deno.errors.Interrupted;
    return isClosed ? "closed" : "failed";
  }
};

export const createUplink = ({ udp, http, network, schedule }: UplinkParts): Uplink => {
  const tally = createTally(schedule);
  const listeners = new Map<string, (bytes: Uint8Array) => void>();
  let nextSocket = 0;

  const arrive = (meter: string, bytes: Uint8Array): void => listeners.get(meter)?.(bytes);

  const deliver = (bytes: Uint8Array): void => {
    if (bytes.length !== ACKNOWLEDGEMENT_BYTES) return;
    const meter = readMeterId(bytes);
    tally.answered(meter);
    if (network) network.send(SERVER, meter, bytes);
    else arrive(meter, bytes);
  };

  /** A datagram that cannot leave is lost, as any may be. */
  const sendUdp = (meter: string, bytes: Uint8Array): void => {
    const { sockets, server } = udp!;
    nextSocket = (nextSocket + 1) % sockets.length;
    tally.sent(meter);
    sockets[nextSocket].send(bytes, server).catch(() => {});
  };

  const postHttp = (bytes: Uint8Array, answered: Answered): void => {
    const meter = readMeterId(bytes);
    tally.sent(meter);
    http.post(bytes, (body) => {
      tally.answered(meter);
      answered(body);
    });
  };

  const receiveAll = async (socket: Socket): Promise<void> => {
    const buffer = new Uint8Array(ACKNOWLEDGEMENT_BYTES + 1);
    for (;;) {
      const bytes = await receiveOn(socket, buffer);
      if (bytes === "closed") return;
      if (bytes === "failed") {
        await pause(schedule, PAUSE_AFTER_FAILURE_MS);
        continue;
      }
      deliver(bytes);
    }
  };

  const release = udp && network?.listen(SERVER, (bytes, meter) => sendUdp(meter, bytes));
  const receiving = udp?.sockets.map(receiveAll) ?? [];

  const sendByHttp = (meter: string, bytes: Uint8Array): void =>
    postHttp(bytes, (body) => body && arrive(meter, body));

  return {
    listen: (meter, receive) => {
      if (listeners.has(meter)) throw new Error(`Cannot listen for meter ${meter}: another does`);
      listeners.set(meter, receive);
      const leave = network?.listen(meter, receive);
      return () => {
        leave?.();
        listeners.delete(meter);
      };
    },
    send: (meter, bytes) => {
      if (!udp) sendByHttp(meter, bytes);
      else if (network) network.send(meter, SERVER, bytes);
      else sendUdp(meter, bytes);
    },
    postHttp,
    waiting: tally.waiting,
    settled: tally.settled,
    close: async () => {
      release?.();
      for (const socket of udp?.sockets ?? []) socket.close();
      await Promise.all([...receiving, http.close()]);
    },
  };
};

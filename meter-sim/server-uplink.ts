/** Opens the way to a server: requests to its HTTP side, and sockets for its UDP port if it has one. */
import { createHttpLane } from "./http-lane.ts";
import type { Network } from "./network.ts";
import type { Schedule } from "./schedule.ts";
import { createUplink, SHARED_SOCKETS, type Socket, type Uplink } from "./uplink.ts";

/** What of this machine the way takes. */
export interface Wires {
  listenDatagram(options: Deno.UdpListenOptions & { transport: "udp" }): Socket;
  /** Finds undefined where there is no such name. */
  lookUp(host: string): Promise<string | undefined>;
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Of the real world's time. */
  schedule: Schedule;
}

export interface ServerPlace {
  /** Where it listens: `http://127.0.0.1:8000`. */
  address: string;
  /** Undefined when it takes no UDP. */
  udpPort: number | undefined;
}

export interface Way {
  /** As many as many meters share, unless told otherwise. */
  sockets?: number;
  network?: Network;
}

/** Of a URL; an address of IPv6 has brackets there. */
export const hostOf = (address: string): string =>
  new URL(address).hostname.replace(/^\[(.*)\]$/, "$1");

const addressOf = async (host: string, { lookUp }: Wires): Promise<string> => {
  const found = await lookUp(host);
  if (found === undefined) {
    throw new Error(`Cannot reach the server: the name ${host} does not resolve`);
  }
  return found;
};

export const openUplink = async (
  { address, udpPort }: ServerPlace,
  wires: Wires,
  { sockets = SHARED_SOCKETS, network }: Way = {},
): Promise<Uplink> => {
  const { schedule, fetch, listenDatagram } = wires;
  const http = createHttpLane({ address, fetch });
  if (udpPort === undefined) return createUplink({ http, network, schedule });
  const hostname = await addressOf(hostOf(address), wires);
  const own = hostname.includes(":") ? "::" : "0.0.0.0";
  const open = () => listenDatagram({ transport: "udp", hostname: own, port: 0 });
  return createUplink({
    udp: {
      sockets: Array.from({ length: sockets }, open),
      server: { transport: "udp", hostname, port: udpPort },
    },
    http,
    network,
    schedule,
  });
};

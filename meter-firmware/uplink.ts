/**
 * The way to the server: a socket that is made anew after each time without a network, because one
 * that lived through it sends rubbish, and an address that is looked up once, because looking up
 * blocks the chip. When the server stays silent for long the address is looked up again: it may have
 * moved.
 */
import type { Hardware, UdpSocket } from "./board.ts";

export interface Uplink {
  sendUdp(bytes: Uint8Array): void;
  postHttp(bytes: Uint8Array, answered: (bytes: Uint8Array | undefined) => void): void;
  /** About once a second, with the number of reports in a row without an answer. */
  tick(unanswered: number): void;
  /** What keeps reports from the server, in words; empty when nothing is known to. */
  problem(): string;
}

export interface Server {
  host: string;
  httpPort: number;
  /** 0 when there is none. */
  udpPort: number;
}

const PATH = "/api/v1/datagrams";
const LOOK_UP_PAUSE_MS = 15000;
const SILENT_REPORTS = 10;

export type UplinkHardware = Pick<
  Hardware,
  "uptime" | "networkIsUp" | "resolve" | "openUdp" | "postHttp" | "print"
>;

export const createUplink = (
  hardware: UplinkHardware,
  server: Server,
  received: (bytes: Uint8Array) => void,
): Uplink => {
  let socket: UdpSocket | undefined;
  let address: string | undefined;
  let lookUpAt = 0;
  let unansweredAtLookUp = 0;
  let problem = "";

  const tell = (found: string): void => {
    if (found !== problem && found !== "") hardware.print(`Cannot report: ${found}`);
    problem = found;
  };

  const lookUp = (uptime: number, unanswered: number): void => {
    lookUpAt = uptime + LOOK_UP_PAUSE_MS;
    unansweredAtLookUp = unanswered;
    hardware.resolve(server.host, (found) => {
      if (found !== undefined) address = found;
      tell(address === undefined ? `server: the name ${server.host} does not resolve` : "");
    });
  };

  const hangUp = (): void => {
    if (socket !== undefined) socket.close();
    socket = undefined;
  };

  return {
    sendUdp: (bytes) => {
      if (server.udpPort === 0 || address === undefined || !hardware.networkIsUp()) return;
      if (socket === undefined) {
        socket = hardware.openUdp(received, () => {
          socket = undefined;
        });
      }
      socket.send(bytes, server.udpPort, address);
    },
    postHttp: (bytes, answered) => {
      if (address === undefined || !hardware.networkIsUp()) {
        answered(undefined);
        return;
      }
      hardware.postHttp({
        address: address,
        port: server.httpPort,
        host: server.host,
        path: PATH,
        bytes: bytes,
      }, answered);
    },
    tick: (unanswered) => {
      if (!hardware.networkIsUp()) {
        hangUp();
        tell("there is no network");
        return;
      }
      const uptime = hardware.uptime();
      if (unanswered < unansweredAtLookUp) unansweredAtLookUp = 0;
      const isSilent = unanswered - unansweredAtLookUp >= SILENT_REPORTS;
      if (isSilent) hangUp();
      if ((address === undefined || isSilent) && uptime >= lookUpAt) lookUp(uptime, unanswered);
      else if (address !== undefined) tell("");
    },
    problem: () => problem,
  };
};

/** The fleet's way to a real server process: real sockets, real time, real meters. */
import { createApi } from "../../meter-sim/api.ts";
import { type MeterState, newMeterState } from "../../meter-sim/fleet-state.ts";
import { createHttpLane } from "../../meter-sim/http-lane.ts";
import type { Network } from "../../meter-sim/network.ts";
import type { Schedule } from "../../meter-sim/schedule.ts";
import { createUplink, SHARED_SOCKETS, type Uplink } from "../../meter-sim/uplink.ts";
import { OPERATOR_KEY, type RunningServer } from "../server/running-server.ts";

export const schedule: Schedule = (delayMs, run) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};

export type RealUplink = Uplink & AsyncDisposable;

export const openUplink = (server: RunningServer, network?: Network): RealUplink => {
  const hostname = "127.0.0.1";
  const open = () => Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  const uplink = createUplink({
    udp: server.udpPort
      ? {
        sockets: Array.from({ length: SHARED_SOCKETS }, open),
        server: { transport: "udp", hostname, port: server.udpPort },
      }
      : undefined,
    http: createHttpLane({ address: server.address, fetch }),
    network,
    schedule,
  });
  return { ...uplink, [Symbol.asyncDispose]: uplink.close };
};

export interface Home {
  pointId: string;
  state: MeterState;
}

const apiOf = (server: RunningServer) =>
  createApi({ address: server.address, operatorKey: OPERATOR_KEY, fetch });

/** Meters of the server, each with a household of its own, that have measured nothing before `time`. */
export const newMeters = async (server: RunningServer, count: number, seed: number, time: number) =>
  (await apiOf(server).provisionMeters(Array.from({ length: count }, () => ({}))))
    .map((issued, i) => newMeterState(issued, seed + i, time));

export const newHomes = async (
  server: RunningServer,
  count: number,
  seed: number,
  time: number,
): Promise<Home[]> => {
  const api = apiOf(server);
  const customerId = await api.createCustomer({ name: "Ana" });
  const points: string[] = [];
  while (points.length < count) points.push(await api.createPoint({ customerId, label: "Casa" }));
  const issued = await api.provisionMeters(points.map((pointId) => ({ pointId })));
  return issued.map((meter, i) => ({
    pointId: points[i],
    state: newMeterState(meter, seed + i, time),
  }));
};

/** What the server's /metrics say about readings and datagrams. */
export const countsOf = async (server: RunningServer) => {
  const readings = (outcome: string) =>
    server.metric(`contaluz_readings_total{outcome="${outcome}"}`);
  const datagrams = (outcome: string) =>
    server.metric(`contaluz_datagrams_total{outcome="${outcome}"}`);
  return {
    stored: await readings("stored"),
    duplicates: await readings("duplicate"),
    conflicts: await readings("conflict"),
    refused: await datagrams("malformed") + await datagrams("unknownMeter") +
      await datagrams("wrongTag") + await datagrams("failed"),
  };
};

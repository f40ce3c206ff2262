/** The fleet's way to a real server process: real sockets, real time, real meters. */
import { createApi } from "../../meter-sim/api.ts";
import { type MeterState, newMeterState } from "../../meter-sim/fleet-state.ts";
import { lookUp } from "../../meter-sim/look-up.ts";
import type { Network } from "../../meter-sim/network.ts";
import { createSchedule } from "../../meter-sim/schedule.ts";
import { openUplink as open, type Wires } from "../../meter-sim/server-uplink.ts";
import type { Uplink } from "../../meter-sim/uplink.ts";
import { OPERATOR_KEY, type RunningServer } from "../server/running-server.ts";

export const schedule = createSchedule({ setTimeout, clearTimeout });

export const wires: Wires = { listenDatagram: Deno.listenDatagram, lookUp, fetch, schedule };

export type RealUplink = Uplink & AsyncDisposable;

export const openUplink = async (
  { address, udpPort }: RunningServer,
  network?: Network,
): Promise<RealUplink> => {
  const uplink = await open({ address, udpPort: udpPort || undefined }, wires, { network });
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

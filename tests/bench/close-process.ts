/**
 * A process of its own that closes all periods that are due at an instant, with the shipped service
 * over a data folder. It may be told to die, as if killed, once so many invoices have been issued.
 * Prints one line of JSON.
 */
import { openService, type Service } from "../../server/service.ts";
import { invoiceCounterKey } from "../../server/store/keys.ts";
import { failTest } from "../server/store/kv.ts";
import { BY, openPreload, type Preload, valueOf } from "./preload.ts";
import { cpuSeconds } from "./processes.ts";

export interface Close {
  folder: string;
  /** Unix seconds. */
  now: number;
  /** How many invoices there are when it dies; it lives if it is not said. */
  diesAt?: number;
}

export interface Closed {
  invoices: number;
  failures: number;
  seconds: number;
  /** Of all threads. */
  cpuSeconds: number;
  /** The most that was resident in each quarter of the time. */
  megabytes: number[];
}

const LOOK_MS = 20;
const QUARTERS = [0, 1, 2, 3];

export async function close({ folder, now, diesAt }: Close): Promise<Closed> {
  const preload = await openPreload(folder);
  const service = await serviceOver(preload, now);
  const resident: number[] = [];
  const watch = setInterval(async () => {
    resident.push(Deno.memoryUsage().rss);
    const { value } = await preload.kv.get<number>(invoiceCounterKey);
    if (diesAt !== undefined && (value ?? 1) > diesAt) Deno.kill(Deno.pid, "SIGKILL");
  }, LOOK_MS);
  const cpuBefore = await cpuSeconds(Deno.pid);
  const begin = performance.now();
  const { id } = valueOf(await service.closing.begin(false, { ...BY, at: now }));
  await service.closing.ended();
  const seconds = (performance.now() - begin) / 1000;
  const cpu = await cpuSeconds(Deno.pid) - cpuBefore;
  clearInterval(watch);
  const { invoices, failures } = (await service.closing.runs.get(id))!;
  service.live.close();
  await service.closing.stop();
  await service.ingest.close();
  preload.close();
  return {
    invoices,
    failures,
    seconds,
    cpuSeconds: cpu,
    megabytes: QUARTERS.map((i) => mostOf(resident, i)),
  };
}

function mostOf(resident: number[], quarter: number): number {
  const length = resident.length / QUARTERS.length;
  const some = resident.slice(Math.floor(quarter * length), Math.ceil((quarter + 1) * length));
  return Math.round(Math.max(...some) / 1e6);
}

const serviceOver = ({ kv, secret }: Preload, now: number): Promise<Service> =>
  openService({
    kv,
    isShared: false,
    secret,
    operatorKey: undefined,
    timezone: "America/Sao_Paulo",
    now: () => now,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    timer: () => ({ ended: new Promise<void>(() => {}), cancel: () => {} }),
    soon: () => {},
    every: () => () => {},
    upgrade: () => failTest("no sockets", undefined),
    linger: () => Promise.resolve(),
    timed: (commit) => commit(),
    report: failTest,
  });

if (import.meta.main) console.log(JSON.stringify(await close(JSON.parse(Deno.args[0]))));

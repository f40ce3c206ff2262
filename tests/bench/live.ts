/** Live readers in the server's own process, without sockets: what the feed itself takes. */
import { heartbeatText, readingText } from "../../server/http/live-messages.ts";
import { DEFAULT_INGEST_LIMITS, Ingest } from "../../server/ingest/ingest.ts";
import { LiveFeed } from "../../server/live/feed.ts";
import { EmbeddedStore } from "../../server/store/embedded.ts";
import { failTest } from "../server/store/kv.ts";
import { plainRegister } from "./generator.ts";
import { Delays, type LiveLoad, memoryFigures, paced } from "./live-delays.ts";

const now = () => Math.floor(Date.now() / 1000);
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const hexOf = (i: number) => i.toString(16).padStart(16, "0");
const LAST_MESSAGES_MS = 500;

export async function liveFeed(folder: string, load: LiveLoad) {
  const kv = await Deno.openKv(`${folder}/live.db`);
  const store = await EmbeddedStore.open(kv, failTest);
  const ingest = ingestInto(store);
  const feed = feedFrom(store);
  const delays = new Delays(load);
  for (let i = 0; i < load.readers; i++) {
    const points = Array.from(
      { length: load.pointsEach },
      (_, j) => hexOf(i * load.pointsEach + j),
    );
    const connection = { bufferedBytes: 0, close: () => {}, send: receive };
    if (!feed.subscribe({ points, connection }).ok) throw new Error("Cannot subscribe");
  }
  function receive(text: string): void {
    if (!text.startsWith('{"heartbeat"')) delays.isReceived(text);
  }
  await sleep(LAST_MESSAGES_MS);
  const meters = load.readers * load.pointsEach;
  let refused = 0;
  const resident: number[] = [];
  const send = async (i: number) => {
    const [meter, n] = [i % meters, 1 + Math.floor(i / meters)];
    const [point, milliwattHours] = [hexOf(meter), plainRegister(meter, n)];
    delays.isSent(point, milliwattHours);
    const reading = { n, time: now(), milliwattHours, quality: 0, skew: 0 };
    if (await ingest.takeReadings(point, 0, [reading])) {
      delays.isAcknowledged(point, milliwattHours);
    } else refused++;
  };
  await paced(load, send, () => void resident.push(Deno.memoryUsage().rss));
  await sleep(LAST_MESSAGES_MS);
  await ingest.close();
  feed.close();
  kv.close();
  return { ...delays.figures(), refused, ...memoryFigures(resident) };
}

const ingestInto = (store: EmbeddedStore): Ingest =>
  new Ingest({
    store,
    findKey: () => undefined,
    confirmKey: () => Promise.resolve(),
    recordConflicts: () => Promise.resolve(),
    recordFalls: () => Promise.resolve(),
    now,
    linger: (isBusy) => sleep(isBusy ? 50 : 10),
    timed: (commit) => commit(),
    report: failTest,
  }, { ...DEFAULT_INGEST_LIMITS, queuedAppends: 4_096 });

/** Each point has the meter of its own name. */
const feedFrom = (store: EmbeddedStore): LiveFeed =>
  new LiveFeed({
    readings: store,
    newest: (series, count) => store.reader.newest(series, count),
    assignmentOf: (point) => Promise.resolve({ meterId: point, from: 0 }),
    now,
    readingText,
    heartbeatText,
    alertText: () => Promise.resolve(""),
    soon: (run) => void setTimeout(run, 0),
    every: (ms, run) => {
      const timer = setInterval(run, ms);
      return () => clearInterval(timer);
    },
    report: failTest,
  });

/** What passes between the server and the thread of its UDP socket. */
import { assert, assertEquals } from "@std/assert";
import type { Ingest } from "../../../server/ingest/ingest.ts";
import { serveUdp } from "../../../server/ingest/udp.ts";
import { BatchWriter, type FromThread, type ToThread } from "../../../server/ingest/udp-batch.ts";
import { within } from "../within.ts";

const THREAD = new URL("../../../server/ingest/udp-thread.ts", import.meta.url);
const WHERE = { hostname: "127.0.0.1", port: 0 };

function ingestThatNotes() {
  const taken: number[] = [];
  const take = (bytes: Uint8Array) => void taken.push(bytes[0]);
  return { taken, ingest: { take, counts: { dropped: 0 } } as unknown as Ingest };
}

Deno.test("Udp.handOver() ends once ingest has what the thread still held", async () => {
  const { taken, ingest } = ingestThatNotes();
  const batch = new BatchWriter();
  batch.add(0, new Uint8Array([7]));
  const say = (message: FromThread) => thread.onmessage({ data: message } as MessageEvent);
  const thread = {
    onmessage: (_: MessageEvent) => {},
    postMessage: ({ kind }: ToThread) => {
      if (kind === "open") queueMicrotask(() => say({ kind: "bound", port: 1 }));
      if (kind !== "handOver") return;
      say({ kind: "datagrams", bytes: batch.finish(), dropped: 2 });
      say({ kind: "handedOver" });
    },
  };
  const udp = await serveUdp(thread as unknown as Worker, WHERE, ingest, () => {});
  await udp.handOver();
  assertEquals([taken, ingest.counts.dropped], [[7], 2]);
});

Deno.test("the thread of the UDP socket answers to a call for all it has", async () => {
  const { ingest } = ingestThatNotes();
  const thread = new Worker(THREAD, { type: "module" });
  const udp = await serveUdp(thread, WHERE, ingest, () => {});
  assert(udp.port > 0);
  await within(udp.handOver(), 5_000, "what the thread had");
  await udp.close();
});

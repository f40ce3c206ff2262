/**
 * The UDP socket, in a thread of its own. The kernel holds some 250 small datagrams for a socket,
 * which last for a few milliseconds; whatever else the server does meanwhile must not lose any. So
 * this thread does nothing but move datagrams: in, in batches; acknowledgements out.
 *
 * A batch is a run of entries: the datagram's number (4 bytes), its length (2), its bytes. What
 * comes back is the number and the acknowledgement, in the same form.
 */
/// <reference lib="deno.worker" />
import { MAX_REPORT_BYTES } from "../../meter-firmware/protocol/datagram.ts";
import { receiveAll } from "./receive.ts";
import { Senders } from "./senders.ts";
import { BatchWriter, entriesOf, type FromThread, type ToThread } from "./udp-batch.ts";

/**
 * Senders are remembered for so many datagrams: about as many as can wait for their answer. One that
 * was forgotten hears nothing and repeats.
 */
const REMEMBERED = 32_768;
/** Datagrams handed over and not yet taken; beyond, new ones are dropped. */
const MAX_UNTAKEN = 16_384;
const BATCH_MS = 1;

const senders = new Senders<Deno.Addr>(REMEMBERED);
const batch = new BatchWriter();
let socket: Deno.DatagramConn | undefined;
let number = 0;
let untaken = 0;
let dropped = 0;

const post = (message: FromThread, transfer: Transferable[] = []) =>
  self.postMessage(message, transfer);

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function handOver(): void {
  if (batch.isEmpty) return;
  const bytes = batch.finish();
  post({ kind: "datagrams", bytes, dropped }, [bytes.buffer]);
  dropped = 0;
}

function accept(bytes: Uint8Array, sender: Deno.Addr): void {
  if (untaken >= MAX_UNTAKEN) {
    dropped++;
    return;
  }
  if (batch.isEmpty) setTimeout(handOver, BATCH_MS);
  senders.remember(number, sender);
  batch.add(number, bytes);
  number = (number + 1) >>> 0;
  untaken++;
  if (batch.isFull) handOver();
}

function receive(socket: Deno.DatagramConn): Promise<void> {
  // One byte more than the longest report, so that a longer one is seen as such.
  const buffer = new Uint8Array(MAX_REPORT_BYTES + 1);
  const failed = ({ message }: Error) => post({ kind: "problem", reason: message });
  return receiveAll(socket, buffer, accept, failed, sleep);
}

/** One after the other, so that receiving has its turn in between. */
async function send(bytes: Uint8Array): Promise<void> {
  for (const { number, content } of entriesOf(bytes)) {
    const sender = senders.of(number);
    if (!socket || !sender) continue;
    try {
      await socket.send(content, sender);
    } catch {
      // The meter has gone; it repeats what it did not hear of.
    }
  }
}

let sending = Promise.resolve();

self.onmessage = async ({ data }: MessageEvent<ToThread>) => {
  if (data.kind === "open") {
    try {
      const { hostname, port } = data;
      socket = Deno.listenDatagram({ transport: "udp", hostname, port });
      post({ kind: "bound", port: (socket.addr as Deno.NetAddr).port });
      receive(socket);
    } catch (error) {
      post({ kind: "unbound", reason: (error as Error).message });
    }
  } else if (data.kind === "taken") {
    untaken -= data.count;
  } else if (data.kind === "answers") {
    const { bytes } = data;
    sending = sending.then(() => send(bytes));
  } else if (data.kind === "handOver") {
    handOver();
    post({ kind: "handedOver" });
  } else {
    await sending;
    socket?.close();
    post({ kind: "closed" });
  }
};

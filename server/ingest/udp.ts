/** Datagrams over UDP: whatever comes goes to ingest, and only acknowledgements go back. */
import type { ReportProblem } from "../errors.ts";
import type { Ingest } from "./ingest.ts";
import { BatchWriter, entriesOf, type FromThread, type ToThread } from "./udp-batch.ts";

export interface Udp {
  port: number;
  /** Has ingest take what has come in so far. */
  handOver: () => Promise<void>;
  /** Sends what is to be sent, then closes the socket. */
  close: () => Promise<void>;
}

/** Serves until it is closed. `thread` runs `udp-thread.ts`. Throws if the port cannot be had. */
export async function serveUdp(
  thread: Worker,
  where: { hostname: string; port: number },
  ingest: Ingest,
  report: ReportProblem,
): Promise<Udp> {
  const post = (message: ToThread) => thread.postMessage(message);
  const answers = new Answers((bytes) => post({ kind: "answers", bytes }));
  const bound = Promise.withResolvers<number>();
  const handedOver = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  thread.onmessage = ({ data }: MessageEvent<FromThread>) => {
    if (data.kind === "datagrams") {
      post({ kind: "taken", count: takeAll(data.bytes, ingest, answers) });
      ingest.counts.dropped += data.dropped;
    } else if (data.kind === "bound") bound.resolve(data.port);
    else if (data.kind === "unbound") bound.reject(new Error(data.reason));
    else if (data.kind === "handedOver") handedOver.resolve();
    else if (data.kind === "closed") closed.resolve();
    else report("Cannot receive a datagram", data.reason);
  };
  post({ kind: "open", ...where });
  const port = await bound.promise;
  const handOver = () => {
    post({ kind: "handOver" });
    return handedOver.promise;
  };
  const close = async () => {
    answers.flush();
    post({ kind: "close" });
    await closed.promise;
    thread.terminate();
  };
  return { port, handOver, close };
}

function takeAll(bytes: Uint8Array, ingest: Ingest, answers: Answers): number {
  let count = 0;
  for (const { number, content } of entriesOf(bytes)) {
    count++;
    ingest.take(content, (_outcome, acknowledgement) => {
      if (acknowledgement) answers.add(number, acknowledgement);
    });
  }
  return count;
}

/** Collects the acknowledgements of one moment, to be sent together. */
class Answers {
  #batch = new BatchWriter();

  constructor(readonly send: (bytes: Uint8Array<ArrayBuffer>) => void) {}

  add(number: number, acknowledgement: Uint8Array): void {
    if (this.#batch.isEmpty) queueMicrotask(() => this.flush());
    this.#batch.add(number, acknowledgement);
    if (this.#batch.isFull) this.flush();
  }

  flush(): void {
    if (!this.#batch.isEmpty) this.send(this.#batch.finish());
  }
}

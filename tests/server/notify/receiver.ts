/** One who takes webhooks on a real socket, and answers byte by byte as a test wants it. */
import { within } from "../within.ts";
import { CERT, KEY } from "./certificate.ts";

const LOOPBACK = { hostname: "127.0.0.1", port: 0 };
const HANG_UP_MS = 5_000;
const PROBE = "probe";
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Line {
  #isClosed = false;

  constructor(readonly socket: Deno.Conn) {}

  async write(text: string): Promise<void> {
    const bytes = encoder.encode(text);
    for (let at = 0; at < bytes.length;) at += await this.socket.write(bytes.subarray(at));
  }

  /** What comes until it fits, or until the other side is gone. */
  async read(isWhole: (text: string) => boolean): Promise<string> {
    const buffer = new Uint8Array(4_096);
    let text = "";
    while (!isWhole(text)) {
      const count = await this.socket.read(buffer).catch(() => null);
      if (count === null) break;
      text += decoder.decode(buffer.subarray(0, count));
    }
    return text;
  }

  close(): void {
    if (!this.#isClosed) this.socket.close();
    this.#isClosed = true;
  }
}

/** Whoever has called must hang up by itself: what stays open was forgotten. */
export async function hungUp(lines: Line[], served: Promise<void>[]): Promise<void> {
  try {
    await within(Promise.all(served), HANG_UP_MS, "the end of all connections");
  } finally {
    for (const line of lines) line.close();
  }
}

/** What it does with a request; the line is closed after that, at the latest. */
export type Answer = (line: Line) => Promise<unknown> | void;

export const untilGone = (line: Line): Promise<string> => line.read(() => false);

export class Receiver implements AsyncDisposable {
  readonly requests: string[] = [];
  readonly #asked = Promise.withResolvers<void>();
  readonly #lines: Line[] = [];
  readonly #served: Promise<void>[] = [];
  readonly #accepting: Promise<void>;

  private constructor(readonly listener: Deno.Listener, readonly answer: Answer) {
    this.#accepting = this.#accept();
  }

  static open(answer: Answer): Receiver {
    return new Receiver(Deno.listen(LOOPBACK), answer);
  }

  static openTls(answer: Answer): Receiver {
    return new Receiver(Deno.listenTls({ ...LOOPBACK, cert: CERT, key: KEY }), answer);
  }

  get port(): number {
    return (this.listener.addr as Deno.NetAddr).port;
  }

  /** Once a first request is here. */
  get asked(): Promise<void> {
    return this.#asked.promise;
  }

  /** Connections without a request as well; one of its own comes behind all that there were. */
  async connections(): Promise<number> {
    const probe = new Line(await Deno.connect({ hostname: "127.0.0.1", port: this.port }));
    await probe.write(`${PROBE}\r\n\r\n`);
    await untilGone(probe);
    probe.close();
    return this.#lines.length - 1;
  }

  async #accept(): Promise<void> {
    for await (const socket of this.listener) {
      const line = new Line(socket);
      this.#lines.push(line);
      this.#served.push(this.#serve(line));
    }
  }

  async #serve(line: Line): Promise<void> {
    const request = await line.read(isWhole);
    if (request !== "" && !request.startsWith(PROBE)) {
      this.requests.push(request);
      this.#asked.resolve();
      await Promise.resolve(this.answer(line)).catch(() => {});
    }
    line.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.close();
    await this.#accepting;
    await hungUp(this.#lines, this.#served);
  }
}

function isWhole(request: string): boolean {
  const end = request.indexOf("\r\n\r\n");
  const length = request.match(/^content-length: (\d+)/im);
  return end >= 0 && request.length >= end + 4 + Number(length?.[1] ?? 0);
}

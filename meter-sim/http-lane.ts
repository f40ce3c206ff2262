/**
 * Datagrams in HTTP requests, for meters to which UDP is closed: so many at once, the others in a
 * line of limited length. What finds the line full counts as unanswered, and its meter repeats it.
 */

export type Answered = (bytes: Uint8Array | undefined) => void;

export interface HttpLane {
  post(bytes: Uint8Array, answered: Answered): void;
  /** Answers nothing more; resolves once no request is under way. */
  close(): Promise<void>;
}

export interface HttpLaneParts {
  /** Where the server listens: `http://127.0.0.1:8000`. */
  address: string;
  fetch(url: string, init: RequestInit): Promise<Response>;
}

interface Waiting {
  bytes: Uint8Array;
  answered: Answered;
}

/** A busy server answers every 50 ms: fewer could not carry ten thousand meters. */
const REQUESTS_AT_ONCE = 256;
const MAX_WAITING = 16384;
const ANSWER_MS = 10000;

export const createHttpLane = ({ address, fetch }: HttpLaneParts): HttpLane => {
  const url = `${address}/api/v1/datagrams`;
  const closing = new AbortController();
  const waiting: Waiting[] = [];
  const underWay = new Set<Promise<void>>();

  const answerTo = async (bytes: Uint8Array): Promise<Uint8Array | undefined> => {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/octet-stream" },
        body: bytes as Uint8Array<ArrayBuffer>,
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(ANSWER_MS)]),
      });
      const body = new Uint8Array(await response.arrayBuffer());
      return response.status === 200 ? body : undefined;
    } catch {
      return undefined;
    }
  };

  const run = async ({ bytes, answered }: Waiting): Promise<void> => {
    const body = await answerTo(bytes);
    if (!closing.signal.aborted) answered(body);
  };

  const start = (): void => {
    while (underWay.size < REQUESTS_AT_ONCE) {
      const next = waiting.shift();
      if (next === undefined) return;
      const request = run(next).finally(() => {
        underWay.delete(request);
        start();
      });
      underWay.add(request);
    }
  };

  return {
    post: (bytes, answered) => {
      if (closing.signal.aborted) return;
      if (waiting.length >= MAX_WAITING) {
        queueMicrotask(() => answered(undefined));
        return;
      }
      waiting.push({ bytes, answered });
      start();
    },
    close: async () => {
      closing.abort();
      waiting.length = 0;
      await Promise.all(underWay);
    },
  };
};

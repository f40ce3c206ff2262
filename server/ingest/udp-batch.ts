/** What passes between the server and the thread that owns its UDP socket. */

export type ToThread =
  | { kind: "open"; hostname: string; port: number }
  | { kind: "taken"; count: number }
  | { kind: "answers"; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "handOver" }
  | { kind: "close" };

export type FromThread =
  | { kind: "bound"; port: number }
  | { kind: "unbound"; reason: string }
  | { kind: "datagrams"; bytes: Uint8Array<ArrayBuffer>; dropped: number }
  | { kind: "problem"; reason: string }
  | { kind: "handedOver" }
  | { kind: "closed" };

const HEAD_BYTES = 6;
const BATCH_BYTES = 32_768;
/** No entry is longer than this. */
const MAX_ENTRY_BYTES = 2_048;

/** Collects entries, each a number and some bytes, into one run of bytes. */
export class BatchWriter {
  #bytes = new Uint8Array(BATCH_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  get isFull(): boolean {
    return this.#length > BATCH_BYTES - MAX_ENTRY_BYTES;
  }

  add(number: number, content: Uint8Array): void {
    this.#view.setUint32(this.#length, number);
    this.#view.setUint16(this.#length + 4, content.length);
    this.#bytes.set(content, this.#length + HEAD_BYTES);
    this.#length += HEAD_BYTES + content.length;
  }

  /** A copy of what was collected, to be given away; then the batch is empty. */
  finish(): Uint8Array<ArrayBuffer> {
    const bytes = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return bytes;
  }
}

export function* entriesOf(bytes: Uint8Array): Generator<{ number: number; content: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < bytes.length;) {
    const end = at + HEAD_BYTES + view.getUint16(at + 4);
    yield { number: view.getUint32(at), content: bytes.subarray(at + HEAD_BYTES, end) };
    at = end;
  }
}

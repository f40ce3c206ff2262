/**
 * A live reader by hand: a thousand of the runtime's own WebSockets take more of the processor than
 * the server that they are to measure. Understands what the server sends, and no more.
 */

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
/** A pong, masked with zeros. */
const PONG = new Uint8Array([0x8a, 0x80, 0, 0, 0, 0]);

export class LiveReader {
  isOpen = true;
  #left = new Uint8Array(0);

  private constructor(readonly socket: Deno.TcpConn, readonly received: (text: string) => void) {}

  /** The reader, or the first line of an answer that refuses it. */
  static async connect(
    http: string,
    path: string,
    key: string,
    received: (text: string) => void,
  ): Promise<LiveReader | string> {
    const { hostname, port } = new URL(http);
    const socket = await Deno.connect({ hostname, port: Number(port) });
    socket.setNoDelay(true);
    const reader = new LiveReader(socket, received);
    const answer = await reader.#handshake([
      `GET ${path} HTTP/1.1`,
      `Host: ${hostname}:${port}`,
      `Authorization: Bearer ${key}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]);
    if (!answer.includes(" 101 ")) {
      socket.close();
      return answer;
    }
    reader.#read();
    return reader;
  }

  close(): void {
    if (this.isOpen) this.socket.close();
    this.isOpen = false;
  }

  async #handshake(lines: string[]): Promise<string> {
    await this.socket.write(new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`));
    let head = "";
    while (!head.includes("\r\n\r\n")) {
      const bytes = await this.#next();
      if (!bytes) break;
      head += String.fromCharCode(...bytes);
    }
    const end = head.indexOf("\r\n\r\n") + 4;
    this.#left = Uint8Array.from(head.slice(end), (char) => char.charCodeAt(0));
    return head.split("\r\n")[0];
  }

  async #next(): Promise<Uint8Array | undefined> {
    const buffer = new Uint8Array(4_096);
    const count = await this.socket.read(buffer);
    return count === null ? undefined : buffer.subarray(0, count);
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        this.#takeFrames();
        const bytes = await this.#next();
        if (!bytes) break;
        const joined = new Uint8Array(this.#left.length + bytes.length);
        joined.set(this.#left);
        joined.set(bytes, this.#left.length);
        this.#left = joined;
      }
    } catch {
      // Closed by one of both sides.
    }
    this.close();
  }

  #takeFrames(): void {
    for (;;) {
      const bytes = this.#left;
      const isLong = bytes[1] === 126;
      const begin = isLong ? 4 : 2;
      if (bytes.length < begin) return;
      const end = begin + (isLong ? bytes[2] * 256 + bytes[3] : bytes[1]);
      if (bytes.length < end) return;
      this.#left = bytes.slice(end);
      this.#take(bytes[0] & 15, bytes.subarray(begin, end));
    }
  }

  #take(kind: number, content: Uint8Array): void {
    if (kind === TEXT) this.received(new TextDecoder().decode(content));
    if (kind === PING) this.socket.write(PONG).catch(() => {});
    if (kind === CLOSE) this.close();
  }
}

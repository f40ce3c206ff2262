/** A meter of the tests: signs with the runtime's own HMAC and talks to a server over UDP or HTTP. */
import { assert, assertEquals } from "@std/assert";
import {
  type Acknowledgement,
  decodeAcknowledgement,
  encodeReport,
  type Report,
  type Sign,
  tagIsValid,
  type WireReading,
} from "../../meter-firmware/protocol/datagram.ts";
import { hex, serverSign } from "../meter-firmware/signers.ts";
import type { Answered, RunningServer } from "./running-server.ts";

const REPLY_MS = 5_000;

export interface IssuedMeter {
  id: string;
  key: string;
  keyId: number;
}

/** Readings of one meter as datagrams; says what it is told, be it right or wrong. */
export class Signer {
  readonly sign: Sign;

  constructor(readonly issued: IssuedMeter) {
    this.sign = serverSign(hex(issued.key));
  }

  datagram(readings: WireReading[], other: Partial<Report> = {}): Uint8Array<ArrayBuffer> {
    const { id: meter, keyId } = this.issued;
    const sentAt = Math.floor(Date.now() / 1000);
    const report = { meter, keyId, channel: 0, flags: 1, sentAt, readings, ...other };
    return new Uint8Array(encodeReport(report, this.sign));
  }

  /** The acknowledgement in the bytes, which must be this meter's own. */
  acknowledgement(bytes: Uint8Array): Acknowledgement {
    const decoded = decodeAcknowledgement(bytes);
    assert(decoded.ok, "an acknowledgement is malformed");
    assert(tagIsValid(bytes, this.sign), "an acknowledgement is wrongly signed");
    assertEquals(decoded.value.meter, this.issued.id);
    return decoded.value;
  }
}

export const reading = (n: number, other: Partial<WireReading> = {}): WireReading => ({
  n,
  time: Math.floor(Date.now() / 1000),
  milliwattHours: 1_000 * n,
  quality: 0,
  ...other,
});

export const provision = async (server: RunningServer, count: number): Promise<Signer[]> => {
  const { meters } = await server.ask("POST", "/meters/provision", { count });
  return meters.map((issued: IssuedMeter) => new Signer(issued));
};

/** A socket of a meter's own. Whatever comes is kept in order, so that silence can be seen. */
export class UdpLine implements AsyncDisposable {
  #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  #inbox: Uint8Array[] = [];
  #arrived = () => {};
  #listening = this.#listen();

  /** `port` may be changed when the server comes back on another. */
  constructor(public port: number) {}

  async send(bytes: Uint8Array): Promise<void> {
    await this.#socket.send(bytes, { transport: "udp", hostname: "127.0.0.1", port: this.port });
  }

  /** The next reply, or undefined if none comes in time. */
  async next(ms = REPLY_MS): Promise<Uint8Array | undefined> {
    if (this.#inbox.length === 0) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
    }
    return this.#inbox.shift();
  }

  async exchange(bytes: Uint8Array): Promise<Uint8Array> {
    await this.send(bytes);
    const reply = await this.next();
    assert(reply, `no acknowledgement within ${REPLY_MS} ms`);
    return reply;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#listening;
  }

  async #listen(): Promise<void> {
    for await (const [bytes] of this.#socket) {
      this.#inbox.push(bytes.slice());
      this.#arrived();
    }
  }
}

export const postDatagram = async (server: RunningServer, body: Uint8Array<ArrayBuffer>) => {
  const headers = { "content-type": "application/octet-stream" };
  const response = await fetch(`${server.address}/api/v1/datagrams`, {
    method: "POST",
    headers,
    body,
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, type: response.headers.get("content-type"), bytes };
};

/** A problem as RFC 9457 wants it. */
export function assertProblem(answer: Pick<Answered, "status" | "type" | "body">, status: number) {
  assertEquals(answer.status, status, JSON.stringify(answer.body));
  assertEquals(answer.type, "application/problem+json");
  assertEquals(answer.body.status, status);
  for (const field of ["type", "title", "detail"]) {
    assertEquals(typeof answer.body[field], "string");
  }
}

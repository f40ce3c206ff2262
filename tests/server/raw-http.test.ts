/** What no proper client sends: paths that climb, bodies too slow, too long, or never finished. */
import { assert, assertEquals } from "@std/assert";
import { RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";
import { provision, reading } from "./udp-meter.ts";
import { within } from "./within.ts";

const ANSWER_MS = 5_000;
const encoder = new TextEncoder();

/** A connection on which the test writes byte by byte. */
class Line implements Disposable {
  private constructor(readonly socket: Deno.TcpConn) {}

  static async open(server: RunningServer): Promise<Line> {
    const { hostname, port } = new URL(server.address);
    return new Line(await Deno.connect({ hostname, port: Number(port) }));
  }

  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    for (let at = 0; at < bytes.length;) at += await this.socket.write(bytes.subarray(at));
  }

  /** The whole answer; the server may keep the connection for what it still expects. */
  async answer(): Promise<{ status: number; head: string; body: Uint8Array }> {
    let text = "";
    const buffer = new Uint8Array(4_096);
    const readAll = async () => {
      while (!isWhole(text)) {
        const count = await this.socket.read(buffer);
        if (count === null) throw new Error(`the connection ended after ${text}`);
        text += String.fromCharCode(...buffer.subarray(0, count));
      }
    };
    await within(readAll(), ANSWER_MS, "the answer's end");
    const end = text.indexOf("\r\n\r\n");
    const body = Uint8Array.from(text.slice(end + 4), (letter) => letter.charCodeAt(0));
    return { status: Number(text.split(" ")[1]), head: text.slice(0, end), body };
  }

  [Symbol.dispose](): void {
    this.socket.close();
  }
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf("\r\n\r\n");
  const length = answer.match(/^content-length: (\d+)/im);
  return end >= 0 && answer.length >= end + 4 + Number(length?.[1] ?? 0);
}

const head = (method: string, path: string, ...headers: string[]): string =>
  [`${method} ${path} HTTP/1.1`, "host: localhost", "connection: close", ...headers, "", ""]
    .join("\r\n");

const CLIMBING = [
  "/api/v1/datagrams/../meters/provision",
  "/api/v1/enrol/../meters/provision",
  "/api/v1/enrol/%2e%2e/meters/provision",
  "/api/v1//meters/provision",
  "/healthz/../api/v1/meters/provision",
  "/api/v1/meters/provision/",
  "/API/V1/meters/provision",
];

Deno.test("the server keeps its head over raw connections", async (t) => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  const [meter] = await provision(server, 1);
  const path = `/meters/${meter.issued.id}/readings`;
  const count = async () => (await server.ask("GET", path)).items.length;
  const post = (...headers: string[]) => head("POST", "/api/v1/datagrams", ...headers);

  for (const path of CLIMBING) {
    await t.step(`${path} opens no way around the operator's key`, async () => {
      using line = await Line.open(server);
      await line.write(`${head("POST", path, "content-length: 11")}{"count":1}`);
      const { status } = await line.answer();
      assert(status === 401 || status === 404, `${status}`);
      assertEquals(await server.metric("contaluz_meters"), 1);
    });
  }
  await t.step("a slow body is answered when it is whole, and holds up nobody", async () => {
    const datagram = meter.datagram([reading(1)]);
    using line = await Line.open(server);
    await line.write(post(`content-length: ${datagram.length}`));
    for (const byte of datagram) {
      await line.write(Uint8Array.of(byte));
      assertEquals((await server.request("GET", "/healthz")).status, 200);
    }
    const { status, body } = await line.answer();
    assertEquals(status, 200);
    assertEquals(meter.acknowledgement(body).echo, 1);
    assertEquals(await count(), 1);
  });
  await t.step("a body that is announced as too long is refused before it comes", async () => {
    using line = await Line.open(server);
    await line.write(post(`content-length: ${2 ** 31}`));
    assertEquals((await line.answer()).status, 400);
  });
  await t.step("a chunked body is refused once it is too long", async () => {
    using line = await Line.open(server);
    await line.write(post("transfer-encoding: chunked"));
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    const answer = line.answer();
    for (let chunks = 0; chunks < 9; chunks++) await line.write(chunk);
    const { status, head } = await answer;
    assertEquals(status, 400);
    assert(head.includes("application/problem+json"), head);
  });
  await t.step("a client that leaves in the middle of its body leaves nothing behind", async () => {
    const datagram = meter.datagram([reading(2)]);
    {
      using line = await Line.open(server);
      await line.write(post(`content-length: ${datagram.length}`));
      await line.write(datagram.subarray(0, 40));
    }
    assertEquals(await count(), 1);
  });
  await t.step("bytes that are no HTTP are refused", async () => {
    using line = await Line.open(server);
    await line.write("CL\r\n\r\n");
    assertEquals((await line.answer()).status, 400);
    assertEquals(await count(), 1);
  });
});

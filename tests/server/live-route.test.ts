/** The live feed of a real server: what comes, who may open it, how many, and its end. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { OPERATOR_KEY, RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";
import { type IssuedMeter, reading, Signer, UdpLine } from "./udp-meter.ts";
import { within } from "./within.ts";

const MESSAGE_MS = 5_000;

/** One connection; what comes is kept in order. */
class Watcher implements AsyncDisposable {
  readonly opened: Promise<unknown>;
  readonly closed: Promise<CloseEvent>;
  #socket: WebSocket;
  #inbox: Record<string, unknown>[] = [];
  #arrived = () => {};

  constructor(server: RunningServer, points: string, headers: Record<string, string>) {
    const url = `${server.address.replace("http", "ws")}/api/v1/live?points=${points}`;
    this.#socket = new WebSocket(url, { headers });
    this.opened = new Promise((resolve) => this.#socket.onopen = resolve);
    this.closed = new Promise((resolve) => this.#socket.onclose = resolve);
    this.#socket.onmessage = ({ data }) => {
      this.#inbox.push(JSON.parse(data));
      this.#arrived();
    };
  }

  async next(): Promise<Record<string, unknown>> {
    const arrival = async () => {
      while (this.#inbox.length === 0) await new Promise<void>((come) => this.#arrived = come);
      return this.#inbox.shift()!;
    };
    return await within(arrival(), MESSAGE_MS, "a message");
  }

  async close(): Promise<void> {
    this.#socket.close();
    await within(this.closed, MESSAGE_MS, "the end of the connection");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const BY_OPERATOR = { authorization: `Bearer ${OPERATOR_KEY}` };

async function newHome(server: RunningServer): Promise<{ point: string; signer: Signer }> {
  const { id: customerId } = await server.ask("POST", "/customers", { name: "Ana" });
  const { id: point } = await server.ask("POST", "/points", { customerId, label: "Home" });
  const { meters } = await server.ask("POST", "/meters/provision", {
    meters: [{ pointId: point }],
  });
  return { point, signer: new Signer(meters[0] as IssuedMeter) };
}

/** The status of a handshake that is refused. */
async function refusal(
  server: RunningServer,
  points: string,
  headers: Record<string, string>,
): Promise<number> {
  const handshake = {
    connection: "upgrade",
    upgrade: "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  };
  const { hostname, port } = new URL(server.address);
  using line = await Deno.connect({ hostname, port: Number(port) });
  const head = Object.entries({ host: hostname, ...handshake, ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const request = `GET /api/v1/live?points=${points} HTTP/1.1\r\n${head}\r\n`;
  await line.write(new TextEncoder().encode(request));
  const buffer = new Uint8Array(4_096);
  const count = await within(line.read(buffer), MESSAGE_MS, "the answer");
  return Number(new TextDecoder().decode(buffer.subarray(0, count ?? 0)).split(" ")[1]);
}

Deno.test("the live feed of a server", async (t) => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  const { point, signer } = await newHome(server);
  await using line = new UdpLine(server.udpPort);
  const at = Math.floor(Date.now() / 1000) - 60;
  const send = async (n: number, milliwattHours: number) => {
    const readings = [reading(n, { time: at + 5 * n, milliwattHours })];
    const reply = await line.exchange(signer.datagram(readings));
    assertEquals(signer.acknowledgement(reply).echo, n);
  };

  await t.step("a reading comes when it is stored, with the power of the register", async () => {
    await using watcher = new Watcher(server, point, BY_OPERATOR);
    await watcher.opened;
    await send(1, 1_000);
    assertEquals((await watcher.next()).powerW, null);
    await send(2, 2_000);
    const message = await watcher.next();
    assertEquals(message, {
      point,
      meter: signer.issued.id,
      time: new Date((at + 10) * 1000).toISOString().replace(".000", ""),
      energyWh: 2,
      powerW: 720,
    });
  });
  await t.step("the exchange of the meter is followed", async () => {
    await using watcher = new Watcher(server, point, BY_OPERATOR);
    await watcher.opened;
    await watcher.next();
    const { meters } = await server.ask("POST", "/meters/provision", { count: 1 });
    const next = new Signer(meters[0]);
    await server.ask("POST", `/meters/${signer.issued.id}/exchange`, {
      finalWh: 2.5,
      startWh: 7,
      meterId: next.issued.id,
      at: new Date((at + 11) * 1000).toISOString(),
    });
    await line.exchange(next.datagram([reading(1, { time: at + 20, milliwattHours: 7_100 })]));
    const message = await watcher.next();
    assertEquals([message.meter, message.energyWh], [next.issued.id, 7.1]);
  });
  const REFUSED: {
    what: string;
    points: string;
    headers: Record<string, string>;
    status: number;
  }[] = [
    { what: "nobody", points: point, headers: {}, status: 401 },
    { what: "a wrong key", points: point, headers: { authorization: "Bearer x" }, status: 401 },
    { what: "who names no point", points: "", headers: BY_OPERATOR, status: 400 },
    { what: "a point that there is not", points: `${point},0`, headers: BY_OPERATOR, status: 404 },
    {
      what: "another site's page",
      points: point,
      headers: { origin: "https://evil.example" },
      status: 403,
    },
  ];
  for (const { what, points, headers, status } of REFUSED) {
    await t.step(`${what} gets a ${status}`, async () => {
      assertEquals(await refusal(server, points, headers), status);
    });
  }
  await t.step("a request that is no WebSocket gets a 400", async () => {
    const { status, body } = await server.api("GET", `/live?points=${point}`);
    assertEquals(status, 400);
    assertMatch(body.detail, /WebSocket/);
  });
  await t.step(
    "a key holds as many connections as it may, and one more when one ends",
    async () => {
      const { key } = await server.ask("POST", "/api-keys", { label: "display", scopes: ["live"] });
      const headers = { authorization: `Bearer ${key}` };
      const watchers = Array.from({ length: 5 }, () => new Watcher(server, point, headers));
      for (const watcher of watchers) await watcher.opened;
      assertEquals(await refusal(server, point, headers), 429);
      await watchers.pop()!.close();
      const isFree = async () => {
        const watcher = new Watcher(server, point, headers);
        const opened = await Promise.race([watcher.opened.then(() => true), watcher.closed]);
        if (opened === true) watchers.push(watcher);
        return opened === true;
      };
      while (!await isFree());
      for (const watcher of watchers) await watcher.close();
    },
  );
  await t.step("a stop of the server ends the connections and is not held up by them", async () => {
    const watcher = new Watcher(server, point, BY_OPERATOR);
    await watcher.opened;
    await server.stop();
    const { code } = await within(watcher.closed, MESSAGE_MS, "the end of the connection");
    assertEquals(code, 1001);
  });
  assert(!server.stderr.includes('"error"'), server.stderr);
});

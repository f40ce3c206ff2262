/** A live connection ends when what allowed it does. */
import { assertEquals } from "@std/assert";
import { REFRESH_MS } from "../../server/live/feed.ts";
import { AppInMemory } from "./app-in-memory.ts";
import { newPoint } from "./metered-point.ts";
import { within } from "./within.ts";

const END_MS = 5_000;

Deno.test("a live connection is closed after its key was revoked, and not before", async () => {
  let refresh = () => {};
  await using app = await AppInMemory.open({
    upgrade: (request) => Deno.upgradeWebSocket(request),
    every: (ms, run) => {
      if (ms === REFRESH_MS) refresh = run;
      return () => {};
    },
  });
  const point = await newPoint(app);
  const { id, key } = await app.ask("POST", "/api-keys", { label: "display", scopes: ["live"] });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, app.fetch);
  const url = `ws://127.0.0.1:${server.addr.port}/api/v1/live?points=${point}`;
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${key}` } });
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  await new Promise((resolve) => socket.onopen = resolve);
  const isOver = Promise.race([closed.then(() => true), turns(50).then(() => false)]);
  refresh();
  assertEquals(await isOver, false);
  await app.ask("DELETE", `/api-keys/${id}`);
  refresh();
  assertEquals((await within(closed, END_MS, "the end")).code, 1008);
  await server.shutdown();
});

/** So many turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("a request that is no good WebSocket takes nobody's place", async () => {
  await using app = await AppInMemory.open({
    upgrade: (request) => Deno.upgradeWebSocket(request),
  });
  const point = await newPoint(app);
  const asked = { label: "display", scopes: ["live"], connections: 1 };
  const { key } = await app.ask("POST", "/api-keys", asked);
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, app.fetch);
  const head = [
    `GET /api/v1/live?points=${point} HTTP/1.1`,
    "host: localhost",
    "connection: upgrade, close",
    "upgrade: websocket",
    `authorization: Bearer ${key}`,
  ];
  for (let i = 0; i < 3; i++) {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
    await connection.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`));
    const [{ value: bytes }] = [await connection.readable.getReader().read()];
    assertEquals(new TextDecoder().decode(bytes).slice(0, 12), "HTTP/1.1 400");
    connection.close();
  }
  assertEquals(app.parts.admission.total, 0);
  await server.shutdown();
});

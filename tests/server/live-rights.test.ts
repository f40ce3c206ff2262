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

/** The live feed over real WebSockets: a reader that gets everything, one that reads nothing. */
import { assert, assertEquals } from "@std/assert";
import { connectionOf } from "../../server/live/connection.ts";
import type { LiveFeed } from "../../server/live/feed.ts";
import { ANA, at720W, METER_A, onLive } from "./live-readers.ts";
import { until, within } from "./within.ts";

const HANDSHAKE = [
  "GET / HTTP/1.1",
  "Host: localhost",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

function serve(feed: LiveFeed) {
  const closed: number[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => {
      const subscribed = feed.subscribe({ points: [ANA], connection: connectionOf(socket) });
      assert(subscribed.ok);
      socket.onclose = ({ code }) => {
        closed.push(code);
        subscribed.value();
      };
    };
    return response;
  });
  return { closed, port: server.addr.port, stop: () => server.shutdown() };
}

async function connected(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  const texts: string[] = [];
  socket.onmessage = ({ data }) => void texts.push(data);
  const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
  await new Promise((resolve) => socket.onopen = resolve);
  return { socket, texts, closed };
}

onLive("a reader behind a socket is told, and told to go when the server stops", async (live) => {
  const { port, closed, stop } = serve(live.feed);
  const reader = await connected(port);
  await live.settle();
  await live.stored(METER_A, [at720W(1)]);
  live.timers.turn();
  await until(() => reader.texts.length === 1, 5_000, "the message");
  assertEquals(JSON.parse(reader.texts[0]).energyWh, 1);
  live.feed.close();
  const { code, reason } = await within(reader.closed, 5_000, "the close");
  assertEquals([code, reason], [1001, "the server stops"]);
  await until(() => closed.length === 1, 5_000, "the server's notice");
  await stop();
});

onLive("a socket that reads nothing is given up, the other one gets everything", async (live) => {
  const { port, stop } = serve(live.feed);
  const reader = await connected(port);
  const slow = await Deno.connect({ hostname: "127.0.0.1", port });
  await slow.write(new TextEncoder().encode(`${HANDSHAKE.join("\r\n")}\r\n\r\n`));
  await until(() => live.feed.stats().connections === 2, 5_000, "both readers");
  let sent = 0;
  const gone = () => {
    live.feed.publish(ANA, { number: ++sent, text: "x".repeat(100_000) });
    return live.feed.stats().connections === 1;
  };
  await until(gone, 10_000, "the end of the slow one");
  await until(() => reader.texts.length === sent, 5_000, "all messages");
  slow.close();
  reader.socket.close();
  await until(() => live.feed.stats().connections === 0, 5_000, "the end of the other");
  await stop();
});

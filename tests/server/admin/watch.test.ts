/** The live feed in the terminal: shown, lost, made again, refused. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Ending } from "../../../server/admin/ending.ts";
import { Tool } from "./tool.ts";

const POINT = "8a1f63c0d27be954";
const READING =
  `{"point":"${POINT}","meter":"17c0a2b94be83d65","time":"2026-06-15T12:00:00Z","energyWh":2500,"powerW":350.5}`;
const HEARTBEAT = '{"heartbeat":"2026-06-15T12:00:05Z"}';

const server = (request: Request): Response =>
  new URL(request.url).pathname === "/api/v1/live"
    ? Response.json({ detail: "This is a WebSocket: connect with one." }, { status: 400 })
    : Response.json({ label: "Home" });

/** Each connection brings these messages, and is then lost or closed; after the last it is over. */
function watching(connections: (() => AsyncGenerator<string>)[]) {
  const tool = new Tool(server);
  const asked: { url: string; headers: Record<string, string> }[] = [];
  tool.listen = (url, headers) => {
    asked.push({ url, headers });
    const next = connections.shift();
    if (!next) throw new Ending("refused", "the end of the test");
    return next();
  };
  const pauses: number[] = [];
  tool.pause = (ms, signal) => {
    if (signal) return new Promise(() => {});
    pauses.push(ms);
    return Promise.resolve();
  };
  return { tool, asked, pauses };
}

async function* closing(...messages: string[]) {
  yield* messages;
}

async function* failing(...messages: string[]): AsyncGenerator<string> {
  yield* messages;
  throw new Error("The connection failed");
}

Deno.test("readings are shown with the point's label, heartbeats are not", async () => {
  const { tool, asked } = watching([() => closing(READING, HEARTBEAT)]);
  const { out } = await tool.run("watch", POINT, "17c0a2b94be83d65");
  const [line, ...rest] = out.split("\n");
  assertMatch(line, /^2026-06-15 12:00:00 UTC {2}Home +350\.5 W +2\.500 kWh$/);
  assertEquals(rest, [""]);
  const [{ url, headers }] = asked;
  assertEquals(new URL(url).searchParams.get("points"), `${POINT},17c0a2b94be83d65`);
  assertEquals(new URL(url).protocol, "ws:");
  assertEquals(headers.authorization, `Bearer ${tool.environment.CONTALUZ_KEY}`);
});

Deno.test("what becomes of an alert is shown with its sentence", async () => {
  const alert = {
    event: "opened",
    title: "Above the day's limit",
    sentence: "Monday 15 June: 13.8 kWh so far; the limit is 13 kWh a day.",
    updatedAt: "2026-06-15T12:16:00Z",
  };
  const { tool } = watching([() => closing(JSON.stringify({ alert, point: POINT }))]);
  const { out } = await tool.run("watch", POINT);
  assertMatch(out, /^2026-06-15 12:16:00 UTC {2}Home +opened: Above the day's limit {2}Monday 15/);
});

Deno.test("--json prints each message as it came", async () => {
  const { tool } = watching([() => closing(READING, HEARTBEAT)]);
  assertEquals((await tool.run("watch", POINT, "--json")).out, `${READING}\n${HEARTBEAT}\n`);
});

Deno.test("a connection that is lost or closed is made again after a pause", async () => {
  const { tool, asked, pauses } = watching([
    () => failing(READING),
    () => failing(),
    () => closing(READING),
  ]);
  const { out, errors } = await tool.run("watch", POINT);
  assertEquals([asked.length, out.trim().split("\n").length], [4, 2]);
  assertEquals(pauses, [3_000, 3_000, 3_000]);
  assertStringIncludes(errors, "The connection failed; trying again.\nThe connection failed; ");
  assertStringIncludes(errors, "The server closed the connection; trying again.\n");
});

Deno.test("a connection that has fallen silent is left", async () => {
  let left = 0;
  async function* silent() {
    try {
      yield READING;
      yield HEARTBEAT;
    } finally {
      left++;
    }
  }
  const { tool } = watching([silent]);
  const { pause } = tool;
  let read = 0;
  tool.pause = (ms, signal) => signal && ++read === 2 ? Promise.resolve() : pause(ms, signal);
  tool.listen = ((listen) => (url, headers) => {
    const messages = listen(url, headers);
    const { next } = messages;
    messages.next = () => read === 1 ? new Promise(() => {}) : next.call(messages);
    return messages;
  })(tool.listen);
  const { errors } = await tool.run("watch", POINT);
  assertMatch(errors, /^The connection fell silent; trying again\.\n/);
  assertEquals(left, 1);
});

Deno.test("a feed that never opened ends the command with the reason", async () => {
  const full = watching([() => failing()]);
  assertEquals(await full.tool.run("watch", POINT), {
    code: 1,
    out: "",
    errors: "The live feed did not open: there may be too many connections.\n",
  });
  const none = new Tool(() => Response.json({ detail: "There is no point." }, { status: 404 }));
  assertEquals((await none.run("watch", POINT)).errors, "There is no point.\n");
});

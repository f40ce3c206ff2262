/** Webhooks over real sockets: how answers are taken, the time limit, TLS by name. */
import { assert, assertEquals } from "@std/assert";
import { type HookParts, hookPoster } from "../../../server/notify/hook-post.ts";
import type { Told } from "../../../server/domain/delivery-tries.ts";
import { untold } from "../../../server/notify/told.ts";
import { within } from "../within.ts";
import { AUTHORITY } from "./certificate.ts";
import { type Answer, Line, Receiver, untilGone } from "./receiver.ts";
import { HandTimer, never } from "./timers.ts";

const ANSWER_MS = 5_000;
const BODY = new TextEncoder().encode('{"type":"alert.opened"}');
const LOOPBACK = () => Promise.resolve(["127.0.0.1"]);

function post(url: string, parts: Partial<HookParts> = {}, headers = {}): Promise<Told> {
  const allowedHosts = ["hook.example"];
  const hookPost = hookPoster({ resolve: LOOPBACK, timer: never, allowedHosts, ...parts });
  return within(hookPost(url, headers, BODY), ANSWER_MS, "what came of it");
}

const says = (text: string): Answer => async (line) => {
  await line.write(text);
  await untilGone(line);
};

const status = (line: string, ...headers: string[]): Answer =>
  says([`HTTP/1.1 ${line}`, ...headers, "content-length: 0", "", ""].join("\r\n"));

Deno.test("hookPost() posts the bytes with its headers, to the host by name", async () => {
  await using receiver = Receiver.open(says("HTTP/1.1 204 No Content\r\n\r\n"));
  const headers = { "webhook-id": "msg_1", "content-type": "application/json" };
  const told = await post(`http://hook.example:${receiver.port}/a?b=c`, {}, headers);
  assertEquals(told, { ok: true, status: 204 });
  const [request] = receiver.requests;
  assert(request.startsWith("POST /a?b=c HTTP/1.1\r\n"), request);
  assert(request.endsWith(`\r\n\r\n${new TextDecoder().decode(BODY)}`), request);
  const host = `host: hook.example:${receiver.port}`;
  const lines = [host, "connection: close", "user-agent: contaluz", "webhook-id: msg_1"];
  for (const line of lines) assert(request.toLowerCase().includes(`\r\n${line}\r\n`), request);
});

const ANSWERS: { what: string; answer: Answer; told: Told }[] = [
  { what: "200", answer: status("200 OK"), told: { ok: true, status: 200 } },
  {
    what: "500",
    answer: status("500 Oh No"),
    told: untold("it answered with 500", { status: 500 }),
  },
  {
    what: "410",
    answer: status("410 Gone"),
    told: { ok: false, reason: "it answered with 410", status: 410, isGone: true },
  },
  {
    what: "a redirect",
    answer: status("307 Away", "location: http://hook.example/other"),
    told: untold("it answered with 307, and redirects are not followed", { status: 307 }),
  },
  {
    what: "an endless body",
    answer: async (line) => {
      await line.write("HTTP/1.1 200 OK\r\n\r\n");
      while (true) await line.write("a".repeat(1_024));
    },
    told: { ok: true, status: 200 },
  },
  {
    what: "a body that breaks off",
    answer: (line) => line.write("HTTP/1.1 500 Oh No\r\ncontent-length: 9\r\n\r\na"),
    told: untold("it answered with 500", { status: 500 }),
  },
  {
    what: "endless headers",
    answer: async (line) => {
      await line.write("HTTP/1.1 200 OK\r\n");
      while (true) await line.write(`a: ${"b".repeat(1_024)}\r\n`);
    },
    told: untold("what it answered is not HTTP"),
  },
  {
    what: "what is not HTTP",
    answer: says("220 mail.example\r\n"),
    told: untold("what it answered is not HTTP"),
  },
  {
    what: "another protocol",
    answer: says("HTTP/1.1 101 Go On\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n"),
    told: untold("it closed the connection without an answer"),
  },
  {
    what: "nothing, and closes",
    answer: () => {},
    told: untold("it closed the connection without an answer"),
  },
];

for (const { what, answer, told } of ANSWERS) {
  Deno.test(`hookPost() tells of one that answers with ${what}`, async () => {
    await using receiver = Receiver.open(answer);
    assertEquals(await post(`http://hook.example:${receiver.port}/`), told);
    assertEquals(receiver.requests.length, 1);
  });
}

const HANGS: Record<string, Answer> = {
  "that says nothing": untilGone,
  "with slow headers": says("HTTP/1.1 200 OK\r\na: b"),
  "with a slow body": says("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na"),
};

for (const [what, answer] of Object.entries(HANGS)) {
  Deno.test(`hookPost() gives up one ${what} when its time is over`, async () => {
    const timer = new HandTimer();
    await using receiver = Receiver.open(answer);
    const told = post(`http://hook.example:${receiver.port}/`, { timer: timer.start });
    await within(receiver.asked, ANSWER_MS, "the request");
    assertEquals(timer.running, [10_000]);
    timer.end();
    assertEquals(await told, untold("it did not answer within 10 s"));
    assertEquals(timer.running, []);
  });
}

Deno.test("hookPost() gives up names that are not looked up in time, and connects no more", async () => {
  const timer = new HandTimer();
  const lookUp = Promise.withResolvers<string[]>();
  await using receiver = Receiver.open(status("200 OK"));
  const told = post(`http://hook.example:${receiver.port}/`, {
    resolve: () => lookUp.promise,
    timer: timer.start,
    limitMs: 2_500,
  });
  timer.end();
  assertEquals(await told, untold("it did not answer within 2.5 s"));
  lookUp.resolve(["127.0.0.1"]);
  assertEquals(await receiver.connections(), 0);
});

Deno.test("hookPost() tells of one that is not there", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  assertEquals(await post(`http://hook.example:${port}/`), untold("it refused the connection"));
});

Deno.test("hookPost() goes on to the next address of a host where one does not answer", async () => {
  await using receiver = Receiver.open(status("200 OK"));
  const resolve = () => Promise.resolve(["127.0.0.2", "127.0.0.1"]);
  const told = await post(`http://hook.example:${receiver.port}/`, { resolve });
  assertEquals(told, { ok: true, status: 200 });
});

Deno.test("hookPost() refuses headers that would break the request, and repeats none", async () => {
  await using receiver = Receiver.open(status("200 OK"));
  const headers = { "webhook-signature": "hunter2\r\nhost: other" };
  const told = await post(`http://hook.example:${receiver.port}/`, {}, headers);
  assertEquals(told, untold("the request could not be written"));
  assertEquals(await receiver.connections(), 0);
});

Deno.test("hookPost() reaches a host over TLS by its name, at the address looked up", async () => {
  await using receiver = Receiver.openTls(status("200 OK"));
  const told = await post(`https://hook.example:${receiver.port}/`, { ca: AUTHORITY });
  assertEquals(told, { ok: true, status: 200 });
});

const DISTRUSTED: { what: string; host: string; ca?: string }[] = [
  { what: "another name", host: "other.example", ca: AUTHORITY },
  { what: "an address and not its name", host: "127.0.0.1", ca: AUTHORITY },
  { what: "a name by an authority that nobody trusts", host: "hook.example" },
];

for (const { what, host, ca } of DISTRUSTED) {
  Deno.test(`hookPost() says nothing to one with a certificate of ${what}`, async () => {
    await using receiver = Receiver.openTls(status("200 OK"));
    const told = await post(`https://${host}:${receiver.port}/`, { ca, allowedHosts: [host] });
    assertEquals(told, untold("its certificate is not valid for it"));
    assertEquals(receiver.requests, []);
  });
}

Deno.test("hookPost() tells of a host that does not speak TLS", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const told = post(`https://hook.example:${listener.addr.port}/`, { ca: AUTHORITY });
  const line = new Line(await listener.accept());
  await line.write("HTTP/1.1 400 Bad Request\r\n\r\n");
  assertEquals(await told, untold("it does not speak TLS as it should"));
  line.close();
});

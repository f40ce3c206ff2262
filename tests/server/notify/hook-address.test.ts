/** Webhooks never lead into the server's own network, unless the operator allows the host by name. */
import { assert, assertEquals } from "@std/assert";
import { hookPoster } from "../../../server/notify/hook-post.ts";
import type { Told } from "../../../server/domain/delivery-tries.ts";
import { untold } from "../../../server/notify/told.ts";
import { within } from "../within.ts";
import { Receiver, untilGone } from "./receiver.ts";
import { never, real } from "./timers.ts";

const ANSWER_MS = 5_000;
/** Public by its form, and given to nobody. */
const PUBLIC = "3ffe::1";

const receive = (): Receiver =>
  Receiver.open(async (line) => {
    await line.write("HTTP/1.1 204 No Content\r\n\r\n");
    await untilGone(line);
  });

/** Addresses by how often the name was looked up; the last ones stay. */
class Names {
  asked: string[] = [];
  constructor(readonly answers: string[][]) {}

  readonly resolve = (host: string): Promise<string[]> => {
    this.asked.push(host);
    const addresses = this.answers[Math.min(this.asked.length, this.answers.length) - 1];
    return addresses ? Promise.resolve(addresses) : Promise.reject(new Error("ENOTFOUND"));
  };
}

function post(
  url: string,
  names: Names,
  allowedHosts: string[] = [],
  timer = never,
): Promise<Told> {
  const hookPost = hookPoster({ resolve: names.resolve, timer, allowedHosts, limitMs: 300 });
  return within(hookPost(url, {}, new Uint8Array([1])), ANSWER_MS, "what came of it");
}

const refusal = (address: string, kind: string): Told =>
  untold(`its address ${address} is ${kind}; allow the host by name in CONTALUZ_WEBHOOK_HOSTS`);

const RESOLVED: { addresses: string[]; told: Told }[] = [
  { addresses: ["127.0.0.1"], told: refusal("127.0.0.1", "loopback") },
  { addresses: ["::1"], told: refusal("::1", "loopback") },
  { addresses: ["10.0.0.5"], told: refusal("10.0.0.5", "private") },
  { addresses: ["169.254.169.254"], told: refusal("169.254.169.254", "a cloud's own") },
  { addresses: ["fd00:ec2::254"], told: refusal("fd00:ec2::254", "a cloud's own") },
  { addresses: [PUBLIC, "127.0.0.1"], told: refusal("127.0.0.1", "loopback") },
  { addresses: ["fe80::1%eth0"], told: refusal("fe80::1%eth0", "not an address") },
  { addresses: [], told: untold("its host's name is not known") },
];

for (const { addresses, told } of RESOLVED) {
  Deno.test(`hookPost() does not connect to a name that leads to [${addresses}]`, async () => {
    await using receiver = receive();
    assertEquals(await post(`http://localhost:${receiver.port}/`, new Names([addresses])), told);
    assertEquals(await receiver.connections(), 0);
  });
}

const WRITTEN: Record<string, string> = {
  "127.0.0.1": "127.0.0.1",
  "2130706433": "127.0.0.1",
  "0x7f.1": "127.0.0.1",
  "0177.0.0.01": "127.0.0.1",
  "127.1": "127.0.0.1",
  "①②⑦.0.0.1": "127.0.0.1",
  "127%2e0.0.1": "127.0.0.1",
  "127.0.0.1.": "127.0.0.1",
  "[::1]": "::1",
  "[::ffff:127.0.0.1]": "::ffff:7f00:1",
  "[0:0:0:0:0:FFFF:7F00:0001]": "::ffff:7f00:1",
  "[64:ff9b::127.0.0.1]": "64:ff9b::7f00:1",
};

for (const [written, address] of Object.entries(WRITTEN)) {
  Deno.test(`hookPost() does not connect to http://${written}`, async () => {
    await using receiver = receive();
    const names = new Names([["127.0.0.1"]]);
    const told = await post(`http://${written}:${receiver.port}/`, names);
    assertEquals(told, refusal(address, "loopback"));
    assertEquals(names.asked, []);
    assertEquals(await receiver.connections(), 0);
  });
}

Deno.test("hookPost() looks a name up once, so that it cannot change its mind", async () => {
  await using receiver = receive();
  const names = new Names([[PUBLIC], ["127.0.0.1"]]);
  const told = await post(`http://localhost:${receiver.port}/`, names, [], real);
  assert(!told.ok);
  assertEquals(names.asked, ["localhost"]);
  assertEquals(await receiver.connections(), 0);
});

const ALLOWED: { host: string; allowed: string[] }[] = [
  { host: "hook.example", allowed: ["a.example", "hook.example"] },
  { host: "HOOK.example", allowed: ["Hook.Example"] },
  { host: "127.0.0.1", allowed: ["127.0.0.1"] },
];

for (const { host, allowed } of ALLOWED) {
  Deno.test(`hookPost() connects to ${host} where ${allowed} is allowed`, async () => {
    await using receiver = receive();
    const told = await post(
      `http://${host}:${receiver.port}/`,
      new Names([["127.0.0.1"]]),
      allowed,
    );
    assertEquals(told, { ok: true, status: 204 });
  });
}

for (const host of ["a.hook.example", "hook.example.", "hook.example.a", "127.0.0.1"]) {
  Deno.test(`hookPost() does not connect to ${host} where hook.example is allowed`, async () => {
    await using receiver = receive();
    const names = new Names([["127.0.0.1"]]);
    const told = await post(`http://${host}:${receiver.port}/`, names, ["hook.example"]);
    assertEquals(told, refusal("127.0.0.1", "loopback"));
    assertEquals(await receiver.connections(), 0);
  });
}

Deno.test("hookPost() tells of a name that nobody knows", async () => {
  const told = await post("http://nowhere.example/", new Names([]));
  assertEquals(told, untold("its host's name is not known"));
});

for (const url of ["ftp://hook.example/", "file:///etc/passwd", "data:,a", "hook.example", ""]) {
  Deno.test(`hookPost() refuses ${url || "no URL"}`, async () => {
    const told = await post(url, new Names([["127.0.0.1"]]), ["hook.example"]);
    assertEquals(told, untold("it has no http or https URL"));
  });
}

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { decodeReport, encodeReport, readMeterId } from "../../meter-firmware/protocol/datagram.ts";
import { createHttpLane } from "../../meter-sim/http-lane.ts";
import { createNetwork } from "../../meter-sim/network.ts";
import { seededRandom } from "../../meter-sim/random.ts";
import { createUplink, type Socket, type UplinkParts } from "../../meter-sim/uplink.ts";
import { createVirtualTime } from "../../meter-sim/virtual-time.ts";
import { hex, serverSign } from "../meter-firmware/signers.ts";
import { FakeServer, newStates } from "./fake-server.ts";

const STATES = newStates(50, 1_000);
const SERVER: Deno.NetAddr = { transport: "udp", hostname: "127.0.0.1", port: 1 };

const reportOf = (index: number, n = 1): Uint8Array => {
  const { meterId, key } = STATES[index];
  const readings = [{ n, time: 1_000, milliwattHours: 5, quality: 0 }];
  const report = { keyId: 0, channel: 0, flags: 1, meter: meterId, sentAt: 1_000, readings };
  return encodeReport(report, serverSign(hex(key)));
};

/** A socket whose answers are put in by the test. */
class TestSocket {
  readonly sent: Uint8Array[] = [];
  #inbox: Uint8Array<ArrayBuffer>[] = [];
  #arrived = Promise.withResolvers<void>();
  #isClosed = false;

  answer(bytes: Uint8Array): void {
    this.#inbox.push(new Uint8Array(bytes));
    this.#arrived.resolve();
  }

  readonly socket: Socket = {
    send: (bytes) => {
      this.sent.push(bytes);
      return Promise.resolve(bytes.length);
    },
    receive: async () => {
      while (this.#inbox.length === 0) {
        if (this.#isClosed) throw new Deno.errors.BadResource();
        await this.#arrived.promise;
        this.#arrived = Promise.withResolvers();
      }
      return [this.#inbox.shift()!, SERVER];
    },
    close: () => {
      this.#isClosed = true;
      this.#arrived.resolve();
    },
  };
}

const setUp = (parts: Partial<UplinkParts> = {}) => {
  const time = createVirtualTime(0);
  const server = new FakeServer(() => 1_000_000);
  const sockets = [new TestSocket(), new TestSocket()];
  const posted: Uint8Array[] = [];
  const fetch = (_url: string, { body }: RequestInit) => {
    posted.push(body as Uint8Array);
    return Promise.resolve(new Response(server.take(body as Uint8Array) as BodyInit));
  };
  const uplink = createUplink({
    udp: { sockets: sockets.map(({ socket }) => socket), server: SERVER },
    http: createHttpLane({ address: "http://127.0.0.1:1", fetch }),
    schedule: time.schedule,
    ...parts,
  });
  const got = new Map<string, Uint8Array[]>();
  for (const { meterId } of STATES) {
    got.set(meterId, []);
    uplink.listen(meterId, (bytes) => got.get(meterId)!.push(bytes.slice()));
  }
  return { got, posted, server, sockets, time, uplink };
};

/** Lets what was put into a socket come out of it. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

Deno.test("Uplink hands each acknowledgement to the meter whose id it bears", async () => {
  const { got, server, sockets, uplink } = setUp();
  for (const [i, { meterId }] of STATES.entries()) uplink.send(meterId, reportOf(i));
  assertEquals(uplink.waiting(), 50);
  assertEquals(sockets.map(({ sent }) => sent.length), [25, 25]);
  const answers = sockets.flatMap(({ sent }) => sent.map((bytes) => server.take(bytes)));
  // Any socket may bring any meter's.
  for (const answer of answers) sockets[0].answer(answer);
  sockets[1].answer(Uint8Array.of(1, 2, 3));
  await turn();
  await uplink.settled(0);
  assertEquals(uplink.waiting(), 0);
  for (const [meterId, acknowledgements] of got) {
    assertEquals(acknowledgements.map(readMeterId), [meterId]);
  }
  await uplink.close();
});

Deno.test("Uplink.listen() has one listener a meter, and none after its release", async () => {
  const { uplink } = setUp();
  const [{ meterId }] = STATES;
  assertThrows(() => uplink.listen(meterId, () => {}), Error, "Cannot listen for meter");
  const release = uplink.listen("00000000000000ff", () => {});
  release();
  uplink.listen("00000000000000ff", () => {});
  await uplink.close();
});

Deno.test("Uplink.settled() waits until few enough wait, and for nothing that is lost", async () => {
  const { server, sockets, time, uplink } = setUp();
  for (let i = 0; i < 10; i++) uplink.send(STATES[i].meterId, reportOf(i));
  let isSettled = false;
  const settled = uplink.settled(8).then(() => isSettled = true);
  sockets[0].answer(server.take(reportOf(0)));
  await turn();
  assertEquals([uplink.waiting(), isSettled], [9, false]);
  sockets[0].answer(server.take(reportOf(1)));
  await settled;
  const lost = uplink.settled(0);
  assert(time.runNext());
  await lost;
  assertEquals(uplink.waiting(), 0);
  await uplink.close();
});

Deno.test("Uplink takes HTTP where there is no UDP", async () => {
  const { got, posted, uplink } = setUp({ udp: undefined });
  for (const [i, { meterId }] of STATES.entries()) uplink.send(meterId, reportOf(i));
  await uplink.settled(0);
  assertEquals(posted.length, 50);
  for (const [meterId, acknowledgements] of got) {
    assertEquals(acknowledgements.map(readMeterId), [meterId]);
  }
  await uplink.close();
});

Deno.test("Uplink loses, doubles and delays between meters and sockets, by its seed", async () => {
  const time = createVirtualTime(0);
  const faults = { loss: 0.2, duplicate: 0.2, minDelayMs: 10, maxDelayMs: 500, bitFlip: 0 };
  const network = createNetwork({ random: seededRandom(3), schedule: time.schedule, faults });
  const { got, server, sockets, uplink } = setUp({ network });
  for (let n = 1; n <= 20; n++) {
    for (const [i, { meterId }] of STATES.entries()) uplink.send(meterId, reportOf(i, n));
  }
  assertEquals(sockets[0].sent.length, 0);
  while (time.runNext());
  const arrived = sockets.flatMap(({ sent }) => sent);
  assertAlmostEquals(arrived.length, 1_000 * 0.8 * 1.2, 50);
  const numbers = arrived.map((bytes) => {
    const decoded = decodeReport(bytes);
    return decoded.ok ? decoded.value.readings[0].n : 0;
  });
  assert(numbers.some((n, i) => i > 0 && n < numbers[i - 1]), "none overtook another");
  for (const bytes of arrived) sockets[0].answer(server.take(bytes));
  await turn();
  while (time.runNext());
  const back = [...got.values()].reduce((sum, { length }) => sum + length, 0);
  assertAlmostEquals(back, arrived.length * 0.8 * 1.2, 50);
  await uplink.close();
});

const laneOver = (answer: () => Promise<Response>) => {
  const lane = createHttpLane({ address: "http://127.0.0.1:1", fetch: answer });
  return (bytes: Uint8Array) =>
    new Promise<Uint8Array | undefined>((resolve) => lane.post(bytes, resolve));
};

const UNANSWERED: { what: string; answer: () => Promise<Response> }[] = [
  { what: "a refusal", answer: () => Promise.resolve(new Response("no", { status: 503 })) },
  { what: "a failure", answer: () => Promise.reject(new TypeError("connection refused")) },
];

for (const { what, answer } of UNANSWERED) {
  Deno.test(`HttpLane takes ${what} for no answer`, async () => {
    assertEquals(await laneOver(answer)(Uint8Array.of(1)), undefined);
  });
}

Deno.test("HttpLane has a bounded number of requests under way, and a bounded line", async () => {
  const open: ((response: Response) => void)[] = [];
  const fetch = () => new Promise<Response>((resolve) => open.push(resolve));
  const lane = createHttpLane({ address: "http://127.0.0.1:1", fetch });
  let refused = 0;
  let answered = 0;
  for (let i = 0; i < 20_000; i++) {
    lane.post(Uint8Array.of(1), (bytes) => bytes ? answered++ : refused++);
  }
  await turn();
  assertEquals([open.length, refused, answered], [256, 20_000 - 256 - 16_384, 0]);
  while (open.length > 0) {
    open.shift()!(new Response(Uint8Array.of(2)));
    if (open.length === 0) await turn();
  }
  assertEquals(answered, 256 + 16_384);
});

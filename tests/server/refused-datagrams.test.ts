/** What is not a meter's own report meets silence over UDP, a problem over HTTP, and no storage. */
import { assert, assertEquals } from "@std/assert";
import { AppInMemory } from "./app-in-memory.ts";
import { RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";
import { assertProblem, postDatagram, provision, reading, Signer, UdpLine } from "./udp-meter.ts";

type Bytes = Uint8Array<ArrayBuffer>;

interface Refused {
  what: string;
  outcome: "malformed" | "unknownMeter" | "wrongTag";
  datagram: (meter: Signer) => Bytes;
}

/** The first refused reading of each case; whatever is stored under it is a fault. */
const N = 1_000;
const good = (meter: Signer) => meter.datagram([reading(N)]);

function changed(bytes: Bytes, change: (bytes: Bytes) => void): Bytes {
  change(bytes);
  return bytes;
}

/** Signed by the meter, so that only the content is wrong. */
function signedAnew(meter: Signer, bytes: Bytes, change: (bytes: Bytes) => void): Bytes {
  change(bytes);
  bytes.set(meter.sign(bytes.subarray(0, -16)).subarray(0, 16), bytes.length - 16);
  return bytes;
}

const otherKey = ({ issued }: Signer) => new Signer({ ...issued, key: "5a".repeat(32) });
const otherMeter = ({ issued }: Signer) => new Signer({ ...issued, id: "ffffffffffffffff" });

const REFUSED: Refused[] = [
  { what: "an empty datagram", outcome: "malformed", datagram: () => new Uint8Array(0) },
  { what: "one byte", outcome: "malformed", datagram: () => new Uint8Array(1) },
  {
    what: "a datagram without its last byte",
    outcome: "malformed",
    datagram: (meter) => good(meter).slice(0, -1),
  },
  {
    what: "a datagram with a byte too many",
    outcome: "malformed",
    datagram: (meter) => new Uint8Array([...good(meter), 0]),
  },
  {
    what: "a datagram longer than any report",
    outcome: "malformed",
    datagram: () => new Uint8Array(1_400).fill(0x43),
  },
  ...[
    { what: "another magic", at: 0, value: 0x44 },
    { what: "version 2", at: 2, value: 2 },
    { what: "the type of an acknowledgement", at: 3, value: 2 },
    { what: "channel 2", at: 5, value: 2 },
    { what: "a count of 0", at: 7, value: 0 },
    { what: "a count of 65", at: 7, value: 65 },
    { what: "a register of 2^53", at: 29, value: 0x20 },
  ].map(({ what, at, value }): Refused => ({
    what,
    outcome: "malformed",
    datagram: (meter) => signedAnew(meter, good(meter), (bytes) => bytes[at] = value),
  })),
  {
    what: "the number 0",
    outcome: "malformed",
    datagram: (meter) => meter.datagram([reading(0), reading(N)]),
  },
  {
    what: "numbers that do not rise",
    outcome: "malformed",
    datagram: (meter) => meter.datagram([reading(N), reading(N)]),
  },
  {
    what: "a meter nobody knows",
    outcome: "unknownMeter",
    datagram: (meter) => good(otherMeter(meter)),
  },
  {
    what: "a key id that the meter does not have",
    outcome: "unknownMeter",
    datagram: (meter) => meter.datagram([reading(N)], { keyId: 9 }),
  },
  { what: "another key", outcome: "wrongTag", datagram: (meter) => good(otherKey(meter)) },
  ...[
    { what: "a turned bit in the register", at: 35 },
    { what: "a turned bit in the sending time", at: 19 },
    { what: "a turned bit in the tag's first byte", at: 37 },
    { what: "a turned bit in the tag's last byte", at: 52 },
  ].map(({ what, at }): Refused => ({
    what,
    outcome: "wrongTag",
    datagram: (meter) => changed(good(meter), (bytes) => bytes[at] ^= 1),
  })),
];

const counter = (outcome: string) => `contaluz_datagrams_total{outcome="${outcome}"}`;

Deno.test("ingest meets what is no meter's report with silence or a problem", async (t) => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  const [meter] = await provision(server, 1);
  await using line = new UdpLine(server.udpPort);

  for (const { what, outcome, datagram } of REFUSED) {
    await t.step(`${what} gets no byte over UDP and is counted as ${outcome}`, async () => {
      const before = await server.metric(counter(outcome));
      await line.send(datagram(meter));
      // Datagrams are answered in their order: an answer to the refused one would come first.
      const reply = await line.exchange(meter.datagram([reading(1, { time: 1_700_000_000 })]));
      assertEquals(meter.acknowledgement(reply).echo, 1);
      assertEquals(await server.metric(counter(outcome)), before + 1);
    });
    await t.step(`${what} gets a problem over HTTP`, async () => {
      const before = await server.metric(counter(outcome));
      const { status, type, bytes } = await postDatagram(server, datagram(meter));
      const body = JSON.parse(new TextDecoder().decode(bytes));
      assertProblem({ status, type, body }, outcome === "malformed" ? 400 : 401);
      assertEquals(await server.metric(counter(outcome)), before + 1);
    });
  }

  await t.step("nothing of it is stored, and no reply came late", async () => {
    const { items } = await server.ask("GET", `/meters/${meter.issued.id}/readings`);
    assertEquals(items.map(({ n }: { n: number }) => n), [1]);
    assertEquals(await server.metric('contaluz_readings_total{outcome="stored"}'), 1);
    assertEquals(await line.next(1), undefined);
  });
  await t.step("a malformed one is told over HTTP what is wrong with it", async () => {
    const { bytes } = await postDatagram(server, meter.datagram([reading(0)]));
    const { detail } = JSON.parse(new TextDecoder().decode(bytes));
    const reason = "reading numbers do not rise from 1";
    assertEquals(detail, `The body is not a report of version 1: ${reason}.`);
  });
  await t.step("an unknown meter and a wrong key are not told apart over HTTP", async () => {
    const unknown = await postDatagram(server, good(otherMeter(meter)));
    const wrong = await postDatagram(server, good(otherKey(meter)));
    assertEquals(unknown, wrong);
  });
});

Deno.test("a body longer than any report is not read to its end", async () => {
  await using app = await AppInMemory.open();
  let pulled = 0;
  const endless = new ReadableStream({
    pull: (controller) => {
      pulled++;
      controller.enqueue(new Uint8Array(1_024));
    },
  });
  const answer = await app.send("POST", "/datagrams", endless);
  assertProblem(answer, 400);
  const told = "The body is not a report of version 1: it is above 1124 bytes.";
  assertEquals(answer.body.detail, told);
  assert(pulled < 10, `${pulled} kilobytes were read`);
  assertEquals(app.ingest.counts.malformed, 1);
});

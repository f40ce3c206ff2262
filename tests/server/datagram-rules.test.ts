/** The rules by which a meter's reports are stored and acknowledged, over UDP and over HTTP. */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import type { Acknowledgement, Report } from "../../meter-firmware/protocol/datagram.ts";
import type { WireReading } from "../../meter-firmware/protocol/datagram.ts";
import { type Json, RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";
import { postDatagram, provision, reading, type Signer, UdpLine } from "./udp-meter.ts";

const SERVER_INTERVAL_SECONDS = 5;
const seconds = () => Math.floor(Date.now() / 1000);

/** A new meter on one of the two ways to the server. */
class Case {
  constructor(
    readonly server: RunningServer,
    readonly meter: Signer,
    readonly exchange: (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>,
  ) {}

  async report(readings: WireReading[], other?: Partial<Report>): Promise<Acknowledgement> {
    const sent = this.meter.datagram(readings, other);
    const reply = await this.exchange(sent);
    assertLessOrEqual(reply.length, sent.length, "a reply is longer than its request");
    return this.meter.acknowledgement(reply);
  }

  async readings(query = ""): Promise<Json[]> {
    const path = `/meters/${this.meter.issued.id}/readings${query}`;
    return (await this.server.ask("GET", path)).items;
  }

  async conflicts(): Promise<Json[]> {
    return (await this.server.ask("GET", `/meters/${this.meter.issued.id}/conflicts`)).items;
  }
}

const numbers = (items: Json[]): number[] => items.map(({ n }) => n);
const instant = (time: number): string => new Date(time * 1000).toISOString().replace(".000", "");

const RULES: { rule: string; check: (on: Case) => Promise<void> }[] = [
  {
    rule: "an acknowledgement carries echo, interval, key id and the server's time",
    check: async (on) => {
      const before = seconds();
      const { echo, intervalSeconds, keyId, status, serverTime } = await on.report([
        reading(7),
        reading(9),
      ]);
      assertEquals(
        { echo, intervalSeconds, keyId, status },
        { echo: 9, intervalSeconds: SERVER_INTERVAL_SECONDS, keyId: 0, status: 0 },
      );
      assert(serverTime >= before && serverTime <= seconds());
    },
  },
  {
    rule: "a datagram sent again is acknowledged again and stored once",
    check: async (on) => {
      const readings = [reading(1), reading(2)];
      for (let times = 0; times < 3; times++) assertEquals((await on.report(readings)).status, 0);
      assertEquals(numbers(await on.readings()), [1, 2]);
    },
  },
  {
    rule: "other content under a taken number is kept out, refused and shown",
    check: async (on) => {
      const first = reading(5, { milliwattHours: 5_000 });
      assertEquals((await on.report([first])).status, 0);
      const forged = reading(5, { milliwattHours: 6_000, time: first.time });
      const { status, echo } = await on.report([forged, reading(6)]);
      assert(status !== 0);
      assertEquals(echo, 6);
      assertEquals((await on.readings()).map(({ energyWh }) => energyWh), [5, 6]);
      const [shown, ...more] = await on.conflicts();
      assertEquals(more, []);
      assertEquals([shown.n, shown.channel], [5, 0]);
      assertEquals([shown.stored.energyWh, shown.refused.energyWh], [5, 6]);
    },
  },
  {
    rule: "the first content is acknowledged even after a conflict, and the conflict is shown once",
    check: async (on) => {
      const [first, forged] = [reading(5), reading(5, { milliwattHours: 1 })];
      for (const sent of [first, forged, forged]) await on.report([sent]);
      assertEquals((await on.report([first])).status, 0);
      assertEquals((await on.conflicts()).length, 1);
    },
  },
  {
    rule: "late readings are kept and given back in order of n, whatever their time",
    check: async (on) => {
      const now = seconds();
      await on.report([reading(10, { time: now }), reading(12, { time: now + 1 })]);
      await on.report([reading(3, { time: now - 7_200 })]);
      await on.report([reading(11, { time: now - 3_600 })]);
      const items = await on.readings();
      assertEquals(numbers(items), [3, 10, 11, 12]);
      assertEquals(items[2].time, instant(now - 3_600));
      assertEquals(items.map(({ quality }) => quality), [[], [], [], []]);
    },
  },
  {
    rule: "a reading without a time gets the server's estimate and a mark",
    check: async (on) => {
      const before = seconds();
      await on.report([reading(1, { time: 0 }), reading(3, { time: 0 })], { sentAt: 0, flags: 0 });
      const [first, last] = await on.readings();
      assertEquals([first.quality, last.quality], [["timeEstimated"], ["timeEstimated"]]);
      const [begin, end] = [first, last].map(({ time }) => Date.parse(time) / 1000);
      assert(end >= before && end <= seconds());
      assertEquals(end - begin, 2 * SERVER_INTERVAL_SECONDS);
    },
  },
  {
    rule: "a reading without a time that is sent again is no conflict",
    check: async (on) => {
      const readings = [reading(1, { time: 0 })];
      await on.report(readings, { sentAt: 0 });
      assertEquals((await on.report(readings, { sentAt: 0 })).status, 0);
      assertEquals(await on.conflicts(), []);
    },
  },
  {
    rule: "a time within 120 s of the server's is taken without a mark",
    check: async (on) => {
      const ahead = seconds() + 110;
      await on.report([reading(1, { time: ahead })], { sentAt: ahead });
      assertEquals((await on.readings())[0].quality, []);
    },
  },
  ...[-3_600, -130, 130, 3_600].map((off) => ({
    rule: `a clock that is ${off} s off leaves the time as it is, and a mark`,
    check: async (on: Case) => {
      const said = seconds() + off;
      await on.report([reading(1, { time: said })], { sentAt: said });
      const [{ time, quality, estimatedTime }] = await on.readings();
      assertEquals([time, quality], [instant(said), ["clockWrong"]]);
      if (off < 0) assertEquals(estimatedTime, undefined, "it may have been held up on its way");
      else assert(Math.abs(Date.parse(estimatedTime) / 1000 - seconds()) < 10);
    },
  })),
  {
    rule: "the two channels are kept apart",
    check: async (on) => {
      await on.report([reading(1, { milliwattHours: 1_000 })]);
      const { status } = await on.report([reading(1, { milliwattHours: 2_000 })], { channel: 1 });
      assertEquals(status, 0);
      const shown = (await on.readings()).map(({ channel, energyWh }) => [channel, energyWh]);
      assertEquals(shown, [[0, 1], [1, 2]]);
      assertEquals(numbers(await on.readings("?channel=1")), [1]);
    },
  },
  {
    rule: "a datagram of 64 readings is stored whole and echoes the last",
    check: async (on) => {
      const all = Array.from({ length: 64 }, (_, i) => reading(i + 1, { time: 1_700_000_000 + i }));
      assertEquals((await on.report(all)).echo, 64);
      assertEquals(numbers(await on.readings()), all.map(({ n }) => n));
    },
  },
  {
    rule: "a register of 2^53-1, the number 2^32-1 and all qualities come back exactly",
    check: async (on) => {
      const top = { milliwattHours: Number.MAX_SAFE_INTEGER, quality: 15 };
      const { echo } = await on.report([reading(0xffffffff, top)]);
      assertEquals(echo, 0xffffffff);
      const { text } = await on.server.api("GET", `/meters/${on.meter.issued.id}/readings`);
      assert(text.includes('"energyWh":9007199254740.991'), text);
      const [{ n, quality }] = await on.readings();
      assertEquals(n, 0xffffffff);
      assertEquals(quality, ["timeEstimated", "firstAfterBoot", "olderCheckpoint", "tamper"]);
    },
  },
];

Deno.test("ingest follows the rules of the datagram", async (t) => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  await using line = new UdpLine(server.udpPort);
  const overHttp = async (datagram: Uint8Array<ArrayBuffer>) => {
    const { status, type, bytes } = await postDatagram(server, datagram);
    assertEquals([status, type], [200, "application/octet-stream"]);
    return bytes;
  };
  const ways = [
    { way: "UDP", exchange: (bytes: Uint8Array) => line.exchange(bytes) },
    { way: "HTTP", exchange: overHttp },
  ];
  const meters = await provision(server, RULES.length * ways.length);
  for (const { way, exchange } of ways) {
    for (const { rule, check } of RULES) {
      const meter = meters.pop()!;
      await t.step(`over ${way}, ${rule}`, () => check(new Case(server, meter, exchange)));
    }
  }
  await t.step("what was acknowledged over one way is a duplicate over the other", async () => {
    const [meter] = await provision(server, 1);
    const datagram = meter.datagram([reading(1)]);
    const replies = [await line.exchange(datagram), await overHttp(datagram)];
    assertEquals(replies.map((bytes) => meter.acknowledgement(bytes).status), [0, 0]);
  });
});

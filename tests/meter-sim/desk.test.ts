/** The meter on the desk before a server that answers or not, in virtual time at two speeds. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { newMemory } from "../../meter-sim/chip.ts";
import { Desk, putSettings } from "../../meter-sim/desk.ts";
import { runMeter } from "../../meter-sim/hardware.ts";
import { seededRandom } from "../../meter-sim/random.ts";
import { createVirtualTime } from "../../meter-sim/virtual-time.ts";
import { FakeServer, newStates } from "./fake-server.ts";

const START_MS = 1_800_000_000_000;
const [{ meterId, key }] = newStates(1, 0);

/** A desk whose server answers on the ways that are open. Its time runs `speed` times as fast. */
class TestDesk {
  readonly time = createVirtualTime(START_MS);
  readonly server = new FakeServer(this.time.now);
  readonly open = { udp: true, http: true };
  realMs = 0;
  readonly desk: Desk;

  constructor(readonly speed = 1) {
    const memory = newMemory();
    const wifi = { ssid: "the desk" };
    const server = "http://127.0.0.1:8000";
    putSettings(memory, {
      server,
      udpPort: 8001,
      meter: meterId,
      key,
      wifi,
      consolePassword: "desk",
    });
    this.desk = new Desk({
      time: this.time,
      now: () => this.realMs,
      random: seededRandom(1),
      memory,
      run: runMeter,
      pulsesPerKwh: 1_000,
      watts: () => 3_600,
      resolve: (_host, found) => found("127.0.0.1"),
      sendUdp: (bytes) => this.open.udp && this.desk.receive(this.server.take(bytes)),
      postHttp: ({ bytes }, answered) =>
        answered(this.open.http ? this.server.take(bytes) : undefined),
      print: () => {},
    });
    this.desk.powerUp();
  }

  pass(realMs: number): void {
    for (let ms = 0; ms < realMs; ms += 50) {
      this.realMs += 50;
      this.desk.pass(50 * this.speed);
    }
  }
}

Deno.test("Desk.view() says that the server answers, and by which way", () => {
  const test = new TestDesk();
  assertEquals(test.desk.view().answeredBy, undefined);
  test.pass(12_000);
  const { answeredBy, silentMs, sinceAnswerMs, waiting } = test.desk.view();
  assertEquals([answeredBy, silentMs, waiting], ["UDP", 0, 0]);
  assert(sinceAnswerMs <= 5_000);
});

for (const speed of [1, 16]) {
  Deno.test(`Desk.view() counts a server's silence in real time, at ×${speed}`, () => {
    const test = new TestDesk(speed);
    test.pass(12_000);
    Object.assign(test.open, { udp: false, http: false });
    test.pass(30_000);
    const { silentMs } = test.desk.view();
    assert(silentMs >= 24_000 && silentMs <= 30_000, `${silentMs} ms`);
    assertEquals(test.desk.view().answeredBy, "UDP");
    Object.assign(test.open, { udp: true, http: true });
    test.pass(61_000);
    assertEquals(test.desk.view().silentMs, 0);
  });
}

Deno.test("Desk.view() says that only HTTP answers", () => {
  const test = new TestDesk(8);
  test.open.udp = false;
  test.pass(60_000);
  assertEquals(test.desk.view().answeredBy, "HTTP");
});

Deno.test("Desk.view() does not hold against the server what the desk has switched off", () => {
  const test = new TestDesk();
  Object.assign(test.open, { udp: false, http: false });
  test.pass(30_000);
  assertGreater(test.desk.view().silentMs, 20_000);
  test.desk.setNetwork(false);
  test.pass(30_000);
  assertEquals(test.desk.view().silentMs, 0);
});

Deno.test("Desk.view() counts the readings that a power cut took", () => {
  const test = new TestDesk();
  test.pass(12_000);
  test.desk.powerDown();
  assertEquals(test.desk.view().lostReadings, 0);
  test.desk.powerUp();
  test.desk.setNetwork(false);
  test.pass(31_000);
  const { waiting, poweredMs } = test.desk.view();
  assertEquals([waiting >= 6, poweredMs], [true, 31_000]);
  test.desk.powerDown();
  assertEquals(test.desk.view().lostReadings, waiting);
  assertEquals(test.desk.view().poweredMs, 0);
});

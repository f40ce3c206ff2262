/**
 * A whole meter on a simulated chip, from its source and from the file that is flashed: settings,
 * console, outages, restarts.
 */
import { assert, assertEquals } from "@std/assert";
import type { WireReading } from "../../meter-firmware/protocol/datagram.ts";
import { compile } from "../../meter-firmware/build.ts";
import { crc16 } from "../../meter-firmware/pzem.ts";
import { newMemory } from "../../meter-sim/chip.ts";
import { runCompiled } from "../../meter-sim/espruino.ts";
import { runMeter } from "../../meter-sim/hardware.ts";
import { SETTINGS, statusOf, Street, type StreetOptions } from "./street.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Before the tests: the compiler keeps a thread for as long as the process lives. */
const FLASHED = await compile(new URL("../../meter-firmware/boards/esp32.ts", import.meta.url));

type Open = (options?: StreetOptions) => Street;

function onBoth(name: string, test: (open: Open) => void): void {
  Deno.test(`${name}, from its source`, () =>
    test((options) => new Street({ ...options, run: runMeter })));
  Deno.test(`${name}, flashed`, () =>
    test((options) => new Street({ ...options, run: (chip) => runCompiled(chip, FLASHED) })));
}

onBoth("a meter reports every five seconds, and its outbox is empty again", (open) => {
  const street = open();
  street.pass(MINUTE, 1_000);
  const { registerWh, report, watts } = statusOf(street);
  assertEquals(registerWh, 59);
  assertEquals(watts, 3600);
  assertEquals([report!.waiting, report!.clockIsSet], [0, true]);
  assert(street.sent.length >= 11 && street.sent.length <= 13);
  assert(street.sent.every(({ way }) => way === "udp"));
  assertEquals(street.printed, ["Meter 00000000000000ab reports to meters.example"]);
  assertEquals(street.chip.consolePassword, "open sesame");
});

onBoth("a meter without settings says what is missing, and counts", (open) => {
  const street = open({ settings: null });
  street.pass(MINUTE, 1_000);
  assertEquals(street.console.register(), 59);
  assertEquals(street.sent, []);
  assertEquals(street.printed[0], "Not configured: there are no settings");
  assertEquals(statusOf(street).configured, false);
  assertEquals(street.chip.consolePassword, undefined);
});

const BAD: [name: string, changes: Record<string, unknown>, said: string][] = [
  ["no key", { key: undefined }, "key: must be 64 hexadecimal digits"],
  ["a key of the wrong length", { key: "00".repeat(16) }, "key: must be 64 hexadecimal digits"],
  ["negative pulses", { pulsesPerKwh: -1 }, "pulsesPerKwh: must be a whole number, 1 to 1000000"],
];

for (const [name, changes, said] of BAD) {
  onBoth(`a meter that was given ${name} says so and keeps counting`, (open) => {
    const street = open({ settings: { ...SETTINGS, ...changes } });
    street.pass(MINUTE, 1_000);
    assert(street.printed[0].startsWith(`Not configured: ${said}`), street.printed[0]);
    assertEquals(street.console.register(), 59);
  });

  onBoth(`configure() refuses ${name} and leaves all as it was`, (open) => {
    const street = open();
    street.pass(MINUTE, 1_000);
    assertEquals(street.console.configure(changes), false);
    assert(street.printed.at(-1)!.startsWith(`Cannot configure: ${said}`), street.printed.at(-1));
    assertEquals(street.restarts, 0);
    street.pass(MINUTE, 1_000);
    assertEquals(street.console.register(), 118);
    assertEquals(statusOf(street).report!.waiting, 0);
  });
}

onBoth(
  "a meter whose server's name does not resolve says so once, keeps counting, and goes on",
  (open) => {
    const street = open();
    const names = street.names;
    street.powerDown();
    street.names = {};
    street.powerUp();
    street.pass(10 * MINUTE, 1_000);
    const complaint = "Cannot report: server: the name meters.example does not resolve";
    assertEquals(street.printed.filter((line) => line === complaint).length, 1);
    assertEquals(statusOf(street).uplink, complaint.replace("Cannot report: ", ""));
    assertEquals(street.stored.size, 0);
    assertEquals(street.console.register(), 599);
    street.names = names;
    street.pass(3 * MINUTE, 1_000);
    assertEquals(statusOf(street).uplink, "ready");
    assertEquals(statusOf(street).report!.waiting, 0);
  },
);

onBoth("configure() takes new settings with a restart that loses no energy", (open) => {
  const street = open();
  street.pass(MINUTE + 30_000, 1_000);
  const before = street.console.register();
  assertEquals(street.console.configure({ pulsesPerKwh: 500 }), true);
  assertEquals(street.restarts, 1);
  assertEquals(street.console.register(), before);
  street.pass(10_500, 1_000);
  assertEquals(street.console.register(), before + 20);
});

onBoth("pulse() counts, and refuses what is no number of pulses", (open) => {
  const street = open();
  assertEquals(street.console.pulse(250), true);
  assertEquals(street.console.register(), 250);
  for (const count of [-1, 0, 1.5, NaN, 1e9]) assertEquals(street.console.pulse(count), false);
  assertEquals(street.console.register(), 250);
});

onBoth("a power cut costs at most a minute of energy, and no number comes twice", (open) => {
  const street = open();
  let trueWh = 0;
  for (let cut = 0; cut < 20; cut++) {
    const ms = 7_000 * (cut + 1);
    street.pass(ms, 1_000);
    trueWh += Math.ceil(ms / 1_000) - 1;
    street.powerDown();
    street.pass(5_000);
    street.powerUp();
    const registerWh = street.console.register();
    assert(registerWh <= trueWh && registerWh >= trueWh - 61, `${registerWh} of ${trueWh}`);
    trueWh = registerWh;
  }
  street.pass(2 * MINUTE);
  const contents = new Map<number, WireReading>();
  for (const reading of street.reports().flatMap(({ readings }) => readings)) {
    assertEquals(contents.get(reading.n) ?? reading, reading, "one number, two contents");
    contents.set(reading.n, reading);
  }
  assert(contents.size > 100);
  const boots = [...street.stored.values()].filter(({ quality }) => quality & 2);
  assert(boots.length >= 15 && boots.slice(1).every(({ quality }) => quality & 4));
});

onBoth(
  "after a day offline everything arrives, the total is exact, and live readings do not wait",
  (open) => {
    const street = open();
    street.pass(10 * MINUTE, 3_000);
    street.chip.putInReach(false);
    street.pass(24 * HOUR, 3_000);
    const kept = statusOf(street).report!.waiting;
    assertEquals(kept, 1024);
    assert(street.printed.includes("Cannot report: there is no network"));
    street.chip.putInReach(true);
    const backAt = street.time.now();
    const sentBefore = street.sent.length;
    street.pass(5 * MINUTE, 3_000);
    const { report, registerWh } = statusOf(street);
    assertEquals(report!.waiting, 0);
    const newest = [...street.stored.values()].reduce((a, b) => a.n > b.n ? a : b);
    assert(registerWh * 1000 - newest.milliwattHours <= 2_000);
    for (const { at } of street.sent.slice(sentBefore)) assert(at >= backAt);
    const live = street.reports().slice(sentBefore).map(({ readings, sentAt }) =>
      sentAt - readings.at(-1)!.time
    );
    assert(live.every((age) => age <= 1), `live readings were ${Math.max(...live)} s old`);
    const times = [...street.stored.values()].map(({ time }) => time).filter((time) => time > 0)
      .sort((a, b) => a - b);
    const gaps = times.slice(1).map((time, i) => time - times[i]);
    assert(Math.max(...gaps) <= 24 * 3600 / 1000 * 4, `a gap of ${Math.max(...gaps)} s`);
  },
);

onBoth("a meter that UDP does not carry reports over HTTP, and returns to UDP later", (open) => {
  const street = open();
  street.udpIsBlocked = true;
  street.pass(15 * MINUTE, 2_000);
  assertEquals(statusOf(street).report!.waiting, 0);
  assert(street.sent.some(({ way }) => way === "http"));
  street.udpIsBlocked = false;
  street.pass(10 * MINUTE, 2_000);
  assert(street.sent.slice(-20).every(({ way }) => way === "udp"));
});

onBoth("restart() saves the register first", (open) => {
  const street = open();
  street.pass(20_000, 1_000);
  const before = street.console.register();
  street.console.restart();
  assertEquals([street.restarts, street.console.register()], [1, before]);
});

onBoth("a meter counts on in a memory that another left", (open) => {
  const memory = newMemory();
  const first = open({ memory });
  first.console.pulse(1_000);
  first.console.restart();
  assertEquals(open({ memory }).console.register(), 1_000);
});

/** A PZEM-004T that has counted so many watt-hours at so many watts. */
function pzemAnswer(wattHours: number, watts: number): Uint8Array {
  const bytes = new Uint8Array(25);
  const view = new DataView(bytes.buffer);
  const low = (at: number, value: number) => {
    view.setUint16(at, value & 0xffff);
    view.setUint16(at + 2, value >>> 16);
  };
  bytes.set([0xf8, 4, 20]);
  view.setUint16(3, 2200);
  low(5, Math.round(watts / 0.22));
  low(9, watts * 10);
  low(13, wattHours);
  view.setUint16(17, 600);
  view.setUint16(19, 100);
  view.setUint16(23, crc16(bytes, 23), true);
  return bytes;
}

onBoth("a meter with a PZEM-004T counts what that measures, from its first answer on", (open) => {
  const street = open({ settings: { ...SETTINGS, source: "pzem" } });
  const begin = street.time.now();
  street.chip.sensor = (request) => {
    assertEquals(request.toHex(), "f8040000000a6464");
    const hours = (street.time.now() - begin) / HOUR;
    return pzemAnswer(70_000 + Math.floor(1_200 * hours), 1_200);
  };
  street.pass(30 * MINUTE, 1_000);
  assert(Math.abs(street.console.register() - 600) < 2, `${street.console.register()} Wh`);
  assertEquals(street.console.pulse(5), false);
  assertEquals(statusOf(street).report!.waiting, 0);
  assert(Math.abs(statusOf(street).watts - 1_200) <= 60, `${statusOf(street).watts} W`);
});

onBoth("a socket that an empty datagram has closed is made anew", (open) => {
  const street = open();
  street.pass(MINUTE, 1_000);
  street.chip.receive(new Uint8Array(0));
  street.pass(5 * MINUTE, 1_000);
  assertEquals(statusOf(street).report!.waiting, 0);
  assert(street.sent.slice(-20).every(({ way }) => way === "udp"));
});

onBoth("a meter that lost its network joins it again", (open) => {
  const street = open();
  street.pass(MINUTE, 1_000);
  street.chip.putInReach(false);
  street.pass(10_000, 1_000);
  street.chip.putInReach(true);
  assertEquals(street.chip.networkIsUp, false);
  street.pass(3 * MINUTE, 1_000);
  assertEquals([street.chip.networkIsUp, statusOf(street).report!.waiting], [true, 0]);
});

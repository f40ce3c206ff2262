import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createNetwork, type Faults, type Network } from "../../meter-sim/network.ts";
import { seededRandom } from "../../meter-sim/random.ts";
import { createVirtualTime, type VirtualTime } from "../../meter-sim/virtual-time.ts";

const FAULTLESS: Faults = { loss: 0, duplicate: 0, minDelayMs: 0, maxDelayMs: 0, bitFlip: 0 };

interface Arrival {
  at: number;
  from: string;
  bytes: number[];
}

interface Setup {
  network: Network;
  faults: Faults;
  arrivals: Arrival[];
  release: () => void;
  time: VirtualTime;
}

const setUp = (changes: Partial<Faults> = {}, seed = 1): Setup => {
  const time = createVirtualTime(0);
  const faults = { ...FAULTLESS, ...changes };
  const network = createNetwork({ random: seededRandom(seed), schedule: time.schedule, faults });
  const arrivals: Arrival[] = [];
  const release = network.listen("server", (bytes, from) => {
    arrivals.push({ at: time.now(), from, bytes: [...bytes] });
  });
  return { network, faults, arrivals, release, time };
};

const runAll = (time: VirtualTime): void => {
  while (time.runNext());
};

const sendMany = ({ network, time }: Setup, count: number): void => {
  for (let i = 0; i < count; i++) {
    network.send("meter", "server", Uint8Array.of(i >> 8, i & 255));
  }
  runAll(time);
};

const numberOf = ({ bytes }: Arrival): number => bytes[0] * 256 + bytes[1];

Deno.test("Network.send() delivers a copy, later, to the address alone", () => {
  const { network, arrivals, time } = setUp({ minDelayMs: 30, maxDelayMs: 30 });
  network.listen("other", () => {
    throw new Error("delivered to another address");
  });
  const bytes = Uint8Array.of(1, 2);
  network.send("meter", "server", bytes);
  bytes[0] = 9;
  assertEquals(arrivals, []);
  runAll(time);
  assertEquals(arrivals, [{ at: 30, from: "meter", bytes: [1, 2] }]);
});

Deno.test("Network.send() loses what nobody listens for at the time of arrival", () => {
  const { network, arrivals, release, time } = setUp();
  network.send("meter", "nobody", Uint8Array.of(1));
  network.send("meter", "server", Uint8Array.of(2));
  release();
  runAll(time);
  assertEquals(arrivals, []);
});

Deno.test("Network.listen() refuses an address that is held and gives it anew once released", () => {
  const { network, release } = setUp();
  assertThrows(() => network.listen("server", () => {}), Error, "Cannot listen on server");
  release();
  network.listen("server", () => {});
  release();
  assertThrows(() => network.listen("server", () => {}), Error, "Cannot listen on server");
});

Deno.test("createNetwork() loses, and doubles, the part that it is told to", () => {
  const lossy = setUp({ loss: 0.25 });
  sendMany(lossy, 4000);
  assertAlmostEquals(lossy.arrivals.length, 3000, 100);
  const doubling = setUp({ duplicate: 0.25 });
  sendMany(doubling, 4000);
  assertAlmostEquals(doubling.arrivals.length, 5000, 100);
});

Deno.test("createNetwork() delays within its bounds and lets datagrams overtake each other", () => {
  const setup = setUp({ minDelayMs: 10, maxDelayMs: 200 });
  sendMany(setup, 1000);
  const numbers = setup.arrivals.map(numberOf);
  assert(setup.arrivals.every(({ at }) => at >= 10 && at <= 200));
  assert(numbers.some((number, i) => i > 0 && number < numbers[i - 1]));
  assertEquals(numbers.toSorted((a, b) => a - b), Array.from({ length: 1000 }, (_, i) => i));
});

Deno.test("createNetwork() turns one bit of the part that it is told to", () => {
  const setup = setUp({ bitFlip: 0.5 });
  sendMany(setup, 1000);
  const turned = setup.arrivals.map((arrival, i) => numberOf(arrival) ^ i).filter((bits) => bits);
  assertAlmostEquals(turned.length, 500, 60);
  assert(turned.every((bits) => (bits & (bits - 1)) === 0));
});

Deno.test("createNetwork() follows faults that change as it runs", () => {
  const setup = setUp();
  setup.faults.loss = 1;
  sendMany(setup, 10);
  assertEquals(setup.arrivals, []);
  setup.faults.loss = 0;
  sendMany(setup, 10);
  assertEquals(setup.arrivals.length, 10);
});

Deno.test("createNetwork() repeats a course with its seed", () => {
  const course = (seed: number) => {
    const changes = { loss: 0.1, duplicate: 0.1, maxDelayMs: 500, bitFlip: 0.1 };
    const setup = setUp(changes, seed);
    sendMany(setup, 200);
    return setup.arrivals;
  };
  assertEquals(course(5), course(5));
  assert(JSON.stringify(course(5)) !== JSON.stringify(course(6)));
});

/** Two servers over one database: one of them looks, and the other goes on when it is gone. */
import { assert, assertEquals } from "@std/assert";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import { instant, newMeter, newPoint } from "./metered-point.ts";

const SECRET = new Uint8Array(32).fill(7);

/** The last one to be closed closes the database. */
function shared(kv: Deno.Kv): Deno.Kv {
  return new Proxy(kv, {
    get: (target, name) => {
      const member = Reflect.get(target, name);
      if (name === "close") return () => {};
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

const open = (kv: Deno.Kv) => AppInMemory.open({ kv: shared(kv), isShared: true, secret: SECRET });

const report = (app: AppInMemory, meter: string, energyWh: number) =>
  app.ask("POST", `/meters/${meter}/readings`, {
    readings: [{ time: instant(app.clock.seconds), energyWh }],
  });

Deno.test("of two servers one looks for alerts, and whichever is asked shows them", async () => {
  using kv = await Deno.openKv(":memory:");
  await using one = await open(kv);
  await using other = await open(kv);
  const meter = await newMeter(one, await newPoint(one));
  await report(one, meter, 10);
  assert(await one.alerting.sweep());
  assertEquals(await other.alerting.sweep(), false);
  for (const app of [one, other]) app.clock.seconds = NOON + 2 * 3_600;
  assertEquals(await Promise.all([one.alerting.sweep(), other.alerting.sweep()]), [true, false]);
  const kinds = async (app: AppInMemory) =>
    (await app.ask("GET", "/alerts?open=true")).items.map(({ kind }: { kind: string }) => kind);
  assertEquals(await kinds(one), ["silent"]);
  assertEquals(await kinds(other), ["silent"]);

  await one.alerting.stop();
  assert(await other.alerting.sweep());
  assertEquals(await kinds(other), ["silent"]);
  await report(other, meter, 20);
  assert(await other.alerting.sweep());
  assertEquals(await kinds(one), []);
});

Deno.test("a server that fell silent loses the lease, and writes nothing when it comes back", async () => {
  using kv = await Deno.openKv(":memory:");
  await using one = await open(kv);
  await using other = await open(kv);
  const meter = await newMeter(one, await newPoint(one));
  await report(one, meter, 10);
  assert(await one.alerting.sweep());
  const late = NOON + 2 * 3_600;
  other.clock.seconds = late;
  assert(await other.alerting.sweep());
  // As if it had been held up in the middle of a sweep: it still takes itself for the one.
  assertEquals(await one.alerting.sweep(), false);
  one.clock.seconds = late;
  assertEquals(await one.alerting.sweep(), false);
  assertEquals((await one.ask("GET", "/alerts?open=true")).items.length, 1);
});

Deno.test("between two looks the lease is kept, so that no other server looks again", async () => {
  using kv = await Deno.openKv(":memory:");
  await using one = await open(kv);
  await using other = await open(kv);
  await newMeter(one, await newPoint(one));
  for (let seconds = 0; seconds <= 1_800; seconds += 15) {
    for (const app of [one, other]) {
      app.clock.seconds = NOON + 60 + seconds;
      await app.alerting.tick();
    }
  }
  assertEquals(one.alerting.stats.sweptAt, NOON + 60 + 1_800);
  assertEquals(other.alerting.stats.sweptAt, 0);
});

Deno.test("a page that takes longer than the lease lasts does not lose it", async () => {
  using kv = await Deno.openKv(":memory:");
  await using one = await open(kv);
  await using other = await open(kv);
  for (let i = 0; i < 12; i++) await newMeter(one, await newPoint(one));
  const { quarters } = one.alerting.parts;
  const since = quarters.since.bind(quarters);
  quarters.since = async (...asked) => {
    one.clock.seconds += 10;
    assertEquals(await other.alerting.parts.lease.hold(one.clock.seconds), false);
    return await since(...asked);
  };
  assert(await one.alerting.sweep());
  assertEquals(one.alerting.stats.points, 12);
});

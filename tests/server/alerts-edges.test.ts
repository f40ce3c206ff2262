/** What might raise a false alarm, or hold one up: meters and points that are otherwise than most. */
import { assertEquals } from "@std/assert";
import { TAMPER } from "../../server/domain/reading.ts";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import { ISSUER } from "./billed-point.ts";
import { instant, newMeter, newPoint } from "./metered-point.ts";
import { flatAt } from "./priced-point.ts";
import { reading, Signer } from "./udp-meter.ts";

const QUARTER = 900;
const HOUR = 3_600;
const DAY = 24 * HOUR;
const MIDNIGHT = NOON - 12 * HOUR;
const JULY = Date.parse("2026-07-01T00:00:00Z") / 1_000;

async function kinds(app: AppInMemory): Promise<string[]> {
  const { items } = await app.ask("GET", "/alerts?limit=200");
  return items.map(({ kind }: { kind: string }) => kind);
}

const report = (app: AppInMemory, meter: string, energyWh: number) =>
  app.ask("POST", `/meters/${meter}/readings`, {
    readings: [{ time: instant(app.clock.seconds), energyWh }],
  });

async function watchOf(app: AppInMemory) {
  const [[{ kept }]] = await Array.fromAsync(app.alerting.parts.watches.all());
  return kept!.watch;
}

/** At a price of 0.9 a kWh, from June on. */
async function newTariff(app: AppInMemory, name = "A"): Promise<string> {
  return (await app.ask("POST", "/tariffs", { tariff: { ...flatAt("0.9"), name } })).id;
}

async function newBilledPoint(app: AppInMemory, tariffId: string) {
  await app.ask("PUT", "/issuer", ISSUER);
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Ana" });
  const { id: point } = await app.ask("POST", "/points", {
    customerId,
    label: "Rua A 1",
    timezone: "UTC",
    tariffId,
    tariffFrom: "2026-06-01T00:00:00Z",
  });
  return { point, meter: await newMeter(app, point) };
}

for (const behind of [2 * HOUR, 10_000 * DAY]) {
  Deno.test(`a meter whose clock is ${behind / HOUR} hours behind is heard all the same`, () =>
    heardBehind(behind));
}

async function heardBehind(behind: number): Promise<void> {
  await using app = await AppInMemory.open();
  const pointId = await newPoint(app);
  const { meters: [issued] } = await app.ask("POST", "/meters/provision", {
    meters: [{ pointId }],
  });
  const signer = new Signer(issued);
  for (let minute = 1; minute <= 4 * 60; minute++) {
    app.clock.seconds += 60;
    const time = app.clock.seconds - behind;
    const quality = minute === 200 ? TAMPER : 0;
    const said = reading(minute, { time, milliwattHours: 10_000 * minute, quality });
    const bytes = signer.datagram([said], { sentAt: time });
    await new Promise((resolve) => app.ingest.take(bytes, resolve));
    if (minute % 15 === 0) await app.alerting.sweep();
  }
  assertEquals(await kinds(app), ["tamper", "clockWrong"]);
}

Deno.test("meters that bring the quarters of an hour at once are neither silent nor out", async () => {
  await using app = await AppInMemory.open();
  const meters: string[] = [];
  for (let i = 0; i < 6; i++) meters.push(await newMeter(app, await newPoint(app)));
  for (let quarter = 1; quarter <= 6 * 4; quarter++) {
    const end = app.clock.seconds + QUARTER;
    app.clock.seconds = end + 60;
    await app.alerting.sweep();
    app.clock.seconds = end + 120;
    const readings = [3, 2, 1, 0].map((before) => ({
      time: instant(end - before * QUARTER),
      energyWh: 100 * (quarter - before),
    }));
    if (quarter % 4 === 0) {
      for (const meter of meters) await app.ask("POST", `/meters/${meter}/readings`, { readings });
    }
    app.clock.seconds = end;
  }
  assertEquals(await kinds(app), []);
});

Deno.test("a meter that has not been heard yet does not hold up the one beside it", async () => {
  await using app = await AppInMemory.open();
  const point = await newPoint(app);
  const meter = await newMeter(app, point);
  await newMeter(app, point);
  for (let quarter = 0; quarter < 8; quarter++) {
    app.clock.seconds += QUARTER;
    await report(app, meter, 100 * quarter);
    await app.alerting.sweep();
  }
  assertEquals((await watchOf(app)).at, app.clock.seconds);
});

Deno.test("the limits of a tariff count when it does", async () => {
  await using app = await AppInMemory.open();
  app.clock.seconds = MIDNIGHT;
  const { point, meter } = await newBilledPoint(app, await newTariff(app));
  const tariffId = await newTariff(app, "B");
  await app.ask("PUT", `/tariffs/${tariffId}/limits`, { dayWh: 1_000 });
  const live = async () => {
    for (let quarter = 0; quarter < 8; quarter++) {
      app.clock.seconds += QUARTER;
      await report(app, meter, (app.clock.seconds - MIDNIGHT) / 2);
      await app.alerting.sweep();
    }
  };
  await app.ask("PATCH", `/points/${point}`, { tariffId, tariffFrom: "2026-06-15T02:00:00Z" });
  app.clock.seconds -= QUARTER;
  await live();
  assertEquals(await kinds(app), []);
  await live();
  assertEquals(await kinds(app), ["dayLimit"]);
});

Deno.test("what is drawn in the last hour of a period is of its bill", async () => {
  await using app = await AppInMemory.open();
  app.clock.seconds = JULY - 8 * HOUR;
  const { point, meter } = await newBilledPoint(app, await newTariff(app));
  const budget = { amount: 1_000, currency: "EUR" };
  await app.ask("PUT", `/points/${point}/limits`, { budget });
  for (let hour = 0; hour <= 8; hour++) {
    app.clock.seconds = JULY - (8 - hour) * HOUR;
    await report(app, meter, hour === 8 ? 20_000 : 1_000 * hour);
    app.clock.seconds += 60;
    await app.alerting.sweep();
  }
  assertEquals(await kinds(app), ["budgetPassed"]);
});

Deno.test("when a meter is to be read on other days, the sums are of the new period", async () => {
  await using app = await AppInMemory.open();
  app.clock.seconds = JULY - 15 * DAY;
  const { point, meter } = await newBilledPoint(app, await newTariff(app));
  await app.ask("PUT", `/points/${point}/limits`, { budget: { energyWh: 200_000 } });
  for (let hour = 0; hour < 10 * 24; hour++) {
    app.clock.seconds += HOUR;
    await report(app, meter, 1_000 * hour);
    await app.alerting.sweep();
    if (hour === 24) await app.ask("PATCH", `/points/${point}`, { readingDay: 20 });
  }
  const { period } = await watchOf(app);
  assertEquals([period.month, instant(period.from)], ["2026-07", "2026-06-21T00:00:00Z"]);
  assertEquals(await kinds(app), []);
});

Deno.test("a point that cannot be remembered does not hold up the others", async () => {
  await using app = await AppInMemory.open();
  for (const _ of [1, 2, 3]) await newMeter(app, await newPoint(app));
  const { telling, watches } = app.alerting.parts;
  const [page] = await Array.fromAsync(watches.all());
  const keep = telling.keep.bind(telling);
  telling.keep = (rows) => {
    const isTooLarge = rows.some(([id]) => id === page[1].point.id);
    return isTooLarge ? Promise.reject(new TypeError("Value too large")) : keep(rows);
  };
  await app.alerting.sweep();
  const [after] = await Array.fromAsync(watches.all());
  assertEquals(after.map(({ kept }) => kept !== undefined), [true, false, true]);
  assertEquals(app.reported.length, 1);
});

Deno.test("what a register falls and climbs again is not told as use, nor after it is explained", async () => {
  await using app = await AppInMemory.open();
  const point = await newPoint(app);
  const meter = await newMeter(app, point);
  const limits = { dayWh: 15_000, budget: { energyWh: 300_000 } };
  await app.ask("PUT", `/points/${point}/limits`, limits);
  const live = async (from: number, to: number) => {
    for (let minute = from; minute < to; minute++) {
      app.clock.seconds += 60;
      await report(app, meter, minute === 20 ? 0 : 500_000 + 10 * minute);
      if (minute % 15 === 14) await app.alerting.sweep();
    }
  };
  await live(0, 45);
  assertEquals((await kinds(app)).toSorted(), ["impossiblePower", "registerFell"]);
  const { items: [found] } = await app.ask("GET", "/cases?open=true");
  const n = NOON + 21 * 60;
  await app.ask("POST", `/cases/${found.id}/resolve`, { kind: "fault", fromN: n, toN: n });
  await app.alerting.sweep();
  await live(45, 75);
  assertEquals((await kinds(app)).toSorted(), ["impossiblePower", "registerFell"]);
  assertEquals((await watchOf(app)).day.milliwattHours, 600_000);
});

Deno.test("the next holder is told anew of what the one before was told on the same day", async () => {
  await using app = await AppInMemory.open();
  const tariff = await newTariff(app);
  const { point, meter } = await newBilledPoint(app, tariff);
  await app.ask("PUT", `/tariffs/${tariff}/limits`, { dayWh: 5_000 });
  app.clock.seconds = MIDNIGHT + DAY;
  await report(app, meter, 100_000);
  const hour = async (more: number, at: number) => {
    app.clock.seconds = MIDNIGHT + DAY + at * HOUR;
    await report(app, meter, 100_000 + more);
    await app.alerting.sweep();
  };
  for (let i = 1; i <= 8; i++) await hour(1_000 * i, i);
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Bia" });
  await app.ask("PATCH", `/points/${point}`, { customerId });
  for (let i = 9; i <= 20; i++) await hour(1_000 * i, i);
  const { items } = await app.ask("GET", "/alerts?kind=dayLimit");
  assertEquals(
    items.map((
      alert: { customerId: string; closedAt: string | null },
    ) => [alert.customerId === customerId, alert.closedAt === null]),
    [[true, true], [false, false]],
  );
});

Deno.test("a meter that counts only what is fed in is heard, and nothing drawn is missing", async () => {
  await using app = await AppInMemory.open();
  const meter = await newMeter(app, await newPoint(app));
  const feed = async (energyWh: number) => {
    app.clock.seconds += QUARTER;
    await app.ask("POST", `/meters/${meter}/readings`, {
      readings: [{ time: instant(app.clock.seconds), energyWh, channel: 1 }],
    });
    await app.alerting.sweep();
  };
  for (let i = 1; i <= 3 * 96; i++) await feed(100 * i);
  assertEquals(await kinds(app), []);
  app.clock.seconds += 3 * HOUR;
  await app.alerting.sweep();
  assertEquals(await kinds(app), ["silent"]);
});

for (const minutes of [10, 60]) {
  Deno.test(`three days without a meter that reports every ${minutes} minutes are told, its usual gaps are not`, async () => {
    await using app = await AppInMemory.open();
    const meter = await newMeter(app, await newPoint(app));
    let wh = 0;
    const live = async (until: number, isHeard: boolean) => {
      while (app.clock.seconds < until) {
        app.clock.seconds += minutes * 60;
        wh += 10 * minutes;
        if (isHeard) await report(app, meter, wh);
        if (app.clock.seconds % HOUR === 0) await app.alerting.sweep();
      }
    };
    await live(NOON + 3 * DAY, true);
    assertEquals(await kinds(app), []);
    await live(NOON + 6 * DAY, false);
    await live(NOON + 7 * DAY, true);
    const { items } = await app.ask("GET", "/alerts?kind=estimation");
    assertEquals(items.length, 1);
    assertEquals(items[0].closedAt, null);
  });
}

/** A customer's whole data: all that is theirs, for the time in which it was, and nothing else. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import { as, customer } from "./as-caller.ts";
import { openApp, signedIn } from "./browser.ts";
import { instant, newMeter, secondsOf, upload } from "./metered-point.ts";
import { OPERATOR_KEY } from "./running-server.ts";
import { staged } from "./staged-alert.ts";
import { unzipped } from "./unzipped.ts";

const HOUR = 3_600;

async function dataOf(app: AppInMemory, customerId: string): Promise<Map<string, string>> {
  const response = await app.fetch(
    new Request(`http://localhost/api/v1/customers/${customerId}/data`, {
      headers: { authorization: `Bearer ${OPERATOR_KEY}` },
    }),
  );
  assertEquals(response.status, 200);
  assertEquals(response.headers.get("content-type"), "application/zip");
  return unzipped(new Uint8Array(await response.arrayBuffer()));
}

const rows = (csv: string): string[][] =>
  csv.trimEnd().split("\r\n").slice(1).map((line) => line.split(","));

/** A point that Ana had until six hours before noon, and Bia has since. */
async function handedOver(app: AppInMemory) {
  const { id: ana } = await app.ask("POST", "/customers", { name: "Ana", email: "ana@a.example" });
  const { id: bia } = await app.ask("POST", "/customers", { name: "Bia" });
  const place = { customerId: ana, label: "Casa da Ana", address: "Rua A 1", timezone: "UTC" };
  const { id: point } = await app.ask("POST", "/points", place);
  const meter = await newMeter(app, point);
  await upload(
    app,
    meter,
    Array.from({ length: 97 }, (_, i) => ({
      time: NOON - 24 * HOUR + 900 * i,
      milliwattHours: 1_000 * i,
    })),
  );
  const heldFrom = instant(NOON - 6 * HOUR);
  const given = { customerId: bia, heldFrom, label: "Bia's place" };
  await app.ask("PATCH", `/points/${point}`, given);
  const { id: sensor } = await app.ask("POST", "/sensors", { pointId: point });
  const readings = Array.from({ length: 24 }, (_, i) => ({
    time: instant(NOON - i * HOUR),
    temperature: i,
  }));
  await app.ask("POST", `/sensors/${sensor}/readings`, { readings });
  return { ana, bia, point, meter, sensor };
}

Deno.test("the data has no name of the staff who have seen an alert", async () => {
  await using app = await openApp();
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Ana" });
  const { id: pointId } = await app.ask("POST", "/points", { customerId, label: "Casa" });
  const { browser, id: by } = await signedIn(app, "eva@example.com");
  const { id } = await staged(app, { kind: "dayLimit", subject: pointId, pointId, customerId });
  await browser.ask("POST", `/alerts/${id}/acknowledge`);
  const [alert] = JSON.parse((await dataOf(app, customerId)).get("alerts.json")!);
  assertEquals(alert.acknowledged.by, { id: by, name: null });
});

Deno.test("the data has the alerts that were about the customer, and no others", async () => {
  await using app = await AppInMemory.open();
  const { ana, bia, point, meter } = await handedOver(app);
  const about = { pointId: point, customerId: ana };
  const { id } = await staged(app, { kind: "dayLimit", subject: point, ...about });
  await staged(app, { kind: "silent", subject: meter, ...about });
  const alerts = async (customer: string) =>
    JSON.parse((await dataOf(app, customer)).get("alerts.json")!);
  assertEquals(await alerts(bia), []);
  const [alert, ...others] = await alerts(ana);
  assertEquals([alert.id, alert.subject.name, others], [id, null, []]);
});

Deno.test("each holder of a point gets what was used there while they had it", async () => {
  await using app = await AppInMemory.open();
  const { ana, bia, point, meter, sensor } = await handedOver(app);
  const [anas, bias] = [await dataOf(app, ana), await dataOf(app, bia)];
  const folder = `points/${point}`;
  const names = [
    "customer.json",
    "people.json",
    "points.json",
    `${folder}/consumption.csv`,
    `${folder}/readings-${meter}.csv`,
    `${folder}/sensor-${sensor}.csv`,
    "alerts.json",
    "audit.json",
  ];
  assertEquals([...anas.keys()], names);
  assertEquals([...bias.keys()], names);
  const change = NOON - 6 * HOUR;
  const consumed = [anas, bias].map((files) => rows(files.get(names[3])!));
  assertEquals(consumed.map((values) => values.length), [72, 24]);
  assertEquals(secondsOf(consumed[0].at(-1)![1]), change);
  assertEquals(secondsOf(consumed[1][0][0]), change);
  const sums = consumed.map((values) => values.reduce((sum, [, , wh]) => sum + Number(wh), 0));
  assertEquals(sums, [72, 24]);
  const read = [anas, bias].map((files) => rows(files.get(names[4])!).map(([time]) => time));
  assertEquals(read.map((times) => times.length), [72, 25]);
  assert(read[0].every((time) => secondsOf(time) < change));
  assert(read[1].every((time) => secondsOf(time) >= change));
  const air = [anas, bias].map((files) => rows(files.get(names[5])!).length);
  assertEquals(air, [17, 7]);
});

Deno.test("the JSON of a customer's data tells what is kept of them, and of nobody else", async () => {
  await using app = await AppInMemory.open();
  const { ana, bia, point, meter } = await handedOver(app);
  const [anas, bias] = [await dataOf(app, ana), await dataOf(app, bia)];
  assertEquals(JSON.parse(anas.get("customer.json")!), await app.ask("GET", `/customers/${ana}`));
  const change = instant(NOON - 6 * HOUR);
  assertEquals(JSON.parse(anas.get("points.json")!), [{
    id: point,
    label: null,
    code: null,
    address: null,
    timezone: "UTC",
    held: [{ from: null, to: change }],
    meters: [{ id: meter, from: null, to: change }],
  }]);
  assertEquals(JSON.parse(bias.get("points.json")!)[0].label, "Bia's place");
  const [taken, entry, ...others] = JSON.parse(anas.get("audit.json")!);
  assertEquals(taken.action, "downloaded");
  assertEquals([entry.action, entry.changes.name.after, others], ["created", "Ana", []]);
  for (const text of anas.values()) assert(!text.includes("Bia"));
  for (const text of bias.values()) assert(!text.includes("Ana"));
});

Deno.test("a customer's data names who may sign in for them, without secrets", async () => {
  await using app = await AppInMemory.open();
  const { ana, bia } = await handedOver(app);
  const invite = async (customerId: string, name: string) => {
    const person = { customerId, name, email: `${name}@a.example`, role: "customer" };
    return (await app.ask("POST", "/people", person)).person;
  };
  const person = await invite(ana, "Tom");
  await invite(bia, "Eva");
  const people = JSON.parse((await dataOf(app, ana)).get("people.json")!);
  assertEquals(people, [person]);
  assert(!/hash|totp"?:\s*\{|epoch|secret/i.test(JSON.stringify(people)));
});

Deno.test("what a customer fed into the grid comes in a file of its own", async () => {
  await using app = await AppInMemory.open();
  const { bia, point, meter } = await handedOver(app);
  const readings = [NOON - 1_800, NOON - 900, NOON].map((time, i) => ({
    n: i + 1,
    time: instant(time),
    energyWh: 5 * i,
    channel: 1,
  }));
  await app.ask("POST", `/meters/${meter}/readings`, { readings });
  const fedIn = rows((await dataOf(app, bia)).get(`points/${point}/fed-in.csv`)!);
  assertEquals(fedIn.map(([, , wh]) => wh), ["5", "5"]);
});

Deno.test("a customer without anything gets what there is", async () => {
  await using app = await AppInMemory.open();
  const { id } = await app.ask("POST", "/customers", { name: "Zé" });
  const files = await dataOf(app, id);
  assertEquals([...files.keys()], [
    "customer.json",
    "people.json",
    "points.json",
    "alerts.json",
    "audit.json",
  ]);
  assertEquals(files.get("points.json"), "[]\n");
});

Deno.test("customers take their own data, with a name for people, and nobody else's", async () => {
  await using app = await AppInMemory.open();
  const { ana, bia } = await handedOver(app);
  const ask = as(app, customer(ana));
  assertEquals((await ask("GET", `/customers/${ana}/data`)).status, 200);
  assertEquals((await ask("GET", `/customers/${bia}/data`)).status, 404);
  const { headers, body } = await app.fetch(
    new Request(`http://localhost/api/v1/customers/${ana}/data`, {
      headers: { authorization: `Bearer ${OPERATOR_KEY}` },
    }),
  );
  await body?.cancel();
  assertMatch(headers.get("content-disposition")!, /filename="data-Ana-2026-06-15.zip"/);
});

Deno.test("a customer's data is streamed: readings are read as the zip is taken", async () => {
  await using app = await AppInMemory.open();
  const { bia, meter } = await handedOver(app);
  for (let at = 0; at < 200_000; at += 5_000) {
    const readings = Array.from({ length: 5_000 }, (_, i) => ({
      n: 1_000 + at + i,
      time: NOON + at + i,
      milliwattHours: 100_000 + at + i,
      quality: 0,
      skew: 0,
    }));
    await app.ingest.takeReadings(meter, 0, readings);
  }
  app.clock.seconds = NOON + 200_000;
  const response = await app.fetch(
    new Request(`http://localhost/api/v1/customers/${bia}/data`, {
      headers: { authorization: `Bearer ${OPERATOR_KEY}` },
    }),
  );
  let [bytes, highest] = [0, 0];
  for await (const part of response.body!) {
    bytes += part.length;
    highest = Math.max(highest, part.length);
  }
  assert(bytes > 40 * 200_000, `${bytes} bytes`);
  assert(highest < 700_000, `a piece of ${highest} bytes`);
});

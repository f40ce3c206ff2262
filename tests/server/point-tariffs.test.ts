/** Which tariff a point has since when, its reading day and its supply, over HTTP. */
import { assertEquals, assertMatch } from "@std/assert";
import { NOON } from "./app-in-memory.ts";
import { as, customer as customerCaller } from "./as-caller.ts";
import { billedPoint, issueMay } from "./billed-point.ts";
import { instant } from "./metered-point.ts";
import {
  brief,
  enter,
  flatAt,
  inApp,
  on,
  PLAIN,
  pricedPoint,
  quarterly,
  refusal,
  report,
} from "./priced-point.ts";
import { assertProblem } from "./udp-meter.ts";

inApp(
  "a point has the tariff from now, from a day where it is, or from an instant",
  async (app) => {
    const tariffId = await enter(app, PLAIN);
    const { id: customerId } = await app.ask("POST", "/customers", { name: "Ana" });
    const timezone = "America/Manaus";
    const place = {
      customerId,
      label: "Home",
      timezone,
      tariffId,
      readingDay: 5,
      supply: "twoPhase",
    };
    const since = async (tariffFrom?: string) => {
      const point = await app.ask("POST", "/points", { ...place, tariffFrom });
      assertEquals([point.tariffId, point.readingDay, point.supply], [tariffId, 5, "twoPhase"]);
      assertEquals(await app.ask("GET", `/points/${point.id}`), { ...point, meter: null });
      return point.tariffs;
    };
    assertEquals(await since(), [{ tariffId, from: instant(NOON) }]);
    assertEquals(await since("2026-05-01"), [{ tariffId, from: "2026-05-01T04:00:00Z" }]);
    assertEquals(await since("2026-05-01T00:00:00+02:00"), [
      { tariffId, from: "2026-04-30T22:00:00Z" },
    ]);
    const bare = await app.ask("POST", "/points", { customerId, label: "Shed" });
    assertEquals([bare.tariffId, bare.tariffs], [null, []]);
    assertEquals([bare.readingDay, bare.supply], [31, "singlePhase"]);
  },
);

const UNKNOWN = "0".repeat(16);

const MISFITS: { body: object; path: string; message: string }[] = [
  { body: { tariffFrom: "2026-06-01" }, path: "tariffFrom", message: "goes with a tariffId" },
  {
    body: { tariffId: UNKNOWN, tariffFrom: "soon" },
    path: "tariffFrom",
    message: "must be a date, or a time with an offset like 2026-11-20T08:00:00-03:00",
  },
  { body: { tariffId: "white" }, path: "tariffId", message: "must have 16 hexadecimal digits" },
  { body: { tariffId: null }, path: "tariffId", message: "must be text" },
  { body: { readingDay: 0 }, path: "readingDay", message: "must be 1 to 31" },
  { body: { readingDay: 32 }, path: "readingDay", message: "must be 1 to 31" },
  { body: { readingDay: 1.5 }, path: "readingDay", message: "must be a whole number" },
  { body: { readingDay: "5" }, path: "readingDay", message: "must be a number" },
  {
    body: { supply: "fourPhase" },
    path: "supply",
    message: "must be one of singlePhase, twoPhase, threePhase",
  },
];

inApp("what a point cannot be billed by is refused with its field", async (app) => {
  const { point, customer } = await pricedPoint(app);
  const before = await app.entries();
  for (const { body, path, message } of MISFITS) {
    const calls: [method: string, path: string, body: object][] = [
      ["POST", "/points", { customerId: customer, label: "Home", ...body }],
      ["PATCH", `/points/${point}`, body],
    ];
    for (const [method, call, sent] of calls) {
      const answer = await app.send(method, call, JSON.stringify(sent));
      assertProblem(answer, 400);
      assertEquals(answer.body.errors, [{ path, message }]);
    }
  }
  const unknown = { tariffId: UNKNOWN };
  const none = `404 There is no tariff ${UNKNOWN}.`;
  assertEquals(await refusal(app, "PATCH", `/points/${point}`, unknown), none);
  const place = { customerId: customer, label: "Home", ...unknown };
  assertEquals(await refusal(app, "POST", "/points", place), none);
  assertEquals(await app.entries(), before);
});

inApp(
  "a point's tariffs are told in the order of time; a later choice takes the place of those to come",
  async (app) => {
    const { point, tariff: plain } = await pricedPoint(app);
    const [day, night] = [await enter(app, flatAt("0.6")), await enter(app, flatAt("0.7"))];
    const choose = async (tariffId: string, tariffFrom?: string) =>
      (await app.ask("PATCH", `/points/${point}`, { tariffId, tariffFrom })).tariffs;
    const first = { tariffId: plain, from: "2026-04-01T00:00:00Z" };
    const july = { tariffId: day, from: "2026-07-01T00:00:00Z" };
    assertEquals(await choose(day, "2026-07-01"), [first, july]);
    assertEquals(await choose(day), [first, july], "it is the one that was chosen already");
    assertEquals(await choose(night, "2026-08-01"), [first, july, {
      tariffId: night,
      from: "2026-08-01T00:00:00Z",
    }]);
    const june = { tariffId: night, from: "2026-06-20T00:00:00Z" };
    assertEquals(await choose(night, "2026-06-20"), [first, june]);
    assertEquals((await app.ask("GET", `/points/${point}`)).tariffs, [first, june]);
    const { items } = await app.ask("GET", `/audit?kind=point&id=${point}&limit=1`);
    const { before, after } = items[0].changes.tariffs;
    assertEquals([before.length, after], [2, [{ tariffId: night, from: on("06-20T00:00") }]]);
  },
);

inApp("a point cannot have a tariff before it begins, nor change its currency", async (app) => {
  const { point } = await pricedPoint(app);
  const { id: tariffId } = await app.ask("POST", "/tariffs", {
    tariff: flatAt("0.6"),
    effectiveFrom: "2026-07-01T00:00:00Z",
  });
  const patch = (body: object) => refusal(app, "PATCH", `/points/${point}`, body);
  const begins = "must not be before 2026-07-01T00:00:00Z, when the tariff begins";
  assertEquals(await patch({ tariffId }), `409 tariffFrom: ${begins}`);
  assertEquals(await patch({ tariffId, tariffFrom: "2026-06-30" }), `409 tariffFrom: ${begins}`);
  assertMatch(await patch({ tariffId, tariffFrom: "2026-07-01" }), /^200 /);
  const real = await enter(app, { ...PLAIN, currency: "BRL" });
  assertEquals(await patch({ tariffId: real }), "409 The point is billed in EUR, not BRL.");
});

inApp("what is billed keeps its tariff", async (app) => {
  const { point } = await billedPoint(app);
  await issueMay(app, point);
  const { id: tariffId } = await app.ask("POST", "/tariffs", { preset: "brazilWhite" });
  const body = JSON.stringify({ tariffId, tariffFrom: "2026-05-31" });
  const answer = await app.send("PATCH", `/points/${point}`, body);
  assertProblem(answer, 409);
  assertEquals(answer.body.errors, [{
    path: "tariffFrom",
    message: "must not be before 2026-06-01T03:00:00Z, until when the point is billed",
  }]);
  const { tariffs } = await app.ask("PATCH", `/points/${point}`, {
    tariffId,
    tariffFrom: "2026-06-01",
  });
  assertEquals(tariffs.at(-1), { tariffId, from: "2026-06-01T03:00:00Z" });
});

inApp(
  "a version that is added later counts from its instant at the points that have the tariff",
  async (app) => {
    const { point, meter, tariff } = await pricedPoint(app);
    await app.ask("POST", `/tariffs/${tariff}/versions`, {
      tariff: flatAt("0.6"),
      effectiveFrom: "2026-06-20T12:00:00Z",
    });
    // A kWh an hour: 19.5 days are 468 kWh at 0.50, 234.00; 10.5 days are 252 kWh at 0.60, 151.20.
    app.clock.seconds = on("07-02T00:00");
    await report(app, meter, quarterly("06-01T00:00", "07-01T00:00", 250));
    const { lines, tariff: name } = await app.ask("GET", `/points/${point}/bill?period=2026-06`);
    assertEquals(brief(lines), [["Energy", 468, 234_00], ["Energy", 252, 151_20]]);
    assertEquals(name, "Plain");
  },
);

inApp("a new holder is not told which tariffs the point had before", async (app) => {
  const { point } = await pricedPoint(app);
  const cheaper = await enter(app, flatAt("0.4"));
  await app.ask("PATCH", `/points/${point}`, { tariffId: cheaper, tariffFrom: "2026-05-01" });
  const { id: bento } = await app.ask("POST", "/customers", { name: "Bento" });
  const heldFrom = "2026-06-01T00:00:00Z";
  await app.ask("PATCH", `/points/${point}`, { customerId: bento, heldFrom });
  const { body } = await as(app, customerCaller(bento))("GET", `/points/${point}`);
  assertEquals(body.tariffs, [{ tariffId: cheaper, from: heldFrom }]);
});

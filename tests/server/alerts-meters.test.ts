/** What is odd about a meter comes from its datagrams to the staff, by the whole service. */
import { assert, assertEquals } from "@std/assert";
import type { DatagramOutcome } from "../../server/ingest/ingest.ts";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import { newPoint } from "./metered-point.ts";
import type { Json } from "./running-server.ts";
import { reading, Signer } from "./udp-meter.ts";

const QUARTER = 900;
const TAMPER = 8;

interface Line {
  app: AppInMemory;
  point: string;
  signer: Signer;
  n: number;
}

async function onLine(test: (line: Line) => Promise<void>): Promise<void> {
  await using app = await AppInMemory.open();
  const point = await newPoint(app);
  const { meters: [issued] } = await app.ask("POST", "/meters/provision", {
    meters: [{ pointId: point }],
  });
  await test({ app, point, signer: new Signer(issued), n: 0 });
  assertEquals(app.reported, []);
}

const send = ({ app }: Line, bytes: Uint8Array): Promise<DatagramOutcome> =>
  new Promise((resolve) => app.ingest.take(bytes, resolve));

/** A minute later, with so much more on the register. */
async function report(line: Line, more: object = {}, wh = 10): Promise<void> {
  const { app, signer } = line;
  app.clock.seconds += 60;
  const { seconds: time } = app.clock;
  line.n++;
  const said = reading(line.n, { time, milliwattHours: 1_000 * wh * line.n, ...more });
  assertEquals(await send(line, signer.datagram([said], { sentAt: time })), "acknowledged");
}

async function quarter(line: Line): Promise<void> {
  for (let minute = 0; minute < QUARTER / 60; minute++) await report(line);
}

async function open(line: Line): Promise<Json[]> {
  assert(await line.app.alerting.sweep());
  return (await line.app.ask("GET", "/alerts?open=true")).items;
}

const kinds = async (line: Line) => (await open(line)).map(({ kind }) => kind);

Deno.test("a meter that reports as it should raises nothing", () =>
  onLine(async (line) => {
    for (let i = 0; i < 4; i++) await quarter(line);
    assertEquals(await open(line), []);
  }));

Deno.test("datagrams signed by somebody else are told from ten on, with the meter's name", () =>
  onLine(async (line) => {
    await quarter(line);
    const forger = new Signer({ ...line.signer.issued, key: "00".repeat(32) });
    const forge = async (times: number) => {
      for (let i = 0; i < times; i++) {
        const bytes = forger.datagram([reading(1)], { sentAt: line.app.clock.seconds });
        assertEquals(await send(line, bytes), "wrongTag");
      }
      await line.app.alerting.tick();
    };
    await forge(9);
    assertEquals(await kinds(line), []);
    await forge(3);
    const [alert] = await open(line);
    assertEquals([alert.kind, alert.meterId, alert.pointId], [
      "signature",
      line.signer.issued.id,
      line.point,
    ]);
    assert(alert.sentence.includes("12"), alert.sentence);
  }));

Deno.test("a number with another content is told at once", () =>
  onLine(async (line) => {
    await quarter(line);
    const time = line.app.clock.seconds;
    const other = line.signer.datagram([reading(line.n, { time, milliwattHours: 7 })], {
      sentAt: time,
    });
    assertEquals(await send(line, other), "conflict");
    assertEquals(await kinds(line), ["conflict"]);
  }));

Deno.test("an opened cover is told, and is over a day after it was closed", () =>
  onLine(async (line) => {
    await quarter(line);
    await report(line, { quality: TAMPER });
    assertEquals(await kinds(line), ["tamper"]);
    for (let hour = 0; hour < 25; hour++) {
      line.app.clock.seconds += 3_540;
      await report(line);
      if (hour < 23) assertEquals(await kinds(line), ["tamper"]);
    }
    assertEquals(await kinds(line), []);
  }));

Deno.test("a register that fell is told until somebody says what it was", () =>
  onLine(async (line) => {
    await quarter(line);
    await report(line, { milliwattHours: 5 });
    assertEquals(await kinds(line), ["registerFell"]);
    const { items: [found] } = await line.app.ask("GET", "/cases?open=true");
    await line.app.ask("POST", `/cases/${found.id}/resolve`, { kind: "reset" });
    assertEquals(await kinds(line), []);
  }));

Deno.test("more than the supply gives is told with its power", () =>
  onLine(async (line) => {
    await quarter(line);
    await report(line, { milliwattHours: 1_000 * 10 * line.n + 3_000_000 });
    const [alert] = await open(line);
    assertEquals(alert.kind, "impossiblePower");
    assertEquals(alert.evidence.limitWatts, 20_000);
  }));

Deno.test("a clock that stays wrong is told, one that is set right is not", () =>
  onLine(async (line) => {
    await quarter(line);
    const wrong = async () => {
      line.app.clock.seconds += 60;
      const time = line.app.clock.seconds + 600;
      line.n++;
      const said = reading(line.n, { time, milliwattHours: 10_000 * line.n });
      assertEquals(
        await send(line, line.signer.datagram([said], { sentAt: time })),
        "acknowledged",
      );
    };
    await wrong();
    await quarter(line);
    assertEquals(await kinds(line), []);
    for (let minute = 0; minute < 20; minute++) await wrong();
    assertEquals(await kinds(line), ["clockWrong"]);
  }));

Deno.test("a meter that is silent for an hour is told, and is over when it is heard again", () =>
  onLine(async (line) => {
    await quarter(line);
    assertEquals(await kinds(line), []);
    line.app.clock.seconds += 3_540;
    assertEquals(await kinds(line), []);
    line.app.clock.seconds += 120;
    assertEquals(await kinds(line), ["silent"]);
    await report(line);
    assertEquals(await kinds(line), []);
    assert(line.app.clock.seconds > NOON);
  }));

Deno.test("what is open on a meter is over when it leaves, on a point when it is retired", () =>
  onLine(async (line) => {
    await quarter(line);
    await report(line, { quality: TAMPER });
    assertEquals(await kinds(line), ["tamper"]);
    await line.app.ask("DELETE", `/meters/${line.signer.issued.id}`);
    assertEquals(await kinds(line), []);
  }));

Deno.test("a point whose meter has not said anything yet raises nothing, for days", () =>
  onLine(async (line) => {
    for (let day = 0; day < 3; day++) {
      line.app.clock.seconds += 86_400;
      assertEquals(await kinds(line), []);
    }
    await quarter(line);
    assertEquals(await kinds(line), []);
  }));

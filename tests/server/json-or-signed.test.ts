/** A meter sends signed datagrams or JSON: what has signed takes no JSON, on any server. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import { instant } from "./metered-point.ts";
import { reading, Signer } from "./udp-meter.ts";

async function newSigner(app: AppInMemory): Promise<Signer> {
  return new Signer((await app.ask("POST", "/meters/provision", { count: 1 })).meters[0]);
}

async function signs(app: AppInMemory, meter: Signer, n: number): Promise<number> {
  const report = meter.datagram([reading(n, { time: NOON + n })], { sentAt: NOON + n });
  return (await app.send("POST", "/datagrams", report)).status;
}

/** With a number and without, as the second decides nothing. */
const BODIES = [{ n: 9 }, {}].map((numbered) =>
  JSON.stringify({ readings: [{ ...numbered, time: instant(NOON), energyWh: 9 }] })
);

const speak = (app: AppInMemory, { issued: { id } }: Signer, body = BODIES[1]) =>
  app.send("POST", `/meters/${id}/readings`, body);

const readingsOf = async (app: AppInMemory, { issued: { id } }: Signer): Promise<number> =>
  (await app.ask("GET", `/meters/${id}/readings`)).items.length;

Deno.test("JSON for a meter that signs is refused with what to do, and stores nothing", async () => {
  await using app = await AppInMemory.open();
  const meter = await newSigner(app);
  assertEquals(await signs(app, meter, 1), 200);
  for (const body of BODIES) {
    const { status, body: problem } = await speak(app, meter, body);
    assertEquals(status, 409);
    assertStringIncludes(problem.detail, "sends signed datagrams");
    assertStringIncludes(problem.detail, "register another meter");
  }
  assertEquals(await readingsOf(app, meter), 1);
  assertEquals(await signs(app, meter, 2), 200);
});

Deno.test("a meter that brings JSON is put on record for it once, and many at once are taken", async () => {
  await using app = await AppInMemory.open();
  const meter = await newSigner(app);
  const answers = await Promise.all(Array.from({ length: 20 }, () => speak(app, meter)));
  assertEquals(answers.map(({ status }) => status), Array(20).fill(200));
  assertEquals((await speak(app, meter)).status, 200);
  const { items } = await app.ask("GET", `/audit?kind=meter&id=${meter.issued.id}`);
  assertEquals(items.map(({ action }: { action: string }) => action), ["changed", "created"]);
});

Deno.test("a meter that brought JSON and signs then is stored, and brings no JSON any more", async () => {
  await using app = await AppInMemory.open();
  const meter = await newSigner(app);
  assertEquals((await speak(app, meter)).status, 200);
  assertEquals(await signs(app, meter, 1), 200);
  assertEquals((await speak(app, meter)).status, 409);
  assertEquals(await readingsOf(app, meter), 2);
});

Deno.test("a body that is refused does not put a meter on record for JSON", async () => {
  await using app = await AppInMemory.open();
  const meter = await newSigner(app);
  const readings = [{ time: instant(NOON + 3_600), energyWh: 1 }];
  assertEquals((await speak(app, meter, JSON.stringify({ readings }))).status, 400);
  assertEquals((await app.meters.get(meter.issued.id))?.jsonSince, undefined);
});

Deno.test("another server on the same database knows who signs, from JSON within a minute", async () => {
  await using app = await AppInMemory.open({ isShared: true });
  const secret = app.meters.vault.secret;
  const other = await AppInMemory.open({ isShared: true, kv: app.kv, secret });
  try {
    const [signing, both] = [await newSigner(app), await newSigner(app)];
    assertEquals(await signs(other, signing, 1), 200);
    assertEquals((await speak(app, signing)).status, 409);
    const forged = new Signer({ ...both.issued, key: "00".repeat(32) });
    assertEquals(await signs(other, forged, 1), 401, "its record is known now");
    assertEquals((await speak(app, both)).status, 200);
    assertEquals(await signs(other, both, 1), 200);
    other.clock.seconds += 61;
    assertEquals(await signs(other, both, 2), 200);
    assertEquals((await speak(app, both)).status, 409);
  } finally {
    other.parts.live.close();
    await other.ingest.close();
  }
});

/** Who a meter is: provisioned or enrolled, given a new key, retired, and known over a restart. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { OPERATOR_KEY, RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";
import {
  assertProblem,
  type IssuedMeter,
  postDatagram,
  provision,
  reading,
  Signer,
} from "./udp-meter.ts";

const UNKNOWN_POINT = "0000000000000000";

const statusOf = async (server: RunningServer, meter: Signer, n: number): Promise<number> =>
  (await postDatagram(server, meter.datagram([reading(n)]))).status;

async function newPoint(server: RunningServer): Promise<string> {
  const { id: customerId } = await server.ask("POST", "/customers", { name: "Ana" });
  return (await server.ask("POST", "/points", { customerId, label: "Rua A 1" })).id;
}

function* filesUnder(path: string): Generator<Uint8Array> {
  for (const { name, isFile } of Deno.readDirSync(path)) {
    if (isFile) yield Deno.readFileSync(`${path}/${name}`);
  }
}

/** Whether a byte string is found in any file of the folder, as it is or as hexadecimal digits. */
function isInFolder(path: string, hex: string): boolean {
  const latin1 = new TextDecoder("latin1");
  const raw = latin1.decode(Uint8Array.fromHex(hex));
  for (const bytes of filesUnder(path)) {
    const text = latin1.decode(bytes);
    if (text.includes(raw) || text.toLowerCase().includes(hex)) return true;
  }
  return false;
}

Deno.test("the server knows its meters", async (t) => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });

  await t.step("provisioning by count gives so many different meters and keys", async () => {
    const { meters } = await server.ask("POST", "/meters/provision", { count: 1_000 });
    for (const field of ["id", "key"] as const) {
      assertEquals(new Set(meters.map((meter: IssuedMeter) => meter[field])).size, 1_000);
    }
    assert(meters.every(({ key, keyId }: IssuedMeter) => /^[0-9a-f]{64}$/.test(key) && !keyId));
  });
  await t.step("provisioning by list puts each meter on its point", async () => {
    const pointId = await newPoint(server);
    const wanted = [{ pointId, label: "kitchen" }, {}];
    const { meters } = await server.ask("POST", "/meters/provision", { meters: wanted });
    const [kitchen, other] = await Promise.all(
      meters.map(({ id }: IssuedMeter) => server.ask("GET", `/meters/${id}`)),
    );
    assertEquals([kitchen.pointId, kitchen.label], [pointId, "kitchen"]);
    assertEquals([other.pointId, other.label], [null, null]);
    const { meter } = await server.ask("GET", `/points/${pointId}`);
    assertEquals(meter.id, kitchen.id);
  });
  await t.step("a point that is not there gets a 404 and no meter is made", async () => {
    const before = await server.metric("contaluz_meters");
    const wanted = { meters: [{}, { pointId: UNKNOWN_POINT }] };
    assertProblem(await server.api("POST", "/meters/provision", wanted), 404);
    assertProblem(await server.api("POST", "/meters", { pointId: UNKNOWN_POINT }), 404);
    assertEquals(await server.metric("contaluz_meters"), before);
  });
  await t.step("enrolment gives the same answer until the first valid datagram", async () => {
    const { id, enrolmentToken: token } = await server.ask("POST", "/meters", {});
    const enrol = () => server.api("POST", "/enrol", { token, hardwareId: "board 1" });
    const first = (await enrol()).body;
    assertEquals([first.meterId, first.reportIntervalS, first.udpPort], [id, 5, server.udpPort]);
    const again = (await enrol()).body;
    assertEquals([again.key, again.keyId], [first.key, first.keyId]);
    const meter = new Signer({ id, key: first.key, keyId: first.keyId });
    const forged = new Signer({ ...meter.issued, key: "00".repeat(32) });
    assertEquals(await statusOf(server, forged, 1), 401);
    assertEquals((await enrol()).status, 200);
    assertEquals(await statusOf(server, meter, 1), 200);
    assertProblem(await enrol(), 409);
    assertEquals(await statusOf(server, meter, 2), 200);
  });
  await t.step("enrolment needs no operator key", async () => {
    const { enrolmentToken: token } = await server.ask("POST", "/meters", {});
    const body = JSON.stringify({ token, hardwareId: "board 2" });
    assertEquals((await server.request("POST", "/api/v1/enrol", { body })).status, 200);
  });
  await t.step(
    "other hardware with the same token gets a 409, an unknown token a 401",
    async () => {
      const { enrolmentToken: token } = await server.ask("POST", "/meters", {});
      await server.ask("POST", "/enrol", { token, hardwareId: "board 3" });
      assertProblem(await server.api("POST", "/enrol", { token, hardwareId: "board 4" }), 409);
      const unknown = { token: "f".repeat(32), hardwareId: "board 3" };
      assertProblem(await server.api("POST", "/enrol", unknown), 401);
    },
  );
  await t.step("both keys work until the next one is used, which retires the old one", async () => {
    const [old] = await provision(server, 1);
    const next = new Signer(await server.ask("POST", `/meters/${old.issued.id}/rotate-key`));
    assertEquals(next.issued.keyId, old.issued.keyId + 1);
    assertNotEquals(next.issued.key, old.issued.key);
    const forged = new Signer({ ...next.issued, key: old.issued.key });
    assertEquals(await statusOf(server, forged, 1), 401);
    assertEquals(await statusOf(server, old, 1), 200);
    assertEquals(await statusOf(server, next, 2), 200);
    assertEquals(await statusOf(server, old, 3), 401);
    assertEquals(await statusOf(server, next, 3), 200);
  });
  await t.step("a retired meter is not heard any more, and its readings stay", async () => {
    const [meter] = await provision(server, 1);
    const path = `/meters/${meter.issued.id}`;
    await server.ask("POST", `${path}/rotate-key`);
    assertEquals(await statusOf(server, meter, 1), 200);
    assertEquals((await server.api("DELETE", path)).status, 204);
    assertEquals(await statusOf(server, meter, 2), 401);
    const upload = { readings: [{ time: "2026-01-01T00:00:00Z", energyWh: 1 }] };
    assertProblem(await server.api("POST", `${path}/readings`, upload), 409);
    assertEquals((await server.ask("GET", `${path}/readings`)).items.length, 1);
    assertProblem(await server.api("POST", `${path}/rotate-key`), 409);
  });
  for (
    const authorization of [undefined, "Bearer ", "Bearer wrong", `Basic ${OPERATOR_KEY}`, "Bearer"]
  ) {
    await t.step(`authorization ${authorization} gets a 401`, async () => {
      const headers = authorization === undefined ? undefined : { authorization };
      for (const path of ["/api/v1/meters/0123456789abcdef", "/api/v1/points/1"]) {
        assertProblem(await server.request("GET", path, { headers }), 401);
      }
      const body = JSON.stringify({ count: 1 });
      const answer = await server.request("POST", "/api/v1/meters/provision", { headers, body });
      assertProblem(answer, 401);
    });
  }
});

Deno.test("the server finds everything again after a restart", async () => {
  using folder = new TestFolder();
  const { meter, next, retired, token, before } = await (async () => {
    await using server = await RunningServer.start({ data: folder.path });
    const [meter, rotated, retired] = await provision(server, 3);
    const next = new Signer(await server.ask("POST", `/meters/${rotated.issued.id}/rotate-key`));
    const { enrolmentToken: token } = await server.ask("POST", "/meters", { label: "hall" });
    await server.ask("POST", "/enrol", { token, hardwareId: "board 1" });
    for (const signer of [meter, rotated, retired]) await statusOf(server, signer, 1);
    await statusOf(server, meter, 2);
    await server.ask("DELETE", `/meters/${retired.issued.id}`);
    const before = await server.ask("GET", `/meters/${meter.issued.id}/readings`);
    await server.stop();
    return { meter, next, retired, token, before };
  })();
  await using server = await RunningServer.start({ data: folder.path });
  assertEquals(await server.ask("GET", `/meters/${meter.issued.id}/readings`), before);
  assertEquals(before.items.length, 2);
  assertEquals(await statusOf(server, next, 2), 200);
  assertEquals(await statusOf(server, retired, 2), 401);
  await server.ask("POST", "/enrol", { token, hardwareId: "board 1" });
  assertProblem(await server.api("POST", "/enrol", { token, hardwareId: "board 2" }), 409);
});

Deno.test("the data folder holds no key and no token in the clear", async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  const [meter] = await provision(server, 1);
  const { enrolmentToken } = await server.ask("POST", "/meters", {});
  const enrolled = await server.ask("POST", "/enrol", {
    token: enrolmentToken,
    hardwareId: "board 1",
  });
  const next = await server.ask("POST", `/meters/${meter.issued.id}/rotate-key`);
  await statusOf(server, meter, 1);
  const secrets = [meter.issued.key, enrolled.key, next.key, enrolmentToken];
  const assertHidden = () =>
    secrets.forEach((secret) => assert(!isInFolder(folder.path, secret), `found ${secret}`));
  assertHidden();
  assert(isInFolder(folder.path, new TextEncoder().encode(meter.issued.id).toHex()));
  await server.stop();
  assertHidden();
});

Deno.test("a start with another secret is refused and says so", async () => {
  using folder = new TestFolder();
  const secret = (byte: number) => new Uint8Array(32).fill(byte).toBase64();
  const start = (byte: number) => ({ data: folder.path, env: { CONTALUZ_SECRET: secret(byte) } });
  {
    await using server = await RunningServer.start(start(1));
    await provision(server, 1);
    await server.stop();
  }
  const { code, stderr } = await RunningServer.startInVain(start(2));
  assertEquals(code, 1);
  assert(stderr.includes("CONTALUZ_SECRET"), stderr);
  await using server = await RunningServer.start(start(1));
  assertEquals(await server.metric("contaluz_meters"), 1);
});

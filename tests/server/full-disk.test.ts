/** A disk without space: nothing is acknowledged, nothing breaks, and it goes on once there is some. */
import { assertEquals } from "@std/assert";
import { RunningServer } from "./running-server.ts";
import {
  CAN_LIMIT_FILES,
  CAN_MOUNT,
  diskInMemory,
  limitedFiles,
  type SmallDisk,
} from "./small-disk.ts";
import { assertProblem, postDatagram, provision, reading, type Signer } from "./udp-meter.ts";
import { UdpLine } from "./udp-meter.ts";
import { until } from "./within.ts";

const DISKS = [
  { what: "a full file system", open: diskInMemory, possible: CAN_MOUNT },
  { what: "a limit on files", open: limitedFiles, possible: CAN_LIMIT_FILES },
];
/** Free room in pages already taken is used up first. */
const MAX_TRIES = 50;

const block = (first: number) =>
  Array.from({ length: 64 }, (_, i) => reading(first + i, { time: 1_770_000_000 + i }));

for (const { what, open, possible } of DISKS) {
  const name = `the server lives through ${what}`;
  Deno.test({
    name: possible ? name : `${name} (left out: this machine does not permit it)`,
    ignore: !possible,
    fn: async () => {
      const disk = await open();
      try {
        await onDisk(disk);
      } finally {
        await disk.remove();
      }
    },
  });
}

async function onDisk(disk: SmallDisk): Promise<void> {
  const start = { data: `${disk.path}/data`, through: disk.through };
  let meter: Signer;
  let acknowledged: number;
  {
    await using server = await RunningServer.start(start);
    await using line = new UdpLine(server.udpPort);
    [meter] = await provision(server, 1);
    await disk.fill(server);
    acknowledged = await reportUntilRefused(server, meter);
    await assertRefuses(server, meter, line, acknowledged);
    await disk.free(server);
    const refused = meter.datagram(block(acknowledged + 1));
    assertEquals(meter.acknowledgement(await line.exchange(refused)).status, 0);
    acknowledged += 64;
    await assertHolds(server, meter, acknowledged);
    const isReady = async () => (await server.request("GET", "/readyz")).status === 200;
    await until(isReady, 10_000, "readiness");
    await server.stop();
  }
  await using server = await RunningServer.start(start);
  await assertHolds(server, meter, acknowledged);
}

async function reportUntilRefused(server: RunningServer, meter: Signer): Promise<number> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { status, bytes, type } = await postDatagram(
      server,
      meter.datagram(block(64 * tries + 1)),
    );
    if (status === 200) continue;
    const body = JSON.parse(new TextDecoder().decode(bytes));
    assertProblem({ status, type, body }, 503);
    return 64 * tries;
  }
  throw new Error(`${MAX_TRIES} reports were stored without space`);
}

async function assertRefuses(
  server: RunningServer,
  meter: Signer,
  line: UdpLine,
  acknowledged: number,
): Promise<void> {
  const failed = 'contaluz_datagrams_total{outcome="failed"}';
  const before = await server.metric(failed);
  await line.send(meter.datagram(block(acknowledged + 1)));
  await until(async () => await server.metric(failed) > before, 5_000, "a refused datagram");
  assertEquals(await line.next(1), undefined, "acknowledged without space");
  const upload = { readings: [{ time: "2026-03-01T00:00:00Z", energyWh: 1 }] };
  const path = `/meters/${meter.issued.id}/readings`;
  assertProblem(await server.api("POST", path, upload), 503);
  assertEquals((await server.request("GET", "/healthz")).status, 200);
  const { status, body } = await server.request("GET", "/readyz");
  assertEquals([status, Object.keys(body.problems)], [503, ["store"]]);
  await assertHolds(server, meter, acknowledged);
}

async function assertHolds(server: RunningServer, meter: Signer, count: number): Promise<void> {
  const path = `/meters/${meter.issued.id}/readings?limit=20000`;
  const { items } = await server.ask("GET", path);
  const numbers = items.map(({ n }: { n: number }) => n);
  assertEquals(numbers, Array.from({ length: count }, (_, i) => i + 1));
}

/** Ten thousand connections that say nothing, and one that never ends its request's head. */
import { assert, assertEquals } from "@std/assert";
import { RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";
import { provision, reading, UdpLine } from "./udp-meter.ts";

const CONNECTIONS = 10_000;
/** Fewer where the machine lets a process hold no more files; below this the test says nothing. */
const ENOUGH = 1_000;
const AT_ONCE = 100;

async function connectMany(server: RunningServer): Promise<Deno.TcpConn[]> {
  const { hostname, port } = new URL(server.address);
  const open: Deno.TcpConn[] = [];
  while (open.length < CONNECTIONS) {
    const some = Array.from(
      { length: AT_ONCE },
      () => Deno.connect({ hostname, port: Number(port) }),
    );
    const settled = await Promise.allSettled(some);
    open.push(...settled.flatMap((one) => one.status === "fulfilled" ? one.value : []));
    if (settled.some(({ status }) => status === "rejected")) break;
  }
  return open;
}

Deno.test("the server answers and stores as ever while thousands of connections say nothing", async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  const [meter] = await provision(server, 1);
  const idle = await connectMany(server);
  try {
    assert(idle.length >= ENOUGH, `only ${idle.length} connections`);
    await idle[0].write(new TextEncoder().encode("GET /healthz HTTP/1.1\r\nhost: loc"));
    assertEquals((await server.request("GET", "/healthz")).status, 200);
    await using line = new UdpLine(server.udpPort!);
    const acknowledgement = await line.exchange(meter.datagram([reading(1)]));
    assertEquals(meter.acknowledgement(acknowledgement).echo, 1);
  } finally {
    for (const connection of idle) connection.close();
  }
  assertEquals((await server.request("GET", "/healthz")).status, 200);
});

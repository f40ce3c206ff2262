/** How the way to a server is opened. */
import { assertEquals, assertRejects } from "@std/assert";
import { hostOf, openUplink, type ServerPlace, type Wires } from "../../meter-sim/server-uplink.ts";
import { lookUp } from "../../meter-sim/look-up.ts";
import { SHARED_SOCKETS } from "../../meter-sim/uplink.ts";
import { schedule } from "./real-uplink.ts";

/** What was opened for the server at `place`. */
const openedFor = async (place: ServerPlace, sockets?: number) => {
  const opened: string[] = [];
  const wires: Wires = {
    listenDatagram: (options) => {
      opened.push(options.hostname!);
      return Deno.listenDatagram({ ...options, hostname: "127.0.0.1" });
    },
    lookUp,
    fetch,
    schedule,
  };
  await (await openUplink(place, wires, { sockets })).close();
  return opened;
};

const HERE = "http://127.0.0.1:8000";

Deno.test("openUplink() opens sockets of the address's kind, as many as told", async () => {
  assertEquals(await openedFor({ address: HERE, udpPort: 8001 }, 1), ["0.0.0.0"]);
  assertEquals(await openedFor({ address: "http://[::1]:8000", udpPort: 8001 }, 1), ["::"]);
  assertEquals(await openedFor({ address: "http://localhost:8000", udpPort: 8001 }, 1), [
    "0.0.0.0",
  ]);
  assertEquals((await openedFor({ address: HERE, udpPort: 8001 })).length, SHARED_SOCKETS);
});

Deno.test("openUplink() opens no socket for a server without UDP", async () => {
  assertEquals(await openedFor({ address: HERE, udpPort: undefined }), []);
});

Deno.test("openUplink() says that a name does not resolve", async () => {
  const place = { address: "http://meters.invalid:8000", udpPort: 8001 };
  const error = "Cannot reach the server: the name meters.invalid does not resolve";
  await assertRejects(() => openedFor(place), Error, error);
});

Deno.test("hostOf() takes the brackets off an address of IPv6", () => {
  assertEquals(["http://[::1]:8000", "https://a.example"].map(hostOf), ["::1", "a.example"]);
});

/** Receiving from a socket that fails. */
import { assertEquals } from "@std/assert";
import { receiveAll } from "../../../server/ingest/receive.ts";

/** A socket of which each receive fails, or brings a byte, until it is closed. */
const socketOf = (fails: boolean[]): Pick<Deno.DatagramConn, "receive"> => ({
  receive: () => {
    const next = fails.shift();
    if (next === undefined) return Promise.reject(new Deno.errors.BadResource("closed"));
    if (next) return Promise.reject(new Error("unreachable"));
    return Promise.resolve([new Uint8Array([1]), { transport: "udp", hostname: "", port: 1 }]);
  },
});

Deno.test("receiveAll() waits longer with each failure until one receive goes well", async () => {
  const pauses: number[] = [];
  let [accepted, failed] = [0, 0];
  await receiveAll(
    socketOf([...Array(12).fill(true), false, true]),
    new Uint8Array(1),
    () => accepted++,
    () => failed++,
    (ms) => Promise.resolve(void pauses.push(ms)),
  );
  assertEquals([accepted, failed], [1, 13]);
  assertEquals(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_000, 1_000, 1]);
});

/** What the thread of the UDP socket does all day. */

const MAX_PAUSE_MS = 1_000;

/** Receives until the socket is closed. One that keeps failing is tried ever more rarely. */
export async function receiveAll(
  socket: Pick<Deno.DatagramConn, "receive">,
  buffer: Uint8Array,
  accept: (bytes: Uint8Array, sender: Deno.Addr) => void,
  failed: (error: Error) => void,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  let pauseMs = 1;
  for (;;) {
    try {
      const [bytes, sender] = await socket.receive(buffer);
      accept(bytes, sender);
      pauseMs = 1;
    } catch (error) {
      if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) {
        return;
      }
      // An answer that could not be delivered may come back as an error of the next receive.
      failed(error as Error);
      await sleep(pauseMs);
      pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
    }
  }
}

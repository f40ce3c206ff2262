/** Datagrams over UDP: whatever comes goes to ingest, and only acknowledgements go back. */
import { MAX_REPORT_BYTES } from "../../meter-firmware/protocol/datagram.ts";
import type { Ingest } from "./ingest.ts";

/** One byte more than the longest report, so that a longer one is seen as such. */
const BUFFER_BYTES = MAX_REPORT_BYTES + 1;

/** Receives until the socket is closed. */
export async function serveUdp(
  socket: Deno.DatagramConn,
  ingest: Ingest,
  report: (problem: string, error: unknown) => void,
): Promise<void> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (;;) {
    try {
      const [bytes, sender] = await socket.receive(buffer);
      ingest.take(bytes.slice(), (_outcome, acknowledgement) => {
        if (acknowledgement) socket.send(acknowledgement, sender).catch(() => {});
      });
    } catch (error) {
      if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) {
        return;
      }
      // An answer that could not be delivered may come back as an error of the next receive.
      report("Cannot receive a datagram", error);
    }
  }
}

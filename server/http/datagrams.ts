/** Datagrams over HTTP: the same bytes and the same path as over UDP, with a status for silence. */
import { failed } from "../errors.ts";
import { type DatagramOutcome, faultOf, MAX_DATAGRAM_BYTES } from "../ingest/ingest.ts";
import { bytesOf } from "./body.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { problem } from "./problem.ts";

const OCTETS = "application/octet-stream";

export const datagramOperations = {
  sendDatagram: operation("POST /api/v1/datagrams", {
    summary: "A meter's report",
    details: "The datagram's bytes, answered with the acknowledgement's bytes once it is stored.",
    body: { media: OCTETS },
    maxBytes: MAX_DATAGRAM_BYTES,
    uncounted: true,
    answer: { media: OCTETS },
    failures: ["unauthenticated", "unavailable"],
  }),
};

export function datagramHandlers(parts: HttpParts): HandlersOf<typeof datagramOperations> {
  const { ingest } = parts;
  return {
    sendDatagram: async ({ context }) => {
      const bytes = await bytesOf(context, parts, MAX_DATAGRAM_BYTES, () => {
        ingest.counts.malformed++;
        return noReport(`it is above ${MAX_DATAGRAM_BYTES} bytes`);
      });
      const [outcome, acknowledgement] = await new Promise<[DatagramOutcome, Uint8Array?]>(
        (resolve) => ingest.take(bytes, (...answer) => resolve(answer)),
      );
      if (!acknowledgement) return problem(refusal(outcome, bytes));
      return new Response(acknowledgement as Uint8Array<ArrayBuffer>, {
        headers: { "content-type": OCTETS, "cache-control": "no-store" },
      });
    },
  };
}

const noReport = (fault: string | undefined) =>
  failed("invalid", `The body is not a report of version 1: ${fault}.`);

/** Neither an unknown meter nor a wrong signature is told apart from the other. */
function refusal(outcome: DatagramOutcome, bytes: Uint8Array) {
  if (outcome === "malformed") return noReport(faultOf(bytes));
  if (outcome === "unknownMeter" || outcome === "wrongTag") {
    return failed("unauthenticated", "The datagram is not signed by a known meter.");
  }
  return failed("unavailable", "The readings could not be stored. Send them again later.");
}

/** Datagrams over HTTP: the same bytes and the same path as over UDP, with a status for silence. */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { failed } from "../errors.ts";
import { type DatagramOutcome, faultOf, MAX_DATAGRAM_BYTES } from "../ingest/ingest.ts";
import type { HttpParts } from "./parts.ts";
import { problem } from "./problem.ts";

export function datagramRoutes({ ingest }: HttpParts): Hono {
  const routes = new Hono();
  const noLongerThanAReport = bodyLimit({
    maxSize: MAX_DATAGRAM_BYTES,
    onError: () => {
      ingest.counts.malformed++;
      return problem(noReport(`it is above ${MAX_DATAGRAM_BYTES} bytes`));
    },
  });
  routes.post("/datagrams", noLongerThanAReport, async (context) => {
    const bytes = new Uint8Array(await context.req.arrayBuffer());
    const [outcome, acknowledgement] = await new Promise<[DatagramOutcome, Uint8Array?]>(
      (resolve) => ingest.take(bytes, (...answer) => resolve(answer)),
    );
    if (acknowledgement) {
      return new Response(acknowledgement as Uint8Array<ArrayBuffer>, {
        headers: { "content-type": "application/octet-stream", "cache-control": "no-store" },
      });
    }
    return problem(refusal(outcome, bytes));
  });
  return routes;
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

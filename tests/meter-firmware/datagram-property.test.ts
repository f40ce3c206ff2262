/** Any report and any acknowledgement, there and back. The seed is fixed; a failure prints it. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type Acknowledgement,
  decodeAcknowledgement,
  decodeReport,
  encodeAcknowledgement,
  encodeReport,
  MAX_READINGS_PER_REPORT,
  MAX_REPORT_BYTES,
  type Report,
  tagIsValid,
} from "../../meter-firmware/protocol/datagram.ts";
import { hex, serverSign } from "./signers.ts";
import { KEY, REPORTS } from "./vectors.ts";

const SEED = 4321;

const sign = serverSign(hex(KEY));

const byte = fc.integer({ min: 0, max: 0xff });
const word = fc.integer({ min: 0, max: 0xffffffff });
const meter = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => bytes.toHex());

const reading = fc.record({
  n: fc.integer({ min: 1, max: 0xffffffff }),
  time: word,
  milliwattHours: fc.maxSafeNat(),
  quality: byte,
});

const anyReport: fc.Arbitrary<Report> = fc.record({
  keyId: byte,
  channel: fc.integer({ min: 0, max: 1 }),
  flags: byte,
  meter,
  sentAt: word,
  readings: fc.uniqueArray(reading, {
    minLength: 1,
    maxLength: MAX_READINGS_PER_REPORT,
    selector: ({ n }) => n,
    size: "max",
  }).map((readings) => readings.sort((a, b) => a.n - b.n)),
});

const anyAcknowledgement: fc.Arbitrary<Acknowledgement> = fc.record({
  keyId: byte,
  status: byte,
  meter,
  serverTime: word,
  echo: word,
  intervalSeconds: fc.integer({ min: 0, max: 0xffff }),
});

Deno.test("decodeReport() gives back whatever encodeReport() wrote, signed", () => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const datagram = encodeReport(report, sign);
      assertEquals(decodeReport(datagram), { ok: true, value: report });
      assert(tagIsValid(datagram, sign));
      assert(datagram.length <= MAX_REPORT_BYTES);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

Deno.test("decodeReport() reads a datagram that lies inside a larger buffer", () => {
  const datagram = hex(REPORTS[0].datagram);
  const buffer = new Uint8Array(MAX_REPORT_BYTES);
  buffer.set(datagram, 3);
  const inside = buffer.subarray(3, 3 + datagram.length);
  assertEquals(decodeReport(inside), { ok: true, value: REPORTS[0].report });
});

Deno.test("decodeAcknowledgement() gives back whatever encodeAcknowledgement() wrote, signed", () => {
  fc.assert(
    fc.property(anyAcknowledgement, (ack) => {
      const datagram = encodeAcknowledgement(ack, sign);
      assertEquals(decodeAcknowledgement(datagram), { ok: true, value: ack });
      assert(tagIsValid(datagram, sign));
    }),
    { seed: SEED, numRuns: 300 },
  );
});

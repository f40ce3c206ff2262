/** The datagram against the table of vectors, and every reason to refuse one. */
import { assert, assertEquals, assertFalse } from "@std/assert";
import {
  decodeAcknowledgement,
  decodeReport,
  encodeAcknowledgement,
  encodeReport,
  readMeterId,
  tagIsValid,
} from "../../meter-firmware/protocol/datagram.ts";
import { hex, serverSign, SIGNERS } from "./signers.ts";
import { ACKNOWLEDGEMENTS, KEY, REPORTS, TAMPERED } from "./vectors.ts";

for (const { name: signer, signWith } of SIGNERS) {
  const sign = signWith(hex(KEY));

  for (const { name, report, datagram } of REPORTS) {
    Deno.test(`encodeReport() with ${signer}() writes ${name}`, () => {
      assertEquals(encodeReport(report, sign).toHex(), datagram);
    });
    Deno.test(`tagIsValid() with ${signer}() accepts ${name}`, () => {
      assert(tagIsValid(hex(datagram), sign));
    });
  }

  for (const { name, ack, datagram } of ACKNOWLEDGEMENTS) {
    Deno.test(`encodeAcknowledgement() with ${signer}() writes ${name}`, () => {
      assertEquals(encodeAcknowledgement(ack, sign).toHex(), datagram);
    });
    Deno.test(`tagIsValid() with ${signer}() accepts ${name}`, () => {
      assert(tagIsValid(hex(datagram), sign));
    });
  }

  for (const { name, datagram } of TAMPERED) {
    Deno.test(`tagIsValid() with ${signer}() refuses ${name}`, () => {
      assertFalse(tagIsValid(hex(datagram), sign));
    });
  }
}

for (const { name, report, datagram } of REPORTS) {
  Deno.test(`decodeReport() reads ${name}`, () => {
    assertEquals(decodeReport(hex(datagram)), { ok: true, value: report });
    assertEquals(readMeterId(hex(datagram)), report.meter);
  });
}

for (const { name, ack, datagram } of ACKNOWLEDGEMENTS) {
  Deno.test(`decodeAcknowledgement() reads ${name}`, () => {
    assertEquals(decodeAcknowledgement(hex(datagram)), { ok: true, value: ack });
  });
}

Deno.test("tagIsValid() refuses another meter's key", () => {
  assertFalse(tagIsValid(hex(REPORTS[0].datagram), serverSign(hex("ff".repeat(32)))));
});

Deno.test("tagIsValid() refuses what is no longer than a tag", () => {
  assertFalse(tagIsValid(new Uint8Array(16), () => new Uint8Array(16)));
});

const withByte = (datagram: string, offset: number, byte: string): string =>
  datagram.slice(0, 2 * offset) + byte + datagram.slice(2 * offset + 2);

const ONE = REPORTS[0].datagram;
const HEADER_OF_TWO = withByte(ONE.slice(0, 40), 7, "02");
const READING = ONE.slice(40, 74);
const TAG = ONE.slice(74);

const REFUSED_REPORTS: { what: string; datagram: string; reason: string }[] = [
  { what: "an empty datagram", datagram: "", reason: "too short" },
  { what: "52 bytes", datagram: ONE.slice(0, -2), reason: "too short" },
  { what: "another magic", datagram: withByte(ONE, 1, "4d"), reason: "not a Contaluz datagram" },
  { what: "version 2", datagram: withByte(ONE, 2, "02"), reason: "unknown version" },
  { what: "the type of an answer", datagram: withByte(ONE, 3, "02"), reason: "not a report" },
  { what: "channel 2", datagram: withByte(ONE, 5, "02"), reason: "unknown channel" },
  { what: "a count of zero", datagram: withByte(ONE, 7, "00"), reason: "count is not 1 to 64" },
  { what: "a count of 65", datagram: withByte(ONE, 7, "41"), reason: "count is not 1 to 64" },
  {
    what: "fewer readings than counted",
    datagram: withByte(ONE, 7, "02"),
    reason: "length does not match the count",
  },
  { what: "a byte too many", datagram: ONE + "00", reason: "length does not match the count" },
  {
    what: "a reading numbered 0",
    datagram: withByte(ONE, 23, "00"),
    reason: "reading numbers do not rise from 1",
  },
  {
    what: "two readings of one number",
    datagram: HEADER_OF_TWO + READING + READING + TAG,
    reason: "reading numbers do not rise from 1",
  },
  {
    what: "a register of 2^53",
    datagram: withByte(ONE, 29, "20"),
    reason: "a register is above 2^53-1",
  },
];

for (const { what, datagram, reason } of REFUSED_REPORTS) {
  Deno.test(`decodeReport() refuses ${what}`, () => {
    assertEquals(decodeReport(hex(datagram)), { ok: false, reason });
  });
}

const ACK = ACKNOWLEDGEMENTS[0].datagram;
const REFUSED_ACKNOWLEDGEMENTS: { what: string; datagram: string; reason: string }[] = [
  { what: "43 bytes", datagram: ACK.slice(0, -2), reason: "not 44 bytes long" },
  { what: "45 bytes", datagram: ACK + "00", reason: "not 44 bytes long" },
  { what: "another magic", datagram: withByte(ACK, 0, "44"), reason: "not a Contaluz datagram" },
  { what: "version 0", datagram: withByte(ACK, 2, "00"), reason: "unknown version" },
  { what: "a report's type", datagram: withByte(ACK, 3, "01"), reason: "not an acknowledgement" },
];

for (const { what, datagram, reason } of REFUSED_ACKNOWLEDGEMENTS) {
  Deno.test(`decodeAcknowledgement() refuses ${what}`, () => {
    assertEquals(decodeAcknowledgement(hex(datagram)), { ok: false, reason });
  });
}

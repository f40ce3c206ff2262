/**
 * Bytes that no meter sent: nothing may throw and nothing may be taken for a signed datagram. The
 * seed is fixed; a failure prints it with the bytes.
 */
import { assert, assertGreater } from "@std/assert";
import {
  ACKNOWLEDGEMENT_BYTES,
  decodeAcknowledgement,
  decodeReport,
  encodeReport,
  MAX_READINGS_PER_REPORT,
  type Report,
  tagIsValid,
} from "../../meter-firmware/protocol/datagram.ts";
import { hex, serverSign } from "./signers.ts";
import { ACKNOWLEDGEMENTS, KEY, REPORTS } from "./vectors.ts";

const SEED = 0x0c047a12;
const RANDOM_DATAGRAMS = 1_000_000;
const LONGEST = 1_500;
const HEADER_BYTES = 20;
const READING_BYTES = 17;
const TAG_BYTES = 16;

const sign = serverSign(hex(KEY));

/** Decoded as either type and rightly signed: what a server or a meter acts on. */
const isAccepted = (datagram: Uint8Array): boolean =>
  (decodeReport(datagram).ok || decodeAcknowledgement(datagram).ok) && tagIsValid(datagram, sign);

const refuse = (datagram: Uint8Array, what: string): void => {
  if (isAccepted(datagram)) throw new Error(`Accepted ${what}: ${datagram.toHex()}`);
};

/** xorshift32: fast enough for hundreds of megabytes. */
const randomWords = (seed: number): () => number => {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
};

const fill = (bytes: Uint8Array, words: () => number): void => {
  const view = new Uint32Array(bytes.buffer, 0, bytes.buffer.byteLength >> 2);
  for (let i = 0; i < view.length; i++) view[i] = words();
};

Deno.test("decodeReport() and tagIsValid() refuse zeros and noise of every length", () => {
  const words = randomWords(SEED);
  const noise = new Uint8Array(LONGEST);
  for (let length = 0; length <= LONGEST; length++) {
    fill(noise, words);
    for (const datagram of [new Uint8Array(length), noise.subarray(0, length)]) {
      refuse(datagram, `${length} bytes, seed ${SEED}`);
      assert(!tagIsValid(datagram, sign));
    }
  }
});

const fullReport = (): Report => ({
  ...REPORTS[0].report,
  readings: Array.from({ length: MAX_READINGS_PER_REPORT }, (_, i) => ({
    ...REPORTS[0].report.readings[0],
    n: i + 1,
  })),
});

Deno.test("decodeReport() and tagIsValid() refuse every single bit turned", () => {
  const datagrams = [
    ...REPORTS.map(({ datagram }) => hex(datagram)),
    ...ACKNOWLEDGEMENTS.map(({ datagram }) => hex(datagram)),
    encodeReport(fullReport(), sign),
  ];
  for (const datagram of datagrams) {
    assert(isAccepted(datagram));
    for (let bit = 0; bit < 8 * datagram.length; bit++) {
      datagram[bit >> 3] ^= 1 << (bit & 7);
      refuse(datagram, `bit ${bit} turned`);
      datagram[bit >> 3] ^= 1 << (bit & 7);
    }
  }
});

const writeReportHeader = (datagram: Uint8Array, count: number): void => {
  datagram.set([0x43, 0x4c, 1, 1]);
  datagram[5] &= 1;
  datagram[7] = count;
};

/** Makes the readings' numbers rise and their registers fit, so that only the tag is wrong. */
const writeReadings = (datagram: Uint8Array, count: number): void => {
  for (let i = 0; i < count; i++) {
    const at = HEADER_BYTES + READING_BYTES * i;
    datagram.set([0, 0, i, datagram[at + 3] | 1], at);
    datagram[at + 8] = 0;
    datagram[at + 9] &= 0x1f;
  }
};

const reportOf = (buffer: Uint8Array, words: () => number, whole: boolean): Uint8Array => {
  const count = 1 + words() % 8;
  const datagram = buffer.subarray(0, HEADER_BYTES + READING_BYTES * count + TAG_BYTES);
  writeReportHeader(datagram, count);
  if (whole) writeReadings(datagram, count);
  return datagram;
};

const acknowledgementOf = (buffer: Uint8Array): Uint8Array => {
  const datagram = buffer.subarray(0, ACKNOWLEDGEMENT_BYTES);
  datagram.set([0x43, 0x4c, 1, 2]);
  return datagram;
};

/** Noise, a report's header before noise, a whole report wrongly signed, or an acknowledgement so. */
const craft = (buffer: Uint8Array, words: () => number): Uint8Array => {
  const kind = words() & 7;
  if (kind < 3) return buffer.subarray(0, words() % (LONGEST + 1));
  if (kind < 7) return reportOf(buffer, words, kind > 4);
  return acknowledgementOf(buffer);
};

Deno.test("decodeReport() and tagIsValid() refuse a million random datagrams", () => {
  const words = randomWords(SEED);
  const buffer = new Uint8Array(LONGEST);
  let wellFormed = 0;
  for (let i = 0; i < RANDOM_DATAGRAMS; i++) {
    fill(buffer, words);
    const datagram = craft(buffer, words);
    if (decodeReport(datagram).ok) wellFormed++;
    refuse(datagram, `random datagram ${i}, seed ${SEED}`);
  }
  assertGreater(wellFormed, RANDOM_DATAGRAMS / 5, "the noise no longer gets past the header");
});

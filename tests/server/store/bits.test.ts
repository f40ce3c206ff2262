/** Numbers there and back through a string of bits. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { BitReader, BitWriter } from "../../../server/store/bits.ts";

const SEED = 20260410;

interface Field {
  write: (writer: BitWriter) => void;
  read: (reader: BitReader) => unknown;
  value: unknown;
  bits: number;
  /** Begins at a whole byte. */
  isAligned?: boolean;
}

const bitsOf = (value: number): number => value === 0 ? 0 : value.toString(2).length;

const anyWhole = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  fc.nat(53).map((power) => 2 ** power - 1),
  fc.nat(52).map((power) => 2 ** power),
);

const anyField: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ width: fc.nat(32), value: fc.nat(0xffffffff) }).map(({ width, value }) => ({
    write: (writer: BitWriter) => writer.write(value, width),
    read: (reader: BitReader) => reader.read(width),
    value: value % 2 ** width,
    bits: width,
  })),
  anyWhole.map((value) => ({
    write: (writer: BitWriter) => writer.writeNumber(value),
    read: (reader: BitReader) => reader.readNumber(),
    value,
    bits: 6 + bitsOf(value),
  })),
  fc.tuple(anyWhole, fc.boolean()).map(([size, negative]) => {
    const value = negative ? 0 - size : size;
    return {
      write: (writer: BitWriter) => writer.writeSigned(value),
      read: (reader: BitReader) => reader.readSigned(),
      value,
      bits: 7 + bitsOf(size),
    };
  }),
  fc.uint8Array({ maxLength: 200 }).map((value) => ({
    write: (writer: BitWriter) => writer.writeBytes(value),
    read: (reader: BitReader) => reader.readBytes(value.length),
    value,
    bits: 8 * value.length,
    isAligned: true,
  })),
);

Deno.test("BitReader gives back any fields that BitWriter wrote, in the bits that they need", () => {
  const anyFields = fc.array(anyField, { maxLength: 60 });
  fc.assert(
    fc.property(anyFields, fc.integer({ min: 1, max: 64 }), (fields, capacity) => {
      const writer = new BitWriter(capacity);
      for (const field of fields) field.write(writer);
      const bits = fields.reduce((sum, field) => {
        const begin = field.isAligned ? 8 * Math.ceil(sum / 8) : sum;
        return begin + field.bits;
      }, 0);
      assertEquals(writer.bits, bits);
      assertEquals(writer.written.length, Math.ceil(bits / 8));
      const reader = new BitReader(writer.written);
      for (const field of fields) assertEquals(field.read(reader), field.value);
      assertEquals(reader.at, bits);
    }),
    { seed: SEED, numRuns: 500 },
  );
});

Deno.test("BitWriter.clear() leaves nothing of what was written before", () => {
  const writer = new BitWriter();
  writer.writeBytes(new Uint8Array(200).fill(0xff));
  writer.clear();
  assertEquals(writer.written.length, 0);
  writer.write(0, 32);
  assertEquals(writer.written, new Uint8Array(4));
});

Deno.test("BitReader begins where it is told to", () => {
  const writer = new BitWriter();
  writer.write(5, 3);
  writer.writeNumber(77);
  assertEquals(new BitReader(writer.written, 3).readNumber(), 77);
});

/** Numbers written bit by bit, and read back. Knows nothing of what they mean. */

const TWO_TO_32 = 2 ** 32;
/** Six bits say how many follow. */
const WIDTH_BITS = 6;

/** The first bit of the next whole byte, unless `bit` is one. */
const aligned = (bit: number): number => (bit + 7) & ~7;

export class BitWriter {
  bytes: Uint8Array;
  bits = 0;

  constructor(capacity = 64) {
    this.bytes = new Uint8Array(capacity);
  }

  /** The bytes written so far; a view, valid until the next write. */
  get written(): Uint8Array {
    return this.bytes.subarray(0, (this.bits + 7) >> 3);
  }

  /** Begins anew in the same memory. */
  clear(): void {
    this.bytes.fill(0, 0, (this.bits + 7) >> 3);
    this.bits = 0;
  }

  /** The lower `width` bits of `value`, at most 32, the highest first. */
  write(value: number, width: number): void {
    if (this.bits + width > this.bytes.length * 8) this.#grow(width);
    let left = width;
    while (left > 0) {
      const free = 8 - (this.bits & 7);
      const taken = Math.min(free, left);
      left -= taken;
      const part = (value >>> left) & ((1 << taken) - 1);
      this.bytes[this.bits >> 3] |= part << (free - taken);
      this.bits += taken;
    }
  }

  /** Any whole number from 0 to 2⁵³−1, in 6 bits more than it has itself. */
  writeNumber(value: number): void {
    if (value < TWO_TO_32) {
      const width = value === 0 ? 0 : 32 - Math.clz32(value);
      this.write(width, WIDTH_BITS);
      this.write(value >>> 0, width);
      return;
    }
    const upper = Math.floor(value / TWO_TO_32);
    const width = 32 - Math.clz32(upper);
    this.write(32 + width, WIDTH_BITS);
    this.write(upper, width);
    this.write(value % TWO_TO_32, 32);
  }

  /** A whole number of either sign. */
  writeSigned(value: number): void {
    this.write(value < 0 ? 1 : 0, 1);
    this.writeNumber(Math.abs(value));
  }

  /** From the next whole byte on, as that is many times faster than bit by bit. */
  writeBytes(bytes: Uint8Array): void {
    this.bits = aligned(this.bits);
    if (this.bits + bytes.length * 8 > this.bytes.length * 8) this.#grow(bytes.length * 8);
    this.bytes.set(bytes, this.bits >> 3);
    this.bits += bytes.length * 8;
  }

  #grow(width: number): void {
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, ((this.bits + width) >> 3) + 8));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}

export class BitReader {
  constructor(readonly bytes: Uint8Array, public at = 0) {}

  /** The next `width` bits, at most 32. */
  read(width: number): number {
    let value = 0;
    let left = width;
    while (left > 0) {
      const free = 8 - (this.at & 7);
      const taken = Math.min(free, left);
      const part = (this.bytes[this.at >> 3] >> (free - taken)) & ((1 << taken) - 1);
      value = ((value << taken) | part) >>> 0;
      left -= taken;
      this.at += taken;
    }
    return value;
  }

  readNumber(): number {
    const width = this.read(WIDTH_BITS);
    if (width <= 32) return this.read(width);
    const upper = this.read(width - 32);
    return upper * TWO_TO_32 + this.read(32);
  }

  readSigned(): number {
    const negative = this.read(1) === 1;
    const value = this.readNumber();
    return negative ? -value : value;
  }

  /** A view. */
  readBytes(length: number): Uint8Array {
    const begin = aligned(this.at) >> 3;
    this.at = (begin + length) * 8;
    return this.bytes.subarray(begin, begin + length);
  }
}

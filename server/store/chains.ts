/**
 * Many short byte strings that grow bit by bit, in one block of memory.
 *
 * A hundred thousand series each keep a few hundred bytes open. As one object each they would cost
 * the engine more than their content; as chains of segments in one block they cost it nothing, and
 * the memory stays flat.
 */

const SEGMENT_BYTES = 64;
const SEGMENT_BITS = SEGMENT_BYTES * 8;
const END = -1;

export interface Chain {
  head: number;
  tail: number;
  bits: number;
}

export const emptyChain = (): Chain => ({ head: END, tail: END, bits: 0 });

export class Chains {
  #bytes = new Uint8Array(SEGMENT_BYTES * 1024);
  #next = new Int32Array(1024);
  #used = 0;
  #free = END;

  /** Appends the first `bits` bits of `source`. */
  append(chain: Chain, source: Uint8Array, bits: number): void {
    for (let at = 0; at < bits; at += 8) {
      this.#appendByte(chain, source[at >> 3], Math.min(8, bits - at));
    }
  }

  /** A copy of the chain's bits in one piece. */
  read(chain: Chain): Uint8Array {
    const bytes = new Uint8Array((chain.bits + 7) >> 3);
    let segment = chain.head;
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES) {
      const begin = segment * SEGMENT_BYTES;
      const length = Math.min(SEGMENT_BYTES, bytes.length - at);
      bytes.set(this.#bytes.subarray(begin, begin + length), at);
      segment = this.#next[segment];
    }
    return bytes;
  }

  /** Gives the chain's memory back. */
  clear(chain: Chain): void {
    if (chain.head !== END) {
      this.#next[chain.tail] = this.#free;
      this.#free = chain.head;
    }
    chain.head = END;
    chain.tail = END;
    chain.bits = 0;
  }

  /** Appends the upper `count` bits of a byte, which may straddle two of the chain's. */
  #appendByte(chain: Chain, byte: number, count: number): void {
    const filled = chain.bits & 7;
    this.#put(chain, byte >> filled, Math.min(count, 8 - filled));
    if (count > 8 - filled) this.#put(chain, (byte << (8 - filled)) & 0xff, count + filled - 8);
  }

  #put(chain: Chain, value: number, count: number): void {
    const within = chain.bits % SEGMENT_BITS;
    if (within === 0) this.#extend(chain);
    this.#bytes[chain.tail * SEGMENT_BYTES + (within >> 3)] |= value;
    chain.bits += count;
  }

  #extend(chain: Chain): void {
    const segment = this.#take();
    if (chain.head === END) chain.head = segment;
    else this.#next[chain.tail] = segment;
    chain.tail = segment;
  }

  #take(): number {
    const segment = this.#free;
    if (segment !== END) {
      this.#free = this.#next[segment];
      this.#next[segment] = END;
      this.#bytes.fill(0, segment * SEGMENT_BYTES, (segment + 1) * SEGMENT_BYTES);
      return segment;
    }
    if (this.#used === this.#next.length) this.#grow();
    this.#next[this.#used] = END;
    return this.#used++;
  }

  #grow(): void {
    const segments = Math.ceil(this.#used * 1.5);
    const bytes = new Uint8Array(segments * SEGMENT_BYTES);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    const next = new Int32Array(segments);
    next.set(this.#next);
    this.#next = next;
  }
}

/** Many chains in one block of memory, against plain lists of bits. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BitWriter } from "../../../server/store/bits.ts";
import { Chains, emptyChain } from "../../../server/store/chains.ts";

const SEED = 20260411;

type Bit = 0 | 1;

const packed = (bits: Bit[]): Uint8Array => {
  const writer = new BitWriter();
  for (const bit of bits) writer.write(bit, 1);
  return writer.written;
};

interface Step {
  at: number;
  /** None: the chain is cleared. */
  bits?: Bit[];
}

const CHAINS = 6;
const anyStep: fc.Arbitrary<Step> = fc.record({
  at: fc.nat(CHAINS - 1),
  bits: fc.option(
    fc.array(fc.constantFrom<Bit>(0, 1), { minLength: 1, maxLength: 700, size: "max" }),
    { nil: undefined, freq: 8 },
  ),
});

Deno.test("Chains keeps every chain to itself through any course of appends and clears", () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60, size: "max" }), (steps) => {
      const chains = new Chains();
      const real = Array.from({ length: CHAINS }, emptyChain);
      const model: Bit[][] = real.map(() => []);
      for (const { at, bits } of steps) {
        if (bits) {
          chains.append(real[at], packed(bits), bits.length);
          model[at].push(...bits);
        } else {
          chains.clear(real[at]);
          model[at] = [];
        }
      }
      for (const [i, chain] of real.entries()) {
        assertEquals(chain.bits, model[i].length);
        assertEquals(chains.read(chain), packed(model[i]));
      }
    }),
    { seed: SEED, numRuns: 150 },
  );
});

Deno.test("Chains grows beyond its first block and loses nothing", () => {
  const chains = new Chains();
  const real = Array.from({ length: 3_000 }, emptyChain);
  for (let round = 0; round < 2; round++) {
    real.forEach((chain, i) => chains.append(chain, new Uint8Array(50).fill(i + round), 400));
  }
  for (const [i, chain] of real.entries()) {
    const bytes = chains.read(chain);
    assert(bytes.subarray(0, 50).every((byte) => byte === (i & 0xff)));
    assert(bytes.subarray(50).every((byte) => byte === ((i + 1) & 0xff)));
  }
});

Deno.test("Chains.clear() of an empty chain changes nothing", () => {
  const chains = new Chains();
  const [empty, other] = [emptyChain(), emptyChain()];
  chains.append(other, new Uint8Array([9]), 8);
  chains.clear(empty);
  chains.append(empty, new Uint8Array([7]), 8);
  assertEquals([chains.read(other)[0], chains.read(empty)[0]], [9, 7]);
});

/** Energy cut into pieces: none is lost, and none is made. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Value } from "../../../server/domain/energy.ts";
import { energyOf, inPieces } from "../../../server/domain/energy-slices.ts";

const SEED = 3;
const QUARTER = 900;

Deno.test(`inPieces() cuts into quarters that add up to what they were cut from (seed ${SEED})`, () => {
  const lengths = fc.array(fc.tuple(fc.nat({ max: 20_000 }), fc.nat({ max: 10 ** 9 })), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(lengths, (found) => {
      let start = 0;
      const slices: Value[] = found.filter(([seconds]) => seconds > 0).map(
        ([seconds, milliwattHours]) => {
          const slice = {
            start,
            end: start + seconds,
            milliwattHours,
            quality: "estimated",
          } as const;
          start += seconds;
          return slice;
        },
      );
      const pieces = inPieces(slices, QUARTER);
      assertEquals(energyOf(pieces), energyOf(slices));
      assert(pieces.every(({ start, end }) => 0 < end - start && end - start <= QUARTER));
      assert(pieces.every((piece, i) => i === 0 || pieces[i - 1].end === piece.start));
    }),
    { seed: SEED },
  );
});

/** How values leave the server. */
import { assertEquals } from "@std/assert";
import { instantsWriter, toInstant, toWh } from "../../../server/http/output.ts";

Deno.test("toWh() writes every register exactly, the largest as its digits", () => {
  const written = [0, 1, 1_234_567, 999_999_999_999_999, 2 ** 53 - 1].map((milliwattHours) =>
    JSON.stringify(toWh(milliwattHours))
  );
  assertEquals(written, ["0", "0.001", "1234.567", "999999999999.999", "9007199254740.991"]);
});

Deno.test("instantsWriter() writes what toInstant() does, in any order", () => {
  const write = instantsWriter();
  for (const seconds of [0, 59, 60, 1_795_147_839, 1_795_147_799, 1, 0xffffffff]) {
    assertEquals(write(seconds), toInstant(seconds));
  }
});

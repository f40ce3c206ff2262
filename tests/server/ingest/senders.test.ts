/** An answer goes to the one who asked, or nowhere. */
import { assertEquals } from "@std/assert";
import { Senders } from "../../../server/ingest/senders.ts";

Deno.test("Senders.of() knows the last ones, and never another's address", () => {
  const senders = new Senders<string>(4);
  for (let number = 0; number < 6; number++) senders.remember(number, `sender ${number}`);
  const known = [0, 1, 2, 3, 4, 5, 6].map((number) => senders.of(number));
  const gone = undefined;
  assertEquals(known, [gone, gone, "sender 2", "sender 3", "sender 4", "sender 5", gone]);
});

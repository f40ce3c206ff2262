/** Which passwords are refused, and why. */
import { assertEquals } from "@std/assert";
import { weaknessOf } from "../../../server/domain/password-rules.ts";

const LENGTH = "must have 8 to 200 characters";
const COMMON = "is among the first that anyone would guess";

const WEAK: Record<string, string> = {
  "": LENGTH,
  "seven77": LENGTH,
  ["x".repeat(201)]: LENGTH,
  "ana@example.com": "must not be the e-mail address",
  "ANA@example.COM": "must not be the e-mail address",
  "12345678": COMMON,
  "Password123": COMMON,
  "corinthians": COMMON,
  "        ": COMMON,
  "zzzzzzzzzzzz": COMMON,
};

for (const [password, why] of Object.entries(WEAK)) {
  Deno.test(`weaknessOf() refuses "${password.slice(0, 20)}": it ${why}`, () => {
    assertEquals(weaknessOf(password, "Ana@example.com"), why);
  });
}

Deno.test("weaknessOf() finds none in what is long enough and not common", () => {
  for (const password of ["8charsok", "correct horse battery", "ç".repeat(7) + "ã"]) {
    assertEquals(weaknessOf(password, "ana@example.com"), undefined);
  }
});

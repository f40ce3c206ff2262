/** HMAC against the known answers and against the runtime's own. The seed is fixed. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { hex, meterSign, serverSign, SIGNERS } from "./signers.ts";
import { HMAC_CASES } from "./vectors.ts";

for (const { name: signer, signWith } of SIGNERS) {
  for (const { name, key, message, hmac } of HMAC_CASES) {
    Deno.test(`${signer}() answers ${name}`, () => {
      assertEquals(new Uint8Array(signWith(hex(key))(hex(message))).toHex(), hmac);
    });
  }
}

Deno.test("hmacSha256() agrees with createHmac() on any key and message", () => {
  const keys = fc.uint8Array({ maxLength: 200 });
  const messages = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(keys, messages, (key, message) => {
      assertEquals(
        new Uint8Array(meterSign(key)(message)),
        new Uint8Array(serverSign(key)(message)),
      );
    }),
    { seed: 2104, numRuns: 500 },
  );
});

Deno.test("hmacSha256() keeps its key when the caller overwrites it", () => {
  const key = hex("0b".repeat(20));
  const sign = meterSign(key);
  const before = sign(hex("00"));
  key.fill(0);
  assertEquals(sign(hex("00")), before);
});

Deno.test("hmacSha256() leaves key and message as they were", () => {
  const key = hex("aa".repeat(64));
  const message = hex("01".repeat(40));
  meterSign(key)(message);
  assertEquals(key, hex("aa".repeat(64)));
  assertEquals(message, hex("01".repeat(40)));
});

Deno.test("hmacSha256() hashes a key of 65 bytes first and no shorter one", () => {
  for (const length of [63, 64, 65]) {
    const key = hex("aa".repeat(length));
    assertEquals(
      new Uint8Array(meterSign(key)(hex("00"))),
      new Uint8Array(serverSign(key)(hex("00"))),
    );
  }
});

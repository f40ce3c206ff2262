/** Sealed keys open where they belong and nowhere else. */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { Vault } from "../../../server/store/vault.ts";

const METER = "0123456789abcdef";
const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);

let drawn = 0;
const countedBytes = (length: number) => new Uint8Array(length).fill(++drawn);
const vault = new Vault(new Uint8Array(32).fill(7), countedBytes);

Deno.test("Vault.open() gives back what seal() sealed, which shows nothing of the key", () => {
  const sealed = vault.seal(METER, 3, KEY);
  assertEquals(vault.open(METER, 3, sealed).toHex(), KEY.toHex());
  assertEquals(sealed.length, 12 + 32 + 16);
  assert(!sealed.toHex().includes(KEY.slice(0, 4).toHex()));
});

Deno.test("Vault.seal() never seals the same key the same way", () => {
  assertNotEquals(vault.seal(METER, 0, KEY), vault.seal(METER, 0, KEY));
});

const sealed = vault.seal(METER, 0, KEY);
const REFUSED: { what: string; open: () => Uint8Array }[] = [
  { what: "under another meter", open: () => vault.open("f123456789abcdef", 0, sealed) },
  { what: "under another key's id", open: () => vault.open(METER, 1, sealed) },
  {
    what: "with another secret",
    open: () => new Vault(new Uint8Array(32), countedBytes).open(METER, 0, sealed),
  },
  { what: "cut short", open: () => vault.open(METER, 0, sealed.slice(0, -1)) },
];

for (const { what, open } of REFUSED) {
  Deno.test(`Vault.open() refuses a key ${what}`, () => {
    assertThrows(open, Error);
  });
}

Deno.test("Vault.open() refuses a key with any byte changed", () => {
  for (let i = 0; i < sealed.length; i++) {
    const changed = sealed.slice();
    changed[i] ^= 1;
    assertThrows(() => vault.open(METER, 0, changed), Error);
  }
});

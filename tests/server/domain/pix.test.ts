/** Pix codes: the central bank's vectors, what goes in comes out, and nothing changes unseen. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { crc16 } from "../../../server/domain/emv.ts";
import { parsePixKey } from "../../../server/domain/pix-key.ts";
import { checkReceiver, parsePix, pixCode, txidOf } from "../../../server/domain/pix.ts";

const FULANO = {
  key: "123e4567-e12b-12d1-a456-426655440000",
  name: "Fulano de Tal",
  city: "BRASILIA",
};
const MANUAL = "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-426655440000" +
  "5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***63041D3D";
const LUZ = { key: "pix@exemplo.com.br", name: "Luz Exemplo", city: "Rio de Janeiro" };
const BILL = pixCode(LUZ, { amount: 47_305, number: "000.418.207" });

Deno.test("crc16() is CRC-16/CCITT-FALSE", () => {
  assertEquals(crc16("123456789"), "29B1");
  assertEquals(crc16(""), "FFFF");
});

Deno.test("pixCode() writes the code of the central bank's manual", () => {
  assertEquals(pixCode(FULANO), MANUAL);
});

Deno.test("parsePix() reads the code of the central bank's manual", () => {
  assertEquals(parsePix(MANUAL), { ok: true, pix: FULANO });
});

Deno.test("pixCode() puts amount, number and receiver where banks look for them", () => {
  assertEquals(
    BILL.slice(0, -4),
    "00020126400014br.gov.bcb.pix0118pix@exemplo.com.br5204000053039865406473.05" +
      "5802BR5911Luz Exemplo6014Rio de Janeiro62130509000418207" + "6304",
  );
});

for (
  const [amount, written] of [[1, "54040.01"], [10, "54040.10"], [100, "54041.00"], [
    999_999_999_999,
    "54139999999999.99",
  ]] as const
) {
  Deno.test(`pixCode() writes ${amount} centavos as ${written}`, () => {
    assert(pixCode(LUZ, { amount }).includes(`5303986${written}5802BR`));
  });
}

for (const amount of [0, -1, 0.5, NaN, 1_000_000_000_000]) {
  Deno.test(`pixCode() takes no amount of ${amount}`, () => {
    assertThrows(() => pixCode(LUZ, { amount }), RangeError);
  });
}

Deno.test("pixCode() folds and cuts names and texts to what a code can hold", () => {
  const code = pixCode(
    {
      key: FULANO.key,
      name: "Companhia Elétrica de São João da Boa Vista",
      city: "São José do Rio Preto",
    },
    { text: "Conta de energia elétrica de novembro de 2026" },
  );
  assertEquals(parsePix(code), {
    ok: true,
    pix: {
      key: FULANO.key,
      name: "Companhia Eletrica de Sao",
      city: "Sao Jose do Rio",
      text: "Conta de energia eletrica de novembro",
    },
  });
});

Deno.test("txidOf() keeps letters and digits, of a long number the end", () => {
  assertEquals(txidOf("000.418.207"), "000418207");
  assertEquals(txidOf("A/2026-11 nº 12"), "A202611n12");
  assertEquals(txidOf("0".repeat(20) + "1234567890"), "0".repeat(15) + "1234567890");
  assertEquals(txidOf("–"), "");
});

const receivers = fc.record({
  key: fc.constantFrom(FULANO.key, LUZ.key, "12345678909", "+5521999991234", "12ABC34501DE35"),
  name: fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
  city: fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
});
const charges = fc.record({
  amount: fc.integer({ min: 1, max: 999_999_999_999 }),
  number: fc.stringMatching(/^[A-Z]{0,2}[\d./-]{1,30}\d$/),
  text: fc.string({ unit: "grapheme", maxLength: 80 }),
}, { requiredKeys: [] });

Deno.test("parsePix() finds in a code what pixCode() put there", () => {
  fc.assert(fc.property(receivers, charges, (typed, charge) => {
    const checked = checkReceiver(typed);
    fc.pre(checked.ok);
    const { receiver } = checked;
    assert(receiver.name.length <= 25 && receiver.city.length <= 15);
    const parsed = parsePix(pixCode(receiver, charge));
    assert(parsed.ok, parsed.ok ? "" : parsed.fault);
    const { text: _, ...pix } = parsed.pix;
    const txid = txidOf(charge.number ?? "");
    assertEquals(pix, {
      ...receiver,
      ...(charge.amount === undefined ? {} : { amount: charge.amount }),
      ...(txid === "" ? {} : { txid }),
    });
  }));
});

Deno.test("parsePix() notices every single character that was changed", () => {
  const printable = fc.integer({ min: 0x20, max: 0x7e }).map((c) => String.fromCharCode(c));
  fc.assert(
    fc.property(fc.nat({ max: BILL.length - 1 }), printable, (at, other) => {
      fc.pre(BILL[at] !== other);
      const changed = BILL.slice(0, at) + other + BILL.slice(at + 1);
      // A blank at the end is one that copying added, so it may only cut off the checksum.
      assertEquals(parsePix(changed).ok, false);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("parsePix() notices a code that was cut off anywhere", () => {
  for (let end = 0; end < BILL.length; end++) assert(!parsePix(BILL.slice(0, end)).ok);
});

Deno.test("parsePix() never throws and takes nothing for a code that is none", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
    const framed = `000201${text}6304`;
    parsePix(framed + crc16(framed));
    assert(!parsePix(text).ok);
  }));
});

const KEYS: [string, string, string][] = [
  ["123.456.789-09", "cpf", "12345678909"],
  ["33.000.167/0001-01", "cnpj", "33000167000101"],
  ["12.abc.345/01de-35", "cnpj", "12ABC34501DE35"],
  [" Contas@Exemplo.com.br ", "email", "contas@exemplo.com.br"],
  ["+55 (21) 99999-1234", "phone", "+5521999991234"],
  ["+552133334444", "phone", "+552133334444"],
  ["123E4567-E12B-12D1-A456-426655440000", "random", FULANO.key],
];
for (const [typed, kind, key] of KEYS) {
  Deno.test(`parsePixKey() takes ${typed.trim()} for a key of kind ${kind}`, () => {
    assertEquals(parsePixKey(typed), { ok: true, kind, key } as ReturnType<typeof parsePixKey>);
  });
}

const NO_KEYS: [string, string][] = [
  ["", "must be a CPF, CNPJ, e-mail, phone or random key"],
  ["21999991234", "is taken for a CPF or CNPJ, and has a wrong check digit; a phone needs +55"],
  ["+1 555 123 4567", "must be a phone like +5521999991234: +55, area code, 8 or 9 digits"],
  ["+55219999912345", "must be a phone like +5521999991234: +55, area code, 8 or 9 digits"],
  ["contas@exemplo", "must be an e-mail like contas@exemplo.com.br"],
  [`${"a".repeat(66)}@exemplo.com`, "must be an e-mail with up to 77 characters"],
  [
    "123e4567e12b12d1a456426655440000",
    "looks like a random key, which has 8, 4, 4, 4 and 12 characters with dashes",
  ],
  ["banana", "must be a CPF, CNPJ, e-mail, phone with +55 or random key"],
];
for (const [typed, fault] of NO_KEYS) {
  Deno.test(`parsePixKey() says of "${typed}": ${fault}`, () => {
    assertEquals(parsePixKey(typed), { ok: false, fault });
  });
}

Deno.test("checkReceiver() names each field that does not fit", () => {
  assertEquals(checkReceiver({ key: "1", name: "中文", city: " " }), {
    ok: false,
    errors: [
      { path: "key", message: "must be a CPF, CNPJ, e-mail, phone with +55 or random key" },
      { path: "name", message: "must have at least one letter" },
      { path: "city", message: "must have at least one letter" },
    ],
  });
});

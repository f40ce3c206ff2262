/** CPF and CNPJ: known ones, made ones, and what a slip of the finger makes of them. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatTaxId, parseTaxId } from "../../../server/domain/tax-id.ts";

const SEED = 20260801;
const DIGITS = [..."0123456789"];
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];

/**
 * Check digits the other way round: each place counts what is missing from its weight to 11, so that
 * the digit is the rest itself, and 10 is written 0.
 */
function withCheckDigits(body: string): string {
  const places = body.length === 9 ? 10 : 8;
  const restOf = (text: string): string => {
    const sum = [...text].reverse().reduce((sum, character, i) => {
      return sum + (9 - i % places) * (character.charCodeAt(0) - 48);
    }, 0);
    return String(sum % 11 % 10);
  };
  const first = body + restOf(body);
  return first + restOf(first);
}

const anyBody = (length: number, characters: string[]): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: length, maxLength: length })
    .filter((body) => new Set(body).size > 1);

const anyTaxId = fc.oneof(
  anyBody(9, DIGITS),
  anyBody(12, DIGITS),
  anyBody(12, [...DIGITS, ...LETTERS]),
).map(withCheckDigits);

const faultOf = (text: string): string | undefined => {
  const parsed = parseTaxId(text);
  return parsed.ok ? undefined : parsed.fault;
};

const VALID: { text: string; kind: string; digits: string }[] = [
  { text: "123.456.789-09", kind: "cpf", digits: "12345678909" },
  { text: "11144477735", kind: "cpf", digits: "11144477735" },
  { text: "33.000.167/0001-01", kind: "cnpj", digits: "33000167000101" },
  { text: "12.ABC.345/01DE-35", kind: "cnpj", digits: "12ABC34501DE35" },
  { text: " 12abc345 01de35\t", kind: "cnpj", digits: "12ABC34501DE35" },
  { text: "123 456 789 09", kind: "cpf", digits: "12345678909" },
];

for (const { text, kind, digits } of VALID) {
  Deno.test(`parseTaxId() knows ${JSON.stringify(text)}`, () => {
    assertEquals(parseTaxId(text), { ok: true, kind, digits } as ReturnType<typeof parseTaxId>);
  });
}

const FORM = "must be a CPF with 11 digits or a CNPJ with 14 characters";

const REFUSED: { text: string; fault: string }[] = [
  { text: "", fault: FORM },
  { text: "1234567890", fault: FORM },
  { text: "123456789090", fault: FORM },
  { text: "123.456.789-0A", fault: FORM },
  { text: "12ABC34501DEA5", fault: FORM },
  { text: "12ABÇ34501DE35", fault: FORM },
  { text: "12ABC34501Dſ35", fault: FORM },
  { text: "12345678909\u0000", fault: FORM },
  { text: "１２３４５６７８９０９", fault: FORM },
  { text: "123.456.789-19", fault: "has a wrong check digit" },
  { text: "123.456.789-08", fault: "has a wrong check digit" },
  { text: "33.000.167/0001-11", fault: "has a wrong check digit" },
  { text: "12.ABC.345/01DE-36", fault: "has a wrong check digit" },
  { text: "111.111.111-11", fault: "must not be one digit repeated" },
  { text: "00.000.000/0000-00", fault: "must not be one digit repeated" },
];

for (const { text, fault } of REFUSED) {
  Deno.test(`parseTaxId() refuses ${JSON.stringify(text)}`, () => {
    assertEquals(faultOf(text), fault);
  });
}

Deno.test("parseTaxId() accepts whatever has the right check digits, with punctuation and without", () => {
  fc.assert(
    fc.property(anyTaxId, (digits) => {
      const parsed = parseTaxId(digits);
      assert(parsed.ok, digits);
      assertEquals(parsed.digits, digits);
      assertEquals(parsed.kind, digits.length === 11 ? "cpf" : "cnpj");
      assertEquals(parseTaxId(formatTaxId(digits)), parsed);
      assertEquals(parseTaxId(formatTaxId(digits).toLowerCase()), parsed);
    }),
    { seed: SEED, numRuns: 500 },
  );
});

const isRight = (digits: string): boolean => digits === withCheckDigits(digits.slice(0, -2));

const changedAt = (text: string, at: number, by: string): string =>
  text.slice(0, at) + by + text.slice(at + by.length);

Deno.test("parseTaxId() refuses each changed character and each swap that check digits can find", () => {
  let refused = 0;
  let changes = 0;
  fc.assert(
    fc.property(anyTaxId, (digits) => {
      const slips = [...digits].flatMap((own, at) => {
        const others = digits.length === 14 && at < 12 ? [...DIGITS, ...LETTERS] : DIGITS;
        const swapped = changedAt(digits, at, `${digits[at + 1] ?? ""}${own}`.slice(0, 2));
        return [
          ...others.map((other) => changedAt(digits, at, other)),
          ...(at < digits.length - 1 ? [swapped] : []),
        ].filter((slip) => slip !== digits);
      });
      for (const slip of slips) {
        changes++;
        if (faultOf(slip)) refused++;
        assertEquals(faultOf(slip) === undefined, isRight(slip), slip);
      }
    }),
    { seed: SEED, numRuns: 60 },
  );
  assert(refused / changes > 0.9, `${refused} of ${changes}`);
});

Deno.test("formatTaxId() writes both kinds as people do", () => {
  assertEquals(formatTaxId("12345678909"), "123.456.789-09");
  assertEquals(formatTaxId("12ABC34501DE35"), "12.ABC.345/01DE-35");
});

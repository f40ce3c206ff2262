/** How a bill was computed, as the paper says it: whoever checks it by hand finds all that it takes. */
import { assert, assertEquals } from "@std/assert";
import type { PaperFacts } from "../../../server/paper/facts.ts";
import type { Language } from "../../../server/domain/language.ts";
import { billOf } from "./example-bill.ts";
import { written } from "./written.ts";

const KWH = 1_000_000;

Deno.test("paperOf() works a price out, and says why a rate is what it is", () => {
  assertEquals(written().working.sentences, [
    "Consumo = leitura atual − leitura anterior.",
    "1 dos 31 dias sem leitura, no todo ou em parte: o que falta não está nesta conta.",
    "Preço = tarifa ÷ ((1 − ICMS) × (1 − PIS − COFINS)).",
    "Energia, fora de ponta: 0,79120 ÷ (0,76 × 0,931) = 1,11821.",
    "O ICMS é 24% porque o consumo passou de 300 kWh; até aí, seria 18%.",
    "Iluminação pública: faixa acima de 300 kWh até 400 kWh, R$ 64,60.",
    "Cada linha é arredondada uma vez e o total é a soma das linhas.",
  ]);
});

const workingWith = (working: Partial<PaperFacts["working"]>, language?: Language): string[] =>
  written({ working: { ...billOf().working, daysUnread: 0, ...working } }, language)
    .working.sentences;

const cents = (value: number) => ({ value, digits: 2 });

Deno.test("paperOf() says of which band a municipal charge is, and how it is worked out", () => {
  const [whole] = billOf().working.municipal;
  const part = { ...whole, above: undefined, upTo: 150 * KWH, days: { count: 15, per: 30 } };
  const perKwh = { value: 25, digits: 3 };
  const said = (municipal: PaperFacts["working"]["municipal"][number]) =>
    workingWith({ municipal: [municipal] }).at(-2);
  assertEquals([
    said(part),
    said({ ...whole, upTo: undefined, fixed: undefined, perKwh, cap: cents(5_000) }),
    said({
      ...part,
      upTo: undefined,
      base: cents(50_000),
      rate: { value: 1292, digits: 4 },
      perKwh,
    }),
  ], [
    "Iluminação pública: faixa até 150 kWh, R$ 64,60 × 15 ÷ 30 dias.",
    "Iluminação pública: faixa acima de 300 kWh, 314 kWh × R$ 0,025, no máximo R$ 50,00.",
    "Iluminação pública: (12,92% × R$ 500,00 + R$ 64,60) × 15 ÷ 30 dias + 314 kWh × R$ 0,025.",
  ]);
});

Deno.test("paperOf() says what was billed of a month that is put right, and what is known now", () => {
  const billed = { energy: 155_500_000, amount: 21_397 };
  const known = { energy: 247_876_000, amount: 28_935 };
  const said = workingWith({ corrections: [{ month: "2026-10", billed, known }] }, "en").at(-2);
  assertEquals(
    said,
    "Correction of October 2026: billed before 155.500 kWh, R$ 213.97; " +
      "known now 247.876 kWh, R$ 289.35.",
  );
});

Deno.test("paperOf() says how much is estimated, and how, and marks it where it stands", () => {
  assertEquals(workingWith({ byMean: 181_023_000, spread: 12 * KWH, daysUnread: 10 }).slice(1, 4), [
    "181,023 kWh são estimados (≈): sem leitura, vale a média por dia das contas anteriores.",
    "12 kWh (≈) estão entre leituras distantes e foram repartidos por igual nesse tempo.",
    "10 dos 31 dias sem leitura, no todo ou em parte: o que falta não está nesta conta.",
  ]);
  const [line, other] = billOf().lines;
  const { rows } = written({ lines: [{ ...line, estimated: true }, other] }).lines;
  assertEquals(rows.map(({ quantity }) => quantity), ["≈ 252 kWh", "33 kWh"]);
});

Deno.test("paperOf() says so where registers are printed in fewer digits than they have", () => {
  const [reading] = billOf().readings;
  const digits = "Impresso até o Wh, calculado com os milésimos dele.";
  const says = (previous: number, current: number, consumption = current - previous) =>
    written({
      readings: [{
        ...reading,
        previous: { ...reading.previous, register: previous },
        current: { ...reading.current, register: current },
        consumption,
      }],
    }).working.sentences.includes(digits);
  // 2.453,953 − 2.230,075 = 223,878, and 223,879 is printed.
  assertEquals(says(2_230_074_600, 2_453_953_400), true);
  assertEquals(says(2_230_075_000, 2_453_953_400), false);
  // Over a reset it is no difference of the two.
  assertEquals(says(2_230_075_000, 3_000_000, 20 * KWH), false);
});

Deno.test("paperOf() shows no consumption of a meter that was not read", () => {
  const [reading] = billOf().readings;
  const edges = { previous: { day: "2026-10-05" }, current: { day: "2026-11-05" } };
  const { rows } =
    written({ readings: [{ ...reading, ...edges, consumption: 0, quality: "unread" }] }).readings;
  assertEquals([rows[0].consumption, rows[0].quality], ["–", "Sem leitura"]);
});

const NET: Partial<PaperFacts> = {
  lines: billOf().lines.map((line) => ({ ...line, price: undefined })),
  taxes: [{ tax: "VAT", base: 1, rate: { value: 2, digits: 1 }, amount: 1, inside: false }],
  working: { ...billOf().working, examples: [], bands: [], municipal: [], daysUnread: 0 },
};

Deno.test("paperOf() shows no price with taxes where an amount has none in it", () => {
  const { working, lines, taxes } = written(NET, "en");
  assertEquals(working.sentences, [
    "Consumption = current reading − previous reading.",
    "Amount = quantity × rate.",
    "Taxes are added afterwards.",
    "Each line is rounded once and the total is the sum of the lines.",
  ]);
  assertEquals([lines.titles.price, taxes?.titles.tax], [undefined, "Tax, on top of the price"]);
  assertEquals([lines.rows[0].price, lines.rows[0].each], ["", "at R$ 0.79120"]);
  const untaxed = written({ ...NET, taxes: [] }, "en").working.sentences;
  assert(!untaxed.includes("Taxes are added afterwards."), String(untaxed));
});

Deno.test("paperOf() says since when a tax is on what, where rates have changed", () => {
  const [icms] = billOf().taxes;
  const [example] = billOf().working.examples;
  const name = { kind: "named" as const, label: "Energia" };
  const since = [["2026-10-06", "2026-10-26"], ["2026-10-16"]];
  const { taxes, working } = written({
    taxes: since.map((since) => ({ ...icms, since })),
    working: {
      ...billOf().working,
      examples: since.map((since) => ({ ...example, name: { ...name, since } })),
      bands: billOf().working.bands.map((band) => ({ ...band, since: since[1] })),
    },
  });
  assertEquals(taxes?.rows.map(({ tax }) => tax), [
    "ICMS (a partir de 6 out e 26 out)",
    "ICMS (a partir de 16 out)",
  ]);
  assertEquals(working.sentences.slice(2, 6), [
    "Preço = tarifa ÷ ((1 − ICMS) × (1 − PIS − COFINS)).",
    "Energia (a partir de 6 out e 26 out): 0,79120 ÷ (0,76 × 0,931) = 1,11821.",
    "Energia (a partir de 16 out): 0,79120 ÷ (0,76 × 0,931) = 1,11821.",
    "O ICMS (a partir de 16 out) é 24% porque o consumo passou de 300 kWh; até aí, seria 18%.",
  ]);
  const mixed = written({ taxes: [icms, { ...icms, inside: false }] }).taxes;
  assertEquals(mixed?.titles.tax, "Tributo");
});

/** What the paper says of a bill, in both languages. */
import { assert, assertEquals } from "@std/assert";
import type { PaperFacts } from "../../../server/paper/facts.ts";
import { type Language, LANGUAGES } from "../../../server/domain/language.ts";
import { paperOf, shownTaxId } from "../../../server/paper/write.ts";
import { billOf, PIX } from "./example-bill.ts";
import { written } from "./written.ts";

const KWH = 1_000_000;

Deno.test("paperOf() says who bills whom for what", () => {
  const paper = written();
  assertEquals(paper.title, "Conta de novembro de 2026");
  assertEquals(paper.issuer.facts, [
    "CNPJ 12.ABC.345/01DE-35 · Tel. 0800 000 0000",
    "Av. Central, 1000, Rio de Janeiro, RJ",
  ]);
  assertEquals(paper.invoice, {
    name: "Fatura 000.418.207",
    facts: ["Emitida em 6 de novembro de 2026"],
  });
  assertEquals(paper.total, { title: "Total a pagar", currency: "R$", amount: "473,05" });
  assertEquals(paper.dates.map(({ title, text }) => `${title}: ${text}`), [
    "Vencimento: 24 de novembro de 2026",
    "Referência: novembro de 2026",
    "Período: 6 out a 5 nov, 31 dias",
  ]);
  assertEquals(paper.consumption.facts, [
    "10,1 kWh por dia",
    "Próxima leitura em 5 dez 2026",
  ]);
});

Deno.test("paperOf() covers half of a person's tax id, and shows a company's", () => {
  assertEquals(shownTaxId("12345678909"), "CPF ***.456.789-**");
  assertEquals(shownTaxId("33000167000101"), "CNPJ 33.000.167/0001-01");
  assertEquals(shownTaxId("DE123456789"), "DE123456789");
});

const STATES: [PaperFacts["state"], string, string, boolean][] = [
  [{ kind: "issued" }, "Em aberto", "Total a pagar", true],
  [{ kind: "overdue" }, "Vencida", "Total a pagar", true],
  [{ kind: "paid", on: "2026-11-20" }, "Paga em 20 de novembro de 2026", "Total pago", false],
  [
    { kind: "credited", on: "2026-12-01", by: "000.000.007" },
    "Cancelada por crédito em 1 de dezembro de 2026",
    "Total cancelado",
    false,
  ],
];
for (const [state, text, total, canBePaid] of STATES) {
  Deno.test(`paperOf() says of a bill that is ${state.kind}: ${text}`, () => {
    const paper = written({ state });
    assertEquals(paper.state, { kind: state.kind, text });
    assertEquals(paper.total.title, total);
    assertEquals(paper.pix?.code, canBePaid ? PIX : undefined);
  });
}

Deno.test("paperOf() says of what is below zero that it is the customer's, and nothing is due", () => {
  const paid = { kind: "paid" as const, on: "2026-11-06" };
  const told = (total: number, language: Language) => {
    const paper = written({ total, state: paid }, language);
    const { notices, dates } = paper;
    return [
      paper.total.title,
      paper.total.amount,
      paper.state.text,
      dates[0].title,
      notices.length,
    ];
  };
  assertEquals(told(-4_399, "pt-BR"), [
    ...["Crédito a seu favor", "43,99", "A devolver na próxima conta", "Referência"],
    1,
  ]);
  assertEquals(told(-4_399, "en"), [
    ...["Credit in your favour", "43.99", "Given back on the next bill", "For"],
    1,
  ]);
  assertEquals(told(0, "en"), ["Total", "0.00", "Nothing to pay", "For", 1]);
});

Deno.test("paperOf() says first by what a bill was cancelled", () => {
  const { notices } = written({ state: { kind: "credited", on: "2026-12-01", by: "7" } });
  assertEquals(notices[0], "Cancelada pela nota de crédito 7. Não pague.");
});

Deno.test("paperOf() says what of a period is hardly one", () => {
  const said = (days: number) =>
    written({ period: { from: "2026-10-06", to: "2026-10-06", days } }).dates[2].text;
  assertEquals([said(0), said(1)], ["6 out, parte de um dia", "6 out, 1 dia"]);
});

Deno.test("paperOf() shows registers and quantities that a customer can subtract", () => {
  const { readings } = billOf();
  const { rows } = written({
    readings: [
      readings[0],
      {
        meter: "M2",
        fedIn: true,
        previous: { day: "2026-10-05", register: 1_000_500 },
        current: { day: "2026-11-05" },
        consumption: 12 * KWH,
        quality: "measuredInPart",
      },
    ],
  }).readings;
  assertEquals(rows.map((row) => Object.values(row).join(" | ")), [
    "CL-7F3A-0042 | 5 out 2026 · 17.746,000 | 5 nov 2026 · 18.060,000 | 314,000 kWh | Medida",
    "Injetada: M2 | 5 out 2026 · 1,001 | 5 nov 2026 · – | 12,000 kWh | Medida em parte",
  ]);
});

Deno.test("paperOf() names lines of every kind, with what they are counted in", () => {
  const { rows } = written({
    lines: [
      billOf().lines[0],
      { name: { kind: "flag", colour: "red2" }, amount: 100 },
      { name: { kind: "correction", month: "2026-09" }, amount: -1_013 },
      { name: { kind: "named", label: "VAT" }, amount: 100 },
      { name: { kind: "named", label: "Por dia" }, days: { count: 31, per: 1 }, amount: 1_250 },
      { name: { kind: "named", label: "Por dia" }, days: { count: 1, per: 1 }, amount: 40 },
      { name: { kind: "named", label: "Assinatura" }, days: { count: 11, per: 31 }, amount: 465 },
      { name: { kind: "named", label: "Multa", invoice: "2026-000007" }, amount: 100 },
      { name: { kind: "credit", invoice: "2026-000009" }, amount: -500 },
      { name: { kind: "named", label: "Noite" }, energy: 1_500_000, band: 3, amount: 1 },
    ],
  }).lines;
  assertEquals(rows.map(({ label, quantity, amount }) => [label, quantity, amount]), [
    ["Energia, fora de ponta", "252,000 kWh", "281,79"],
    ["Bandeira vermelha 2", "", "1,00"],
    ["Acerto de setembro de 2026", "", "−10,13"],
    ["VAT", "", "1,00"],
    ["Por dia", "31 dias", "12,50"],
    ["Por dia", "1 dia", "0,40"],
    ["Assinatura", "11 de 31 dias", "4,65"],
    ["Fatura 2026-000007: Multa", "", "1,00"],
    ["Crédito da fatura 2026-000009", "", "−5,00"],
    ["Noite", "1,500 kWh", "0,01"],
  ]);
  assertEquals([rows[0].band, rows[1].band, rows.at(-1)?.band], [1, undefined, 3]);
  assertEquals(rows[0].each, "a R$ 1,11821");
});

Deno.test("paperOf() names the flags by month, and draws the dearest", () => {
  assertEquals(written().flag, {
    colour: "yellow",
    title: "Bandeira amarela em outubro e novembro.",
    text: "Amarela: R$ 1,885 a mais a cada 100 kWh, antes dos tributos. " +
      "Em verde, esta conta seria R$ 8,37 menor.",
  });
  const flags: PaperFacts["flags"] = [
    {
      month: "2026-10",
      colour: "red1",
      per100KilowattHours: { value: 4_463, digits: 3 },
      assumed: false,
    },
    { month: "2026-11", colour: "green", assumed: true },
  ];
  assertEquals(written({ flags, flagCost: 500 }).flag?.colour, "red1");
  assertEquals(
    written({ flags, flagCost: 500 }).flag?.title,
    "Bandeira vermelha 1 em outubro e verde em novembro (presumida).",
  );
  assertEquals(
    written({ flags: [flags[1]], flagCost: 0 }, "en").flag,
    { colour: "green", title: "Flag: green in November (assumed).", text: "It adds nothing." },
  );
});

Deno.test("paperOf() says which prices were not announced when the bill was issued", () => {
  const months = ["2026-10", "2026-11"];
  const { notices } = written({ notices: [{ kind: "assumed", name: "Bandeira amarela", months }] });
  assertEquals(notices, [
    "Bandeira amarela: o preço de outubro de 2026 e novembro de 2026 ainda não foi anunciado; " +
    "vale o último que foi.",
  ]);
});

Deno.test("paperOf() draws thirteen months, the highest full, estimates marked", () => {
  const { months } = written();
  assertEquals(months?.title, "Consumo por mês, kWh");
  assertEquals(months?.label, "Consumo por mês em kWh: de 161 a 421; novembro de 2026, 314.");
  assertEquals(months?.bars.map(({ label }) => label).slice(0, 4), [
    "nov 25",
    "dez",
    "jan 26",
    "fev",
  ]);
  assertEquals(months?.bars.map(({ height }) => height).indexOf(1), 3);
  assertEquals(months?.bars.findIndex(({ estimated }) => estimated), 4);
  assertEquals(
    written({ months: billOf().months.concat(billOf().months) }).months?.bars.length,
    13,
  );
});

Deno.test("paperOf() colours days from the least to the most, and says which were not measured", () => {
  const { strip } = written();
  const levels = strip?.days.map(({ level }) => level) ?? [];
  assertEquals(Math.min(...levels.filter((level) => level !== null)), 1);
  assertEquals(Math.max(...levels.filter((level) => level !== null)), 6);
  assertEquals(levels.indexOf(null), 20);
  assertEquals(strip?.days[20].text, "26 out: não medido");
  assertEquals(
    strip?.caption,
    "31 dias: cor mais intensa, mais energia. O maior foi 18 out, 14,2 kWh. Hachura: não medido.",
  );
  const unmeasured = billOf().days.map((day) => ({ ...day, consumption: null }));
  assertEquals(written({ days: unmeasured }).strip?.caption, "31 dias, nenhum medido.");
});

Deno.test("paperOf() gives days that are nearly alike nearly the same colour, and marks estimates", () => {
  const stripOf = (...consumptions: number[]) =>
    written({
      days: consumptions.map((kWh, i) => ({
        day: `2026-10-${10 + i}`,
        consumption: kWh * KWH,
        estimated: i === 1,
      })),
    }).strip;
  const levelsOf = (...consumptions: number[]) =>
    stripOf(...consumptions)?.days.map(({ level }) => level);
  assertEquals(levelsOf(5, 5.001, 4.999, 5), [3, 3, 3, 3]);
  assertEquals(levelsOf(5, 5.4), [3, 3]);
  assertEquals(levelsOf(5, 7.5), [1, 5]);
  assertEquals(levelsOf(5, 12), [1, 6]);
  const strip = stripOf(5, 6);
  assertEquals(strip?.days.map(({ estimated }) => estimated), [false, true]);
  assertEquals(strip?.days[1].text, "11 out: ≈ 6,0 kWh, estimado");
  assert(strip?.caption.endsWith("Hachura sobre cor: estimado."), strip?.caption);
});

for (const language of LANGUAGES) {
  Deno.test(`paperOf() leaves no place empty and nothing undefined, in ${language}`, () => {
    for (const [state] of STATES) {
      const all = JSON.stringify(paperOf(billOf({ state }), language));
      assert(!/\{\w+\}|undefined|NaN|Invalid/.test(all), all);
    }
  });
}

/** What alerts say: every sentence as people read it, in both languages. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Evidences, Kind } from "../../../server/domain/alert-kinds.ts";
import { alertText, kindName, subjectName } from "../../../server/domain/alert-words.ts";
import { CLOSED, DAY, HOUR, KWH, placeIn, plain, rio, sample, SAMPLES } from "./alerts-told.ts";
import { SINCE, TOLD } from "./alerts-told.ts";

const KINDS = Object.keys(SAMPLES) as Kind[];
/** With nothing to look at that is not said. */
const HINTLESS: Kind[] = ["budgetForecast", "budgetNear"];
const PT = placeIn("pt-BR");
const EN = placeIn("en");

for (const [locale, expected] of Object.entries(TOLD)) {
  for (const kind of KINDS) {
    Deno.test(`alertText() tells ${kind} in ${locale}, open and closed`, () => {
      const alert = sample(kind);
      const open = alertText(alert, placeIn(locale));
      const closed = alertText({ ...alert, closedAt: CLOSED }, placeIn(locale));
      const { title, ...sentences } = expected[kind];
      assertEquals([open.title, closed.title], [title, title]);
      assertEquals(
        { open: plain(open.sentence), closed: plain(closed.sentence) },
        sentences,
      );
      assertEquals(open.hint !== undefined, !HINTLESS.includes(kind));
      assertEquals(closed.hint, undefined);
    });
  }
}

const told = <K extends Kind>(
  kind: K,
  changes: Partial<Evidences[K]>,
  place = PT,
  closedAt?: number,
): string => plain(alertText({ ...sample(kind, changes), closedAt }, place).sentence);

const SAYS: [what: string, sentence: string, part: string][] = [
  ["one bill", told("variation", { bills: 1 }), "38% acima da última conta (R$ 342,80 para"],
  ["one bill", told("variation", { bills: 1 }, EN), "38% above the last bill (R$ 342.80 for"],
  ["no percent of nothing", told("variation", { usual: 0 }), "R$ 473,05, acima da média"],
  ["much more than nothing", told("unusual", { usualMilliwattHours: 0 }), "muito acima do que"],
  ["one day", told("neverSleeps", { days: 1 }), "Há 1 dia, desde"],
  ["one day", told("neverSleeps", { days: 1 }, EN), "For 1 day, since"],
  ["kilowatts", told("neverSleeps", { watts: 1_234 }), "abaixo de 1,23 kW em"],
  ["one case", told("registerFell", { cases: 1 }), "1 caso espera resposta."],
  ["one case", told("registerFell", { cases: 1 }, EN), "1 case waits for an answer."],
  ["one case", told("registerFell", { cases: 1 }, PT, CLOSED), "O caso já estava encerrado no"],
  ["one case", told("registerFell", { cases: 1 }, EN, CLOSED), "The case was closed by"],
  [
    "more used than was expected",
    told("budgetForecast", { expected: 1 }, PT, CLOSED),
    "a previsão passava disso e o orçamento era de R$ 450,00.",
  ],
  ["one hour", told("estimation", { estimatedSeconds: HOUR }), "(por estimativa: 1 hora; sem"],
  ["all estimated", told("estimation", { missingSeconds: 0 }), "26 horas só por estimativa."],
  ["all missing", told("estimation", { estimatedSeconds: 0 }), "tem 3 horas sem leitura."],
  ["little of the time", told("estimation", { ofSeconds: 400 * DAY }), "sem leitura: 3 horas)."],
  ["no usual gap", told("silent", { gapSeconds: 0 }), "desde terça, 17 de novembro, às 14:15."],
  ["a gap in seconds", told("silent", { gapSeconds: 5 }), "uma leitura a cada 5 segundos."],
  ["a minute's gap", told("silent", { gapSeconds: 56 }, EN), "comes every minute."],
  ["a minute's gap", told("silent", { gapSeconds: 56 }), "uma leitura a cada minuto."],
  ["a minute's gap", told("silent", { gapSeconds: 69 }), "uma leitura a cada minuto."],
  ["an hour's gap", told("silent", { gapSeconds: 3_300 }), "uma leitura a cada hora."],
  ["a day's gap", told("silent", { gapSeconds: 0.9 * DAY }), "uma leitura a cada dia."],
  ["a rough gap", told("silent", { gapSeconds: 45 }), "a cada cerca de 45 segundos."],
  ["a rough gap", told("silent", { gapSeconds: 45 }, EN), "comes about every 45 seconds."],
  ["a rough gap", told("silent", { gapSeconds: 211 }), "a cada cerca de 3,5 minutos."],
  ["a rough gap", told("silent", { gapSeconds: 8.12 * HOUR }, EN), "comes about every 8.1 hours."],
  [
    "the end on the same day",
    told("silent", {}, PT, SINCE + 2 * HOUR + 2_400),
    "desde terça, 17 de novembro, às 14:15; às 16:55 já tinha voltado.",
  ],
  [
    "the end on the same day",
    told("outage", {}, EN, SINCE + 2 * HOUR + 2_400),
    "from Tuesday 17 November, 14:15; by 16:55 it was over.",
  ],
  [
    "the end on the same day",
    told("registerFell", { cases: 1 }, PT, SINCE + 2 * HOUR + 2_400),
    "O caso já estava encerrado às 16:55.",
  ],
  [
    "one reading on a weekday",
    told("tamper", { times: 1, last: SINCE }),
    "aberta em 1 leitura, na terça, 17 de novembro, às 14:15.",
  ],
  [
    "one reading on a Sunday",
    told("tamper", { times: 1, since: SINCE + 5 * DAY, last: SINCE + 5 * DAY }),
    "em 1 leitura, no domingo, 22 de novembro, às 14:15.",
  ],
  [
    "one o'clock",
    told("silent", { heardAt: rio("2026-11-18T00:10:00") }, PT, rio("2026-11-18T01:30:00")),
    "desde quarta, 18 de novembro, às 00:10; à 01:30 já tinha voltado.",
  ],
  [
    "since one o'clock",
    told("silent", { heardAt: rio("2026-11-18T01:30:00"), gapSeconds: 0 }),
    "desde quarta, 18 de novembro, à 01:30.",
  ],
  ["one time", told("conflict", { times: 1, last: SINCE }, EN), "1 time, on Tuesday 17 November"],
  ["one message", told("signature", { times: 1 }), "1 mensagem recusada por"],
  ["many messages", told("signature", { times: 1_234 }), "1.234 mensagens recusadas por"],
  ["a clock of unknown error", told("clockWrong", { peak: undefined }), "está errado. Visto"],
  ["no peak", told("impossiblePower", { peak: undefined }, EN), "supply allows, 20 kW. Seen"],
  ["a budget that is just used", told("budgetPassed", { used: 300 * KWH }), "o orçamento inteiro."],
  ["not all before it is", told("budgetNear", { used: 44_999 }), "R$ 449,99, 99% do orçamento"],
  ["a rounded part", told("budgetNear", { used: 44_505 }), "R$ 445,05, 99% do orçamento"],
  ["all but one meter", told("outage", { meters: 999, ofMeters: 1_000 }), "medidores (99%) desde"],
  ["all meters", told("outage", { meters: 1_000, ofMeters: 1_000 }), "medidores (100%) desde"],
  ["energy", told("budgetNear", { isMoney: 0, used: 246 * KWH, limit: 300 * KWH }), "246 kWh, 82%"],
  [
    "a little above the limit of a day",
    told("dayLimit", { milliwattHours: 13.004 * KWH }),
    "consumo de 13,004 kWh até agora; o limite é de 13 kWh por dia.",
  ],
  ["no forecast below what is used", told("budgetPassed", { expected: KWH }), "de 300 kWh."],
  [
    "no forecast",
    told("budgetForecast", { expected: undefined }),
    "deve fechar acima do orçamento, de R$ 450,00.",
  ],
];
for (const [what, sentence, part] of SAYS) {
  Deno.test(`alertText() is right about ${what}: ${part}`, () => {
    assert(sentence.includes(part), sentence);
    if (part.endsWith(".")) assert(sentence.endsWith(part) || sentence.includes(`${part} `));
  });
}

Deno.test("alertText() writes money as the currency has it", () => {
  const near = { used: 3_700, limit: 4_500, expected: undefined };
  assertEquals(
    told("budgetNear", near, { ...PT, currency: "EUR" }),
    "Até quinta, 19 de novembro, às 08:00, a conta de novembro está em € 37,00, 82% do orçamento de € 45,00.",
  );
  assertEquals(
    told("budgetNear", near, { ...EN, currency: "JPY" }),
    "As of Thursday 19 November, 08:00, the November bill is at JP¥ 3,700, 82% of the budget of JP¥ 4,500.",
  );
});

Deno.test("alertText() shows the clock on the wall of the point, as its region writes it", () => {
  const at = { heardAt: rio("2026-11-17T23:30:00"), gapSeconds: 0 };
  const lisbon = { ...PT, locale: "pt-PT", timeZone: "Europe/Lisbon" };
  assertEquals(
    told("silent", at, lisbon),
    "CL-42: está sem comunicação desde quarta, 18 de novembro, às 02:30.",
  );
  const newYork = { ...EN, locale: "en-US", timeZone: "America/New_York" };
  assertEquals(
    told("silent", at, newYork),
    "CL-42: out of contact since Tuesday, November 17, 9:30 PM.",
  );
  assertEquals(told("silent", at, { ...PT, locale: "de-DE" }), told("silent", at, EN));
});

Deno.test("subjectName() is one line, and says so where there is no name or region", () => {
  assertEquals(subjectName("silent", { ...PT, name: " A\r\n\u0085  B\u0000\u202e\u200f " }), "A B");
  assertEquals(subjectName("dayLimit", { ...PT, name: "" }), "Ponto sem nome");
  assertEquals(subjectName("silent", { ...EN, name: "\n" }), "Meter without a name");
  assertEquals(subjectName("outage", { ...PT, name: "" }), "Pontos sem região");
  assertEquals(subjectName("outage", { ...EN, name: "F-3" }), "Region F-3");
});

Deno.test("kindName() has a short name of its own for each kind", () => {
  for (const locale of ["pt-BR", "en"]) {
    const names = KINDS.map((kind) => kindName(kind, locale));
    assertEquals(new Set(names).size, KINDS.length);
    for (const name of names) assert(name.length <= 40, name);
  }
  assertEquals(kindName("silent", "pt-PT"), "Medidor sem comunicação");
  assertEquals(kindName("silent", "fr"), "Silent meter");
});

/** As a number of that name may be. */
const NUMBERS: Record<string, fc.Arbitrary<number | undefined>> = {
  isMoney: fc.constantFrom(0, 1),
  expected: fc.option(fc.nat(2_000_000_000), { nil: undefined }),
  peak: fc.option(fc.nat(2_000_000_000), { nil: undefined }),
  bills: fc.integer({ min: 1, max: 3 }),
  days: fc.integer({ min: 1, max: 30 }),
};
const TIMES = ["since", "until", "last", "heardAt", "seenAt"];
const ENERGY = fc.nat(1_000_000_000_000);
const INSTANT = fc.integer({ min: 0, max: 4_000_000_000 });
const SMALL = fc.oneof(fc.nat(3), fc.nat(100_000_000));

const anyOf = (name: string): fc.Arbitrary<number | undefined> =>
  NUMBERS[name] ?? (TIMES.includes(name) ? INSTANT : /milliwatt/i.test(name) ? ENERGY : SMALL);

const anyAlert = fc.constantFrom(...KINDS).chain((kind) => {
  const alert = sample(kind);
  const names = kind === "variation"
    ? { ...alert.evidence, expected: 0 }
    : kind === "clockWrong"
    ? { ...alert.evidence, peak: 0 }
    : alert.evidence;
  return fc.record({
    evidence: fc.record(
      Object.fromEntries(Object.keys(names).map((name) => [name, anyOf(name)])),
    ),
    later: fc.option(fc.nat(100_000_000), { nil: undefined }),
  }).map(({ evidence, later }) => {
    const some = { ...evidence } as Record<string, number>;
    if (kind === "variation") some.expected ??= 0;
    const begin = some.since ?? some.heardAt ?? SINCE;
    return { ...alert, evidence: some, closedAt: later === undefined ? later : begin + later };
  });
});

Deno.test("alertText() holds nothing that is no word and no number, whatever was measured", () => {
  const locales = fc.constantFrom("pt-BR", "pt-PT", "en", "en-US", "de");
  const currencies = fc.constantFrom("BRL", "EUR", "JPY", "BHD");
  const zones = fc.constantFrom("America/Sao_Paulo", "Asia/Kathmandu", "America/New_York");
  const names = fc.string({ unit: fc.constantFrom("a", " ", "\n", "é") });
  fc.assert(
    fc.property(
      anyAlert,
      locales,
      currencies,
      zones,
      names,
      (alert, locale, currency, zone, name) => {
        const text = alertText(alert, { locale, currency, timeZone: zone, name });
        assert(text.title.length <= 60, text.title);
        for (const part of Object.values(text).map((part) => plain(part ?? "."))) {
          assert(!/undefined|null|NaN|Infinity|∞|\de[+-]?\d|[\s]{2}|[!{}]|-\d+ /.test(part), part);
          assert(/^\S(.*\S)?$/.test(part), part);
        }
        assert(text.sentence.endsWith("."), text.sentence);
      },
    ),
    { numRuns: 2_000 },
  );
});

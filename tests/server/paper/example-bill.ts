/** A bill as the tests of the paper need it: made up, with a bit of everything on it. */
import { pixCode } from "../../../server/domain/pix.ts";
import type { PaperFacts } from "../../../server/paper/facts.ts";

const KWH = 1_000_000;

export const PIX = pixCode(
  { key: "pix@exemplo.com.br", name: "Luz Exemplo", city: "Rio de Janeiro" },
  { amount: 47_305, number: "000.418.207" },
);

const MONTHS = [327, 341, 398, 421, 389, 336, 287, 262, 248, 161, 259, 283, 314];
const TENTHS = "104 118 101 92 137 121 94 119 81 83 90 108 142 95 97 109 106 104 122 125 79 93 82"
  .split(" ").map(Number);

const monthAfter = (i: number): string => {
  const months = 2025 * 12 + 10 + i;
  return `${Math.floor(months / 12)}-${String(months % 12 + 1).padStart(2, "0")}`;
};

const dayAfter = (i: number): string =>
  Temporal.PlainDate.from("2026-10-06").add({ days: i }).toString();

export const billOf = (changes: Partial<PaperFacts> = {}): PaperFacts => ({
  state: { kind: "issued" },
  currency: "BRL",
  issuer: {
    name: "Luz Exemplo Distribuição S.A.",
    taxId: "12ABC34501DE35",
    address: "Av. Central, 1000, Rio de Janeiro, RJ",
    phone: "0800 000 0000",
  },
  customer: {
    name: "Conceição Araújo Antônio",
    taxId: "12345678909",
    address: "Rua das Laranjeiras, 214, ap. 302, 22240-003 Rio de Janeiro, RJ",
  },
  point: { label: "Casa", code: "413.208.765", tariff: "Tarifa Branca, residencial B1" },
  number: "000.418.207",
  month: "2026-11",
  period: { from: "2026-10-06", to: "2026-11-05", days: 31 },
  issued: "2026-11-06",
  due: "2026-11-24",
  nextReading: "2026-12-05",
  readings: [{
    meter: "CL-7F3A-0042",
    fedIn: false,
    previous: { day: "2026-10-05", register: 17_746 * KWH },
    current: { day: "2026-11-05", register: 18_060 * KWH },
    consumption: 314 * KWH,
    quality: "measured",
  }],
  consumption: 314 * KWH,
  lines: [
    {
      name: { kind: "named", label: "Energia, fora de ponta" },
      band: 1,
      energy: 252 * KWH,
      rate: { value: 79_120, digits: 5 },
      price: { value: 111_821, digits: 5 },
      amount: 28_179,
    },
    {
      name: { kind: "named", label: "Energia, intermediário" },
      band: 2,
      energy: 33 * KWH,
      rate: { value: 108_450, digits: 5 },
      price: { value: 153_273, digits: 5 },
      amount: 5_058,
    },
    {
      name: { kind: "named", label: "Energia, ponta" },
      band: 3,
      energy: 29 * KWH,
      rate: { value: 165_210, digits: 5 },
      price: { value: 233_493, digits: 5 },
      amount: 6_771,
    },
    {
      name: { kind: "flag", colour: "yellow" },
      energy: 314 * KWH,
      rate: { value: 1_885, digits: 5 },
      price: { value: 2_664, digits: 5 },
      amount: 837,
    },
    { name: { kind: "named", label: "Iluminação pública" }, amount: 6_460 },
  ],
  total: 47_305,
  taxes: [
    { tax: "ICMS", base: 40_845, rate: { value: 24, digits: 2 }, amount: 9_803 },
    { tax: "PIS", base: 31_042, rate: { value: 123, digits: 4 }, amount: 382 },
    { tax: "COFINS", base: 31_042, rate: { value: 567, digits: 4 }, amount: 1_760 },
  ].map((tax) => ({ ...tax, inside: true })),
  flags: ["2026-10", "2026-11"].map((month) => ({
    month,
    colour: "yellow",
    per100KilowattHours: { value: 1_885, digits: 3 },
    assumed: false,
  })),
  flagCost: 837,
  months: MONTHS.map((kWh, i) => ({
    month: monthAfter(i),
    consumption: kWh * KWH,
    estimated: i === 4,
  })),
  days: Array.from({ length: 31 }, (_, i) => ({
    day: dayAfter(i),
    consumption: i === 20 ? null : TENTHS[i % TENTHS.length] * KWH / 10,
    estimated: false,
  })),
  working: {
    examples: [{
      name: { kind: "named", label: "Energia, fora de ponta" },
      rate: { value: 79_120, digits: 5 },
      divisors: [
        { taxes: ["ICMS"], left: { value: 76, digits: 2 } },
        { taxes: ["PIS", "COFINS"], left: { value: 931, digits: 3 } },
      ],
      price: { value: 111_821, digits: 5 },
    }],
    bands: [{
      tax: "ICMS",
      rate: { value: 24, digits: 2 },
      above: 300 * KWH,
      otherwise: { value: 18, digits: 2 },
    }],
    municipal: [{
      name: "Iluminação pública",
      above: 300 * KWH,
      upTo: 400 * KWH,
      fixed: { value: 6_460, digits: 2 },
      energy: 314 * KWH,
      days: { count: 31, per: 31 },
    }],
    corrections: [],
    byMean: 0,
    spread: 0,
    daysUnread: 1,
  },
  notices: [
    {
      kind: "late",
      fine: { value: 2, digits: 2 },
      interestAMonth: { value: 1, digits: 2 },
      exceptLighting: true,
    },
    { kind: "estimated", month: "2026-03" },
  ],
  pix: PIX,
  hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  ...changes,
});

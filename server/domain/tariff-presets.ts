/**
 * Tariffs to begin with. Those of Brazil have Light's prices and Rio's rates of 2026; what a city
 * charges for street lights is an example, and all of it is to be held against what is in force.
 */
import { parseScaled, type Scaled } from "./money.ts";
import { type Band, type Day, type LateRule, type MinimumCharge, type Tariff } from "./tariff.ts";
import type { MonthlySurcharge, MunicipalCharge, Surcharge, Taxes } from "./tariff.ts";

function of(text: string): Scaled {
  const value = parseScaled(text);
  if (value === undefined) throw new TypeError(`not a number: ${text}`);
  return value;
}

const WORKDAYS: Day[] = ["mon", "tue", "wed", "thu", "fri"];
const FREE_DAYS: Day[] = ["sat", "sun", "holiday"];
const EVERY_DAY: Day[] = [...WORKDAYS, ...FREE_DAYS];

const FLAT: Tariff = {
  name: "Flat",
  currency: "BRL",
  decimals: 2,
  rounding: "halfUp",
  energy: { kind: "flat", name: "Energia", price: of("0.9") },
  taxes: { kind: "onTop", stages: [] },
  holidays: [],
};

/** ICMS as in Rio de Janeiro. */
const RIO_TAXES: Taxes = {
  kind: "inside",
  stages: [
    [{
      name: "ICMS",
      bands: [
        { upToKwh: 50, rate: 0 },
        { upToKwh: 300, rate: of("0.18") },
        { rate: of("0.24") },
      ],
    }],
    [
      { name: "PIS", bands: [{ rate: of("0.0123") }] },
      { name: "COFINS", bands: [{ rate: of("0.0567") }] },
    ],
  ],
};

const GREEN: MonthlySurcharge = { name: "Bandeira verde", price: 0, colour: "green" };
const YELLOW: MonthlySurcharge = {
  name: "Bandeira amarela",
  price: of("0.01885"),
  colour: "yellow",
};
const RED_1: MonthlySurcharge = {
  name: "Bandeira vermelha 1",
  price: of("0.04463"),
  colour: "red1",
};
const RED_2: MonthlySurcharge = {
  name: "Bandeira vermelha 2",
  price: of("0.07877"),
  colour: "red2",
};
export const BRAZILIAN_FLAGS = { GREEN, YELLOW, RED_1, RED_2 };

const FLAGS: Surcharge = {
  daysFrom: "dayAfterReading",
  months: { "2026-07": YELLOW, "2026-08": YELLOW },
};

const STREET_LIGHTS: MunicipalCharge = {
  name: "Iluminação pública (COSIP)",
  bands: [
    { upToKwh: 120, fixed: 0 },
    { upToKwh: 200, fixed: of("19.38") },
    { upToKwh: 300, fixed: of("45.09") },
    { upToKwh: 400, fixed: of("64.60") },
    { perKwh: of("0.2"), cap: of("5000") },
  ],
};

const AVAILABILITY: MinimumCharge = {
  name: "Custo de disponibilidade",
  kwh: { singlePhase: 30, twoPhase: 50, threePhase: 100 },
};

const BRAZILIAN_LATE: LateRule = {
  feeName: "Multa por atraso",
  fee: of("0.02"),
  interestName: "Juros de mora",
  interestPerMonth: of("0.01"),
};

/** Those of every year; Good Friday is named by its dates. */
const BRAZILIAN_HOLIDAYS = [
  ...["01-01", "04-21", "05-01", "09-07", "10-12", "11-02", "11-15", "11-20", "12-25"],
  ...["2026-04-03", "2027-03-26", "2028-04-14"],
];

const CONVENTIONAL: Tariff = {
  name: "Residencial convencional (B1)",
  currency: "BRL",
  decimals: 2,
  rounding: "halfUp",
  energy: { kind: "flat", name: "Energia", price: of("0.94793") },
  minimum: AVAILABILITY,
  surcharge: FLAGS,
  taxes: RIO_TAXES,
  municipal: STREET_LIGHTS,
  fedIn: { kind: "credit", name: "Energia injetada" },
  late: BRAZILIAN_LATE,
  holidays: BRAZILIAN_HOLIDAYS,
};

const WHITE_BANDS: Band[] = [
  {
    name: "Energia, fora de ponta",
    price: of("0.7912"),
    windows: [
      { days: WORKDAYS, from: "00:00", to: "17:30" },
      { days: WORKDAYS, from: "22:30", to: "24:00" },
      { days: FREE_DAYS, from: "00:00", to: "24:00" },
    ],
  },
  {
    name: "Energia, intermediário",
    price: of("1.0845"),
    windows: [{ days: WORKDAYS, from: "20:30", to: "22:30" }],
  },
  {
    name: "Energia, ponta",
    price: of("1.6521"),
    windows: [{ days: WORKDAYS, from: "17:30", to: "20:30" }],
  },
];

const WHITE: Tariff = {
  ...CONVENTIONAL,
  name: "Tarifa Branca (B1)",
  energy: { kind: "timeOfUse", bands: WHITE_BANDS },
};

const EUROPEAN: Tariff = {
  name: "Day and night",
  currency: "EUR",
  decimals: 2,
  rounding: "halfUp",
  energy: {
    kind: "timeOfUse",
    bands: [
      {
        name: "Night",
        price: of("0.1124"),
        windows: [
          { days: EVERY_DAY, from: "00:00", to: "08:00" },
          { days: EVERY_DAY, from: "22:00", to: "24:00" },
        ],
      },
      {
        name: "Day",
        price: of("0.1983"),
        windows: [{ days: EVERY_DAY, from: "08:00", to: "22:00" }],
      },
    ],
  },
  fixed: { name: "Standing charge", price: of("0.3142"), per: "day" },
  taxes: { kind: "onTop", stages: [[{ name: "VAT", bands: [{ rate: of("0.23") }] }]] },
  fedIn: { kind: "price", name: "Energy fed in", price: of("0.06") },
  late: {
    feeName: "Late fee",
    fee: 0,
    interestName: "Interest",
    interestPerMonth: of("0.005"),
  },
  holidays: [],
};

export const PRESETS = {
  flat: FLAT,
  brazilConventional: CONVENTIONAL,
  brazilWhite: WHITE,
  europeDayNight: EUROPEAN,
} as const satisfies Record<string, Tariff>;
export type Preset = keyof typeof PRESETS;

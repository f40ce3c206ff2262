/**
 * Numbers and days as people write them. Amounts stay integers up to the digits that are shown: what
 * `Intl` is given is a decimal text, never a float.
 */
import { formatLocaleOf } from "./language.ts";

/** `value` ÷ 10^`digits`: 136636 with 5 digits is 1.36636. */
export interface Decimal {
  value: number | bigint;
  digits: number;
}

export type TimeUnit = "second" | "minute" | "hour" | "day";

type DecimalText = Intl.StringNumericLiteral;

export interface Formats {
  /** What stands before an amount, as `R$`. */
  currency: string;
  /** With the currency, from its minor units. */
  money(minor: number | bigint): string;
  /** Without the currency. */
  amount(minor: number | bigint): string;
  /** With the currency and as many digits as there are; for prices. */
  moneyOf(decimal: Decimal): string;
  /** As bills write prices: five places, rounded. */
  price(decimal: Decimal): string;
  /** As they write rates: five places, more where it has more. */
  rate(decimal: Decimal): string;
  /** With no more digits than needed. */
  shortDecimal(decimal: Decimal): string;
  /** From a fraction of one: 0.24 is 24%. */
  percent(fraction: Decimal): string;
  /** In kWh, from milliwatt-hours. */
  energy(milliwattHours: number | bigint, places?: number): string;
  kilowattHours(milliwattHours: number | bigint, places?: number): string;
  /** `2026-11-24` as 24 de novembro de 2026. */
  day(day: string): string;
  /** As 24 nov. */
  shortDay(day: string): string;
  /** As 24 nov 2026. */
  shortDayOfYear(day: string): string;
  /** `2026-11` as novembro de 2026. */
  month(month: string): string;
  monthName(month: string): string;
  /** `2026-11-24` as terça, 24 de novembro. */
  dayOfWeek(day: string): string;
  /** `14:05` as clocks of the region show it. */
  time(time: string): string;
  /** As 2 horas. */
  lasting(count: number, unit: TimeUnit): string;
  /** As nov; in January, and where told so, with the year: jan 26. */
  shortMonth(month: string, withYear?: boolean): string;
  list(texts: string[]): string;
}

const ENERGY_DIGITS = 6;
const PRICE_PLACES = 5;
const NO_BREAK = "\u00a0";

/** 47305 with 2 digits is "473.05". */
export function decimalText({ value, digits }: Decimal): DecimalText {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new RangeError(`not an integer that is exact: ${value}`);
  }
  const sign = value < 0 ? "-" : "";
  const all = String(value).replace("-", "").padStart(digits + 1, "0");
  const whole = all.slice(0, all.length - digits);
  return `${sign}${digits === 0 ? whole : `${whole}.${all.slice(-digits)}`}` as DecimalText;
}

export function formatsOf(language: string, currency: string): Formats {
  const locale = formatLocaleOf(language);
  const inCurrency = new Intl.NumberFormat(locale, { style: "currency", currency });
  const minorDigits = inCurrency.resolvedOptions().maximumFractionDigits ?? 2;
  const symbol = inCurrency.formatToParts(0).find(({ type }) => type === "currency")?.value ??
    currency;
  const number = (decimal: Decimal, least: number, most: number): string =>
    new Intl.NumberFormat(locale, { minimumFractionDigits: least, maximumFractionDigits: most })
      .format(decimalText(decimal)).replace("-", "−");
  const withSymbol = (text: string): string =>
    text.startsWith("−") ? `−${symbol}${NO_BREAK}${text.slice(1)}` : `${symbol}${NO_BREAK}${text}`;
  const amount = (minor: number | bigint): string =>
    number({ value: minor, digits: minorDigits }, minorDigits, minorDigits);
  const kilowattHours = (milliwattHours: number | bigint, places = 0): string =>
    number({ value: milliwattHours, digits: ENERGY_DIGITS }, places, places);
  return {
    currency: symbol,
    money: (minor) => withSymbol(amount(minor)),
    amount,
    moneyOf: (decimal) => withSymbol(number(decimal, minorDigits, decimal.digits)),
    price: (decimal) => number(decimal, PRICE_PLACES, PRICE_PLACES),
    rate: (decimal) => number(decimal, PRICE_PLACES, Math.max(PRICE_PLACES, decimal.digits)),
    shortDecimal: (decimal) => number(decimal, 0, decimal.digits),
    percent: ({ value, digits }) =>
      `${number({ value: BigInt(value) * 100n, digits }, 0, digits)}%`,
    energy: (milliwattHours, places) => `${kilowattHours(milliwattHours, places)}${NO_BREAK}kWh`,
    kilowattHours,
    list: (texts) => new Intl.ListFormat(locale, { type: "conjunction" }).format(texts),
    ...timesIn(locale),
  };
}

type Times = Pick<
  Formats,
  | "day"
  | "shortDay"
  | "shortDayOfYear"
  | "dayOfWeek"
  | "month"
  | "monthName"
  | "shortMonth"
  | "time"
  | "lasting"
>;

function timesIn(locale: string): Times {
  const write = (day: string, options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" })
      .format(Temporal.PlainDate.from(day).toZonedDateTime("UTC").epochMilliseconds);
  const firstOf = (month: string): string => `${month}-01`;
  const shortMonthOf = (day: string): string => write(day, { month: "short" }).slice(0, 3);
  const shortDay = (day: string): string =>
    `${Number(day.slice(8))}${NO_BREAK}${shortMonthOf(day)}`;
  return {
    day: (day) => write(day, { day: "numeric", month: "long", year: "numeric" }),
    shortDay,
    // Nobody says the second half of terça-feira.
    dayOfWeek: (day) =>
      write(day, { weekday: "long", day: "numeric", month: "long" }).replace("-feira", ""),
    shortDayOfYear: (day) => `${shortDay(day)}${NO_BREAK}${day.slice(0, 4)}`,
    month: (month) => write(firstOf(month), { month: "long", year: "numeric" }),
    monthName: (month) => write(firstOf(month), { month: "long" }),
    shortMonth: (month, withYear) => {
      const name = shortMonthOf(firstOf(month));
      return withYear ? `${name}${NO_BREAK}${month.slice(2, 4)}` : name;
    },
    time: (time) => Temporal.PlainTime.from(time).toLocaleString(locale, { timeStyle: "short" }),
    lasting: (count, unit) =>
      new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(count),
  };
}

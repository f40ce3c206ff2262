/**
 * Money without a float: amounts, prices and rates are whole numbers, and what is worked out of them
 * is a fraction of whole numbers of any size until its one rounding.
 */

/** Hundredths of a real, thousandths of a dinar: the smallest unit of the currency. */
export type Minor = number;

/** Hundred-millionths: of the currency's major unit in prices, of one in rates. */
export type Scaled = number;

export const SCALE_DIGITS = 8;
export const ONE = 100_000_000;

export const MILLIWATT_HOURS_A_KWH = 1_000_000;

/** The bottom is above zero. */
export interface Fraction {
  top: bigint;
  bottom: bigint;
}

/** Halves go away from zero, or to the even neighbour; a credit rounds like the charge it undoes. */
export const ROUNDINGS = ["halfUp", "halfEven"] as const;
export type Rounding = typeof ROUNDINGS[number];

export const ratio = (top: number, bottom: number): Fraction => ({
  top: BigInt(top),
  bottom: BigInt(bottom),
});

export const whole = (value: number): Fraction => ratio(value, 1);

export const scaled = (value: Scaled): Fraction => ratio(value, ONE);

export const NOTHING = whole(0);

export const times = (...factors: Fraction[]): Fraction =>
  factors.reduce((a, b) => ({ top: a.top * b.top, bottom: a.bottom * b.bottom }), whole(1));

export const plus = (a: Fraction, b: Fraction): Fraction => ({
  top: a.top * b.bottom + b.top * a.bottom,
  bottom: a.bottom * b.bottom,
});

/** One over it, of what is above zero. */
export const inverse = ({ top, bottom }: Fraction): Fraction => ({ top: bottom, bottom: top });

export const isLess = (a: Fraction, b: Fraction): boolean => a.top * b.bottom < b.top * a.bottom;

export function rounded({ top, bottom }: Fraction, rounding: Rounding): number {
  const size = top < 0n ? -top : top;
  const below = size / bottom;
  const twiceTheRest = 2n * (size % bottom);
  const isUp = twiceTheRest > bottom ||
    twiceTheRest === bottom && (rounding === "halfUp" || below % 2n === 1n);
  const result = Number(isUp ? below + 1n : below);
  if (!Number.isSafeInteger(result)) throw new RangeError("an amount beyond all bounds");
  return top < 0n && result !== 0 ? -result : result;
}

/** How many whole ones of `part` of `whole` are in `total`: the way in which whole numbers are shared. */
export const shareOf = (total: number, part: number, whole: number): number =>
  Number(BigInt(total) * BigInt(part) / BigInt(whole));

/** As so many minor units of a currency with so many decimals. */
export const inMinorUnits = (amount: Fraction, decimals: number): Fraction =>
  times(amount, whole(10 ** decimals));

const DECIMALS = new Map<string, number>();

/** Those of a currency's amounts. To ask for them takes long, and there are few currencies. */
export function decimalsOf(currency: string): number {
  const known = DECIMALS.get(currency);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat("en", { style: "currency", currency });
  const decimals = format.resolvedOptions().maximumFractionDigits!;
  DECIMALS.set(currency, decimals);
  return decimals;
}

export const kilowattHours = (milliwattHours: number): Fraction =>
  ratio(milliwattHours, MILLIWATT_HOURS_A_KWH);

const DECIMAL = /^(-?)(\d{1,7})(?:\.(\d{1,8}))?$/;

/** A decimal number as people write it, like `0.94793`, scaled; undefined if it is none. */
export function parseScaled(text: string): Scaled | undefined {
  const [, sign, units, part = ""] = DECIMAL.exec(text) ?? [];
  if (units === undefined) return undefined;
  const size = Number(units + part.padEnd(SCALE_DIGITS, "0"));
  return sign && size !== 0 ? -size : size;
}

/** What `parseScaled()` reads, with no more decimals than needed but at least so many. */
export function scaledText(value: Scaled, leastDecimals = 0): string {
  const digits = `${Math.abs(value)}`.padStart(SCALE_DIGITS + 1, "0");
  const part = digits.slice(-SCALE_DIGITS).replace(/0+$/, "").padEnd(leastDecimals, "0");
  const text = digits.slice(0, -SCALE_DIGITS) + (part && `.${part}`);
  return value < 0 ? `-${text}` : text;
}

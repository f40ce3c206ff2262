/** What a tariff says, for people: prices with and without taxes, hours, and all else in words. */
import { ONE, parseScaled, rounded, scaled, scaledText, times, whole } from "../domain/money.ts";
import { appliedTaxes, withTaxes } from "../domain/taxes.ts";
import { money, percent, price, priceWithTaxes } from "./money.ts";
import { type Column, details, table } from "./table.ts";
import type { Terms } from "./tariff-versions.ts";
import type { Terminal } from "./world.ts";

interface Priced {
  name: string;
  price: string;
  /** What it is the price of. */
  per: string;
}

type Windows = Extract<Terms["energy"], { kind: "timeOfUse" }>["bands"][number]["windows"];
type Hours = Windows[number] & { name: string };
type Municipal = NonNullable<Terms["municipal"]>;

export function termsText(terms: Terms, terminal: Terminal): string {
  return [
    table(priceColumns(terms), pricesOf(terms), terminal),
    ...terms.energy.kind === "timeOfUse" ? [table(HOURS, hoursOf(terms.energy), terminal)] : [],
    ...terms.surcharge ? [flagsText(terms, terminal)] : [],
    details(otherTerms(terms)),
  ].join("\n\n");
}

/** In a word or two, for a list. */
export function energyText({ energy, currency }: Terms): string {
  switch (energy.kind) {
    case "flat":
      return `${price(energy.price, currency)}/kWh`;
    case "tiers":
      return `${energy.tiers.length} tiers`;
    case "timeOfUse":
      return `${energy.bands.length} prices by the hour`;
  }
}

function pricesOf({ energy, fixed }: Terms): Priced[] {
  const perKwh = ({ name, price }: { name: string; price: string }): Priced => ({
    name,
    price,
    per: "kWh",
  });
  const charges = energy.kind === "flat"
    ? [perKwh(energy)]
    : energy.kind === "timeOfUse"
    ? energy.bands.map(perKwh)
    : energy.tiers.map((tier) =>
      perKwh({ ...tier, name: `${tier.name} ${upTo(tier, energy.tiers)}` })
    );
  return fixed ? [...charges, { ...fixed, per: fixed.per }] : charges;
}

/** Which taxes there are depends on how much a month uses, so each band has a column. */
function priceColumns({ taxes, currency, rounding }: Terms): Column<Priced>[] {
  const rates = {
    kind: taxes.kind,
    stages: taxes.stages.map((stage) =>
      stage.map(({ name, bands }) => ({
        name,
        bands: bands.map(({ upToKwh, rate }) => ({ upToKwh, rate: scaledOf(rate) })),
      }))
    ),
  };
  const column = (title: string, isWithin: (kwh: number) => boolean): Column<Priced> => {
    const factor = withTaxes(appliedTaxes(rates, isWithin));
    const taxed = (text: string) =>
      scaledText(rounded(times(scaled(scaledOf(text)), factor, whole(ONE)), rounding));
    return { title, of: ({ price }) => priceWithTaxes(taxed(price), currency), ...NUMBER };
  };
  const limits = [
    ...new Set(
      rates.stages.flat().flatMap(({ bands }) => bands.flatMap(({ upToKwh }) => upToKwh ?? [])),
    ),
  ].sort((a, b) => a - b);
  const last = limits.length === 0 ? "taxed" : "above";
  return [
    { title: "price", of: ({ name }) => name },
    { title: "untaxed", of: (one) => price(one.price, currency), ...NUMBER },
    ...limits.map((limit, i) =>
      column(`${i === 0 ? "taxed " : ""}to ${limit} kWh`, (kwh) => limit <= kwh)
    ),
    ...rates.stages.length === 0 ? [] : [column(last, () => false)],
    { title: "per", of: ({ per }) => per, whole: true },
  ];
}

const NUMBER = { align: "right" } as const;

const scaledOf = (text: string): number => parseScaled(text) ?? 0;

const HOURS: Column<Hours>[] = [
  { title: "hours", of: ({ name }) => name },
  { title: "days", of: daysText },
  { title: "from", of: ({ from }) => from, whole: true },
  { title: "to", of: ({ to }) => to, whole: true },
  { title: "season", of: ({ season }) => season ? `${season.from} to ${season.to}` : "all year" },
];

const hoursOf = ({ bands }: Extract<Terms["energy"], { kind: "timeOfUse" }>): Hours[] =>
  bands.flatMap(({ name, windows }) => windows.map((window) => ({ name, ...window })));

const ALL_DAYS = 8;

function daysText({ days }: Pick<Hours, "days">): string {
  if (days.length === ALL_DAYS) return "every day";
  return days.join(" ").replace("mon tue wed thu fri", "mon–fri");
}

/** Of a flag the months before the latest dozen are of the past. */
const FLAGS = 12;

function flagsText({ surcharge, currency }: Terms, terminal: Terminal): string {
  const months = Object.entries(surcharge!.months).sort(([a], [b]) => a < b ? -1 : 1);
  return table(
    [
      { title: "month", of: ([month]) => month, whole: true },
      { title: "on top", of: ([, { name }]) => name },
      { title: "untaxed per kWh", of: ([, one]) => price(one.price, currency), ...NUMBER },
    ],
    months.slice(-FLAGS),
    terminal,
  );
}

function otherTerms({ taxes, minimum, municipal, fedIn, late, holidays, currency }: Terms) {
  const where = taxes.kind === "inside" ? "inside the price" : "on top";
  return {
    ...Object.fromEntries(
      taxes.stages.flat().map(({ name, bands }) => [
        name,
        `${bandsText(bands, ({ rate }) => percent(rate))}, ${where}`,
      ]),
    ),
    ...minimum && { [minimum.name]: minimumText(minimum) },
    ...municipal && { [municipal.name]: municipalText(municipal, currency) },
    ...fedIn && {
      [fedIn.name]: fedIn.kind === "credit"
        ? "makes up for energy drawn"
        : `${price(fedIn.price, currency)}/kWh`,
    },
    "paid late": late
      ? `${percent(late.fee)} once, ${percent(late.interestPerMonth)} a month`
      : "nothing",
    holidays: holidays.join(", ") || "none",
  };
}

const minimumText = ({ kwh }: NonNullable<Terms["minimum"]>): string =>
  `${kwh.singlePhase} kWh; with two phases ${kwh.twoPhase}, with three ${kwh.threePhase}`;

const municipalText = ({ base, bands }: Municipal, currency: string): string =>
  bandsText(bands, ({ rate, fixed, perKwh, cap }) => {
    const parts = [
      ...rate ? [`${percent(rate)} of ${price(base ?? "0", currency)}`] : [],
      ...fixed ? [price(fixed, currency)] : [],
      ...perKwh ? [`${price(perKwh, currency)}/kWh`] : [],
    ].join(" and ") || money({ amount: 0, currency });
    return cap ? `${parts} (${price(cap, currency)} at most)` : parts;
  });

const upTo = <Band extends { upToKwh?: number }>({ upToKwh }: Band, bands: Band[]): string =>
  upToKwh === undefined ? (bands.length > 1 ? "above" : "") : `up to ${upToKwh} kWh`;

const bandsText = <Band extends { upToKwh?: number }>(
  bands: Band[],
  words: (band: Band) => string,
): string => bands.map((band) => `${words(band)} ${upTo(band, bands)}`.trim()).join(", ");

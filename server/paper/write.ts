/** Puts what is known of a bill into words: the paper in one language. */
import { formatsOf } from "../domain/format.ts";
import type { Language } from "../domain/language.ts";
import { formatTaxId } from "../domain/tax-id.ts";
import type { PaperFacts, PartyFacts } from "./facts.ts";
import type { Paper, Party } from "./paper.ts";
import { flagOf, monthsOf, stripOf } from "./write-charts.ts";
import { noticesOf } from "./write-sentences.ts";
import { linesOf, readingsOf, taxesOf } from "./write-tables.ts";
import { workingOf } from "./write-working.ts";
import { given, placesFor, type Writing } from "./writing.ts";
import { type Says, saysIn, type WordKey } from "./words.ts";

const NO_BREAK = "\u00a0";

export function paperOf(facts: PaperFacts, language: Language): Paper {
  const says = saysIn(language);
  const formats = formatsOf(language, facts.currency);
  const writing = { facts, says, formats };
  return {
    language,
    title: says("titleBill", { month: formats.month(facts.month) }),
    day: facts.issued,
    state: { kind: facts.state.kind, text: stateOf(writing) },
    issuer: issuerOf(writing),
    invoice: invoiceOf(writing),
    total: {
      title: says(totalTitle(facts)),
      currency: formats.currency,
      amount: formats.amount(isToPay(facts) ? facts.total : Math.abs(facts.total)),
    },
    dates: datesOf(writing),
    ...pixOf(writing),
    customer: {
      title: says("customer"),
      name: facts.customer.name,
      facts: partyFacts(facts.customer, says),
    },
    point: pointOf(writing),
    consumption: consumptionOf(writing),
    readings: readingsOf(writing),
    lines: linesOf(writing),
    ...taxesOf(writing),
    ...flagOf(writing),
    ...monthsOf(writing),
    ...stripOf(writing),
    working: { title: says("working"), sentences: workingOf(writing) },
    notices: noticesOf(writing),
    ...(facts.hash === undefined ? {} : { hash: says("hash", { hash: facts.hash }) }),
  };
}

function issuerOf(
  { facts: { issuer: { name, address, ...rest } }, says }: Writing,
): Paper["issuer"] {
  return { name, facts: given(partyFacts({ name, ...rest }, says).join(" · "), address) };
}

type StateKind = PaperFacts["state"]["kind"];

const TOTALS: Record<StateKind, WordKey> = {
  issued: "totalToPay",
  overdue: "totalToPay",
  paid: "totalPaid",
  credited: "totalCredited",
};

/** What comes to nothing or less counts as paid, but nobody paid it. */
const isToPay = ({ total, state }: PaperFacts): boolean => total > 0 || state.kind === "credited";

function totalTitle(facts: PaperFacts): WordKey {
  if (isToPay(facts)) return TOTALS[facts.state.kind];
  return facts.total < 0 ? "totalInFavour" : "total";
}

function stateOf({ facts, says, formats }: Writing): string {
  const { state, total } = facts;
  if (!isToPay(facts)) return says(total < 0 ? "stateInFavour" : "stateNothing");
  switch (state.kind) {
    case "issued":
      return says("stateIssued");
    case "overdue":
      return says("stateOverdue");
    case "paid":
      return says("statePaid", { date: formats.day(state.on) });
    case "credited":
      return says("stateCredited", { date: formats.day(state.on) });
  }
}

function invoiceOf({ facts: { number, issued }, says, formats }: Writing): Paper["invoice"] {
  return {
    name: says("invoice", { number }),
    facts: [says("issuedOn", { date: formats.day(issued) })],
  };
}

/** By how many days one has, where that is few. */
const PERIODS: WordKey[] = ["periodOfPart", "periodOfOne"];

function datesOf({ facts, says, formats }: Writing): Paper["dates"] {
  const { due, month, period } = facts;
  const from = formats.shortDay(period.from);
  const to = formats.shortDay(period.to);
  const days = period.days;
  return [
    ...(isToPay(facts) ? [{ title: says("dueDate"), text: formats.day(due) }] : []),
    { title: says("reference"), text: formats.month(month) },
    { title: says("period"), text: says(PERIODS[days] ?? "periodOf", { from, to, days }) },
  ];
}

/** Nothing that is paid or credited has a code that one could pay with. */
function pixOf({ facts: { pix, state, total }, says, formats }: Writing): Pick<Paper, "pix"> {
  if (pix === undefined || (state.kind !== "issued" && state.kind !== "overdue")) return {};
  const qrTitle = says("pixQr", { amount: formats.money(total) });
  return { pix: { title: "Pix", use: says("pixUse"), code: pix, qrTitle } };
}

const partyFacts = ({ taxId, address, phone }: PartyFacts, says: Says): string[] =>
  given(
    taxId && shownTaxId(taxId),
    address,
    phone && says("phone", { phone }).replaceAll(" ", NO_BREAK),
  );

/** A person's number is half covered: bills lie about in the open. */
export function shownTaxId(taxId: string): string {
  if (/^\d{11}$/.test(taxId)) return `CPF ***.${formatTaxId(taxId).slice(4, 11)}-**`;
  return taxId.length === 14 ? `CNPJ ${formatTaxId(taxId)}` : taxId;
}

const pointOf = ({ facts: { point }, says }: Writing): Party => ({
  title: says("point"),
  name: point.code ?? point.label,
  facts: given(point.code && point.label, point.tariff, point.address),
});

function consumptionOf({ facts, says, formats }: Writing): Party {
  const { consumption, period: { days }, nextReading } = facts;
  const perDay = days > 0 && says("perDay", { energy: formats.energy(perDayOf(facts), 1) });
  const next = nextReading && says("nextReading", { date: formats.shortDayOfYear(nextReading) });
  return {
    title: says("consumption"),
    name: formats.energy(consumption, placesFor([consumption])),
    facts: given(perDay || undefined, next),
  };
}

const perDayOf = ({ consumption, period: { days } }: PaperFacts): bigint =>
  BigInt(consumption) / BigInt(days);

/**
 * What a bank's file says was paid, checked as a whole before anything is recorded. A payment is for
 * the invoice whose number it names, by itself, as the Pix code's txid or inside the whole code.
 */
import { isDate } from "./calendar.ts";
import { MOST_PAID } from "./invoice-state.ts";
import { parsePix, txidOf } from "./pix.ts";

export const PAYMENT_COLUMNS = ["date", "amount", "invoice", "txid", "pix", "reference"] as const;
export type PaymentColumn = typeof PAYMENT_COLUMNS[number];

export interface PaymentRow {
  line: number;
  cells: Record<PaymentColumn, string>;
}

export interface PaymentError {
  line: number;
  column: PaymentColumn;
  message: string;
}

/** As it is written; how many digits a currency has behind the point, its invoice tells. */
export interface AmountRead {
  whole: string;
  decimals: string;
  /** If it is said. */
  currency?: "BRL";
}

export interface PlannedPayment {
  line: number;
  /** As `2026-11-24`. */
  date: string;
  amount: AmountRead;
  /** What `txidOf` makes of the invoice's number. */
  txid: string;
  /** The bank's own, by which the payment is known again. */
  reference?: string;
}

export type PaymentPlanning =
  | { ok: true; payments: PlannedPayment[] }
  | { ok: false; errors: PaymentError[]; errorCount: number };

const MAX_ERRORS_SHOWN = 100;
const MAX_REFERENCE = 100;
const MAX_TXID = 25;
const MAX_DIGITS = 15;
const TXID = /^[A-Za-z0-9]{1,25}$/;

/** No day after `today`, as `2026-11-25`, can have seen a payment. */
export function planPayments(rows: PaymentRow[], today: string): PaymentPlanning {
  const read = rows.map((row) => paymentIn(row, today));
  const payments = read.flatMap(({ payment }) => payment ? [payment] : []);
  const errors = [...read.flatMap(({ errors }) => errors), ...repetitions(payments)];
  if (errors.length === 0) return { ok: true, payments };
  return {
    ok: false,
    errors: errors.sort((a, b) => a.line - b.line).slice(0, MAX_ERRORS_SHOWN),
    errorCount: errors.length,
  };
}

interface Wrong {
  column: PaymentColumn;
  message: string;
}

type Read<Value> = { value: Value } | Wrong;

const isWrong = (read: Read<unknown>): read is Wrong => "message" in read;

function paymentIn(
  { line, cells }: PaymentRow,
  today: string,
): { payment?: PlannedPayment; errors: PaymentError[] } {
  const date = dayIn(cells.date.trim(), today);
  const amount = amountIn(cells.amount.trim());
  const txid = txidIn(cells);
  const reference = referenceIn(cells.reference.trim());
  const errors = [date, amount, txid, reference].filter(isWrong)
    .map(({ column, message }) => ({ line, column, message }));
  if (isWrong(date) || isWrong(amount) || isWrong(txid) || isWrong(reference)) return { errors };
  const payment = { line, date: date.value, amount: amount.value, txid: txid.value };
  return {
    payment: reference.value === "" ? payment : { ...payment, reference: reference.value },
    errors,
  };
}

function dayIn(text: string, today: string): Read<string> {
  const wrong = (message: string): Read<string> => ({ column: "date", message });
  if (text === "") return wrong("is missing");
  const [, day, month, year] = text.match(/^(\d\d)\/(\d\d)\/(\d{4})$/) ?? [];
  const date = day === undefined ? text : `${year}-${month}-${day}`;
  if (!isDate(date)) return wrong("must be a day, like 24/11/2026 or 2026-11-24");
  return date > today ? wrong("must not be after today") : { value: date };
}

/** With a comma or a point before the decimals, and thousands grouped by the other one or not. */
const AMOUNT =
  /^(R\$\s*)?(\d+|\d{1,3}(?:\.\d{3})+(?=,)|\d{1,3}(?:,\d{3})+(?=\.))(?:[.,](\d{2,4}))?$/;

function amountIn(text: string): Read<AmountRead> {
  const wrong = (message: string): Read<AmountRead> => ({ column: "amount", message });
  if (text === "") return wrong("is missing");
  const [, sign, grouped, decimals = ""] = text.match(AMOUNT) ?? [];
  if (grouped === undefined) return wrong("must be an amount above zero, like 473,05");
  const whole = grouped.replace(/[.,]/g, "");
  if (/^0+$/.test(whole + decimals)) return wrong("must be above zero");
  return { value: { whole, decimals, ...(sign && { currency: "BRL" }) } };
}

/** In the smallest unit of an invoice's currency, or what is wrong with it. */
export function amountOf(
  { whole, decimals, currency }: AmountRead,
  invoice: { currency: string; decimals: number },
): number | string {
  if (currency && currency !== invoice.currency) return `must be in ${invoice.currency}`;
  if (decimals.length > invoice.decimals) {
    return `must have up to ${invoice.decimals} decimals, as ${invoice.currency} has`;
  }
  const digits = whole + decimals.padEnd(invoice.decimals, "0");
  const amount = digits.length > MAX_DIGITS ? Infinity : Number(digits);
  return amount > MOST_PAID ? `must be up to ${MOST_PAID} of the smallest unit` : amount;
}

/** What the row says the payment is for, which must be one thing however often it is said. */
function txidIn(cells: PaymentRow["cells"]): Read<string> {
  const said = [invoiceIn(cells.invoice.trim()), givenTxid(cells.txid.trim()), pixIn(cells.pix)]
    .filter((read) => read !== undefined);
  const wrong = said.find(isWrong);
  if (wrong) return wrong;
  const txids = said.flatMap((read) => isWrong(read) ? [] : [read.value]);
  if (txids.length === 0) {
    return {
      column: "invoice",
      message: "is missing: give the invoice's number, txid or pix code",
    };
  }
  const other = txids.find((txid) => txid !== txids[0]);
  if (other === undefined) return { value: txids[0] };
  return { column: "invoice", message: `says ${txids[0]} where another column says ${other}` };
}

function invoiceIn(number: string): Read<string> | undefined {
  if (number === "") return undefined;
  const txid = txidOf(number);
  if (txid === "") return { column: "invoice", message: "must be an invoice's number" };
  return { value: txid };
}

function givenTxid(txid: string): Read<string> | undefined {
  if (txid === "") return undefined;
  if (TXID.test(txid)) return { value: txid };
  return { column: "txid", message: `must have up to ${MAX_TXID} letters and digits` };
}

function pixIn(code: string): Read<string> | undefined {
  if (code.trim() === "") return undefined;
  const parsed = parsePix(code);
  if (!parsed.ok) return { column: "pix", message: parsed.fault };
  const { txid } = parsed.pix;
  return txid === undefined
    ? { column: "pix", message: "has no invoice's number in it" }
    : { value: txid };
}

const referenceIn = (reference: string): Read<string> =>
  reference.length > MAX_REFERENCE
    ? { column: "reference", message: `must have up to ${MAX_REFERENCE} characters` }
    : { value: reference };

/** The same payment twice is a file's fault; two of one invoice, told apart, are a customer's. */
function repetitions(payments: PlannedPayment[]): PaymentError[] {
  const lines = new Map<string, number>();
  return payments.flatMap(({ line, date, amount, txid, reference }) => {
    const key = reference ?? `${date} ${amount.whole}.${amount.decimals} ${txid}`;
    const first = lines.get(key);
    lines.set(key, first ?? line);
    if (first === undefined) return [];
    const message = reference === undefined
      ? `is missing, as line ${first} has the same payment`
      : `is on line ${first}, too`;
    return [{ line, column: "reference" as const, message }];
  });
}

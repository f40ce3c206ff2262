/**
 * The static Pix code of a bill: what a bank's app reads from the QR code, or a customer pastes.
 * A BR Code is EMV's list of fields: two digits of id, two of length, the value; a checksum ends it.
 */
import { asciiOf, crc16, emvField, emvFields } from "./emv.ts";
import { parsePixKey } from "./pix-key.ts";

/** As `checkReceiver` made it. */
export interface PixReceiver {
  key: string;
  name: string;
  city: string;
}

export interface PixCharge {
  /** Centavos; without it the payer types the amount. */
  amount?: number;
  /** The invoice's number, or whatever else the payment is to be known by. */
  number?: string;
  /** Shown to the payer, as far as the code has room for it. */
  text?: string;
}

export interface Pix extends PixReceiver {
  amount?: number;
  txid?: string;
  text?: string;
}

export type PixParsing = { ok: true; pix: Pix } | { ok: false; fault: string };
export type PixReceiverField = keyof PixReceiver;
export type ReceiverCheck =
  | { ok: true; receiver: PixReceiver }
  | { ok: false; errors: { path: PixReceiverField; message: string }[] };

const GUI = "br.gov.bcb.pix";
const MAX_NAME = 25;
const MAX_CITY = 15;
const MAX_TXID = 25;
const MAX_ACCOUNT = 99;
const MAX_CODE = 512;
/** Of the thirteen places that the amount has, two are centavos and one is the point. */
export const MAX_PIX_AMOUNT = 999_999_999_999;
const NO_TXID = "***";
const REAL = "986";

/** What a clerk typed, folded and cut to what the code can hold. */
export function checkReceiver(typed: PixReceiver): ReceiverCheck {
  const key = parsePixKey(typed.key);
  const name = cut(asciiOf(typed.name), MAX_NAME);
  const city = cut(asciiOf(typed.city), MAX_CITY);
  const errors: { path: PixReceiverField; message: string }[] = [];
  if (!key.ok) errors.push({ path: "key", message: key.fault });
  if (name === "") errors.push({ path: "name", message: "must have at least one letter" });
  if (city === "") errors.push({ path: "city", message: "must have at least one letter" });
  if (!key.ok || errors.length > 0) return { ok: false, errors };
  return { ok: true, receiver: { key: key.key, name, city } };
}

const cut = (text: string, length: number): string => text.slice(0, length).trimEnd();

/** Only letters and digits, as banks give it back; of a long number the end, which tells it apart. */
export const txidOf = (number: string): string =>
  number.replace(/[^A-Za-z0-9]/g, "").slice(-MAX_TXID);

export function pixCode(receiver: PixReceiver, charge: PixCharge = {}): string {
  const body = [
    emvField("00", "01"),
    emvField("26", accountOf(receiver.key, charge.text ?? "")),
    emvField("52", "0000"),
    emvField("53", REAL),
    charge.amount === undefined ? "" : emvField("54", decimalOf(charge.amount)),
    emvField("58", "BR"),
    emvField("59", cut(asciiOf(receiver.name), MAX_NAME)),
    emvField("60", cut(asciiOf(receiver.city), MAX_CITY)),
    emvField("62", emvField("05", txidOf(charge.number ?? "") || NO_TXID)),
    "6304",
  ].join("");
  return body + crc16(body);
}

function accountOf(key: string, text: string): string {
  const account = emvField("00", GUI) + emvField("01", key);
  const room = MAX_ACCOUNT - account.length - "02LL".length;
  const shown = cut(asciiOf(text), Math.max(room, 0));
  return shown === "" ? account : account + emvField("02", shown);
}

function decimalOf(amount: number): string {
  if (!Number.isInteger(amount) || amount <= 0 || amount > MAX_PIX_AMOUNT) {
    throw new RangeError(`no amount for Pix: ${amount}`);
  }
  const digits = String(amount).padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

const refused = (fault: string): PixParsing => ({ ok: false, fault });

export function parsePix(text: string): PixParsing {
  const code = text.trim();
  if (code.length > MAX_CODE) return refused("is longer than a Pix code can be");
  if (!code.startsWith("000201")) return refused("is not a Pix code, which begins with 000201");
  const [, body, checksum] = code.match(/^(.*6304)([0-9A-F]{4})$/s) ?? [];
  if (body === undefined) return refused("is cut off: a Pix code ends with 6304 and four more");
  if (crc16(body) !== checksum) return refused("has a wrong checksum: a character was changed");
  const fields = emvFields(code);
  return fields ? pixIn(fields) : refused("has a field that is longer than the code");
}

function pixIn(fields: Map<string, string>): PixParsing {
  const account = emvFields(fields.get("26") ?? "");
  if (account?.get("00")?.toLowerCase() !== GUI) return refused("has no Pix account in it");
  const key = account.get("01");
  if (key === undefined) return refused("has no Pix key in it: it is not a static code");
  if (fields.get("53") !== REAL) return refused("is not in reais");
  const amount = fields.get("54");
  if (amount !== undefined && !/^\d{1,10}(\.\d{1,2})?$/.test(amount)) {
    return refused("has an amount that is none");
  }
  const txid = emvFields(fields.get("62") ?? "")?.get("05");
  const shown = account.get("02");
  return {
    ok: true,
    pix: {
      key,
      name: fields.get("59") ?? "",
      city: fields.get("60") ?? "",
      ...(amount === undefined ? {} : { amount: minorOf(amount) }),
      ...(txid === undefined || txid === NO_TXID ? {} : { txid }),
      ...(shown === undefined ? {} : { text: shown }),
    },
  };
}

function minorOf(decimal: string): number {
  const [whole, fraction = ""] = decimal.split(".");
  return Number(whole + fraction.padEnd(2, "0"));
}

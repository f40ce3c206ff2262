/**
 * What an invoice is, once and for all: the bill and all that it was computed from, as one text with
 * one hash, packed into rows that a database can hold.
 */
import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Bill, billOf, type Snapshot } from "../domain/bill.ts";
import { canonicalText } from "../domain/canonical.ts";

export interface InvoiceDocument {
  snapshot: Snapshot;
  bill: Bill;
}

/** The database holds 64 KiB a value. */
const ROW_BYTES = 60_000;
/** In one atomic, with all else that an invoice writes. */
const MAX_ROWS = 8;

export const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

export const documentText = (document: InvoiceDocument): string => canonicalText(document);

/** The number is the last to be known of an invoice, and nothing else depends on it. */
export const numbered = ({ snapshot, bill }: InvoiceDocument, number: number): InvoiceDocument => ({
  snapshot: { ...snapshot, number },
  bill: { ...bill, number },
});

export function rowsOf(text: string): Uint8Array<ArrayBuffer>[] {
  const bytes = gzipSync(text);
  const count = Math.ceil(bytes.length / ROW_BYTES);
  if (count > MAX_ROWS) throw new RangeError("a bill is larger than the database can hold");
  return Array.from(
    { length: count },
    (_, i) => new Uint8Array(bytes.subarray(i * ROW_BYTES, (i + 1) * ROW_BYTES)),
  );
}

export async function textOf(rows: Uint8Array<ArrayBuffer>[]): Promise<string> {
  return new TextDecoder().decode(gunzipSync(await new Blob(rows).bytes()));
}

export interface Verification {
  /** Whether what is kept is what was issued. */
  unchanged: boolean;
  /** Whether computing it anew gives the same, byte for byte. */
  recomputed: boolean;
  hash: string;
}

export function verified(text: string, hash: string): Verification {
  const { snapshot } = JSON.parse(text) as InvoiceDocument;
  return {
    unchanged: hashOf(text) === hash,
    recomputed: hashOf(documentText({ snapshot, bill: billOf(snapshot) })) === hash,
    hash,
  };
}

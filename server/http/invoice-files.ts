/** Invoices to print, to read on a phone and to pay: the paper as PDF and as a page, the QR code. */
import { z } from "zod";
import type { Bill } from "../domain/bill.ts";
import { dateIn, invoiceState, paidOn } from "../domain/invoice-state.ts";
import { type Language, languageOf, LANGUAGES } from "../domain/language.ts";
import { failed } from "../errors.ts";
import type { PaperState } from "../paper/facts.ts";
import { paperHtml } from "../paper/html.ts";
import { PAPER_FILES, STYLE_PATH } from "../paper/files.ts";
import { qrSvg } from "../paper/qr.ts";
import { paperOf } from "../paper/write.ts";
import type { InvoiceRecord } from "../store/invoices.ts";
import { invoiceIn, pixOf } from "./invoices.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { paperFacts } from "./paper-facts.ts";
import type { HttpParts } from "./parts.ts";
import { FailureError } from "./problem.ts";

const inLanguage = z.strictObject({
  language: z.enum(LANGUAGES).optional().meta({ description: "That of the server, if not given" }),
});

const typeface = (path: string) =>
  operation(`GET ${path}` as "GET /paper/figtree-400.ttf", {
    summary: "A typeface of the invoices' pages",
    answer: { media: "font/ttf" },
  });

/** Before the route of an invoice by its bare id, which would take these for ids as well. */
export const invoiceFileOperations = {
  downloadInvoicePdf: operation("GET /api/v1/invoices/:id.pdf", {
    summary: "An invoice as a PDF, of one page if that can be read",
    query: inLanguage,
    answer: { media: "application/pdf" },
  }),
  showInvoice: operation("GET /api/v1/invoices/:id.html", {
    summary: "An invoice as a page",
    query: inLanguage,
    answer: { media: "text/html" },
  }),
  showPix: operation("GET /api/v1/invoices/:id/pix.svg", {
    summary: "The Pix code to pay an invoice, as a QR code",
    answer: { media: "image/svg+xml" },
    failures: ["conflict"],
  }),
  paperStyle: operation("GET /paper/style.css", {
    summary: "How the invoices' pages look",
    answer: { media: "text/css" },
  }),
  paperRegular: typeface("/paper/figtree-400.ttf"),
  paperStrong: operation("GET /paper/figtree-600.ttf", {
    summary: "The same typeface, stronger",
    answer: { media: "font/ttf" },
  }),
};

export function invoiceFileHandlers(
  parts: HttpParts,
): HandlersOf<typeof invoiceFileOperations> {
  return {
    downloadInvoicePdf: async ({ params, query }) => {
      const { invoice, bill } = await documentIn(parts, params.id);
      const pdf = await invoicePdf(parts, invoice, bill, query.language);
      const name = `${invoice.number}.pdf`;
      return new Response(pdf, {
        headers: {
          "content-type": "application/pdf",
          "content-disposition": `inline; filename="${name}"`,
        },
      });
    },
    showInvoice: async ({ params, query }) => {
      const { invoice, bill } = await documentIn(parts, params.id);
      const paper = paperIn(parts, invoice, bill, query.language);
      return new Response(paperHtml(paper), {
        headers: { "content-type": "text/html; charset=utf-8" },
      });
    },
    showPix: async ({ params }) => {
      const { invoice, bill } = await documentIn(parts, params.id);
      const code = pixOf(invoice, bill);
      if (code === undefined) {
        const detail = `Invoice ${invoice.number} has nothing that is to be paid by Pix.`;
        throw new FailureError(failed("conflict", detail));
      }
      return new Response(qrSvg(code, `Pix ${invoice.number}`), {
        headers: { "content-type": "image/svg+xml" },
      });
    },
    paperStyle: () => fileAt(STYLE_PATH),
    paperRegular: () => fileAt("/paper/figtree-400.ttf"),
    paperStrong: () => fileAt("/paper/figtree-600.ttf"),
  };
}

async function documentIn(parts: HttpParts, id: string) {
  const invoice = await invoiceIn(parts, id);
  const { bill } = await parts.invoices.document(invoice);
  return { invoice, bill };
}

async function fileAt(path: string): Promise<Response> {
  const { type, read } = PAPER_FILES[path];
  const headers = { "content-type": type, "cache-control": "public, max-age=86400" };
  return new Response(await read(), { headers });
}

export const invoicePdf = (
  parts: HttpParts,
  invoice: InvoiceRecord,
  bill: Bill,
  language?: Language,
): Promise<Uint8Array<ArrayBuffer>> => {
  const paper = paperIn(parts, invoice, bill, language);
  return parts.pdfs.pdf(
    `${invoice.hash} ${paper.state.text} ${paper.language} ${paper.pix?.code}`,
    paper,
  );
};

function paperIn(parts: HttpParts, invoice: InvoiceRecord, bill: Bill, language?: Language) {
  const today = dateIn(parts.now(), invoice.timeZone);
  const { number, hash } = invoice;
  const facts = paperFacts(bill, {
    state: paperState(invoice, today),
    number,
    hash,
    pix: pixOf(invoice, bill),
  });
  return paperOf(facts, language ?? languageOf(parts.locale));
}

function paperState(invoice: InvoiceRecord, today: string): PaperState {
  const { credited } = invoice;
  const state = invoiceState(invoice, today);
  if (state === "credited") return { kind: state, on: credited!.on, by: credited!.number };
  return state === "paid" ? { kind: state, on: paidOn(invoice)! } : { kind: state };
}

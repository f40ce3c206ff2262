/** The paper as a PDF, of one A4 page if it can be: texts to select, nothing that is a picture. */
import { typefaces } from "./files.ts";
import type { Paper } from "./paper.ts";
import { pagesOf } from "./pdf-pages.ts";
import { type Canvas, Pen } from "./pdf-pen.ts";

const A4 = { width: 595.28, height: 841.89 };
const MARGIN = { x: 37, y: 30 };
const ROOM = { width: A4.width - 2 * MARGIN.x, height: A4.height - 2 * MARGIN.y };

/** What is used of the library. Its published types bring in all of Node's. */
interface Library {
  default: new (options: unknown) => PdfDocument;
}

interface PdfDocument extends Canvas {
  registerFont(name: string, typeface: Uint8Array): PdfDocument;
  scale(factor: number): PdfDocument;
  addPage(): PdfDocument;
  on(event: "data", listener: (chunk: Uint8Array<ArrayBuffer>) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "end", listener: () => void): void;
  end(): void;
}

/** The same paper gives the same bytes. */
export async function paperPdf(paper: Paper): Promise<Uint8Array<ArrayBuffer>> {
  // Only who asks for a PDF waits for the library that writes it.
  const { default: PDFDocument }: Library = await import("pdfkit");
  const [regular, strong] = await Promise.all([typefaces.regular(), typefaces.strong()]);
  const document = new PDFDocument({
    size: "A4",
    margin: 0,
    lang: paper.language,
    displayTitle: true,
    pdfVersion: "1.7",
    info: {
      Title: `${paper.title} · ${paper.invoice.name}`,
      Author: paper.issuer.name,
      Creator: "Contaluz",
      Producer: "Contaluz",
      CreationDate: new Date(`${paper.day}T00:00:00Z`),
    },
  });
  document.registerFont("regular", regular).registerFont("strong", strong);
  const bytes = bytesOf(document);
  drawn(document, paper);
  document.end();
  return await bytes;
}

function drawn(document: PdfDocument, paper: Paper): void {
  for (const [i, { scale, content }] of pagesOf(new Pen(document), paper, ROOM).entries()) {
    if (i > 0) document.addPage();
    document.scale(scale);
    content.draw(MARGIN.x / scale, MARGIN.y / scale);
  }
}

function bytesOf(document: PdfDocument): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  document.on("data", (chunk: Uint8Array<ArrayBuffer>) => chunks.push(chunk));
  return new Promise((done, failed) => {
    document.on("error", failed);
    document.on("end", () => new Blob(chunks).bytes().then(done, failed));
  });
}

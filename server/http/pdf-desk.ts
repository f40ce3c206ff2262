/** Writes PDFs, a few at once, and keeps the latest: writing one takes a tenth of a second. */
import { failed } from "../errors.ts";
import type { Paper } from "../paper/paper.ts";
import { paperPdf } from "../paper/pdf.ts";
import { FailureError } from "./problem.ts";

type Pdf = Uint8Array<ArrayBuffer>;

const MOST_AT_ONCE = 2;
const MOST_WAITING = 50;
const MOST_KEPT = 50;

export class PdfDesk {
  /** In the order in which they were last asked for. */
  #kept = new Map<string, Promise<Pdf>>();
  #waiting: (() => void)[] = [];
  #writing = 0;

  constructor(readonly write: (paper: Paper) => Promise<Pdf> = paperPdf) {}

  /** The same key stands for the same paper. */
  pdf(key: string, paper: Paper): Promise<Pdf> {
    const pdf = this.#kept.get(key) ?? this.#inTurn(paper);
    this.#kept.delete(key);
    this.#kept.set(key, pdf);
    pdf.catch(() => this.#kept.delete(key));
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break;
      this.#kept.delete(oldest);
    }
    return pdf;
  }

  async #inTurn(paper: Paper): Promise<Pdf> {
    if (this.#waiting.length >= MOST_WAITING) throw new FailureError(BUSY);
    if (this.#writing >= MOST_AT_ONCE) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#writing++;
    try {
      return await this.write(paper);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#writing--;
    }
  }
}

const BUSY = failed("unavailable", "Too many PDFs are asked for at once. Try again later.");

/** Answers that are files, written piece by piece, as fast as they are taken and no faster. */
import type { ReportProblem } from "../errors.ts";

const MAX_WORD = 60;

/** A name for people: words and dates, joined by hyphens. */
export const fileName = (words: string[], ending: string): string =>
  words.map(joined).filter((word) => word !== "").join("-") + ending;

const joined = (text: string): string =>
  (text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).join("-").slice(0, MAX_WORD).toWellFormed();

export const fileHeaders = (name: string, type: string): Record<string, string> => ({
  "content-type": type,
  "content-disposition": `attachment; filename="${plain(name)}"; filename*=UTF-8''${
    encodeURIComponent(name)
  }`,
});

/** For those who do not read the other form. */
const plain = (name: string): string =>
  name.normalize("NFD").replace(/\p{M}/gu, "").replace(/[^\w.-]/g, "_");

/** A failure before the first piece is answered as one; a later one breaks the download off. */
export async function download(
  { report }: { report: ReportProblem },
  { name, type }: { name: string; type: string },
  content: AsyncIterable<Piece>,
): Promise<Response> {
  const pieces = content[Symbol.asyncIterator]();
  const first = await pieces.next();
  const body = ReadableStream.from(inBytes(first, pieces, name, report));
  return new Response(body, { headers: fileHeaders(name, type) });
}

type Piece = string | Uint8Array;

async function* inBytes(
  first: IteratorResult<Piece>,
  pieces: AsyncIterator<Piece>,
  name: string,
  report: ReportProblem,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  try {
    for (let next = first; !next.done; next = await pieces.next()) {
      yield typeof next.value === "string" ? encoder.encode(next.value) : next.value;
    }
  } catch (error) {
    report(`Cannot go on writing ${name}`, error);
    throw error;
  } finally {
    await pieces.return?.();
  }
}

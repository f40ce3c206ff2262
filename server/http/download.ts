/** Answers that are files, written piece by piece, as fast as they are taken and no faster. */
import type { Audited } from "../store/audit.ts";
import type { By } from "../store/records.ts";
import { type Caller, limitOf, nameOf } from "./caller.ts";
import type { HttpParts } from "./parts.ts";
import { valueOf } from "./problem.ts";

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

/** Each may take long, and the database serves all others besides. */
const DOWNLOADS_A_CALLER = 5;

export interface File {
  name: string;
  type: string;
  /** What it tells of, and which it is. */
  of: { kind: "customer" | "point" | "meter"; id: string; file: string };
}

/** A failure before the first piece is answered as one; a later one breaks the download off. */
export async function download(
  { report, downloads, note }: Pick<HttpParts, "report" | "downloads" | "note">,
  { caller, by }: { caller: Caller; by: By },
  { name, type, of }: File,
  content: AsyncIterable<Piece>,
): Promise<Response> {
  const leave = valueOf(downloads.admit(nameOf(caller), DOWNLOADS_A_CALLER));
  const pieces = content[Symbol.asyncIterator]();
  try {
    const first = await pieces.next();
    if (isNoted(of, caller)) await note(by, noted(of));
    const fail = (error: unknown) => report(`Cannot go on writing ${name}`, error);
    const body = ReadableStream.from(inBytes(first, pieces, fail, leave));
    return new Response(body, { headers: fileHeaders(name, type) });
  } catch (error) {
    leave();
    throw error;
  }
}

/** Of a single point or meter, customers get only what is theirs. */
const isNoted = ({ kind }: File["of"], caller: Caller): boolean =>
  kind === "customer" || limitOf(caller) === undefined;

/** The file's own name may be personal. */
const noted = ({ kind, id, file }: File["of"]): Audited => ({
  kind,
  id,
  action: "downloaded",
  changes: { file: { after: file } },
});

type Piece = string | Uint8Array;

/** Not a generator: what is called off before it has begun must leave, too. */
function inBytes(
  first: IteratorResult<Piece>,
  pieces: AsyncIterator<Piece>,
  fail: (error: unknown) => void,
  leave: () => void,
): AsyncIterableIterator<Uint8Array> {
  const encoder = new TextEncoder();
  let begun: IteratorResult<Piece> | undefined = first;
  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    leave();
    // Some sources throw what they are called off with, which is nothing.
    await pieces.return?.().catch(() => {});
    return { done: true, value: undefined };
  };
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    try {
      const { done, value } = begun ?? await pieces.next();
      begun = undefined;
      if (done) return await end();
      return { done, value: typeof value === "string" ? encoder.encode(value) : value };
    } catch (error) {
      fail(error);
      await end();
      throw error;
    }
  };
  return {
    next,
    return: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

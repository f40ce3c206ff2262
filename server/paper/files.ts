/** What the paper needs besides itself: its style, and the typeface, which PDF and HTML share. */
import style from "./paper.css" with { type: "text" };

export const STYLE_PATH = "/paper/style.css";

export interface PaperFile {
  type: string;
  read: () => Promise<Uint8Array<ArrayBuffer>>;
}

const readOnce = (url: URL): PaperFile["read"] => {
  let bytes: Promise<Uint8Array<ArrayBuffer>> | undefined;
  return () => bytes ??= Deno.readFile(url);
};

export const typefaces = {
  regular: readOnce(new URL("./figtree-400.ttf", import.meta.url)),
  strong: readOnce(new URL("./figtree-600.ttf", import.meta.url)),
};

/** By the paths under which the page asks for them. */
export const PAPER_FILES: Record<string, PaperFile> = {
  [STYLE_PATH]: {
    type: "text/css; charset=utf-8",
    read: () => Promise.resolve(new TextEncoder().encode(style)),
  },
  "/paper/figtree-400.ttf": { type: "font/ttf", read: typefaces.regular },
  "/paper/figtree-600.ttf": { type: "font/ttf", read: typefaces.strong },
};

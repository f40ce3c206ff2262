/** Elements of XML as text. */

/** Characters that no XML document may hold, however they are written. */
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/g;
const REFERENCES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** Good between tags and in attributes; what XML forbids becomes U+FFFD. */
export const xmlText = (text: string): string =>
  text.toWellFormed().replace(FORBIDDEN, "\uFFFD").replace(/[&<>"'\t\n\r]/g, (c) => REFERENCES[c]);

export const tag = (name: string, content: string | number): string =>
  `<${name}>${content}</${name}>`;

/** A tag for each property, in their order; none for what is undefined. */
export const tags = (contents: object): string =>
  Object.entries(contents).map(([name, content]) => content === undefined ? "" : tag(name, content))
    .join("");

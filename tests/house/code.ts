/**
 * Reads TypeScript just closely enough for the house rules: where its code is and what it imports.
 *
 * A tokenizer for comments, strings, templates and regular expressions, no parser: the rules look
 * for names and paths, and a compiler would be a dependency ten thousand times this size.
 */
import { lineAt, type Sources } from "./repository.ts";

const TOKEN = new RegExp(
  [
    /\/\/.*/, // comment
    /\/\*[^]*?\*\//, // comment
    /"(?:\\.|[^"\\\n])*"/, // text
    /'(?:\\.|[^'\\\n])*'/, // text
    // A slash starts a regular expression only where a value may start.
    /(?<=(?:^|[(,=:[!&|?;{+]|=>|\breturn)(?:\s|\s\/\/.*)*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//,
    /[`{}]/,
  ].map(({ source }) => source).join("|"),
  "g",
);

/** The text of a template up to its end or to the next `${`. */
const TEMPLATE_TEXT = /(?:\\[^]|\$(?!\{)|[^`$\\])*(?:`|\$\{|$)/y;

const blank = (text: string): string => text.replace(/[^\n]/g, " ");
const blankInside = (text: string): string =>
  text.length < 2 ? text : text[0] + blank(text.slice(1, -1)) + text.slice(-1);

/**
 * The source with comments, and the insides of strings, templates and regular expressions, turned
 * into spaces. Every offset and every line stays where it was.
 */
export const codeOf = (source: string): string => {
  const braces: string[] = [];
  let code = "";
  let at = 0;
  const take = (end: number, shown: (text: string) => string): void => {
    code += shown(source.slice(at, end));
    at = end;
  };
  const takeTemplateText = (): void => {
    TEMPLATE_TEXT.lastIndex = at;
    const text = TEMPLATE_TEXT.exec(source)?.[0] ?? "";
    if (text.endsWith("${")) braces.push("${");
    take(at + text.length, blank);
  };
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(source); token; token = TOKEN.exec(source)) {
    const text = token[0];
    take(token.index, (plain) => plain);
    take(token.index + text.length, /^\/[/*]/.test(text) ? blank : blankInside);
    if (text === "{") braces.push("{");
    if (text === "`" || (text === "}" && braces.pop() === "${")) takeTemplateText();
    TOKEN.lastIndex = at;
  }
  take(source.length, (plain) => plain);
  return code;
};

export interface Import {
  /** As written: a relative path, a package, or a name from the import map. */
  specifier: string;
  line: number;
  typeOnly: boolean;
}

const IMPORT = /\b(?:(?:import|export)\b([^;"'`()=]*?)\bfrom\s*|import\s*\(?\s*)["']/g;
const RELATIVE_URL = /\bnew URL\(\s*["']/g;
const TYPES_COMMENT = /@(?:ts|deno)-types="([^"\n]+)"/g;

const isTypeClause = (clause: string): boolean => {
  if (/^\s*type\b(?!\s*,)/.test(clause)) return true;
  const names = clause.match(/^\s*\{([^}]*)\}\s*$/)?.[1].split(",").filter((name) => name.trim());
  return names !== undefined && names.length > 0 && names.every((name) => /^\s*type\s/.test(name));
};

const textAfter = (source: string, match: RegExpExecArray): string =>
  source.slice(match.index + match[0].length).match(/^[^"'\n]*/)?.[0] ?? "";

/** What a file imports or exports from, statically, on the fly or by a comment that names types. */
export const importsOf = (source: string): Import[] => [
  ...[...codeOf(source).matchAll(IMPORT)].map((match) => ({
    specifier: textAfter(source, match),
    line: lineAt(source, match.index),
    typeOnly: match[1] !== undefined && isTypeClause(match[1]),
  })),
  ...[...source.matchAll(TYPES_COMMENT)].map((match) => ({
    specifier: match[1],
    line: lineAt(source, match.index),
    typeOnly: true,
  })),
];

/** The files that a source points at by `new URL("./…", import.meta.url)`. */
export const relativeUrlsOf = (source: string): string[] =>
  [...codeOf(source).matchAll(RELATIVE_URL)]
    .map((match) => textAfter(source, match))
    .filter((specifier) => specifier.startsWith("."));

/** The path in the repository that a specifier means, or `package:` and the package's name. */
export const resolve = (specifier: string, from: string, sources: Sources): string => {
  const mapped = JSON.parse(sources.get("deno.json") ?? "{}").imports?.[specifier];
  if (mapped?.startsWith("./")) return mapped.slice(2);
  if (!specifier.startsWith(".")) return `package:${specifier}`;
  return new URL(specifier, `file:///${from}`).pathname.slice(1);
};

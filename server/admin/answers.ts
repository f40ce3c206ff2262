/** What the server answered: printed for people or, with `--json`, as it came. */
import { Ending } from "./ending.ts";
import { type Column, table } from "./table.ts";
import { plain } from "./text.ts";
import type { Terminal } from "./world.ts";

/** The part of a client's response that is used; it knows of what type its JSON is. */
export interface Answer<Value> {
  ok: boolean;
  status: number;
  headers: Headers;
  clone: () => { text: () => Promise<string> };
  text: () => Promise<string>;
  json: () => Promise<Value>;
  body: ReadableStream<Uint8Array> | null;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

interface List<Item> {
  /** The most that the server gives at once. */
  most?: number;
  columns: Column<Item>[];
  /** What to say where there is nothing. */
  none: string;
}

const MOST = 1_000;

export class Answers {
  constructor(
    readonly terminal: Terminal,
    readonly isJson: boolean,
    readonly limit: number | undefined,
  ) {}

  async show<Value>(
    asked: Promise<Answer<Value>>,
    show: (value: Value) => string | Promise<string>,
  ): Promise<Value> {
    const text = await (await granted(asked)).text();
    const value = jsonIn<Value>(text);
    this.print(this.isJson ? text : await show(value));
    return value;
  }

  /** The value, printed by nobody. */
  async value<Value>(asked: Promise<Answer<Value>>): Promise<Value> {
    return jsonIn(await (await granted(asked)).text());
  }

  /** Of a call that has no answer but that it is done. */
  async done(asked: Promise<Answer<unknown>>, message: string): Promise<void> {
    await (await granted(asked)).text();
    this.tell(message);
  }

  async list<Item>(
    ask: (page: { limit: string; cursor?: string }) => Promise<Answer<Page<Item>>>,
    { most = MOST, columns, none }: List<Item>,
    usualLimit = 100,
  ): Promise<void> {
    const limit = this.limit ?? usualLimit;
    const items: Item[] = [];
    const texts: string[] = [];
    let next: string | null = null;
    do {
      const count = Math.min(most, limit - items.length);
      const asked = ask({ limit: `${count}`, cursor: next ?? undefined });
      const text = await (await granted(asked)).text();
      const page = jsonIn<Page<Item>>(text, this.isJson ? asWritten : undefined);
      texts.push(text);
      items.push(...page.items);
      next = page.next;
    } while (next !== null && items.length < limit);
    if (this.isJson) {
      return this.print(texts.length === 1 ? texts[0] : JSON.stringify({ items, next }));
    }
    if (items.length > 0) this.print(table(columns, items, this.terminal));
    else this.tell(none);
    // A page that is full has a next one, of which nobody knows whether it is empty.
    const more = next === null ? [] : (await this.value(ask({ limit: "1", cursor: next }))).items;
    if (more.length > 0) this.tell(`There are more: --limit ${limit * 10} shows up to so many.`);
  }

  print(text: string): void {
    this.terminal.write(text.endsWith("\n") || text === "" ? text : `${text}\n`);
  }

  tell(text: string): void {
    this.terminal.tell(`${text}\n`);
  }
}

type Reviver = (key: string, value: unknown, written: { source: string }) => unknown;

/** Long numbers keep the digits that they came with. */
const rawNumbers: Reviver = (_, value, { source }) =>
  typeof value === "number" ? JSON.rawJSON(source) : value;
const asWritten = rawNumbers as () => unknown;

function jsonIn<Value>(text: string, reviver?: () => unknown): Value {
  try {
    return JSON.parse(text, reviver);
  } catch {
    throw new Ending("refused", "The answer is not JSON: there is another server at that address.");
  }
}

export interface FieldError {
  path: string;
  message: string;
}

const FIELDS: Column<FieldError>[] = [
  { title: "field", of: ({ path }) => path },
  { title: "what", of: ({ message }) => message },
];

/** What is refused ends the command, with the server's own words. */
export async function granted<Value>(
  asked: Promise<Answer<Value>>,
  fields = FIELDS,
): Promise<Answer<Value>> {
  const answer = await asked;
  if (answer.ok) return answer;
  const { status, headers } = answer;
  throw new Ending(
    status === 401 ? "notSignedIn" : "refused",
    refusalIn(status, await answer.text(), fields) + waitIn(headers),
  );
}

const SIGN_IN = "\nSign in with deno task admin sign-in, or give a key.";

function refusalIn(status: number, text: string, fields: Column<FieldError>[]): string {
  const { title, detail, errors = [] } = problemIn(text);
  const said = plain(detail ?? title ?? `The server answered with ${status}.`);
  if (status === 401) return said + SIGN_IN;
  if (errors.length < 2) return said;
  return `${said}\n\n${table(fields, errors, { columns: Infinity, hasColour: false })}`;
}

/** How long the server wants to be left alone. */
function waitIn(headers: Headers): string {
  const seconds = Number(headers.get("retry-after"));
  if (!(seconds > 0)) return "";
  return ` Wait for ${seconds > 120 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s`}.`;
}

interface Problem {
  title?: string;
  detail?: string;
  errors?: FieldError[];
}

function problemIn(text: string): Problem {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

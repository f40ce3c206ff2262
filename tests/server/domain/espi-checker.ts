/**
 * Judges a Green Button file as a stranger would: a real XML parser, schemas of what ESPI and Atom
 * allow, and the rules for links and times that no schema can say.
 */
import {
  XmlBufferInputProvider,
  XmlDocument,
  XmlElement,
  xmlRegisterInputProvider,
  XsdValidator,
} from "libxml2-wasm";

const NAMESPACES = { a: "http://www.w3.org/2005/Atom", e: "http://naesb.org/espi" };

const schemaBytes = (name: string): Uint8Array<ArrayBuffer> =>
  Deno.readFileSync(new URL(name, import.meta.url));

/** The parser loads `espi.xsd` by itself, where `atom.xsd` imports it. */
function openSchema(): XsdValidator {
  xmlRegisterInputProvider(new XmlBufferInputProvider({ "espi.xsd": schemaBytes("espi.xsd") }));
  return XsdValidator.fromDoc(XmlDocument.fromBuffer(schemaBytes("atom.xsd"), { url: "atom.xsd" }));
}

const SCHEMA = openSchema();

export interface Entry {
  kind: string;
  id: string;
  self: string[];
  up: string[];
  related: string[];
  title: string;
  /** The text of an element inside the content, by a path of local names. */
  text: (path: string) => string;
  readings: Reading[];
}

export interface Reading {
  start: number;
  end: number;
  value: number;
  quality: number;
  cost?: number;
}

const textAt = (element: XmlElement, path: string): string =>
  element.get(path, NAMESPACES)?.content ?? "";

const elements = (element: XmlElement, path: string): XmlElement[] =>
  element.find(path, NAMESPACES).filter((node) => node instanceof XmlElement);

const hrefs = (entry: XmlElement, rel: string): string[] =>
  elements(entry, `a:link[@rel="${rel}"]`).map((link) => link.attr("href")?.content ?? "");

const numberAt = (element: XmlElement, path: string): number => Number(textAt(element, path));

function readingOf(element: XmlElement): Reading {
  const start = numberAt(element, "e:timePeriod/e:start");
  return {
    start,
    end: start + numberAt(element, "e:timePeriod/e:duration"),
    value: numberAt(element, "e:value"),
    quality: numberAt(element, "e:ReadingQuality/e:quality"),
    ...(element.get("e:cost", NAMESPACES) ? { cost: numberAt(element, "e:cost") } : {}),
  };
}

function entryOf(element: XmlElement): Entry {
  const [content] = elements(element, "a:content/*");
  const texts = new Map(
    elements(content, "descendant::*[not(ancestor-or-self::e:IntervalReading)]").map((
      inner,
    ) => [pathOf(inner, content), inner.content]),
  );
  return {
    kind: content.name,
    id: textAt(element, "a:id"),
    self: hrefs(element, "self"),
    up: hrefs(element, "up"),
    related: hrefs(element, "related"),
    title: textAt(element, "a:title"),
    text: (path) => texts.get(path) ?? "",
    readings: elements(content, "e:IntervalReading").map(readingOf),
  };
}

function pathOf(element: XmlElement, top: XmlElement): string {
  const names: string[] = [];
  for (let at: XmlElement | null = element; at && at.name !== top.name; at = at.parent) {
    names.unshift(at.name);
  }
  return names.join("/");
}

/** The entries of a file that breaks no rule; otherwise throws with what is broken. */
export function entriesOf(file: string): Entry[] {
  using document = XmlDocument.fromString(file);
  SCHEMA.validate(document);
  const entries = elements(document.root, "a:entry").map(entryOf);
  const complaints = [...linkComplaints(entries), ...timeComplaints(entries)];
  if (complaints.length > 0) throw new Error(complaints.join("\n"));
  return entries;
}

/** Which kind an entry's `up` leads to, by a `related` link of that kind. */
const PARENTS: Record<string, string> = {
  MeterReading: "UsagePoint",
  UsageSummary: "UsagePoint",
  IntervalBlock: "MeterReading",
};
/** Which kind has a `related` link to the entry itself. */
const USERS: Record<string, string> = {
  LocalTimeParameters: "UsagePoint",
  ReadingType: "MeterReading",
};

function linkComplaints(entries: Entry[]): string[] {
  const ofKind = (kind: string): Entry[] => entries.filter((entry) => entry.kind === kind);
  const relatesTo = (kind: string, href: string): boolean =>
    ofKind(kind).filter(({ related }) => related.includes(href)).length === 1;
  const known = new Set(entries.flatMap(({ self, up }) => [...self, ...up]));
  const selves = entries.flatMap(({ self }) => self);
  return [
    ...["UsagePoint", "LocalTimeParameters", "MeterReading", "ReadingType", "UsageSummary"]
      .filter((kind) => ofKind(kind).length !== 1).map((kind) => `not one ${kind}`),
    ...(new Set(selves).size < selves.length ? ["a self link twice"] : []),
    ...entries.flatMap(({ kind, self, up, related }) => [
      ...(self.length === 1 && up.length === 1 ? [] : [`${kind}: not one self and one up`]),
      ...(self[0]?.startsWith(`${up[0]}/`) ? [] : [`${kind}: up does not hold self`]),
      ...related.filter((href) => !known.has(href)).map((href) => `${kind}: ${href} leads nowhere`),
      ...(PARENTS[kind] && !relatesTo(PARENTS[kind], up[0]) ? [`${kind}: nothing above it`] : []),
      ...(USERS[kind] && !relatesTo(USERS[kind], self[0]) ? [`${kind}: nothing uses it`] : []),
    ]),
    ...ofKind("UsageSummary").map((entry) =>
      entry.text("overallConsumptionLastPeriod/readingTypeRef")
    )
      .filter((href) => !selves.includes(href)).map((href) => `UsageSummary: no ${href}`),
  ];
}

function timeComplaints(entries: Entry[]): string[] {
  const blocks = entries.filter(({ kind }) => kind === "IntervalBlock");
  const readings = blocks.flatMap((block) => block.readings);
  return [
    ...readings.filter(({ end }, i) => readings[i + 1]?.start < end)
      .map(({ start }) => `the reading of ${start} runs into the next`),
    ...readings.filter(({ start, end }) => end <= start)
      .map(({ start }) => `the reading of ${start} takes no time`),
    ...blocks.flatMap((block) => {
      const start = Number(block.text("interval/start"));
      const end = start + Number(block.text("interval/duration"));
      const isAround = start === block.readings[0].start && end === block.readings.at(-1)?.end;
      return isAround ? [] : [`the block of ${start} does not end with its readings`];
    }),
  ];
}

/** The resources of ESPI that a Green Button file holds, each as an Atom entry. */
import { localTimeParametersOf } from "./dst-rules.ts";
import type { Quality, Value } from "./energy.ts";
import { tag, tags, xmlText } from "./xml.ts";

/** By their numbers in ISO 4217. */
const CURRENCIES: Record<string, number | undefined> = {
  ARS: 32,
  AUD: 36,
  BOB: 68,
  BRL: 986,
  CAD: 124,
  CHF: 756,
  CLP: 152,
  COP: 170,
  CVE: 132,
  CZK: 203,
  DKK: 208,
  EUR: 978,
  GBP: 826,
  HUF: 348,
  INR: 356,
  JPY: 392,
  MXN: 484,
  NOK: 578,
  NZD: 554,
  PEN: 604,
  PLN: 985,
  PYG: 600,
  RON: 946,
  SEK: 752,
  USD: 840,
  UYU: 858,
  ZAR: 710,
};
/** What ESPI calls not applicable; the values hold energy and need none. */
const NO_CURRENCY = 0;
const numberOf = (currency: string): number => CURRENCIES[currency] ?? NO_CURRENCY;

/** What the entries of one file have in common. */
export interface EspiSubject {
  point: { id: string; label: string };
  /** What the point takes from the grid, or what it feeds into it. */
  direction: "import" | "export";
  /** Unix seconds, as all times here. */
  from: number;
  to: number;
  timeZone: string;
  /** The usual length of a value. */
  stepSeconds: number;
  /** ISO 4217. */
  currency: string;
  writtenAt: number;
  /** A UUID that a name always has, as one of version 5. */
  uuidOf: (name: string) => string;
}

export interface ValueWithCost extends Value {
  /** In hundred-thousandths of the currency. */
  cost?: number;
}

export interface EspiTotal {
  milliwattHours: number;
  cost?: number;
  allMeasured: boolean;
}

const WH = 72;
/** Milliwatt-hours: in whole Wh, quarters of an hour would not add up to their day. */
const POWER_OF_TEN = -3;
const DELTA = 4;
const ELECTRICITY = 1;
const NORMAL = 12;
const ENERGY = 12;
const FORWARD = 1;
const REVERSE = 19;
/** Not `valid` (0): that a value has passed the checks of a utility is not ours to say. */
const RAW = 14;
const ESTIMATED = 8;

const pathsOf = (subject: EspiSubject) => {
  const { point, direction, from, to, timeZone, stepSeconds, currency } = subject;
  const root = "/espi/1_1/resource";
  const usagePoint = `${root}/UsagePoint/${encodeURIComponent(point.id)}`;
  const meterReading = `${usagePoint}/MeterReading/${direction}-${stepSeconds}`;
  return {
    usagePoint,
    meterReading,
    readingType: `${root}/ReadingType/${direction}-${stepSeconds}-${currency}`,
    localTimeParameters: `${root}/LocalTimeParameters/${encodeURIComponent(timeZone)}`,
    intervalBlock: (start: number) => `${meterReading}/IntervalBlock/${start}`,
    usageSummary: `${usagePoint}/UsageSummary/${direction}-${from}-${to}`,
  };
};

const collectionOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));

export function feedHead(subject: EspiSubject): string {
  const { point, from, to, writtenAt, uuidOf } = subject;
  const name = `${pathsOf(subject).meterReading}?from=${from}&to=${to}`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">${
    tags({
      id: `urn:uuid:${uuidOf(name)}`,
      title: xmlText(point.label),
      updated: instant(writtenAt),
      author: tag("name", "Contaluz"),
    })
  }\n`;
}

export const FEED_END = "</feed>\n";

export function usagePoint(subject: EspiSubject): string {
  const paths = pathsOf(subject);
  const related = [
    collectionOf(paths.meterReading),
    collectionOf(paths.usageSummary),
    paths.localTimeParameters,
  ];
  const content = espi("UsagePoint", tag("ServiceCategory", tag("kind", 0)));
  return entry(subject, paths.usagePoint, related, subject.point.label, content);
}

export function localTimeParameters(subject: EspiSubject): string {
  const { from, timeZone } = subject;
  const content = espi("LocalTimeParameters", tags(localTimeParametersOf(from, timeZone)));
  return entry(subject, pathsOf(subject).localTimeParameters, [], timeZone, content);
}

export function meterReading(subject: EspiSubject, hasBlocks: boolean): string {
  const { meterReading, readingType, intervalBlock } = pathsOf(subject);
  const related = [...(hasBlocks ? [collectionOf(intervalBlock(0))] : []), readingType];
  return entry(subject, meterReading, related, subject.direction, espi("MeterReading", ""));
}

export function readingType(subject: EspiSubject): string {
  const { direction, stepSeconds, currency } = subject;
  const content = tags({
    accumulationBehaviour: DELTA,
    commodity: ELECTRICITY,
    currency: numberOf(currency),
    dataQualifier: NORMAL,
    flowDirection: direction === "import" ? FORWARD : REVERSE,
    intervalLength: stepSeconds,
    kind: ENERGY,
    phase: 0,
    powerOfTenMultiplier: POWER_OF_TEN,
    timeAttribute: 0,
    tou: 0,
    uom: WH,
  });
  const path = pathsOf(subject).readingType;
  return entry(subject, path, [], `Wh, ${direction}`, espi("ReadingType", content));
}

/** Of values in order of time, none of which is missing. */
export function intervalBlock(subject: EspiSubject, values: ValueWithCost[]): string {
  const { start } = values[0];
  const content = tag("interval", interval(start, values[values.length - 1].end)) +
    values.map(intervalReading).join("");
  const path = pathsOf(subject).intervalBlock(start);
  return entry(subject, path, [], instant(start), espi("IntervalBlock", content));
}

const intervalReading = ({ start, end, milliwattHours, quality, cost }: ValueWithCost): string =>
  tag(
    "IntervalReading",
    tags({
      cost,
      ReadingQuality: tag("quality", qualityCode(quality)),
      timePeriod: interval(start, end),
      value: milliwattHours,
    }),
  );

const qualityCode = (quality: Quality): number => quality === "measured" ? RAW : ESTIMATED;

export function usageSummary(subject: EspiSubject, total: EspiTotal): string {
  const { from, to, currency, writtenAt } = subject;
  const content = tags({
    billingPeriod: interval(from, to),
    billLastPeriod: total.cost,
    currency: numberOf(currency),
    overallConsumptionLastPeriod: tags({
      powerOfTenMultiplier: POWER_OF_TEN,
      timeStamp: to,
      uom: WH,
      value: total.milliwattHours,
      readingTypeRef: pathsOf(subject).readingType,
    }),
    qualityOfReading: total.allMeasured ? RAW : ESTIMATED,
    statusTimeStamp: writtenAt,
    commodity: ELECTRICITY,
  });
  const path = pathsOf(subject).usageSummary;
  return entry(subject, path, [], subject.direction, espi("UsageSummary", content));
}

const interval = (start: number, end: number): string => tags({ duration: end - start, start });

const instant = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

const espi = (name: string, content: string): string =>
  `<${name} xmlns="http://naesb.org/espi">${content}</${name}>`;

const link = (rel: string, path: string): string => `<link rel="${rel}" href="${path}"/>`;

function entry(
  { writtenAt, uuidOf }: EspiSubject,
  path: string,
  related: string[],
  title: string,
  content: string,
): string {
  return `<entry>${tag("id", `urn:uuid:${uuidOf(path)}`)}${link("self", path)}${
    link("up", collectionOf(path))
  }${related.map((path) => link("related", path)).join("")}${
    tag("title", xmlText(title))
  }${`<content type="application/xml">${content}</content>`}${
    tags({ published: instant(writtenAt), updated: instant(writtenAt) })
  }</entry>\n`;
}

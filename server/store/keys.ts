/** Every key of the database. Numbers inside keys are big-endian, so that they sort by value. */

/** A series is one channel of one meter: the meter's 16 hexadecimal digits and the channel. */
export type Series = string;

export const seriesOf = (meter: string, channel: number): Series => `${meter}${channel}`;

export const SERIES_BYTES = 9;

export function seriesBytes(series: Series, length = SERIES_BYTES): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < 8; i++) bytes[i] = parseInt(series.slice(2 * i, 2 * i + 2), 16);
  bytes[8] = Number(series[16]);
  return bytes;
}

export const seriesFromBytes = (bytes: Uint8Array): Series =>
  bytes.subarray(0, 8).toHex() + bytes[8];

/** Series and number in one part: the shorter the key, the less each row costs. */
function numbered(series: Series, number: number, length = SERIES_BYTES + 4): Uint8Array {
  const bytes = seriesBytes(series, length);
  new DataView(bytes.buffer).setUint32(SERIES_BYTES, number);
  return bytes;
}

export function numberIn(key: Deno.KvKey): number {
  const bytes = key[1] as Uint8Array;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(SERIES_BYTES);
}

/** A chunk of sealed readings, by its lowest number. */
export const chunkKey = (series: Series, firstN: number) => ["c", numbered(series, firstN)];
/** Right behind the chunk of that number, the highest number's too. */
export const chunkEnd = (
  series: Series,
  firstN: number,
) => ["c", numbered(series, firstN, SERIES_BYTES + 5)];
/** The quarter-hour totals of one UTC day, by the days since 1970. */
export const dayKey = (series: Series, day: number) => ["d", numbered(series, day)];

export const JOURNAL = ["j"];
export const journalKey = (sequence: number) => ["j", sequence];

/** Shared store only: the head that every change of a series checks, and its rows not yet sealed. */
export const headKey = (series: Series) => ["h", seriesBytes(series)];
export const openRowKey = (series: Series, row: number) => ["o", numbered(series, row)];

/** Records by kind, and the rows that they are found by. */
export const recordKey = (kind: string, id: string) => [kind, id];
export const recordsOf = (kind: string) => [kind];
export const uniqueKey = (kind: string, field: string, value: string) => [
  "unique",
  kind,
  field,
  value,
];

/** A title or word, and the id of whose it is. */
export type Place = [text: string, id: string];

/** Sorts behind all that begins with the text before it. */
const LAST = "\u{10ffff}";

export const listKey = (kind: string, list: string, title: string, id: string) => [
  "list",
  kind,
  list,
  title,
  id,
];
export const listRange = (kind: string, list: string, after?: Place) =>
  ({
    prefix: ["list", kind, list],
    ...after ? { start: behind(["list", kind, list], after) } : {},
  }) as Deno.KvListSelector;

export const wordKey = (kind: string, word: string, id: string) => ["word", kind, word, id];
export const wordRange = (kind: string, begin: string, after?: Place) => ({
  start: after ? behind(["word", kind], after) : ["word", kind, begin],
  end: ["word", kind, begin + LAST],
});

const behind = (prefix: string[], [text, id]: Place) => [...prefix, text, `${id}\0`];

/** Who did what: an object's entries, and all in the order of time. */
export type Moment = [at: number, sequence: number, id: string];
export const AUDIT = ["audit"];
export const auditKey = (moment: Moment) => [...AUDIT, ...moment];
export const auditOf = (kind: string, id: string) => ["auditOf", kind, id];
export const auditOfKey = (kind: string, id: string, moment: Moment) => [
  ...auditOf(kind, id),
  ...moment,
];
export const conflictsOf = (meter: string) => ["conflict", meter];
export const conflictKey = (meter: string, channel: number, n: number) => [
  "conflict",
  meter,
  channel,
  n,
];

/** A request that is not to be carried out twice, and the rows of its answer. */
export const onceKey = (place: string) => ["once", place];
export const answerKey = (place: string, row: number) => ["answer", place, row];

/** A fall of a register, by the number of the reading at which it shows. */
export const casesOf = (meter: string) => ["case", meter];
export const caseKey = (meter: string, channel: number, byN: number) => [
  ...casesOf(meter),
  channel,
  byN,
];
/** Where a case stands in the order of opening. */
export type CasePlace = [seenAt: number, meter: string, channel: number, byN: number];
const caseOrder = (isOpen: boolean) => ["caseOrder", isOpen];
export const casePlaceKey = (isOpen: boolean, place: CasePlace) => [...caseOrder(isOpen), ...place];
export const casesInOrder = (isOpen: boolean, after?: CasePlace) =>
  ({
    prefix: caseOrder(isOpen),
    ...after ? { start: [...casePlaceKey(isOpen, after), 0] } : {},
  }) as Deno.KvListSelector;

/** How often secrets of someone's were guessed, or from somewhere. */
export const triesKey = (of: string, hash: string) => ["try", of, hash];
/** Written for nobody, to take the time that an entry in the audit log takes. */
export const NOBODYS_TRY = ["nobodysTry"];

/** Where someone has signed in. */
export const sessionsOf = (person: string) => ["session", person];
export const sessionKey = (person: string, id: string) => [...sessionsOf(person), id];

/** The half minute of the last code that someone used. */
export const totpStepKey = (person: string) => ["totpStep", person];

/** When an API key was last used. */
export const keyUsedKey = (id: string) => ["keyUsed", id];

/** The next number of an invoice, and of a credit note. */
export const invoiceCounterKey = ["nextInvoice"];
export const creditCounterKey = ["nextCreditNote"];
/** An invoice's document. */
export const invoiceRowKey = (invoice: string, row: number) => ["invoiceRow", invoice, row];
/** Which period of a point was billed by which invoice, by its first instant. */
export const billedOf = (point: string) => ["billed", point];
export const billedKey = (point: string, from: number) => [...billedOf(point), from];
/** Until when a point is billed: who bills on checks it. */
export const billedToKey = (point: string) => ["billedTo", point];
/** A point's invoices in the order in which they were issued. */
export const pointInvoiceKey = (point: string, number: number) => ["pointInvoice", point, number];
export const pointInvoices = (point: string, before?: number) =>
  ({
    prefix: ["pointInvoice", point],
    ...before === undefined ? {} : { end: pointInvoiceKey(point, before) },
  }) as Deno.KvListSelector;
/** A message that told of a payment. */
export const paymentMessageKey = (message: string) => ["paymentMessage", message];

/** The versions of a tariff, from 1 on. */
export const tariffVersionKey = (tariff: string, version: number) => [
  "tariffVersion",
  tariff,
  version,
];
export const tariffVersions = (tariff: string) => ({ prefix: ["tariffVersion", tariff] });

/** A run over all points, and what it found at some of them. */
export const closeRunKey = (run: string) => ["closeRun", run];
export const closeItemsOf = (run: string) => ["closeItem", run];
export const closeItemKey = (run: string, point: string, month: string) => [
  ...closeItemsOf(run),
  point,
  month,
];

/** Alerts by their cause, and in lists with the latest first. */
export const alertKey = (id: string) => ["alert", id];
const LAST_SECOND = 0xffffffff;
export type AlertPlace = [list: string, openedAt: number, id: string];
export const alertListKey = ([list, openedAt, id]: AlertPlace) => [
  "alertList",
  list,
  LAST_SECOND - openedAt,
  id,
];
export const alertPlaceIn = (key: Deno.KvKey): [openedAt: number, id: string] => [
  LAST_SECOND - (key[2] as number),
  key[3] as string,
];
export const alertsIn = (list: string, after?: [openedAt: number, id: string]) =>
  ({
    prefix: ["alertList", list],
    ...after ? { start: [...alertListKey([list, ...after]), 0] } : {},
  }) as Deno.KvListSelector;

/** What is usual at a point. */
export const usualKey = (point: string) => ["usual", point];

/** What is remembered of a point, and of a region, to tell what is to be told. */
export const WATCHES = ["watch"];
export const watchKey = (point: string) => [...WATCHES, point];
export const REGION_WATCHES = ["regionWatch"];
export const regionWatchKey = (region: string) => [...REGION_WATCHES, region];
/** What happened to a meter since somebody last looked, by the server that saw it. */
export const SIGNS = ["sign"];
export const signKey = (meter: string, kind: string, server: string) => [
  ...SIGNS,
  meter,
  kind,
  server,
];
/** What became of alerts lately, for all servers to show. */
export const ALERT_NEWS = ["alertNews"];
export const alertNewsKey = (at: number, id: string, event: string) => [
  ...ALERT_NEWS,
  at,
  id,
  event,
];

/** Deliveries that wait, by whom they go to and then in the order in which they go. */
export const OUTBOX = ["out"];
export const outboxOf = (target: string) => [...OUTBOX, target];
export const outboxKey = (target: string, lane: string, at: number, id: string) => [
  ...outboxOf(target),
  lane,
  at,
  id,
];
/** What is behind a lane's, or behind all of whom they go to. */
export const outboxBehind = (target: string, lane?: string) =>
  lane === undefined ? [...OUTBOX, `${target}\0`] : [...outboxOf(target), `${lane}\0`];
/** What became of alerts and is still to be spread among those who are told, in order. */
export const ANNOUNCEMENTS = ["announcement"];
export const announcementKey = (order: number) => [...ANNOUNCEMENTS, order];
/** The number that was given last. */
export const ANNOUNCED = ["announced"];
/** Whose deliveries are to be looked at from an instant on. */
export const OUTBOX_DUE = ["outDue"];
export const outboxDueKey = (at: number, target: string) => [...OUTBOX_DUE, at, target];
/** Deliveries that were given up. */
export const DEAD_LETTERS = ["deadLetter"];
export const deadLettersOf = (target: string) => [...DEAD_LETTERS, target];
export const deadLetterKey = (target: string, at: number, id: string) => [
  ...deadLettersOf(target),
  at,
  id,
];

/** Written whenever a webhook is added, so that two at once do not come to too many. */
export const WEBHOOK_ADDED = ["webhookAdded"];

/** Which server does what only one of them is to do. */
export const leaseKey = (work: string) => ["lease", work];

/** Written to see whether the database can be. */
export const READY_PROBE = ["ready"];

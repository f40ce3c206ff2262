/** The paper's sentences: names of lines, and what else is to be known. */
import type { FlagColour } from "../domain/tariff.ts";
import type { LineName, NoticeFacts } from "./facts.ts";
import type { Writing } from "./writing.ts";
import type { WordKey } from "./words.ts";

export const FLAGS: Record<FlagColour, WordKey> = {
  green: "flagGreen",
  yellow: "flagYellow",
  red1: "flagRed1",
  red2: "flagRed2",
};

export function lineName(name: LineName, writing: Writing): string {
  const { says, formats } = writing;
  switch (name.kind) {
    case "flag":
      return sinceDays(says("lineFlag", { flag: says(FLAGS[name.colour]) }), name.since, writing);
    case "correction":
      return says("lineCorrection", { month: formats.month(name.month) });
    case "credit":
      return says("lineCredit", { invoice: name.invoice });
    case "charge":
      return says("lineCharge", { invoice: name.invoice });
    case "named": {
      const { label, invoice, since } = name;
      const line = sinceDays(label, since, writing);
      return invoice === undefined ? line : says("lineOfInvoice", { line, invoice });
    }
  }
}

/** With the days from which on something counts, if they are said. */
export const sinceDays = (
  name: string,
  days: string[] | undefined,
  { says, formats }: Writing,
): string => days ? says("since", { name, days: formats.list(days.map(formats.shortDay)) }) : name;

export function noticesOf(writing: Writing): string[] {
  const { facts: { state, notices, total }, says } = writing;
  const ofState = state.kind === "credited" && state.by !== undefined
    ? [says("noticeCreditedBy", { number: state.by })]
    : [];
  const said = notices.filter(({ kind }) => total > 0 || kind !== "late");
  return [...ofState, ...said.map((notice) => noticeOf(notice, writing))];
}

function noticeOf(notice: NoticeFacts, { says, formats }: Writing): string {
  switch (notice.kind) {
    case "estimated":
      return capital(says("noticeEstimated", { month: formats.month(notice.month) }));
    case "correction":
      return says("noticeCorrection", {
        month: formats.month(notice.month),
        money: formats.money(notice.amount),
      });
    case "late":
      return says(notice.exceptLighting ? "noticeLateNotLighting" : "noticeLate", {
        fine: formats.percent(notice.fine),
        interest: formats.percent(notice.interestAMonth),
      });
    case "assumed": {
      const months = formats.list(notice.months.map(formats.month));
      return says("noticeAssumed", { name: notice.name, months });
    }
  }
}

/** Months begin small in Portuguese, sentences do not. */
export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/**
 * The life of an alert: from what was found of a subject, and its alerts as they are stored, to what
 * changes. An alert's id is its cause, so whoever looks again, on whichever server or after a crash,
 * comes to the same alert and never to a second one.
 */
import { type Finding, type Kind, KINDS, type Severity } from "./alert-kinds.ts";

export interface Alert {
  id: string;
  kind: Kind;
  subject: string;
  key: string;
  severity: Severity;
  evidence: Record<string, number>;
  openedAt: number;
  /** When what it says was found. */
  at: number;
  closedAt?: number;
  acknowledged?: { at: number; by: string };
}

export type AlertEvent = "opened" | "updated" | "closed" | "acknowledged";

export interface Change {
  event: Exclude<AlertEvent, "acknowledged">;
  /** As it is from now on. */
  alert: Alert;
}

export interface Evaluation {
  subject: string;
  /** The instant that the facts are of. */
  at: number;
  findings: Finding[];
}

/** Fits an id of a webhook's message. */
export const alertId = (
  { kind, subject, key, of }: Pick<Finding, "kind" | "subject" | "key" | "of">,
) => [kind, subject, key, ...of === undefined ? [] : [of]].join(":");

/** Of which kind an alert is: no part of an id holds a colon. */
export const kindIn = (id: string): string => id.split(":")[0];

/** What it is on. */
export const subjectIn = (id: string): string => id.split(":")[1];

/** What tells it from others of its kind on the same. */
export const keyIn = (id: string): string => id.split(":")[2];

/** Which closed alerts have to be at hand: one that was closed is not opened again. */
export const idsRaised = ({ findings }: Evaluation): string[] =>
  findings.filter(({ level }) => level === "raise").map(alertId);

/**
 * `stored` are the subject's open alerts, and those of `idsRaised()` that there are, of the kinds
 * that were evaluated. Facts that are older than an alert say nothing about it.
 */
export function changesOf(stored: Alert[], evaluation: Evaluation): Change[] {
  const { subject, at } = evaluation;
  const found = strongest(evaluation.findings);
  const known = stored.filter((alert) => alert.subject === subject);
  const ids = new Set(known.map(({ id }) => id));
  const changed = known.flatMap((alert) =>
    alert.closedAt !== undefined || at < alert.at ? [] : next(alert, found.get(alert.id), at)
  );
  const opened = [...found.values()]
    .filter((finding) => finding.subject === subject && !ids.has(alertId(finding)))
    .flatMap((finding) => opening(finding, at));
  return [...changed, ...opened].sort((a, b) => a.alert.id < b.alert.id ? -1 : 1);
}

/** One a cause, whichever way round they were found. */
function strongest(findings: Finding[]): Map<string, Finding> {
  const found = new Map<string, Finding>();
  for (const finding of findings) {
    const id = alertId(finding);
    const other = found.get(id);
    if (!other || rankOf(finding) > rankOf(other)) found.set(id, finding);
  }
  return found;
}

/** What is equal in rank is equal in what it says. */
const rankOf = ({ level, evidence }: Finding): string =>
  `${level === "raise" ? 1 : 0}${JSON.stringify(Object.entries(evidence ?? {}).sort())}`;

function opening(finding: Finding, at: number): Change[] {
  if (finding.level !== "raise") return [];
  const { kind, subject, key } = finding;
  const { severity } = KINDS[kind];
  const evidence = { ...finding.evidence };
  const alert = { id: alertId(finding), kind, subject, key, severity, evidence, openedAt: at, at };
  return [{ event: "opened", alert }];
}

function next(alert: Alert, finding: Finding | undefined, at: number): Change[] {
  if (!finding) return [{ event: "closed", alert: { ...alert, at, closedAt: at } }];
  const { evidence } = finding;
  if (!evidence || !saysMore(alert.evidence, { ...evidence })) return [];
  return [{ event: "updated", alert: { ...alert, at, evidence: { ...evidence } } }];
}

const WORTH_WRITING = 0.05;

/** Small steps are not written each time, as they would be all day long. */
function saysMore(before: Record<string, number>, after: Record<string, number>): boolean {
  const names = Object.keys({ ...before, ...after });
  return names.some((name) => {
    const [a, b] = [before[name], after[name]];
    if (a === undefined || b === undefined) return a !== b;
    return Math.abs(b - a) > WORTH_WRITING * Math.max(Math.abs(a), Math.abs(b));
  });
}

export function acknowledged(alert: Alert, by: string, at: number): Alert {
  return alert.acknowledged || alert.closedAt !== undefined
    ? alert
    : { ...alert, acknowledged: { at, by } };
}

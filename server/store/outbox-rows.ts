/** The rows of the outbox and of its dead letters, and how each becomes the other. */
import type { Delivery, ToldEvent, Way } from "../domain/alert-delivery.ts";
import type { End, Tries } from "../domain/delivery-tries.ts";
import type { AlertRecord } from "./alerts.ts";
import { deadLetterKey, outboxDueKey, outboxKey } from "./keys.ts";

export interface OutboxRow extends Tries, Pick<Delivery, "at" | "dueAt" | "isDigest"> {
  /** Of a webhook's message, its `webhook-id`. */
  id: string;
  /** The id of a webhook or of a person. */
  target: string;
  way: Way;
  lane: string;
  /** Where it stands in its lane. */
  order: number;
  event: ToldEvent;
  /** As it was then. */
  alert: AlertRecord;
  /** Of one that was given up and put back. */
  before?: Pick<DeadLetter, "attempts" | "firstTriedAt" | "reason">;
}

export interface DeadLetter extends Omit<OutboxRow, "before" | "lastFault"> {
  diedAt: number;
  reason: string;
}

/** What is put into the outbox, or among the dead letters where too many wait already. */
export type Staged = OutboxRow | DeadLetter;

const LETTER_MS = 30 * 24 * 3_600_000;

export function stageDelivery(atomic: Deno.AtomicOperation, row: Staged): void {
  if ("diedAt" in row) stageLetter(atomic, row);
  else stageRow(atomic, row);
}

export function stageRow(atomic: Deno.AtomicOperation, row: OutboxRow): void {
  const { target, lane, order, id, dueAt, nextAt, way } = row;
  atomic.set(outboxKey(target, lane, order, id), row);
  atomic.set(outboxDueKey(Math.max(dueAt, nextAt), target), way);
}

/** Who delivers looks at it as well, to keep no more of them than may be. */
export function stageLetter(atomic: Deno.AtomicOperation, letter: DeadLetter): void {
  const { target, diedAt, id, way } = letter;
  atomic.set(deadLetterKey(target, diedAt, id), letter, { expireIn: LETTER_MS });
  atomic.set(outboxDueKey(diedAt, target), way);
}

/** With all its tries; what is given up once more without one keeps the reason that it had. */
export function letterOf(
  { before, lastFault: _, ...row }: OutboxRow,
  { reason, tries }: End,
  diedAt: number,
): DeadLetter {
  const { attempts, firstTriedAt } = tries ?? row;
  return {
    ...row,
    attempts: attempts + (before?.attempts ?? 0),
    firstTriedAt: before?.firstTriedAt ?? firstTriedAt,
    diedAt,
    reason: tries ? reason : before?.reason ?? reason,
  };
}

/** To where it stood, to be tried anew. */
export function rowOf(
  { diedAt: _, reason, attempts, firstTriedAt, ...row }: DeadLetter,
  now: number,
): OutboxRow {
  return { ...row, attempts: 0, nextAt: now, before: { attempts, firstTriedAt, reason } };
}

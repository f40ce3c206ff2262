/**
 * A person's turn: what is due to them by e-mail, each alone; in one what goes with a digest, and
 * what comes faster than anybody reads.
 */
import { heldUntil, isStillDue, wantedKinds } from "../domain/alert-delivery.ts";
import { KINDS } from "../domain/alert-kinds.ts";
import type { Told } from "../domain/delivery-tries.ts";
import { takesMail } from "../store/listeners.ts";
import type { DueTarget, Waiting } from "../store/outbox.ts";
import type { Person } from "../store/people.ts";
import type { Endpoint } from "./endpoint.ts";
import type { MailPace } from "./mail-pace.ts";
import { careful, hear, settle, type TurnParts } from "./turn.ts";

const MOST_IN_ONE = 200;

const OFF: Told = { ok: false, reason: "E-mail is not set up", isFinal: true, isUntried: true };

/** Whether all that was due has had its try. */
export async function mailTurn(
  parts: TurnParts,
  due: DueTarget,
  endpoint: Endpoint,
  pace: MailPace,
): Promise<boolean> {
  const { outbox, people, letters, now } = parts;
  if (endpoint.isResting(now())) {
    await outbox.looked(due, endpoint.restsUntil);
    return true;
  }
  const person = await people.get(due.target);
  if (!person || !takesMail(person)) {
    await outbox.clear(due.target);
    await outbox.looked(due);
    return true;
  }
  const found = await first(parts, due.target);
  const wanted = await stillDue(parts, person, await awake(parts, person, found));
  const { mails, next } = pace.gathered(due.target, wanted, now());
  const isDone = await sendAll(parts, person, mails, endpoint, pace) && found.length < MOST_IN_ONE;
  const again = endpoint.isResting(now()) ? endpoint.restsUntil : next;
  await letters.trim(due.target);
  const hasHadAll = isDone || again !== undefined;
  await outbox.looked(due, hasHadAll ? again : now());
  return hasHadAll;
}

async function first({ outbox, now }: TurnParts, target: string): Promise<Waiting[]> {
  const found: Waiting[] = [];
  for await (const waiting of outbox.due(target, now(), new Set())) {
    found.push(waiting);
    if (found.length === MOST_IN_ONE) break;
  }
  return found;
}

/** Without what waits for the end of their quiet hours. */
async function awake({ outbox, timezone, now }: TurnParts, person: Person, found: Waiting[]) {
  const { quiet, timezone: timeZone = timezone } = person.alerts ?? {};
  const at = now();
  const byEnd = Map.groupBy(found, ({ row }) => heldUntil({ quiet, timeZone }, row, at));
  for (const [end, waiting] of byEnd) if (end > at) await outbox.postponed(waiting, end);
  return byEnd.get(at) ?? [];
}

/** What they have chosen not to be told of since, is not. */
const isWanted = ({ alerts = {} }: Person, { row: { alert: { kind } } }: Waiting): boolean =>
  wantedKinds(alerts, KINDS[kind].audience).includes(kind);

async function stillDue({ outbox, alerts, count }: TurnParts, person: Person, found: Waiting[]) {
  const wanted: Waiting[] = [];
  const dropped: Waiting[] = [];
  for (const waiting of found) {
    const { row } = waiting;
    const alert = await alerts.get(row.alert.id) ?? row.alert;
    const isDue = isWanted(person, waiting) && isStillDue(row, alert, row.target);
    (isDue ? wanted : dropped).push(waiting);
  }
  if (dropped.length > 0) {
    await outbox.delivered(dropped);
    count("email", "dropped", dropped.length);
  }
  return wanted;
}

async function sendAll(
  parts: TurnParts,
  person: Person,
  mails: Waiting[][],
  endpoint: Endpoint,
  pace: MailPace,
): Promise<boolean> {
  const { now, mayGoOn } = parts;
  for (const mail of mails) {
    if (!await mayGoOn()) return false;
    const told = await careful(parts, mail[0], () => send(parts, person, mail));
    await settle(parts, mail, told);
    hear(parts, endpoint, "The mail server", told);
    if (told.ok && !mail[0].row.isDigest) pace.sent(person.id, now());
    if (endpoint.isResting(now())) return true;
  }
  return true;
}

async function send(
  { mail: post, texts }: TurnParts,
  person: Person,
  waiting: Waiting[],
): Promise<Told> {
  if (!post) return OFF;
  const rows = waiting.map(({ row }) => row);
  const { isDigest, id: first } = rows[0];
  const written = await texts.mail(rows, person, isDigest);
  // What is sent again with more in it is another e-mail.
  const id = rows.length === 1 ? first : `${rows.at(-1)!.id}:${rows.length}`;
  return await post({ to: person.email, ...written, id });
}

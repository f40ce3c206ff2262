/**
 * Alerts that become so, servers that tell of them, and those who are told: receivers of webhooks
 * and mailboxes that the test opens and closes, over a database in memory and a clock of the test's.
 */
import { assert, assertEquals } from "@std/assert";
import type { AlertWish } from "../../../server/domain/alert-delivery.ts";
import { type Kind, KINDS } from "../../../server/domain/alert-kinds.ts";
import type { Told } from "../../../server/domain/delivery-tries.ts";
import { checkWebhook } from "../../../server/domain/webhook-signature.ts";
import { done, type Result } from "../../../server/errors.ts";
import { Delivering } from "../../../server/jobs/delivering.ts";
import { type AlertRecord, Alerts, stageAlert } from "../../../server/store/alerts.ts";
import { Announcer, stageDeliveries } from "../../../server/store/announcer.ts";
import { Audit } from "../../../server/store/audit.ts";
import { DeadLetters } from "../../../server/store/dead-letters.ts";
import { PEOPLE } from "../../../server/store/kinds.ts";
import { Lease } from "../../../server/store/lease.ts";
import { Links } from "../../../server/store/links.ts";
import { Listeners } from "../../../server/store/listeners.ts";
import { Outbox } from "../../../server/store/outbox.ts";
import { People, personOf } from "../../../server/store/people.ts";
import { type By, Records } from "../../../server/store/records.ts";
import { Sessions } from "../../../server/store/sessions.ts";
import { Spreading } from "../../../server/store/spreading.ts";
import { Vault } from "../../../server/store/vault.ts";
import { type NewWebhook, Webhooks } from "../../../server/store/webhooks.ts";
import { failTest, type Fate, watched } from "../store/kv.ts";

/** 2026-06-15T12:00:00Z, nine in the morning in São Paulo. */
export const NOON = 1_781_524_800;
export const CUSTOMER = "cccccccccccccccc";
const RIO = "America/Sao_Paulo";
const MAX_CHECKS = 10;
const MAX_CHANGES = 1_000;

export const OK: Told = { ok: true, status: 204 };
export const DOWN: Told = { ok: false, reason: "it refused the connection" };

export interface Message {
  id: string;
  at: number;
  url: string;
  // deno-lint-ignore no-explicit-any
  body: any;
  text: string;
  signature: string;
  told: Told;
}

export interface Letter {
  at: number;
  to: string;
  subject: string;
  text: string;
  id: string;
  told: Told;
}

export function valueOf<Value>(result: Result<Value>): Value {
  assert(result.ok, result.ok ? "" : result.detail);
  return result.value;
}

export class ToldPeople {
  readonly clock = { now: NOON };
  readonly messages: Message[] = [];
  readonly letters: Letter[] = [];
  /** What a receiver says, and what the mail server does. */
  answer: (message: Omit<Message, "told">) => Told | Promise<Told> = () => OK;
  mailAnswer: (to: string) => Told = () => OK;
  /** Of an alert for which there are no words. */
  unwritable: string | undefined;
  readonly records: Records;
  readonly people: People;
  readonly webhooks: Webhooks;
  readonly alerts: Alerts;
  #ids = 0;

  constructor(readonly kv: Deno.Kv) {
    const randomBytes = (length: number) => new Uint8Array(length).fill(++this.#ids);
    this.records = new Records(kv, () => (++this.#ids).toString(16).padStart(16, "0"));
    const sessions = new Sessions(kv, randomBytes, failTest);
    const links = new Links(this.records, randomBytes);
    const audit = new Audit(kv);
    const vault = new Vault(new Uint8Array(32), randomBytes);
    this.people = new People(this.records, links, sessions, audit);
    this.webhooks = new Webhooks(this.records, audit, vault);
    this.alerts = new Alerts(this.records);
  }

  get by(): By {
    return { actor: { kind: "server", id: "test" }, at: this.clock.now };
  }

  async person(role: "operator" | "customer", alerts?: AlertWish): Promise<string> {
    const id = this.records.newId();
    const customerId = role === "customer" ? CUSTOMER : undefined;
    const email = `p${id}@example.com`;
    const person = { ...personOf({ name: "Maria", email, role, customerId }, id, NOON), alerts };
    await this.records.transact<void>(this.by, (change) => {
      change.put(PEOPLE, { ...person, passwordHash: "x" });
      return Promise.resolve(done(undefined));
    });
    return id;
  }

  async webhook(more: Partial<NewWebhook> = {}): Promise<string> {
    const url = `https://hook${++this.#ids}.example/`;
    const { webhook, secret } = valueOf(await this.webhooks.add({ url, ...more }, this.by));
    this.#secrets.set(webhook.url, secret);
    return webhook.id;
  }

  #secrets = new Map<string, string>();

  async post(url: string, headers: Record<string, string>, body: Uint8Array<ArrayBuffer>) {
    const { now } = this.clock;
    const id = headers["webhook-id"];
    const [timestamp, signature] = [headers["webhook-timestamp"], headers["webhook-signature"]];
    const secrets = [this.#secrets.get(url)!];
    const checked = await checkWebhook({ id, timestamp, signature, body }, secrets, now);
    assertEquals(checked, { ok: true, id, time: now });
    const text = new TextDecoder().decode(body);
    const message = { id, at: now, url, body: JSON.parse(text), text, signature };
    const told = await this.answer(message);
    this.messages.push({ ...message, told });
    return told;
  }

  /** Those that came through. */
  got(messages = this.messages): Message[] {
    return messages.filter(({ told }) => told.ok);
  }

  /** A server over the database, or over one that lets its atomics fail. */
  server(fateOf: () => Fate = () => "commits", { isAlone = true, hasMail = true } = {}) {
    const kv = watched(this.kv, ({ checks, changes }) => {
      assert(checks <= MAX_CHECKS && changes <= MAX_CHANGES, `${checks} and ${changes}`);
      return fateOf();
    });
    return new Server(this, kv, isAlone, hasMail);
  }
}

let servers = 0;

export class Server {
  readonly outbox: Outbox;
  readonly deadLetters: DeadLetters;
  readonly announcer: Announcer;
  readonly delivering: Delivering;
  readonly reported: string[] = [];
  /** Lines of the log, with the reason where one has any. */
  readonly logged: string[] = [];

  constructor(
    readonly world: ToldPeople,
    readonly kv: Deno.Kv,
    isAlone: boolean,
    hasMail: boolean,
  ) {
    const { people, webhooks, clock } = world;
    this.outbox = new Outbox(kv);
    this.deadLetters = new DeadLetters(kv);
    this.announcer = new Announcer(kv);
    const report = (problem: string) => void this.reported.push(problem);
    const listeners = new Listeners({ people, webhooks, hasMail, timezone: RIO });
    this.delivering = new Delivering({
      outbox: this.outbox,
      letters: this.deadLetters,
      spreading: new Spreading(this.outbox, listeners, report),
      webhooks,
      people,
      alerts: world.alerts,
      hookPost: (url, headers, body) => world.post(url, headers, body),
      mail: hasMail
        ? (mail) => {
          const told = world.mailAnswer(mail.to);
          world.letters.push({ ...mail, at: clock.now, told });
          return Promise.resolve(told);
        }
        : undefined,
      texts: {
        alert: ({ id }) =>
          world.unwritable === id
            ? Promise.reject(new Error("no words"))
            : Promise.resolve({ title: id, sentence: "", currency: "BRL" }),
        mail: (items, _, isDigest) =>
          Promise.resolve({
            subject: isDigest ? "digest" : "alert",
            text: items.map(({ alert }) => alert.id).join(" "),
          }),
      },
      timezone: RIO,
      lease: new Lease(kv, "deliver", `server${++servers}`, isAlone),
      newId: () => "1",
      now: () => clock.now,
      every: () => () => {},
      report,
      log: (level, message, { reason } = {}) =>
        void this.logged.push([level, message, ...reason ? [reason] : []].join(": ")),
    });
  }

  /** As whoever sweeps does, in one atomic; what is so already is not told again. */
  async tell(event: "opened" | "closed", alert: AlertRecord): Promise<void> {
    const { clock } = this.world;
    const known = await this.world.alerts.get(alert.id);
    if (event === "opened" ? known : known?.closedAt !== undefined) return;
    const news = {
      event,
      alert: event === "opened" ? alert : { ...known ?? alert, closedAt: clock.now, at: clock.now },
    };
    const rows = await this.announcer.rowsFor([news], clock.now);
    const atomic = this.kv.atomic();
    stageAlert(atomic, news);
    stageDeliveries(atomic, rows);
    await atomic.commit();
  }

  async open(kind: Kind, subject: string, key = "1", more: Partial<AlertRecord> = {}) {
    const alert = alertOf(kind, subject, key, this.world.clock.now, more);
    await this.tell("opened", alert);
    return alert;
  }

  /** All that is due now. */
  async deliver(): Promise<void> {
    this.delivering.poke();
    await this.delivering.ended();
  }

  /** Time passes. */
  async pass(seconds: number, step = 60): Promise<void> {
    const end = this.world.clock.now + seconds;
    while (this.world.clock.now < end) {
      this.world.clock.now = Math.min(end, this.world.clock.now + step);
      await this.deliver();
    }
  }
}

export function alertOf(
  kind: Kind,
  subject: string,
  key: string,
  at: number,
  more: Partial<AlertRecord> = {},
): AlertRecord {
  const { severity, audience } = KINDS[kind];
  return {
    id: `${kind}:${subject}:${key}`,
    kind,
    subject,
    key,
    severity,
    evidence: {},
    openedAt: at,
    at,
    region: "",
    ...audience === "customer" ? { customerId: CUSTOMER, pointId: subject } : {},
    ...more,
  };
}

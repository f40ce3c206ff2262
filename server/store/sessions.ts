/**
 * Where someone has signed in. A session's token names the person, and is kept as a hash. What makes
 * all sessions of a person void at once is the person's record: disabled, or of a later epoch.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { ReportProblem } from "../errors.ts";
import { PEOPLE } from "./kinds.ts";
import { recordKey, sessionKey, sessionsOf } from "./keys.ts";
import type { Person, Role } from "./people.ts";

export interface Session {
  /** The beginning of the hash. */
  id: string;
  hash: string;
  epoch: number;
  createdAt: number;
  seenAt: number;
  expiresAt: number;
  userAgent?: string;
  address: string;
}

/** From where someone signs in. */
export interface Whence {
  userAgent?: string;
  address: string;
}

export interface Begun {
  token: string;
  session: Session;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
const LASTS: Record<Role, { idle: number; altogether: number }> = {
  operator: { idle: 12 * HOUR, altogether: 7 * DAY },
  customer: { idle: 7 * DAY, altogether: 30 * DAY },
};

const SEEN_EVERY_SECONDS = 5 * 60;
const SECRET_BYTES = 16;
const ID_LENGTH = 16;
const MAX_OF_A_PERSON = 50;
const MAX_USER_AGENT = 200;

const TOKEN = /^[0-9a-f]{48}$/;
const ID = /^[0-9a-f]{16}$/;
const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

export class Sessions {
  constructor(
    readonly kv: Deno.Kv,
    readonly randomBytes: (length: number) => Uint8Array,
    readonly report: ReportProblem,
  ) {}

  /** The person is as they were when they showed who they are. */
  async begin(person: Person, { userAgent, address }: Whence, at: number): Promise<Begun> {
    const token = person.id + this.randomBytes(SECRET_BYTES).toHex();
    const hash = hashOf(token);
    const session = {
      id: hash.slice(0, ID_LENGTH),
      hash,
      epoch: person.epoch,
      createdAt: at,
      seenAt: at,
      expiresAt: at + LASTS[person.role].altogether,
      userAgent: userAgent?.slice(0, MAX_USER_AGENT),
      address,
    };
    const others = (await this.#all(person.id)).sort((a, b) => b.seenAt - a.seenAt);
    for (const { id } of others.slice(MAX_OF_A_PERSON - 1)) await this.end(person.id, id);
    const expireIn = 1000 * LASTS[person.role].altogether;
    await this.kv.set(sessionKey(person.id, session.id), session, { expireIn });
    return { token, session };
  }

  async find(
    token: string,
    at: number,
  ): Promise<{ person: Person; session: Session } | undefined> {
    if (!TOKEN.test(token)) return undefined;
    const hash = hashOf(token);
    const personId = token.slice(0, token.length - 2 * SECRET_BYTES);
    const [person, row] = await this.kv.getMany<[Person, Session]>([
      recordKey(PEOPLE.name, personId),
      sessionKey(personId, hash.slice(0, ID_LENGTH)),
    ]);
    if (!person.value || !row.value || !isValid(row.value, person.value, at)) return undefined;
    if (!timingSafeEqual(Uint8Array.fromHex(hash), Uint8Array.fromHex(row.value.hash))) return;
    await this.#see(row, at);
    return {
      person: { ...person.value, version: person.versionstamp ?? undefined },
      session: row.value,
    };
  }

  /** Those that are not over, the last seen first. */
  async of(person: Person, at: number): Promise<Session[]> {
    const sessions = await this.#all(person.id);
    return sessions.filter((session) => isValid(session, person, at))
      .sort((a, b) => b.seenAt - a.seenAt);
  }

  /** Whether there was one. */
  async end(personId: string, id: string): Promise<boolean> {
    if (!ID.test(id)) return false;
    const { value } = await this.kv.get(sessionKey(personId, id));
    await this.kv.delete(sessionKey(personId, id));
    return value !== null;
  }

  async endAll(personId: string, but?: string): Promise<void> {
    for (const { id } of await this.#all(personId)) if (id !== but) await this.end(personId, id);
  }

  async #all(personId: string): Promise<Session[]> {
    const rows = await Array.fromAsync(this.kv.list<Session>({ prefix: sessionsOf(personId) }));
    return rows.map(({ value }) => value);
  }

  /** One that was ended meanwhile is not brought back. */
  async #see(row: Deno.KvEntry<Session>, at: number): Promise<void> {
    const { key, value } = row;
    if (at < value.seenAt + SEEN_EVERY_SECONDS) return;
    const expireIn = 1000 * (value.expiresAt - at);
    try {
      await this.kv.atomic().check(row).set(key, { ...value, seenAt: at }, { expireIn }).commit();
    } catch (error) {
      this.report("Cannot note when a session was last seen", error);
    }
  }
}

const isValid = ({ epoch, seenAt, expiresAt }: Session, person: Person, at: number): boolean =>
  person.disabledAt === undefined && epoch === person.epoch && at < expiresAt &&
  at < seenAt + LASTS[person.role].idle;

/** Sets a password by a link that works once; the link of the first start makes the first operator. */
import { weaknessOf } from "../domain/password-rules.ts";
import { done, failed, type Failure, type Result } from "../errors.ts";
import type { Change } from "./change.ts";
import { PEOPLE } from "./kinds.ts";
import { type Link, type Links, type Purpose, SETUP } from "./links.ts";
import type { Passwords } from "./passwords.ts";
import { type People, type Person, personOf } from "./people.ts";
import type { By, Records } from "./records.ts";
import type { Sessions } from "./sessions.ts";
import type { Tries } from "./tries.ts";

export interface SetPasswordParts {
  records: Records;
  people: People;
  links: Links;
  passwords: Passwords;
  sessions: Sessions;
  tries: Tries;
}

export interface NewPassword {
  token: string;
  password: string;
  /** Of the first operator, whom nobody knows yet. */
  email?: string;
  name?: string;
}

/** What a link is for, and for whom: for nobody yet, where it makes the first operator. */
export interface CheckedLink {
  link: Link;
  purpose: Purpose;
  person?: Person;
}

const gone = (): Failure =>
  failed("notFound", "The link is not valid: it was used, or is too old.");

export class SetPassword {
  constructor(readonly parts: SetPasswordParts) {}

  /** The token that sets up the first operator, where there is none; those before are void. */
  async setUpToken(at: number): Promise<string | undefined> {
    const { people, records, links } = this.parts;
    if (await people.hasOperator()) return undefined;
    const by: By = { actor: { kind: "server", id: "start" }, at };
    const issued = await records.transact<string>(
      by,
      async (change) => done((await links.issue(change, SETUP, "setup", at)).token),
    );
    if (!issued.ok) throw new Error(issued.detail);
    return issued.value;
  }

  async check(token: string, address: string, at: number): Promise<Result<CheckedLink>> {
    const { tries, links, people } = this.parts;
    const taken = await tries.take({ address }, at);
    if (!taken.ok) return taken;
    const link = await links.find(token, at);
    if (!link) return gone();
    const person = link.purpose === "setup" ? undefined : await people.get(link.id);
    const isUsable = link.purpose === "setup"
      ? !await people.hasOperator()
      : person !== undefined && person.disabledAt === undefined;
    if (!isUsable) return gone();
    await taken.value.undo();
    return done({ link, purpose: link.purpose, person });
  }

  /** Ends all sessions of the person. */
  async set(
    { token, password, email, name }: NewPassword,
    address: string,
    by: By,
  ): Promise<Result<Person>> {
    const checked = await this.check(token, address, by.at);
    if (!checked.ok) return checked;
    const { link, person } = checked.value;
    if (person ? email !== undefined || name !== undefined : !email || !name) {
      return misfit(person ? KNOWN : UNKNOWN);
    }
    const weakness = weaknessOf(password, person?.email ?? email!);
    if (weakness) return misfit({ password: weakness });
    const hash = await this.parts.passwords.hash(password);
    if (!hash.ok) return hash;
    const asLink: By = { ...by, actor: { ...by.actor, kind: "link", id: link.id } };
    const set = await this.parts.records.transact<Person>(asLink, async (change) => {
      if (!await this.parts.links.use(change, link.id, token, by.at)) return gone();
      const found = person
        ? await change.get(PEOPLE, person.id)
        : this.#firstOperator(email!, name!, by.at);
      if (!found || found.disabledAt !== undefined) return gone();
      return done(withPassword(change, found, hash.value));
    });
    if (set.ok) await this.parts.sessions.endAll(set.value.id);
    return set;
  }

  #firstOperator(email: string, name: string, at: number): Person {
    return personOf({ email, name, role: "operator" }, this.parts.records.newId(), at);
  }
}

const KNOWN = { email: "is known by the link", name: "is known by the link" };
const UNKNOWN = { email: "is missing", name: "is missing" };

export function misfit(faults: { [field: string]: string }): Failure {
  const errors = Object.entries(faults).map(([path, message]) => ({ path, message }));
  const detail = errors.map(({ path, message }) => `${path}: ${message}`).join("; ");
  return failed("invalid", `The body does not fit: ${detail}`, errors);
}

/** Sessions that began under another password are over. */
export function withPassword(change: Change, person: Person, passwordHash: string): Person {
  const changed = { ...person, passwordHash, epoch: person.epoch + 1 };
  change.put(PEOPLE, changed);
  return changed;
}

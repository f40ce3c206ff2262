/**
 * Signing in with e-mail, password and, where it is wanted, a code. Whether an e-mail address is
 * anybody's shows neither in the answer nor in the time that it takes.
 */
import { weaknessOf } from "../domain/password-rules.ts";
import { done, failed, type Failure, type Result } from "../errors.ts";
import { PEOPLE } from "./kinds.ts";
import { NOBODYS_TRY } from "./keys.ts";
import type { Passwords } from "./passwords.ts";
import { asEmail, type People, type Person } from "./people.ts";
import type { By, Records } from "./records.ts";
import type { Begun, Sessions, Whence } from "./sessions.ts";
import { misfit, withPassword } from "./set-password.ts";
import { type Totps, wrongCode } from "./totp.ts";
import type { Tries, Try } from "./tries.ts";

export interface SignInParts {
  records: Records;
  people: People;
  sessions: Sessions;
  passwords: Passwords;
  tries: Tries;
  totps: Totps;
}

export interface Credentials {
  email: string;
  password: string;
  code?: string;
}

export interface SignedIn extends Begun {
  person: Person;
}

const wrong = (): Failure => failed("unauthenticated", "E-mail and password do not fit.");

const codeWanted = (code: string | undefined): Failure =>
  failed(
    "codeWanted",
    code === undefined
      ? "Enter the code that the authenticator shows."
      : "The code is not valid, or was used before. Enter the next one.",
  );

export class SignIn {
  constructor(readonly parts: SignInParts) {}

  async signIn(given: Credentials, whence: Whence, by: By): Promise<Result<SignedIn>> {
    const { people, sessions, tries } = this.parts;
    const guesser = { account: asEmail(given.email), address: whence.address };
    const taken = await tries.take(guesser, by.at);
    if (!taken.ok) return taken;
    const person = await people.byEmail(given.email);
    const fits = await this.#fits(person, given.password, taken.value);
    if (!fits.ok) return fits;
    if (!person || !fits.value || person.disabledAt !== undefined) {
      await this.#noteFailure(person, by);
      return wrong();
    }
    if (person.totp?.confirmed && !await this.#hasCode(person, given.code, by)) {
      return codeWanted(given.code);
    }
    await taken.value.succeeded();
    await this.#renewHash(person, given.password, by);
    await this.#note(person, "signedIn", { ...by, actor: { ...by.actor, ...actorOf(person) } });
    return done({ person, ...await sessions.begin(person, whence, by.at) });
  }

  /** All other sessions are over; this one goes on under a new token. */
  async changePassword(
    id: string,
    { current, password }: { current: string; password: string },
    whence: Whence,
    by: By,
  ): Promise<Result<SignedIn>> {
    const confirmed = await this.#confirm(id, { password: current }, whence, by.at);
    if (!confirmed.ok) return wrongIn(confirmed, "current");
    const person = confirmed.value;
    const weakness = weaknessOf(password, person.email);
    if (weakness) return misfit({ password: weakness });
    const hash = await this.parts.passwords.hash(password);
    if (!hash.ok) return hash;
    const changed = await this.parts.records.transact<Person>(by, async (change) => {
      const now = await change.get(PEOPLE, id);
      if (!now || now.passwordHash !== person.passwordHash || now.disabledAt !== undefined) {
        return failed("conflict", "The password has been changed since.");
      }
      return done(withPassword(change, now, hash.value));
    });
    if (!changed.ok) return changed;
    await this.parts.sessions.endAll(id);
    const begun = await this.parts.sessions.begin(changed.value, whence, by.at);
    return done({ person: changed.value, ...begun });
  }

  /** From now on the password is enough. */
  async dropCodes(
    id: string,
    { password, code }: { password: string; code: string },
    whence: Whence,
    by: By,
  ): Promise<Result<void>> {
    const confirmed = await this.#confirm(id, { password, code }, whence, by.at);
    if (!confirmed.ok) return wrongIn(confirmed, "password");
    return await this.parts.totps.remove(id, by);
  }

  /** That it is still the person who sits there. Guesses count like those at the sign-in. */
  async #confirm(
    id: string,
    { password, code }: { password: string; code?: string },
    { address }: Whence,
    at: number,
  ): Promise<Result<Person>> {
    const person = await this.parts.people.get(id);
    if (!person) return wrong();
    const taken = await this.parts.tries.take({ account: person.email, address }, at);
    if (!taken.ok) return taken;
    const fits = await this.#fits(person, password, taken.value);
    if (!fits.ok) return fits;
    if (!fits.value) return wrong();
    const accepted = code === undefined || await this.parts.totps.accepts(person, code, at);
    if (!accepted) return wrongCode();
    await taken.value.succeeded();
    return done(person);
  }

  /** What was not even tried is no try. */
  async #fits(person: Person | undefined, password: string, taken: Try): Promise<Result<boolean>> {
    const fits = await this.parts.passwords.verify(password, person?.passwordHash);
    if (!fits.ok) await taken.undo();
    return fits;
  }

  async #hasCode(person: Person, code: string | undefined, by: By): Promise<boolean> {
    if (code === undefined) return false;
    if (await this.parts.totps.accepts(person, code, by.at)) return true;
    await this.#noteFailure(person, by);
    return false;
  }

  async #renewHash(person: Person, password: string, by: By): Promise<void> {
    const { passwords, records } = this.parts;
    if (!passwords.isOutdated(person.passwordHash!)) return;
    const hash = await passwords.hash(password);
    if (!hash.ok) return;
    const asServer: By = { actor: { ...by.actor, kind: "server", id: "sign-in" }, at: by.at };
    await records.update<Person, void>(PEOPLE, person.id, asServer, (now) => {
      if (now.passwordHash === person.passwordHash) now.passwordHash = hash.value;
      return done(undefined);
    });
  }

  /** Takes the same time where nobody is known by that e-mail address. */
  async #noteFailure(person: Person | undefined, by: By): Promise<void> {
    if (person) await this.#note(person, "signInFailed", by);
    else await this.parts.records.kv.set(NOBODYS_TRY, { at: by.at, actor: by.actor });
  }

  async #note({ id }: Person, action: string, by: By): Promise<void> {
    await this.parts.records.note(by, { kind: PEOPLE.name, id, action, changes: {} });
  }
}

const actorOf = ({ id }: Person) => ({ kind: "person" as const, id });

/** To someone who is signed in, a wrong password is a field that does not fit. */
const wrongIn = (failure: Failure, field: string): Failure =>
  failure.kind === "unauthenticated" ? misfit({ [field]: "is not your password" }) : failure;

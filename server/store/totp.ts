/**
 * The codes of an authenticator (RFC 6238), for operators who want more than a password. The secret
 * is sealed; each code works once.
 */
import { Secret, TOTP } from "otpauth";
import { done, failed, noSuch, type Result } from "../errors.ts";
import { PEOPLE } from "./kinds.ts";
import { totpStepKey } from "./keys.ts";
import type { Person } from "./people.ts";
import type { By, Records } from "./records.ts";
import type { Vault } from "./vault.ts";

const ISSUER = "Contaluz";
const SECRET_BYTES = 20;
const STEP_SECONDS = 30;
/** A clock may be one step off. */
const WINDOW = 1;

const totpOf = (secret: Uint8Array, label: string): TOTP =>
  new TOTP({
    issuer: ISSUER,
    label,
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
    period: STEP_SECONDS,
  });

export class Totps {
  constructor(readonly records: Records, readonly vault: Vault) {}

  /** A secret for the authenticator; nothing asks for its codes until one has confirmed it. */
  async begin(id: string, by: By): Promise<Result<{ secret: string; uri: string }>> {
    return await this.records.update(PEOPLE, id, by, (person) => {
      if (person.totp?.confirmed) return failed("conflict", "Codes are asked for already.");
      const secret = this.vault.randomBytes(SECRET_BYTES);
      person.totp = { sealed: this.vault.sealFor(ownerOf(person), secret), confirmed: false };
      const totp = totpOf(secret, person.email);
      return done({ secret: totp.secret.base32, uri: totp.toString() });
    });
  }

  async confirm(id: string, code: string, by: By): Promise<Result<void>> {
    const person = await this.records.get(PEOPLE, id);
    if (!person?.totp || person.totp.confirmed) {
      return failed("conflict", "There is nothing to confirm: begin anew.");
    }
    if (!await this.accepts(person, code, by.at)) return wrongCode();
    const { sealed } = person.totp;
    return await this.records.update<Person, void>(PEOPLE, id, by, ({ totp }) => {
      if (totp?.sealed.toHex() !== sealed.toHex()) return failed("conflict", "Begun anew since.");
      totp.confirmed = true;
      return done(undefined);
    });
  }

  /** Whether it is a code of now that was not used before; it is used by this. */
  async accepts(
    { id, email, totp }: Pick<Person, "id" | "email" | "totp">,
    code: string,
    at: number,
  ) {
    if (!totp) return false;
    const secret = this.vault.openFor(ownerOf({ id }), totp.sealed, `the code secret of ${id}`);
    const timestamp = 1000 * at;
    const off = totpOf(secret, email).validate({ token: code, timestamp, window: WINDOW });
    if (off === null) return false;
    const step = Math.floor(at / STEP_SECONDS) + off;
    const { kv } = this.records;
    const last = await kv.get<number>(totpStepKey(id));
    if (last.value !== null && last.value >= step) return false;
    return (await kv.atomic().check(last).set(totpStepKey(id), step).commit()).ok;
  }

  async remove(id: string, by: By): Promise<Result<void>> {
    return await this.records.transact<void>(by, async (change) => {
      const person = await change.get(PEOPLE, id);
      if (!person) return noSuch("person", id);
      if (!person.totp) return done(undefined);
      const { totp: _, ...rest } = person;
      change.put(PEOPLE, rest);
      return done(undefined);
    });
  }
}

const ownerOf = ({ id }: Pick<Person, "id">): string => `totp of person ${id}`;

export const wrongCode = () =>
  failed("invalid", "The code is not valid, or was used before.", [
    { path: "code", message: "is not valid, or was used before" },
  ]);

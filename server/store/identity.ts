/** Who people and machines are, put together: people, sessions, passwords, codes, API keys. */
import type { ReportProblem } from "../errors.ts";
import { ApiKeys } from "./api-keys.ts";
import type { Audit } from "./audit.ts";
import { Links } from "./links.ts";
import { Passwords, type ScryptCost } from "./passwords.ts";
import { People } from "./people.ts";
import type { By, Records } from "./records.ts";
import { Sessions } from "./sessions.ts";
import { SetPassword } from "./set-password.ts";
import { SignIn } from "./sign-in.ts";
import { Totps } from "./totp.ts";
import { Tries, type TryLimits } from "./tries.ts";
import type { Vault } from "./vault.ts";

export interface IdentityParts {
  records: Records;
  audit: Audit;
  vault: Vault;
  randomBytes: (length: number) => Uint8Array;
  report: ReportProblem;
  cost?: ScryptCost;
  tries?: TryLimits;
}

export interface Identity {
  people: People;
  sessions: Sessions;
  setPassword: SetPassword;
  signIn: SignIn;
  totps: Totps;
  apiKeys: ApiKeys;
  /** Takes away who signed in for a customer; may be called twice. */
  forget: (customerId: string, by: By) => Promise<void>;
}

export function openIdentity(parts: IdentityParts): Identity {
  const { records, audit, vault, randomBytes, report } = parts;
  const sessions = new Sessions(records.kv, randomBytes, report);
  const links = new Links(records, randomBytes);
  const people = new People(records, links, sessions, audit);
  const passwords = new Passwords(randomBytes, parts.cost);
  const tries = new Tries(records.kv, parts.tries);
  const totps = new Totps(records, vault);
  const apiKeys = new ApiKeys(records, randomBytes, report);
  return {
    people,
    sessions,
    setPassword: new SetPassword({ records, people, links, passwords, sessions, tries }),
    signIn: new SignIn({ records, people, sessions, passwords, tries, totps }),
    totps,
    apiKeys,
    forget: async (customerId, by) => {
      await people.forget(customerId, by);
      await apiKeys.forget(customerId, by);
    },
  };
}

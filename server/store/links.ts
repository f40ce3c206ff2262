/**
 * Links that work once, to set a password: for someone who was invited or has forgotten theirs, and
 * for the first operator. A person has one at most: a new one takes the place of the old.
 */
import { createHash } from "node:crypto";
import type { Change } from "./change.ts";
import { LINKS } from "./kinds.ts";
import type { Records } from "./records.ts";

export type Purpose = "invite" | "reset" | "setup";

/** Its id is that of the person who may use it, or `setup`. */
export interface Link {
  id: string;
  version?: string;
  purpose: Purpose;
  /** Gone once it is used. */
  tokenHash?: string;
  endsAt: number;
}

/** A token in the clear, on its way to who may use it. */
export interface IssuedLink {
  token: string;
  endsAt: number;
}

export const SETUP = "setup";

const TOKEN_BYTES = 16;
const DAY = 24 * 3600;
const LASTS: Record<Purpose, number> = { invite: 7 * DAY, reset: DAY, setup: DAY };

const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

export class Links {
  constructor(
    readonly records: Records,
    readonly randomBytes: (length: number) => Uint8Array,
  ) {}

  async issue(change: Change, id: string, purpose: Purpose, at: number): Promise<IssuedLink> {
    const token = this.randomBytes(TOKEN_BYTES).toHex();
    const endsAt = at + LASTS[purpose];
    await change.get(LINKS, id);
    change.put(LINKS, { id, purpose, tokenHash: hashOf(token), endsAt });
    return { token, endsAt };
  }

  async find(token: string, at: number): Promise<Link | undefined> {
    const link = await this.records.find(LINKS, "token", hashOf(token));
    return link && link.endsAt > at ? link : undefined;
  }

  /** Whether it could still be used, which nobody can any more. */
  async use(change: Change, id: string, token: string, at: number): Promise<boolean> {
    const link = await change.get(LINKS, id);
    if (!link || link.tokenHash !== hashOf(token) || link.endsAt <= at) return false;
    change.put(LINKS, { id, purpose: link.purpose, endsAt: link.endsAt });
    return true;
  }

  /** Ends one that is not wanted any more. */
  async end(change: Change, id: string): Promise<void> {
    const link = await change.get(LINKS, id);
    if (!link?.tokenHash) return;
    change.put(LINKS, { id, purpose: link.purpose, endsAt: link.endsAt });
  }
}

/** How a person is shown, and a session of theirs. */
import { z } from "zod";
import type { Person } from "../store/people.ts";
import type { Session } from "../store/sessions.ts";
import { id, instantAnswer } from "./answers.ts";
import { ROLES } from "./caller.ts";
import { text } from "./input.ts";
import { toInstant, toInstantOrNull } from "./output.ts";

/** Not trimmed; how it must be is said where a new one is set. */
export const password = z.string().min(1, "must not be empty").max(1_000, "is too long")
  .meta({ example: "correct horse battery" });

export const code = text(1, 20).transform((digits) => digits.replaceAll(" ", ""))
  .pipe(z.string().regex(/^\d{6}$/, "must have 6 digits"))
  .meta({ description: "What the authenticator shows", example: "287082" });

export const personAnswer = z.object({
  id,
  name: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
  customerId: id.nullable(),
  state: z.enum(["invited", "active", "disabled"]),
  totp: z.boolean().meta({ description: "Whether signing in takes a code" }),
  createdAt: instantAnswer,
  disabledAt: instantAnswer.nullable(),
}).meta({ id: "Person" });

export const shownPerson = (person: Person) => ({
  id: person.id,
  name: person.name,
  email: person.email,
  role: person.role,
  customerId: person.customerId ?? null,
  state: stateOf(person),
  totp: person.totp?.confirmed ?? false,
  createdAt: toInstant(person.createdAt),
  disabledAt: toInstantOrNull(person.disabledAt),
});

const stateOf = ({ disabledAt, passwordHash }: Person) =>
  disabledAt !== undefined
    ? "disabled" as const
    : passwordHash === undefined
    ? "invited" as const
    : "active" as const;

export const sessionAnswer = z.object({
  id: z.string().meta({ example: "5c1f63c0d27be954" }),
  createdAt: instantAnswer,
  seenAt: instantAnswer.meta({ description: "To within five minutes" }),
  expiresAt: instantAnswer,
  userAgent: z.string().nullable(),
  address: z.string(),
  current: z.boolean().meta({ description: "Whether it is the one that asks" }),
}).meta({ id: "Session" });

export const shownSessions = (sessions: Session[], current?: string) => ({
  items: sessions.map(({ id, createdAt, seenAt, expiresAt, userAgent, address }) => ({
    id,
    createdAt: toInstant(createdAt),
    seenAt: toInstant(seenAt),
    expiresAt: toInstant(expiresAt),
    userAgent: userAgent ?? null,
    address,
    current: id === current,
  })),
  next: null,
});

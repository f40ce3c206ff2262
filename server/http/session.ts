/** Signing in and out, who is asking, and where else they are signed in. */
import type { Context } from "hono";
import { z } from "zod";
import { failed, noSuch } from "../errors.ts";
import type { By } from "../store/records.ts";
import type { SignedIn } from "../store/sign-in.ts";
import { id, pageOf } from "./answers.ts";
import { personCalling } from "./auth.ts";
import { type Caller, limitOf, type PersonCalling, SCOPES } from "./caller.ts";
import { giveCookie, takeCookie } from "./cookie.ts";
import { MAX_ANYONES_BYTES, text } from "./input.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import {
  code,
  password,
  personAnswer,
  sessionAnswer,
  shownPerson,
  shownSessions,
} from "./person-answer.ts";
import { FailureError, valueOf } from "./problem.ts";

export const meAnswer = z.object({
  person: personAnswer.nullable().meta({ description: "Who is signed in" }),
  key: z.object({
    id: z.string(),
    label: z.string().nullable(),
    scopes: z.array(z.enum(SCOPES)),
    connections: z.int(),
  }).nullable().meta({ description: "The API key that was sent" }),
  customer: z.object({ id, name: z.string() }).nullable()
    .meta({ description: "To whose things the caller is limited" }),
}).meta({ id: "Me" });

export const sessionOperations = {
  signIn: operation("POST /api/v1/session", {
    summary: "Sign in: sets the session's cookie",
    details: "Where the account has an authenticator, its code is asked for with a 401 of " +
      "the type `urn:contaluz:problem:codeWanted`, after a right password only.",
    body: z.strictObject({
      email: text(1, 200).meta({ example: "maria@example.com" }),
      password,
      code: code.optional(),
    }),
    maxBytes: MAX_ANYONES_BYTES,
    answer: meAnswer,
    status: 201,
    failures: ["unauthenticated", "codeWanted", "tooMany", "unavailable"],
  }),
  signOut: operation("DELETE /api/v1/session", {
    summary: "Sign out",
  }),
  getMe: operation("GET /api/v1/me", {
    summary: "Who is asking",
    answer: meAnswer,
  }),
  listSessions: operation("GET /api/v1/sessions", {
    summary: "Where one is signed in",
    answer: pageOf(sessionAnswer),
  }),
  endSession: operation("DELETE /api/v1/sessions/:id", {
    summary: "Sign out elsewhere",
  }),
  endOtherSessions: operation("DELETE /api/v1/sessions", {
    summary: "Sign out everywhere else",
  }),
};

export function sessionHandlers(parts: HttpParts): HandlersOf<typeof sessionOperations> {
  const { identity: { people, sessions, signIn }, now, note, publicUrl } = parts;
  const noted = (action: string, { id }: PersonCalling, by: By) =>
    note(by, { kind: "person", id, action, changes: {} });
  return {
    signIn: async ({ body, caller, by, context }) => {
      const signedIn = valueOf(await signIn.signIn(body, whenceOf(parts, context), by));
      if (caller.kind === "person") await sessions.end(caller.id, caller.sessionId);
      return await welcomed(parts, context, signedIn);
    },
    signOut: async ({ caller, by, context }) => {
      takeCookie(context, publicUrl);
      if (caller.kind !== "person") return;
      await sessions.end(caller.id, caller.sessionId);
      await noted("signedOut", caller, by);
    },
    getMe: ({ caller }) => shownCaller(parts, caller),
    listSessions: async ({ caller }) => {
      const { id, sessionId } = personIn(caller);
      const person = await people.get(id);
      return shownSessions(person ? await sessions.of(person, now()) : [], sessionId);
    },
    endSession: async ({ params, caller, by, context }) => {
      const person = personIn(caller);
      if (!await sessions.end(person.id, params.id)) throw noSession(params.id);
      if (params.id === person.sessionId) takeCookie(context, publicUrl);
      await noted("sessionEnded", person, by);
    },
    endOtherSessions: async ({ caller, by }) => {
      const person = personIn(caller);
      await sessions.endAll(person.id, person.sessionId);
      await noted("otherSessionsEnded", person, by);
    },
  };
}

export const noSession = (id: string) => new FailureError(noSuch("session", id));

export const whenceOf = ({ addressOf }: HttpParts, context: Context) => ({
  address: addressOf(context),
  userAgent: context.req.header("user-agent"),
});

/** The table of rights has let only people pass. */
export function personIn(caller: Caller): PersonCalling {
  if (caller.kind === "person") return caller;
  throw new FailureError(failed("forbidden", "This takes a sign-in: no API key can do it."));
}

/** Gives the cookie of a new session, and says whose it is. */
export async function welcomed(
  parts: HttpParts,
  context: Context,
  { person, session, token }: SignedIn,
): Promise<z.input<typeof meAnswer>> {
  giveCookie(context, parts.publicUrl, token, session.expiresAt - session.createdAt);
  return await shownCaller(parts, personCalling(person, session.id));
}

async function shownCaller(
  { identity: { people, apiKeys }, customers }: HttpParts,
  caller: Caller,
): Promise<z.input<typeof meAnswer>> {
  const limit = limitOf(caller);
  const customer = limit === undefined ? undefined : await customers.get(limit);
  const person = caller.kind === "person" ? await people.get(caller.id) : undefined;
  const label = caller.kind === "key" ? (await apiKeys.get(caller.id))?.label : undefined;
  return {
    person: person ? shownPerson(person) : null,
    key: caller.kind === "key"
      ? {
        id: caller.id,
        label: label ?? null,
        scopes: [...caller.scopes],
        connections: caller.connections,
      }
      : null,
    customer: customer ? { id: customer.id, name: customer.name } : null,
  };
}

/** People who sign in, as the utility's staff invites, finds and changes them. */
import { z } from "zod";
import { failed } from "../errors.ts";
import type { Person } from "../store/people.ts";
import { id, instantAnswer, pageOf } from "./answers.ts";
import { ROLES } from "./caller.ts";
import { found } from "./found.ts";
import { email, label } from "./input.ts";
import { listFields, shownPage } from "./listing.ts";
import { type HandlersOf, operation } from "./operation.ts";
import { originOf, passwordPage } from "./origin.ts";
import { toInstant } from "./output.ts";
import type { HttpParts } from "./parts.ts";
import { personAnswer, sessionAnswer, shownPerson, shownSessions } from "./person-answer.ts";
import { FailureError, valueOf } from "./problem.ts";
import { tagged } from "./serve.ts";
import { noSession } from "./session.ts";

const linkFields = {
  link: z.string().meta({
    description: "Where they set their password; shown this once",
    example: "https://luz.example/set-password#token=9c0e3a59c2d64b1fa1f2c3d4e5f60718",
  }),
  expiresAt: instantAnswer,
};

const newPerson = z.strictObject({
  email,
  name: label.meta({ example: "Maria Souza" }),
  role: z.enum(ROLES),
  customerId: id.optional().meta({ description: "Whose places a customer sees" }),
}).refine(({ role, customerId }) => (role === "customer") === (customerId !== undefined), {
  path: ["customerId"],
  error: "must be there for a customer, and for nobody else",
}).meta({
  example: {
    email: "maria@example.com",
    name: "Maria Souza",
    role: "customer",
    customerId: "8a1f63c0d27be954",
  },
});

export const peopleOperations = {
  listPeople: operation("GET /api/v1/people", {
    summary: "People by name",
    query: z.strictObject({
      ...listFields,
      customerId: id.optional().meta({ description: "Those of a customer" }),
      disabled: z.enum(["true", "false"]).default("false").meta({
        description: "Those who are disabled, instead of those who are not",
      }),
    }),
    answer: pageOf(personAnswer),
  }),
  addPerson: operation("POST /api/v1/people", {
    summary: "Invite someone, by a link that works once within 7 days",
    body: newPerson,
    answer: z.object({ person: personAnswer, ...linkFields }),
    status: 201,
    failures: ["conflict", "notFound"],
  }),
  getPerson: operation("GET /api/v1/people/:id", {
    summary: "A person",
    answer: personAnswer,
  }),
  changePerson: operation("PATCH /api/v1/people/:id", {
    summary: "Change, disable or enable a person",
    details: "What is not named stays. Disabling ends all sessions at once.",
    body: z.strictObject({
      email: email.optional(),
      name: label.optional(),
      disabled: z.boolean().optional(),
    }),
    answer: personAnswer,
    failures: ["conflict", "preconditionFailed"],
  }),
  renewLink: operation("POST /api/v1/people/:id/link", {
    summary: "A new link to set a password; one before it is void",
    answer: z.object(linkFields),
    status: 201,
    failures: ["conflict"],
  }),
  resetTotp: operation("DELETE /api/v1/people/:id/totp", {
    summary: "Take away the authenticator of someone who has lost it",
    failures: ["conflict"],
  }),
  listSessionsOf: operation("GET /api/v1/people/:id/sessions", {
    summary: "Where a person is signed in",
    answer: pageOf(sessionAnswer),
  }),
  endSessionOf: operation("DELETE /api/v1/people/:id/sessions/:session", {
    summary: "Sign a person out somewhere",
  }),
  endSessionsOf: operation("DELETE /api/v1/people/:id/sessions", {
    summary: "Sign a person out everywhere",
  }),
};

export function peopleHandlers(parts: HttpParts): HandlersOf<typeof peopleOperations> {
  const { identity: { people, sessions, totps }, now, note, publicUrl } = parts;
  const personOf = (id: string): Promise<Person> => found("person", id, (id) => people.get(id));
  return {
    listPeople: async ({ query: { disabled, ...query } }) =>
      shownPage(await people.list({ ...query, disabled: disabled === "true" }), shownPerson),
    addPerson: async ({ body, by, context }) => {
      const { person, link } = valueOf(await people.invite(body, by));
      const page = passwordPage(originOf(context, publicUrl), link.token);
      return { person: shownPerson(person), link: page, expiresAt: toInstant(link.endsAt) };
    },
    getPerson: async ({ params, context }) =>
      shownPerson(tagged(context, await personOf(params.id))),
    changePerson: async ({ params, body, by, context }) =>
      shownPerson(tagged(context, valueOf(await people.update(params.id, body, by)))),
    renewLink: async ({ params, by, context }) => {
      const { token, endsAt } = valueOf(await people.renewLink(params.id, by));
      const page = passwordPage(originOf(context, publicUrl), token);
      return { link: page, expiresAt: toInstant(endsAt) };
    },
    resetTotp: async ({ params, caller, by }) => {
      const { id } = await personOf(params.id);
      if (caller.kind === "person" && caller.id === id) throw new FailureError(OWN_TOTP);
      valueOf(await totps.remove(id, by));
    },
    listSessionsOf: async ({ params, caller }) => {
      const person = await personOf(params.id);
      const current = caller.kind === "person" ? caller.sessionId : undefined;
      return shownSessions(await sessions.of(person, now()), current);
    },
    endSessionOf: async ({ params, by }) => {
      const { id } = await personOf(params.id);
      if (!await sessions.end(id, params.session)) throw noSession(params.session);
      await note(by, { kind: "person", id, action: "sessionEnded", changes: {} });
    },
    endSessionsOf: async ({ params, by }) => {
      const { id } = await personOf(params.id);
      await sessions.endAll(id);
      await note(by, { kind: "person", id, action: "sessionsEnded", changes: {} });
    },
  };
}

const OWN_TOTP = failed(
  "conflict",
  "Nobody can take away their own this way: it takes the password and a code.",
);

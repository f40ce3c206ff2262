/** Links that work once: what they are for, and the password that is set with them. */
import { z } from "zod";
import { email, label, MAX_ANYONES_BYTES, text } from "./input.ts";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { password, personAnswer, shownPerson } from "./person-answer.ts";
import { valueOf } from "./problem.ts";

const token = text(1, 100);

export const linkOperations = {
  checkLink: operation("POST /api/v1/links/check", {
    summary: "What a link is for",
    body: z.strictObject({ token }),
    maxBytes: MAX_ANYONES_BYTES,
    answer: z.object({
      purpose: z.enum(["invite", "reset", "setup"]),
      name: z.string().nullable(),
      email: z.string().nullable(),
    }),
    failures: ["notFound", "tooMany"],
  }),
  setPassword: operation("POST /api/v1/password", {
    summary: "Set a password by a link, which ends all sessions of the person",
    details: "The link that sets up the first operator takes `email` and `name`, the others none.",
    body: z.strictObject({
      token,
      password,
      email: email.optional(),
      name: label.optional(),
    }),
    maxBytes: MAX_ANYONES_BYTES,
    answer: personAnswer,
    failures: ["notFound", "conflict", "tooMany", "unavailable"],
  }),
};

export function linkHandlers(
  { identity: { setPassword }, addressOf, now }: HttpParts,
): HandlersOf<typeof linkOperations> {
  return {
    checkLink: async ({ body, context }) => {
      const checked = await setPassword.check(body.token, addressOf(context), now());
      const { purpose, person } = valueOf(checked);
      return { purpose, name: person?.name ?? null, email: person?.email ?? null };
    },
    setPassword: async ({ body, by, context }) =>
      shownPerson(valueOf(await setPassword.set(body, addressOf(context), by))),
  };
}

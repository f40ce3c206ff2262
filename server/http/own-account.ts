/** One's own password, and the codes of one's authenticator. */
import { z } from "zod";
import { type HandlersOf, operation } from "./operation.ts";
import type { HttpParts } from "./parts.ts";
import { code, password } from "./person-answer.ts";
import { valueOf } from "./problem.ts";
import { meAnswer, personIn, welcomed, whenceOf } from "./session.ts";

export const ownAccountOperations = {
  changePassword: operation("PUT /api/v1/me/password", {
    summary: "Change one's password",
    details: "All other sessions end; this one goes on with a new cookie.",
    body: z.strictObject({ current: password, password }),
    answer: meAnswer,
    failures: ["conflict", "tooMany", "unavailable"],
  }),
  beginTotp: operation("POST /api/v1/me/totp", {
    summary: "A secret for an authenticator, to be confirmed with a code",
    answer: z.object({
      secret: z.string().meta({ description: "In base32", example: "JBSWY3DPEHPK3PXP" }),
      uri: z.string().meta({
        description: "For a QR code",
        example: "otpauth://totp/Contaluz:maria%40example.com?secret=JBSWY3DPEHPK3PXP",
      }),
    }),
    status: 201,
    failures: ["conflict"],
  }),
  confirmTotp: operation("POST /api/v1/me/totp/confirm", {
    summary: "From now on, signing in takes a code",
    body: z.strictObject({ code }),
    failures: ["conflict"],
  }),
  endTotp: operation("POST /api/v1/me/totp/end", {
    summary: "From now on, signing in takes no code",
    body: z.strictObject({ password, code }),
    failures: ["tooMany", "unavailable"],
  }),
};

export function ownAccountHandlers(parts: HttpParts): HandlersOf<typeof ownAccountOperations> {
  const { signIn, totps } = parts.identity;
  return {
    changePassword: async ({ body, caller, by, context }) => {
      const { id } = personIn(caller);
      const whence = whenceOf(parts, context);
      const signedIn = valueOf(await signIn.changePassword(id, body, whence, by));
      return await welcomed(parts, context, signedIn);
    },
    beginTotp: async ({ caller, by }) => valueOf(await totps.begin(personIn(caller).id, by)),
    confirmTotp: async ({ body, caller, by }) =>
      valueOf(await totps.confirm(personIn(caller).id, body.code, by)),
    endTotp: async ({ body, caller, by, context }) =>
      valueOf(await signIn.dropCodes(personIn(caller).id, body, whenceOf(parts, context), by)),
  };
}

/** Machines that are told of alerts, on the command line of the utility's staff. */
import type { InferResponseType } from "hono/client";
import { MOST_COUNTED } from "../domain/delivery-tries.ts";
import { KINDS_HELP, kindsIn } from "./alert-kinds.ts";
import { orGone } from "./arguments.ts";
import { type Command, command } from "./command.ts";
import { type ApiClient, byId } from "./connection.ts";
import { Ending, usage } from "./ending.ts";
import { type Column, details } from "./table.ts";
import { instant } from "./units.ts";

type Webhook = InferResponseType<ApiClient["webhooks"][":id"]["$patch"]>;
type WithBacklog = InferResponseType<ApiClient["webhooks"][":id"]["$get"]>;
type Letter = InferResponseType<ApiClient["webhooks"][":id"]["dead-letters"]["$get"]>["items"][
  number
];

const ALL = "all";

export const webhookCommands: Command[] = [
  command("webhooks [SEARCH]", {
    summary: "Machines that are told of alerts, by label",
    example: "webhooks control",
    run: ({ words, answers, connection: { api } }) =>
      answers.list((page) => api.webhooks.$get({ query: { ...page, search: words.SEARCH } }), {
        columns: COLUMNS,
        none: "No webhooks.",
      }),
  }),
  command("webhooks add URL", {
    summary: "Have a machine told of alerts, and print the secret that signs, this once",
    options: {
      "--label LABEL": "what it is",
      "--kind KIND,…": "only of this kind, or of these; else of all",
      "--customer ID": "only of what this customer sees",
    },
    details: KINDS_HELP,
    example: 'webhooks add https://alerts.example/contaluz --label "Control room"',
    run: async ({ words, options: { label, kind, customer }, answers, connection: { api } }) => {
      const kinds = kind === undefined ? undefined : kindsIn("--kind", kind);
      const json = { url: words.URL, label, kinds, customerId: customer };
      await answers.show(
        api.webhooks.$post({ json }),
        (webhook) => `${shown(webhook)}\n\n${secretText(webhook.secret)}`,
      );
    },
  }),
  command("webhooks show ID", {
    summary: "A webhook: what waits for it, why it fails if it does, or why it is disabled",
    example: "webhooks show 8a1f63c0d27be954",
    run: async ({ words, answers, connection: { api } }) => {
      await answers.show(
        api.webhooks[":id"].$get(byId(words.ID)),
        (webhook) => details({ ...fieldsOf(webhook), ...backlogOf(webhook) }),
      );
    },
  }),
  command("webhooks change ID", {
    summary: "Change a webhook; what is not named stays",
    options: {
      "--url URL": "where it is",
      "--label LABEL": "what it is; an empty text takes it away",
      "--kind KIND,…": "only of this kind, or of these; all for all",
    },
    details: KINDS_HELP,
    example: "webhooks change 8a1f63c0d27be954 --kind silent,outage",
    run: async ({ words, options: { url, label, kind }, answers, connection: { api } }) => {
      if ([url, label, kind].every((one) => one === undefined)) {
        throw usage("Say what is to be changed.");
      }
      const json = {
        url,
        label: orGone(label),
        kinds: kind === undefined ? undefined : kind === ALL ? null : kindsIn("--kind", kind),
      };
      await answers.show(api.webhooks[":id"].$patch({ ...byId(words.ID), json }), shown);
    },
  }),
  ...[true, false].map((enabled) =>
    command(enabled ? "webhooks enable ID" : "webhooks disable ID", {
      summary: enabled
        ? "Tell a webhook again that was disabled"
        : "Tell a webhook nothing until it is enabled",
      example: `webhooks ${enabled ? "enable" : "disable"} 8a1f63c0d27be954`,
      run: async ({ words, answers, connection: { api } }) => {
        const json = { enabled };
        await answers.show(api.webhooks[":id"].$patch({ ...byId(words.ID), json }), shown);
      },
    })
  ),
  command("webhooks remove ID", {
    summary: "Remove a webhook, with all that waits for it",
    example: "webhooks remove 8a1f63c0d27be954",
    run: ({ words, answers, connection: { api } }) =>
      answers.done(
        api.webhooks[":id"].$delete(byId(words.ID)),
        `Removed the webhook ${words.ID}.`,
      ),
  }),
  command("webhooks test ID", {
    summary: "Send a test message at once, and say what came of it",
    example: "webhooks test 8a1f63c0d27be954",
    run: async ({ words, answers, connection: { api } }) => {
      const { delivered } = await answers.show(
        api.webhooks[":id"].test.$post(byId(words.ID)),
        ({ delivered, status, reason }) =>
          details({
            delivered: delivered ? "yes" : "no",
            ...status === null ? {} : { "answered with": `${status}` },
            ...reason === null ? {} : { reason },
          }),
      );
      if (!delivered) throw new Ending("refused", "The test message was not delivered.");
    },
  }),
  command("webhooks rotate ID", {
    summary: "A new secret for a webhook, printed this once",
    details: "For 24 hours messages are signed with the one before as well.",
    example: "webhooks rotate 8a1f63c0d27be954",
    run: async ({ words, answers, connection: { api } }) => {
      const asked = api.webhooks[":id"]["rotate-secret"].$post(byId(words.ID));
      await answers.show(asked, ({ secret }) => `${secretText(secret)}\n${ROTATED}`);
    },
  }),
  command("webhooks dead ID", {
    summary: "Messages to a webhook that were given up, the latest first",
    example: "webhooks dead 8a1f63c0d27be954",
    run: ({ words, answers, connection: { api } }) =>
      answers.list(
        (page) => api.webhooks[":id"]["dead-letters"].$get({ ...byId(words.ID), query: page }),
        { columns: LETTERS, none: "No message was given up." },
      ),
  }),
  command("webhooks retry ID", {
    summary: "Try messages to a webhook anew that were given up",
    options: { "--message ID,…": "only this one, or these; else all" },
    example: "webhooks retry 8a1f63c0d27be954",
    run: async ({ words, options: { message }, answers, connection: { api } }) => {
      const json = { ids: message?.split(",") };
      await answers.show(
        api.webhooks[":id"]["dead-letters"].retry.$post({ ...byId(words.ID), json }),
        ({ retried }) => `Messages that are tried anew: ${retried}.`,
      );
    },
  }),
];

const COLUMNS: Column<Webhook>[] = [
  { title: "id", of: ({ id }) => id, whole: true },
  { title: "label", of: ({ label }) => label },
  { title: "url", of: ({ url }) => url },
  { title: "kinds", of: kindsOf },
  { title: "customer", of: ({ customerId }) => customerId, whole: true, ifAny: true },
  { title: "state", of: stateOf },
];

const LETTERS: Column<Letter>[] = [
  { title: "message", of: ({ id }) => id, whole: true },
  { title: "what", of: ({ type }) => type.replace(/^alert\./, "") },
  { title: "alert", of: ({ alertId }) => alertId },
  { title: "tries", of: ({ attempts }) => `${attempts}`, align: "right" },
  { title: "given up", of: ({ givenUpAt }) => instant(givenUpAt) },
  { title: "reason", of: ({ reason }) => reason },
];

function kindsOf({ kinds }: Webhook): string {
  return kinds?.join(", ") ?? ALL;
}

function stateOf({ disabledAt }: Webhook): string {
  return disabledAt === null ? "enabled" : "disabled";
}

const fieldsOf = (webhook: Webhook) => ({
  id: webhook.id,
  url: webhook.url,
  label: webhook.label,
  kinds: kindsOf(webhook),
  ...webhook.customerId === null ? {} : { customer: webhook.customerId },
  state: stateOf(webhook),
  created: instant(webhook.createdAt),
  ...webhook.disabledAt === null ? {} : {
    disabled: instant(webhook.disabledAt),
    because: webhook.disabledReason ?? "the staff did it",
  },
});

const shown = (webhook: Webhook): string => details(fieldsOf(webhook));

const backlogOf = ({ waiting, nextTryAt, lastFault }: WithBacklog) => ({
  waiting: waiting < MOST_COUNTED ? `${waiting}` : `${waiting} or more`,
  ...nextTryAt === null ? {} : { "next try": instant(nextTryAt) },
  ...lastFault === null ? {} : { "last failed": instant(lastFault.at), why: lastFault.reason },
});

const secretText = (secret: string): string =>
  `${details({ secret })}

Give it to the receiver, who checks with it that a message is from here (Standard Webhooks).
It is not shown again.`;

const ROTATED =
  "Until the receiver has it, but for 24 hours at most, the one before works as well.";

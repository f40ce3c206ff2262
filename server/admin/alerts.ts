/** Alerts on the command line: what is wrong, who has seen it. */
import type { InferResponseType } from "hono/client";
import { kindName } from "../domain/alert-words.ts";
import { KINDS_HELP, kindsIn } from "./alert-kinds.ts";
import { type Command, command } from "./command.ts";
import { type ApiClient, byId } from "./connection.ts";
import { type Column, details, table } from "./table.ts";
import { plain } from "./text.ts";
import { instantIn, minuteIn } from "./units.ts";

type Alert = InferResponseType<ApiClient["alerts"][":id"]["$get"]>;
type Count = InferResponseType<ApiClient["alerts"]["counts"]["$get"]>["items"][number];

/** That of the tool itself. */
const LANGUAGE = "en";
const IN_LANGUAGE = { "--language LANGUAGE": "of the sentences: pt-BR, or else en" } as const;

export const alertCommands: Command[] = [
  command("alerts", {
    summary: "Alerts, the latest first",
    options: {
      "--open": "only those that are not over",
      "--unacknowledged": "only those that nobody has seen",
      "--kind KIND,…": "only of this kind, or of these",
      "--point ID": "only of this point",
      "--region CODE": "only of this region",
      "--customer ID": "only those for this customer",
      ...IN_LANGUAGE,
    },
    details: `Times are by the clock of this machine.\n${KINDS_HELP}`,
    example: "alerts --open --kind silent,outage",
    run: ({ options, answers, world: { timeZone }, connection: { api } }) => {
      const { open, unacknowledged, kind, point, region, customer, language } = options;
      const filter = {
        open: open ? "true" : undefined,
        acknowledged: unacknowledged ? "false" : undefined,
        kind: kind === undefined ? undefined : kindsIn("--kind", kind).join(","),
        pointId: point,
        region,
        customerId: customer,
        locale: language ?? LANGUAGE,
      } as const;
      return answers.list((page) => api.alerts.$get({ query: { ...page, ...filter } }), {
        columns: columnsIn(timeZone),
        none: open ? "No open alerts." : "No alerts.",
      });
    },
  }),
  command("alerts show ID", {
    summary: "An alert in a sentence, with what can be done about it",
    options: IN_LANGUAGE,
    example: "alerts show dayLimit:8a1f63c0d27be954:2026-06-15",
    run: async ({ words, options, answers, world, connection: { api } }) => {
      const query = { locale: options.language ?? LANGUAGE };
      const asked = api.alerts[":id"].$get({ ...byId(words.ID), query });
      await answers.show(asked, (alert) => shown(alert, world.timeZone));
    },
  }),
  command("alerts acknowledge ID…", {
    summary: "Say that alerts have been seen; what was still to be sent of them is not sent",
    details: "Who said so first stands in an alert.",
    example: "alerts acknowledge dayLimit:8a1f63c0d27be954:2026-06-15",
    run: async ({ words, answers, world, connection: { api } }) => {
      const items: Alert[] = [];
      for (const id of words.ID) {
        const query = { locale: LANGUAGE };
        const alert = await answers.value(
          api.alerts[":id"].acknowledge.$post({ ...byId(id), query }),
        );
        items.push(alert);
        if (!answers.isJson) answers.print(plain(seenText(alert, world.timeZone)));
      }
      if (answers.isJson) answers.print(JSON.stringify({ items }));
    },
  }),
  command("alerts counts", {
    summary: "How many alerts are open, by kind and region",
    example: "alerts counts",
    run: async ({ answers, world, connection: { api } }) => {
      const { items } = await answers.show(
        api.alerts.counts.$get({ query: {} }),
        ({ items }) => items.length === 0 ? "" : table(COUNTS, items, world.terminal),
      );
      if (items.length === 0 && !answers.isJson) answers.tell("No open alerts.");
    },
  }),
];

const columnsIn = (timeZone: string): Column<Alert>[] => [
  { title: "id", of: ({ id }) => id, whole: true },
  { title: "opened", of: ({ openedAt }) => minuteIn(openedAt, timeZone) },
  { title: "what", of: ({ title }) => title },
  { title: "where", of: ({ subject: { name, id } }) => name ?? id },
  { title: "severity", of: ({ severity }) => severity },
  { title: "state", of: stateOf },
];

const COUNTS: Column<Count>[] = [
  { title: "kind", of: ({ kind }) => kind, whole: true },
  { title: "what", of: ({ kind }) => kindName(kind, LANGUAGE) },
  { title: "region", of: ({ region }) => region },
  { title: "open", of: ({ open }) => `${open}`, align: "right" },
  { title: "nobody has seen", of: ({ unacknowledged }) => `${unacknowledged}`, align: "right" },
];

function stateOf({ closedAt, acknowledged }: Alert): string {
  if (closedAt !== null) return "over";
  return acknowledged ? "seen" : "open";
}

function shown(alert: Alert, timeZone: string): string {
  const { subject, openedAt, updatedAt, closedAt, acknowledged, sentence, hint } = alert;
  const fields = details({
    id: alert.id,
    what: alert.title,
    where: subject.name === null ? subject.id : `${subject.name} (${subject.id})`,
    kind: alert.kind,
    severity: alert.severity,
    opened: instantIn(openedAt, timeZone),
    ...updatedAt === openedAt ? {} : { updated: instantIn(updatedAt, timeZone) },
    ...closedAt === null ? {} : { over: instantIn(closedAt, timeZone) },
    ...acknowledged === null ? {} : { seen: seenBy(acknowledged, timeZone) },
    ...unlessSubject("point", alert.pointId, subject),
    ...alert.customerId === null ? {} : { customer: alert.customerId },
    ...unlessSubject("region", alert.region, subject),
  });
  return [fields, plain(sentence), ...hint === null ? [] : [plain(hint)]].join("\n\n");
}

/** Unless it is what the alert is about, which is named already. */
const unlessSubject = (name: string, id: string | null, subject: Alert["subject"]) =>
  id === null || id === subject.id ? {} : { [name]: id };

const seenBy = ({ at, by: { id, name } }: NonNullable<Alert["acknowledged"]>, timeZone: string) =>
  `${instantIn(at, timeZone)}, by ${name ?? id}`;

const seenText = ({ id, title, acknowledged }: Alert, timeZone: string): string =>
  acknowledged === null
    ? `${title} (${id}): it is over.`
    : `${title} (${id}): seen ${seenBy(acknowledged, timeZone)}.`;

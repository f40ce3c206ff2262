/** Falls of registers, and what people say about them. */
import type { InferResponseType } from "hono/client";
import { numberOf, oneOf } from "./arguments.ts";
import { type Command, command } from "./command.ts";
import type { ApiClient } from "./connection.ts";
import { usage } from "./ending.ts";
import { details } from "./table.ts";
import { instant, register } from "./units.ts";

type Case = InferResponseType<ApiClient["cases"][":id"]["$get"]>;

const WHYS = ["reset", "exchange", "fault"] as const;

export const caseCommands: Command[] = [
  command("cases", {
    summary: "Falls of registers that nobody has explained yet",
    options: { "--all": "those that are explained, too", "--meter ID": "only of this meter" },
    example: "cases --meter 8a1f63c0d27be954",
    run: ({ options: { all, meter }, answers, connection: { api } }) =>
      answers.list(
        (page) =>
          api.cases.$get({ query: { ...page, meterId: meter, open: all ? undefined : "true" } }),
        {
          columns: [
            { title: "id", of: ({ id }) => id, whole: true },
            { title: "at", of: ({ after }) => instant(after.time) },
            { title: "from", of: ({ before }) => register(before.energyWh), align: "right" },
            { title: "to", of: ({ after }) => register(after.energyWh), align: "right" },
            { title: "is a", of: ({ resolution }) => resolution?.kind },
          ],
          none: all ? "No cases." : "No open cases.",
        },
      ),
  }),
  command("cases resolve ID WHY", {
    summary: "Say why a register fell: reset, exchange or fault",
    options: {
      "--start WH": "of a reset or an exchange: where the register began anew; of a reset, else 0",
      "--final WH": "of an exchange: the last register of the old meter",
      "--from-n NUMBER": "of a fault: the first wrong reading",
      "--to-n NUMBER": "of a fault: the last wrong reading",
    },
    example: "cases resolve 8a1f63c0d27be954-0-184 reset",
    run: async ({ words, options, answers, connection: { api } }) => {
      const why = oneOf("WHY", words.WHY, WHYS);
      const param = { id: encodeURIComponent(words.ID) };
      const json = resolution(why, options);
      await answers.show(api.cases[":id"].resolve.$post({ param, json }), shown);
    },
  }),
];

type Given = Partial<Record<"start" | "final" | "from-n" | "to-n", string>>;

function resolution(kind: typeof WHYS[number], given: Given) {
  const needed = (name: keyof Given): number => {
    const text = given[name];
    if (text === undefined) throw usage(`A case of ${kind} takes --${name}.`);
    return numberOf(`--${name}`, text);
  };
  switch (kind) {
    case "reset":
      return { kind, startWh: given.start === undefined ? undefined : needed("start") };
    case "exchange":
      return { kind, finalWh: needed("final"), startWh: needed("start") };
    case "fault":
      return { kind, fromN: needed("from-n"), toN: needed("to-n") };
  }
}

const shown = ({ id, meterId, before, after, resolution, resolvedAt }: Case): string =>
  details({
    case: id,
    meter: meterId,
    "fell from": `${register(before.energyWh)} (number ${before.n}, ${instant(before.time)})`,
    "to": `${register(after.energyWh)} (number ${after.n}, ${instant(after.time)})`,
    "is a": resolution?.kind,
    resolved: instant(resolvedAt),
  });

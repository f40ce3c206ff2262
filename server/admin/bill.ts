/** What a bill comes to before it is issued, what it would be otherwise, and what is worth doing. */
import { anyOf, oneOf } from "./arguments.ts";
import type { SoFar } from "./bill-lines.ts";
import { adviceText, type Billed, comparisonText, soFarText } from "./bill-text.ts";
import { type Command, command } from "./command.ts";
import { type ApiClient, byId } from "./connection.ts";
import { usage } from "./ending.ts";
import { jsonOf } from "./files.ts";
import { PRESET_NAMES } from "./tariffs.ts";
import { wattHours } from "./units.ts";

const PERIOD = {
  "--period MONTH": "that in which it is read, like 2026-11; else the one that runs",
} as const;

export const billCommands: Command[] = [
  command("bill POINT", {
    summary: "What a bill comes to so far, and what is expected of it",
    options: PERIOD,
    example: "bill 8a1f63c0d27be954 --period 2026-11",
    run: async ({ words, options: { period }, answers, world, connection: { api } }) => {
      const asked = api.points[":id"].bill.$get({ ...byId(words.POINT), query: { period } });
      await answers.show(asked, async (bill) => {
        const { timezone } = await answers.value(api.points[":id"].$get(byId(words.POINT)));
        return soFarText(bill, timezone, await invoiceOf(bill, api), world.terminal);
      });
    },
  }),
  command("bill compare POINT", {
    summary: "What the same use would cost otherwise",
    options: {
      "--preset PRESET": anyOf(PRESET_NAMES),
      "--tariff ID": "another tariff",
      "--file FILE": "or one that is JSON, as tariffs save writes it",
      "--shift KWH": "so much of each day at another hour: take --from and --to",
      "--from HOUR": "the hour that begins then, like 19:00",
      "--to HOUR": "the hour to which it is moved, like 22:00",
      ...PERIOD,
    },
    example: "bill compare 8a1f63c0d27be954 --shift 1.2 --from 19:00 --to 22:00",
    run: async ({ words, options, answers, world, connection: { api } }) => {
      const { period, tariff: tariffId, preset, file } = options;
      const json = {
        period,
        tariffId,
        preset: preset === undefined ? undefined : oneOf("--preset", preset, PRESET_NAMES),
        tariff: file === undefined ? undefined : await jsonOf(file, world),
        shift: shiftOf(options),
      };
      const asked = api.points[":id"]["bill-preview"].$post({ ...byId(words.POINT), json });
      await answers.show(asked, (comparison) => comparisonText(comparison, world.terminal));
    },
  }),
  command("advice POINT", {
    summary: "What is worth doing to pay less",
    example: "advice 8a1f63c0d27be954",
    run: async ({ words, answers, connection: { api } }) => {
      const { items } = await answers.show(
        api.points[":id"].advice.$get(byId(words.POINT)),
        ({ items }) => items.map(adviceText).join("\n"),
      );
      if (items.length === 0 && !answers.isJson) {
        answers.tell("Nothing that would save much, or too little is known.");
      }
    },
  }),
];

interface Given {
  shift?: string;
  from?: string;
  to?: string;
}

function shiftOf({ shift, from, to }: Given) {
  if (shift === undefined && from === undefined && to === undefined) return undefined;
  if (shift === undefined || from === undefined || to === undefined) {
    throw usage("--shift, --from and --to go together.");
  }
  return { energyWh: wattHours("--shift", shift), from, to };
}

/** That with which the period is billed, unless it is another customer's. */
async function invoiceOf({ invoiceId }: SoFar, api: ApiClient): Promise<Billed | undefined> {
  if (invoiceId === null) return undefined;
  const answer = await api.invoices[":id"].$get(byId(invoiceId));
  return answer.ok ? await answer.json() : undefined;
}

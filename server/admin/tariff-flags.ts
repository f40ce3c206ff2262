/** The flags of Brazil: the same for the whole country, and announced for each tariff that has them. */
import { scaledText } from "../domain/money.ts";
import { FLAG_COLOURS } from "../domain/tariff.ts";
import { BRAZILIAN_FLAGS } from "../domain/tariff-presets.ts";
import type { Answers } from "./answers.ts";
import { monthOf, oneOf } from "./arguments.ts";
import { type Command, command } from "./command.ts";
import { type ApiClient, byId } from "./connection.ts";
import { Ending } from "./ending.ts";
import { price as priceText } from "./money.ts";
import type { Tariff } from "./tariff-versions.ts";
import { plain } from "./text.ts";

const CURRENCY = "BRL";

export const flagCommands: Command[] = [
  command("tariffs flag MONTH COLOUR", {
    summary: "Announce a Brazilian flag of a month: green, yellow, red1 or red2",
    options: {
      "--price PRICE": "per kWh, like 0.01885; else as in the presets",
      "--tariff ID": "for this one only; else for all in use that have flags",
    },
    details:
      "It counts for all versions, those to come as well. A month without a flag has that of\n" +
      "the month before. Announced again, it is put right; what is billed stays as billed.",
    example: "tariffs flag 2026-12 yellow",
    run: async ({ words, options, answers, connection: { api } }) => {
      const month = monthOf("MONTH", words.MONTH);
      const colour = oneOf("COLOUR", words.COLOUR, FLAG_COLOURS);
      const { name, price } = Object.values(BRAZILIAN_FLAGS).find((one) => one.colour === colour)!;
      const json = { name, colour, price: options.price ?? scaledText(price) };
      const announce = async (id: string): Promise<Tariff> => {
        const { param } = byId(id);
        const announced = api.tariffs[":id"].months[":month"].$put({
          param: { ...param, month },
          json,
        });
        return await answers.value(announced);
      };
      const said = `${month}: ${name}, ${priceText(json.price, CURRENCY)}/kWh untaxed, for`;
      const items: Tariff[] = [];
      for await (const id of options.tariff ? [options.tariff] : flagged(api, answers)) {
        const tariff = await announce(id);
        items.push(tariff);
        if (!answers.isJson) answers.print(`${said} ${plain(tariff.name)} (${id})`);
      }
      if (items.length === 0) throw new Ending("refused", "No tariff in use has flags.");
      if (answers.isJson) answers.print(JSON.stringify({ items }));
    },
  }),
];

/** Surcharges elsewhere are no flags. */
async function* flagged(api: ApiClient, answers: Answers): AsyncGenerator<string> {
  let cursor: string | undefined;
  do {
    const page = await answers.value(api.tariffs.$get({ query: { cursor } }));
    for (const { id, currency } of page.items) {
      if (currency === CURRENCY && await hasSurcharge(api, answers, id)) yield id;
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

async function hasSurcharge(api: ApiClient, answers: Answers, id: string): Promise<boolean> {
  const { versions } = await answers.value(api.tariffs[":id"].$get(byId(id)));
  return versions.at(-1)?.tariff.surcharge !== undefined;
}

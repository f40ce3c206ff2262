/** Who issues the bills, on the command line of the utility's staff. */
import type { InferResponseType } from "hono/client";
import { numberOf, orGone } from "./arguments.ts";
import { granted } from "./answers.ts";
import { type Command, command } from "./command.ts";
import type { ApiClient } from "./connection.ts";
import { details } from "./table.ts";

type Issuer = InferResponseType<ApiClient["issuer"]["$get"]>;

const NOT_FOUND = 404;

export const issuerCommands: Command[] = [
  command("issuer", {
    summary: "Who issues the bills, and where they are paid to",
    example: "issuer",
    run: async ({ answers, connection: { api } }) => {
      await answers.show(api.issuer.$get(), shown);
    },
  }),
  command("issuer set", {
    summary: "Say who issues the bills from now on; an empty text takes a detail away",
    options: {
      "--name NAME": "name",
      "--tax-id ID": "a CNPJ or CPF",
      "--address-line TEXT": "where letters go",
      "--phone NUMBER": "telephone",
      "--payment-days COUNT": "from the day of issue to the day on which it is due",
      "--pix-key KEY": "of any kind; with a name and a city",
      "--pix-name NAME": "of the receiver",
      "--pix-city CITY": "of the receiver",
    },
    example: 'issuer set --name "Luz Exemplo" --tax-id 12.ABC.345/01DE-35 --payment-days 10',
    run: async ({ options, answers, connection: { api } }) => {
      const json = changed(await currentIn(api), options);
      await answers.show(api.issuer.$put({ json }), shown);
    },
  }),
];

/** The server sets all of it at once, so what is not named must be said again. */
async function currentIn(api: ApiClient): Promise<Partial<Issuer>> {
  const answer = await api.issuer.$get();
  if (answer.status as number === NOT_FOUND) {
    await answer.text();
    return {};
  }
  return await (await granted(Promise.resolve(answer))).json();
}

type Given = Partial<
  Record<
    | "name"
    | "tax-id"
    | "address-line"
    | "phone"
    | "payment-days"
    | "pix-key"
    | "pix-name"
    | "pix-city",
    string
  >
>;

function changed(
  { name = "", taxId, address, phone, paymentDays, pix }: Partial<Issuer>,
  given: Given,
) {
  const days = given["payment-days"];
  return {
    name: given.name ?? name,
    taxId: kept(given["tax-id"], taxId),
    address: kept(given["address-line"], address),
    phone: kept(given.phone, phone),
    paymentDays: days === undefined ? paymentDays : numberOf("--payment-days", days),
    pix: receiver(pix, given),
  };
}

const kept = (given: string | undefined, current: string | null | undefined): string | undefined =>
  given === undefined ? current ?? undefined : orGone(given) ?? undefined;

/** What is missing of it is for the server to say. */
function receiver(current: Issuer["pix"] | undefined, given: Given) {
  const { "pix-key": key, "pix-name": name, "pix-city": city } = given;
  if (key === "") return undefined;
  if (!current && [key, name, city].every((one) => one === undefined)) return undefined;
  return {
    key: key ?? current?.key ?? "",
    name: name ?? current?.name ?? "",
    city: city ?? current?.city ?? "",
  };
}

const shown = ({ name, taxId, address, phone, paymentDays, pix }: Issuer): string =>
  details({
    name,
    "tax id": taxId,
    address,
    phone,
    "payment days": `${paymentDays}`,
    Pix: pix && `${pix.key}, ${pix.name}, ${pix.city}`,
  });

/** Invoices on the command line. */
import { granted } from "./answers.ts";
import { type Command, command } from "./command.ts";
import { byId } from "./connection.ts";
import { Ending, usage } from "./ending.ts";
import { download, OUT, put } from "./files.ts";
import { type Listed, shown, standing } from "./invoice-text.ts";
import { minorUnits, money } from "./money.ts";
import { standalone } from "./standalone-page.ts";
import { type Column, details } from "./table.ts";

/** The most of a point that the server gives at once. */
const MOST_OF_A_POINT = 100;
const A_YEAR = 12;

export const invoiceCommands: Command[] = [
  command("invoices [POINT]", {
    summary: "A point's invoices, the latest first; without POINT all, by number",
    options: {
      "--unpaid": "only those that are not paid",
      "--overdue": "only those that are not paid in time",
      "--overpaid": "only those with money to give back",
      "--credited": "only those that were taken back",
      "--customer ID": "only this customer's",
    },
    details: "The options go without POINT.",
    example: "invoices --unpaid",
    run: ({ words: { POINT }, options, answers, connection: { api } }) => {
      const { customer } = options;
      const state = stateOf(options);
      const list = { columns: COLUMNS, none: "No invoices." };
      if (POINT === undefined) {
        const filter = { state, customerId: customer };
        return answers.list((page) => api.invoices.$get({ query: { ...page, ...filter } }), list);
      }
      if (state !== undefined || customer !== undefined) {
        throw usage("The options go without POINT.");
      }
      return answers.list(
        (page) => api.points[":id"].invoices.$get({ ...byId(POINT), query: page }),
        { ...list, most: MOST_OF_A_POINT },
        A_YEAR,
      );
    },
  }),
  command("invoices show ID", {
    summary: "An invoice with its lines, its payments and the Pix code",
    example: "invoices show 8a1f63c0d27be954",
    run: async ({ words, answers, world, connection: { api } }) => {
      const asked = api.invoices[":id"].$get(byId(words.ID));
      await answers.show(asked, (invoice) => shown(invoice, world.terminal));
    },
  }),
  command("invoices issue POINT MONTH", {
    summary: "Bill a period that has ended",
    details: "Only the next one can be billed; one that is billed is shown.",
    example: "invoices issue 8a1f63c0d27be954 2026-11",
    run: async ({ words, answers, world, connection: { api } }) => {
      const asked = api.points[":id"].invoices.issue.$post({
        ...byId(words.POINT),
        query: { period: words.MONTH },
      });
      await answers.show(asked, (invoice) => shown(invoice, world.terminal));
    },
  }),
  command("invoices pay ID", {
    summary: "Record a payment, or money that was paid back",
    options: {
      "--amount AMOUNT": "like 471.92, or =-43.99 for what was paid back; else all that is left",
      "--date DATE": "when it was paid, if not today",
      "--reference TEXT": "the bank's own",
    },
    details: "No more is paid back than was paid too much: --amount=-43.99",
    example: "invoices pay 8a1f63c0d27be954 --amount 471.92 --date 2026-11-24",
    run: async ({ words, options, answers, connection: { api } }) => {
      const { date, reference } = options;
      const invoice = byId(words.ID);
      const amountOf = async (text: string): Promise<number> => {
        const { total } = await answers.value(api.invoices[":id"].$get(invoice));
        return minorUnits("--amount", text, total.currency);
      };
      const amount = options.amount === undefined ? undefined : await amountOf(options.amount);
      const { overpaid } = await answers.show(
        api.invoices[":id"].pay.$post({ ...invoice, json: { amount, date, reference } }),
        (invoice) => details(standing(invoice)),
      );
      if (overpaid.amount > 0 && !answers.isJson) {
        answers.tell(`It is now paid too much by ${money(overpaid)}.`);
      }
    },
  }),
  command("invoices credit ID", {
    summary: "Take an invoice back by a credit note, so that the period can be billed anew",
    options: { "--reason TEXT": "stands on the note" },
    example: 'invoices credit 8a1f63c0d27be954 --reason "The meter was faulty"',
    run: async ({ words, options: { reason }, answers, connection: { api } }) => {
      if (reason === undefined) throw usage("--reason is missing.");
      await answers.show(
        api.invoices[":id"].credit.$post({ ...byId(words.ID), json: { reason } }),
        (invoice) => details(standing(invoice)),
      );
    },
  }),
  command("invoices save ID", {
    summary: "An invoice as a PDF",
    options: {
      ...OUT,
      "--html": "as a page that needs no other file, instead",
      "--language LANGUAGE": "pt-BR or en; else that of the server",
    },
    example: "invoices save 8a1f63c0d27be954 --out november.pdf",
    run: async ({ words, options: { out, html, language }, answers, world, connection }) => {
      const { api, address, ask } = connection;
      const { param: { id } } = byId(words.ID);
      const query = { language };
      if (html) {
        const asked = { param: { "id.html": `${id}.html` as const }, query };
        const page = await (await granted(api.invoices[":id.html"].$get(asked))).text();
        const whole = new TextEncoder().encode(await standalone(page, address, ask));
        return await put(ReadableStream.from([whole]), out, answers, world);
      }
      if (out === undefined && world.terminal.isTty) throw usage("A PDF file needs --out FILE.");
      const asked = { param: { "id.pdf": `${id}.pdf` as const }, query };
      await download(api.invoices[":id.pdf"].$get(asked), out, answers, world);
    },
  }),
  command("invoices verify ID", {
    summary: "Compute an invoice anew from what is kept with it",
    example: "invoices verify 8a1f63c0d27be954",
    run: async ({ words, answers, connection: { api } }) => {
      const { unchanged, recomputed } = await answers.show(
        api.invoices[":id"].verify.$get(byId(words.ID)),
        ({ unchanged, recomputed, hash }) =>
          details({
            "as it was issued": unchanged ? "yes" : "no",
            "computed anew the same": recomputed ? "yes" : "no",
            hash,
          }),
      );
      if (!unchanged || !recomputed) throw new Ending("refused", "It is not what was issued.");
    },
  }),
];

const STATES = {
  credited: "credited",
  overpaid: "overpaid",
  overdue: "overdue",
  unpaid: "open",
} as const;

function stateOf(options: Record<keyof typeof STATES, boolean>) {
  const [option, another] = (Object.keys(STATES) as (keyof typeof STATES)[])
    .filter((option) => options[option]);
  if (another) throw usage(`--${option} and --${another} do not go together.`);
  return option && STATES[option];
}

const COLUMNS: Column<Listed>[] = [
  { title: "id", of: ({ id }) => id, whole: true },
  { title: "number", of: ({ number }) => number, whole: true },
  { title: "month", of: ({ month }) => month },
  { title: "due", of: ({ dueOn }) => dueOn },
  { title: "total", of: ({ total }) => money(total), align: "right" },
  { title: "state", of: ({ state }) => state },
];

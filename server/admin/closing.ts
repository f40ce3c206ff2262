/** Runs that bill all that is due, followed to their end, and payments that a bank tells of. */
import type { InferResponseType } from "hono/client";
import { type Answers, granted } from "./answers.ts";
import { type Command, command } from "./command.ts";
import { type ApiClient, byId } from "./connection.ts";
import { Ending } from "./ending.ts";
import { contentOf } from "./files.ts";
import { LINES } from "./import.ts";
import { money } from "./money.ts";
import { type Column, details, table } from "./table.ts";
import { register } from "./units.ts";
import type { World } from "./world.ts";

type Run = InferResponseType<ApiClient["close-runs"]["$post"]>;
type Item = InferResponseType<ApiClient["close-runs"][":id"]["$get"]>["items"][number];
type Imported = InferResponseType<ApiClient["payments"]["import"]["$post"]>;

const PAUSE_MS = 1_000;
const ONLY_NEXT = "That is the next period of each point; a later one that has ended is billed " +
  "after it.";
/** So often it is looked whether a run that does not go on does so after all. */
const PATIENCE = 120;

export const closingCommands: Command[] = [
  command("close", {
    summary: "Bill all periods that have ended, and wait until that is done",
    options: { "--dry-run": "only say what would be billed next at each point" },
    details:
      "The server does so by itself every hour. A period is due a day after it has ended. What a\n" +
      "later one comes to hangs on the bill before it, so of a point where several have ended a\n" +
      "dry run tells the next one only.",
    example: "close --dry-run",
    run: async ({ options, answers, world, connection: { api } }) => {
      const json = { dryRun: options["dry-run"] };
      const run = await ended(await answers.value(api["close-runs"].$post({ json })), {
        api,
        answers,
        world,
      });
      answers.tell(foundText(run));
      if (run.dryRun && run.invoices > 0) answers.tell(ONLY_NEXT);
      await answers.list((query) => api["close-runs"][":id"].$get({ ...byId(run.id), query }), {
        columns: ITEMS,
        none: run.dryRun ? "Nothing would be billed." : "Nothing is in the way.",
      });
    },
  }),
  command("payments import FILE", {
    summary: "Record payments from a bank's CSV file",
    options: { "--dry-run": "only say what would be recorded" },
    details:
      "The file is checked whole before anything is recorded. A payment counts once, so a\n" +
      "file may be brought in again. Columns, in any order:\n" +
      "  date, amount, reference, and of invoice, txid and pix at least one",
    example: "payments import bank.csv --dry-run",
    run: async ({ words, options, answers, world, connection: { api } }) => {
      const body = await contentOf(words.FILE, world);
      const query = { dryRun: `${options["dry-run"]}` };
      const init = { body, headers: { "content-type": "text/csv" } };
      const asked = granted(api.payments.import.$post({ query }, { init }), LINES);
      await answers.show(asked, (imported) => importedText(imported, world));
    },
  }),
];

interface Following {
  api: ApiClient;
  answers: Answers;
  world: World;
}

async function ended(run: Run, { api, answers, world }: Following): Promise<Run> {
  const asked = () =>
    answers.value(api["close-runs"][":id"].$get({ ...byId(run.id), query: { limit: "1" } }));
  let known = run;
  for (let waited = 0; known.endedAt === null; waited++) {
    if (waited === PATIENCE) {
      throw new Ending("refused", "The run does not go on. The server's log may say why.");
    }
    await world.pause(PAUSE_MS);
    const now = await asked();
    if (now.points > known.points) {
      waited = 0;
      if (now.endedAt === null) answers.tell(foundText(now));
    }
    known = now;
  }
  return known;
}

const foundText = ({ dryRun, points, invoices, failures }: Run): string =>
  `Points: ${points}. Invoices${dryRun ? " to be" : ""} issued: ${invoices}. ` +
  `Not to be billed: ${failures}.`;

const number = { align: "right", ifAny: true } as const;

const ITEMS: Column<Item>[] = [
  { title: "point", of: ({ pointId }) => pointId, whole: true },
  { title: "month", of: ({ month }) => month, whole: true },
  { title: "energy", of: ({ energyWh }) => register(energyWh), ...number },
  { title: "total", of: ({ total }) => total && money(total), ...number },
  {
    title: "corrections",
    of: ({ corrected }) => corrected?.amount ? money(corrected) : undefined,
    ...number,
  },
  { title: "why not", of: ({ failure }) => failure, ifAny: true },
];

function importedText({ dryRun, recorded, duplicates, overpaid }: Imported, { terminal }: World) {
  const counts = details({
    [dryRun ? "would be recorded" : "recorded"]: `${recorded}`,
    "recorded before": `${duplicates}`,
  });
  if (overpaid.length === 0) return counts;
  const columns: Column<Imported["overpaid"][number]>[] = [
    { title: "line", of: ({ line }) => `${line}`, align: "right" },
    { title: "invoice", of: ({ invoice }) => invoice, whole: true },
    { title: "paid too much", of: ({ overpaid }) => money(overpaid), align: "right" },
  ];
  return `${counts}\n\n${table(columns, overpaid, terminal)}`;
}

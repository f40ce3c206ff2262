/** Brings in customers, points and meters from a file. */
import { type FieldError, granted } from "./answers.ts";
import { type Command, command } from "./command.ts";
import { contentOf } from "./files.ts";
import { type Column, table } from "./table.ts";

export const importCommands: Command[] = [
  command("import FILE", {
    summary: "Register customers, points and meters from a CSV file",
    options: { "--dry-run": "only check the file" },
    details: "The file is checked whole before anything is written. What is there already stays\n" +
      "as it is, so a file may be brought in again. Columns, in any order:\n" +
      "  customer, taxId, email, phone, customerAddress, point, pointCode, address,\n" +
      "  timezone, tariff, tariffFrom, readingDay, supply, region, meter, meterLabel\n" +
      "A row has a customer, perhaps with a point, perhaps with a meter there. With a\n" +
      "point, taxId and pointCode, the number of the installation, are needed. Its\n" +
      "tariff is the id or the name of one in use, from tariffFrom on or from now on.",
    example: "import homes.csv --dry-run",
    run: async ({ words, options, answers, world, connection: { api } }) => {
      const body = await contentOf(words.FILE, world);
      const query = { dryRun: `${options["dry-run"]}` };
      const init = { body, headers: { "content-type": "text/csv" } };
      const asked = granted(api.import.$post({ query }, { init }), LINES);
      await answers.show(asked, ({ dryRun, ...outcome }) => {
        const rows = Object.entries(outcome);
        const columns = [
          { title: "", of: ([what]: typeof rows[number]) => what },
          {
            title: dryRun ? "would be created" : "created",
            of: ([, { created }]: typeof rows[number]) => `${created}`,
            align: "right" as const,
          },
          {
            title: "there already",
            of: ([, { existing }]: typeof rows[number]) => `${existing}`,
            align: "right" as const,
          },
        ];
        return table(columns, rows, world.terminal);
      });
    },
  }),
];

/** A fault's path is its line, and its column where it has one. */
export const LINES: Column<FieldError>[] = [
  { title: "line", of: ({ path }) => path.split(".")[0], align: "right" },
  { title: "column", of: ({ path }) => path.split(".")[1] },
  { title: "what", of: ({ message }) => message },
];

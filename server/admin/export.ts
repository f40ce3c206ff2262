/** Files to take along, to standard output or into a file. */
import { type Command, command } from "./command.ts";
import { byId } from "./connection.ts";
import { usage } from "./ending.ts";
import { download, OUT } from "./files.ts";

const PERIOD = {
  "--from DATE": "or a time",
  "--to DATE": "or a time; not included",
} as const;
const CSV = {
  "--separator KIND": "comma or semicolon; comma unless told otherwise",
  "--decimal KIND": "point or comma; point unless told otherwise",
} as const;

export const exportCommands: Command[] = [
  command("export consumption POINT", {
    summary: "What a point consumed, as CSV",
    options: {
      ...OUT,
      ...PERIOD,
      "--step STEP": "5s, 1m, 15m, 1h, 1d, 1mo or 1y; else 1h",
      ...CSV,
    },
    example: "export consumption 8a1f63c0d27be954 --from 2026-01-01 --step 1d --out home.csv",
    run: ({ words, options, answers, world, connection: { api } }) => {
      const { out, from, to, step, separator, decimal } = options;
      const query = { from, to, step, separator, decimal };
      const file = api.points[":id"]["consumption.csv"].$get({ ...byId(words.POINT), query });
      return download(file, out, answers, world);
    },
  }),
  command("export readings METER", {
    summary: "All readings of a meter, as CSV",
    options: { ...OUT, ...PERIOD, ...CSV },
    example: "export readings 8a1f63c0d27be954 --out readings.csv",
    run: ({ words, options, answers, world, connection: { api } }) => {
      const { out, from, to, separator, decimal } = options;
      const query = { from, to, separator, decimal };
      const file = api.meters[":id"]["readings.csv"].$get({ ...byId(words.METER), query });
      return download(file, out, answers, world);
    },
  }),
  command("export green-button POINT", {
    summary: "What a point consumed, as a Green Button file",
    options: { ...OUT, ...PERIOD, "--step STEP": "15m or 1h; 15m unless told otherwise" },
    example: "export green-button 8a1f63c0d27be954 --out home.xml",
    run: ({ words, options: { out, from, to, step }, answers, world, connection: { api } }) => {
      const query = { from, to, step };
      const file = api.points[":id"]["green-button.xml"].$get({ ...byId(words.POINT), query });
      return download(file, out, answers, world);
    },
  }),
  command("export customer ID", {
    summary: "All that is kept about a customer, as a ZIP file",
    options: OUT,
    example: "export customer 8a1f63c0d27be954 --out maria.zip",
    run: ({ words, options: { out }, answers, world, connection: { api } }) => {
      if (out === undefined && world.terminal.isTty) throw usage("A ZIP file needs --out FILE.");
      return download(api.customers[":id"].data.$get(byId(words.ID)), out, answers, world);
    },
  }),
];

/** From where on alerts are told, of a point or of all points with a tariff, on the command line. */
import { granted } from "./answers.ts";
import { type Command, command } from "./command.ts";
import { type ApiClient, byId } from "./connection.ts";
import { usage } from "./ending.ts";
import { type Answered, type Sent, type Term, type TermName, TERMS } from "./limit-terms.ts";
import { type Column, table } from "./table.ts";
import type { Terminal } from "./world.ts";

const TARIFF = { "--tariff ID": "of all points that have this tariff, instead of POINT" } as const;

export const limitCommands: Command[] = [
  command("limits show [POINT]", {
    summary: "From where on alerts are told of a point, or of a tariff's points",
    options: TARIFF,
    details: "Customers see the limits that they set.",
    example: "limits show 8a1f63c0d27be954",
    run: async ({ words: { POINT }, options: { tariff }, answers, world, connection: { api } }) => {
      const { id, limits } = placeIn(api, POINT, tariff);
      await answers.show(limits.$get(id), (answered) => shown(answered, world.terminal));
    },
  }),
  command("limits set [POINT]", {
    summary: "Set from where on alerts are told; what is not named stays",
    options: {
      ...TARIFF,
      "--day-kwh KWH": "energy of a day, like 12",
      "--budget AMOUNT": "money of a period, like 450",
      "--budget-kwh KWH": "or energy of a period, like 300",
      "--variation PERCENT": "a bill that becomes so much higher than those before it",
      "--variation-floor AMOUNT": "and by no less money than this",
      "--unusual-kwh KWH": "so much more than usual in one go",
      "--never-sleeps-watts WATTS": "the least power of a day has risen by so much",
      "--never-sleeps-days COUNT": "for so many days",
      "--silent-minutes COUNT": "silence of a meter",
      "--outage-meters COUNT": "so many meters of a region silent at once are one outage",
      "--outage-percent PERCENT": "if they are so much of the region",
      "--estimated-hours COUNT": "so much of a period is estimated",
      "--power-watts WATTS": "more than can be drawn there, or by-supply: 1, 2 or 3 phases",
    },
    details:
      "off instead of a value, where that can be: not told at all. usual: as it is for the tariff,\n" +
      "or else for all. From --silent-minutes on they are for the utility's staff.",
    example: "limits set 8a1f63c0d27be954 --day-kwh 12 --budget 450 --unusual-kwh off",
    run: async ({ words: { POINT }, options, answers, world, connection: { api } }) => {
      const { id, limits } = placeIn(api, POINT, options.tariff);
      const typed = typedIn(options);
      const current = await granted(limits.$get(id));
      const json = changed(await current.json(), typed);
      // Whoever else has set them meanwhile is not undone.
      const headers = { "if-match": current.headers.get("etag")! };
      await answers.show(
        limits.$put({ ...id, json }, { headers }),
        (answered) => shown(answered, world.terminal),
      );
    },
  }),
];

function placeIn(api: ApiClient, point: string | undefined, tariff: string | undefined) {
  if (point !== undefined && tariff === undefined) {
    return { id: byId(point), limits: api.points[":id"].limits };
  }
  if (tariff !== undefined && point === undefined) {
    return { id: byId(tariff), limits: api.tariffs[":id"].limits };
  }
  throw usage("Give a POINT or --tariff.");
}

interface Typed {
  term: Term;
  option: string;
  text: string;
}

function typedIn(options: Partial<Record<TermName, string>>): Typed[] {
  const typed = Object.entries<Term>(TERMS).flatMap(([name, term]) => {
    const text = options[name as TermName];
    return text === undefined ? [] : [{ term, option: `--${name}`, text }];
  });
  if (typed.length === 0) throw usage("Say which limit is to be set.");
  for (const [one, other] of Map.groupBy(typed, ({ term }) => term.field).values()) {
    if (other) throw usage(`${one.option} and ${other.option} do not go together.`);
  }
  return typed;
}

/** The server sets all of it at once, so what is not named must be said again. */
function changed({ own, effective }: Answered, typed: Typed[]): Sent {
  const { currency } = effective.variationFloor!;
  return Object.assign(
    {},
    own,
    ...typed.map(({ term, option, text }) => term.read(option, text, currency)),
  );
}

function shown({ own, effective }: Answered, terminal: Terminal): string {
  // Two options may set one limit.
  const byField = Map.groupBy(Object.entries<Term>(TERMS), ([, { field }]) => field);
  const rows = [...byField.values()].map(([[name, term]]) => ({ name, ...term }))
    .filter(({ show }) => show(effective) !== undefined);
  const columns: Column<typeof rows[number]>[] = [
    { title: "limit", of: ({ name }) => name, whole: true },
    { title: "what", of: ({ title }) => title },
    { title: "counts", of: ({ show }) => show(effective), align: "right" },
    { title: "set here", of: ({ show }) => show(own), align: "right", ifAny: true },
  ];
  return table(columns, rows, terminal);
}

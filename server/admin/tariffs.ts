/** Tariffs on the command line. */
import { type Preset, PRESETS } from "../domain/tariff-presets.ts";
import { anyOf, oneOf } from "./arguments.ts";
import { type Command, command } from "./command.ts";
import { byId } from "./connection.ts";
import { usage } from "./ending.ts";
import { jsonOf, OUT, put } from "./files.ts";
import { type Column, details, table } from "./table.ts";
import { energyText, termsText } from "./tariff-terms.ts";
import { type Tariff, termsOf, type Version, versionIn } from "./tariff-versions.ts";
import { instant } from "./units.ts";
import type { World } from "./world.ts";

export const PRESET_NAMES = Object.keys(PRESETS) as Preset[];
const VERSION = { "--version NUMBER": "another one than that which counts now" } as const;

export const tariffCommands: Command[] = [
  command("tariffs [SEARCH]", {
    summary: "Tariffs by name, or those with words that begin so",
    options: { "--retired": "those that are given to no more points" },
    example: "tariffs branca",
    run: ({ words, options, answers, connection: { api } }) =>
      answers.list(
        (page) => {
          const filter = { search: words.SEARCH, retired: `${options.retired}` };
          return api.tariffs.$get({ query: { ...page, ...filter } });
        },
        {
          columns: [
            { title: "id", of: ({ id }) => id, whole: true },
            { title: "name", of: ({ name }) => name },
            { title: "currency", of: ({ currency }) => currency },
            { title: "offered", of: ({ offered }) => offered ? "yes" : "no" },
          ],
          none: "No tariffs.",
        },
      ),
  }),
  command("tariffs presets", {
    summary: "Tariffs to begin with",
    details: "Their prices are to be held against what is in force.",
    example: "tariffs presets",
    run: async ({ answers, world, connection: { api } }) => {
      await answers.show(api.tariffs.presets.$get(), ({ items }) =>
        table(
          [
            { title: "preset", of: ({ preset }) => preset, whole: true },
            { title: "name", of: ({ tariff }) => tariff.name },
            { title: "currency", of: ({ tariff }) => tariff.currency },
            { title: "energy", of: ({ tariff }) => energyText(tariff) },
          ],
          items,
          world.terminal,
        ));
    },
  }),
  command("tariffs add", {
    summary: "Enter a tariff, from a preset or as a file says",
    options: {
      "--preset PRESET": anyOf(PRESET_NAMES),
      "--name NAME": "of a preset, another name",
      "--file FILE": "JSON, as tariffs save writes it",
      "--from DATE": "when it begins; else it counts from ever",
      "--not-offered": "only those who have it see it",
    },
    example: "tariffs add --preset brazilWhite",
    run: async ({ options, answers, world, connection: { api } }) => {
      const { preset, name, file, from } = options;
      if ((preset === undefined) === (file === undefined)) throw usage("Give --preset or --file.");
      const json = {
        preset: preset === undefined ? undefined : oneOf("--preset", preset, PRESET_NAMES),
        name,
        tariff: file === undefined ? undefined : await jsonOf(file, world),
        effectiveFrom: from,
        offered: !options["not-offered"],
      };
      await answers.show(api.tariffs.$post({ json }), (tariff) => shown(tariff, world));
    },
  }),
  command("tariffs show ID", {
    summary: "What a tariff says, and its versions",
    options: VERSION,
    example: "tariffs show 8a1f63c0d27be954",
    run: async ({ words, options, answers, world, connection: { api } }) => {
      await answers.show(
        api.tariffs[":id"].$get(byId(words.ID)),
        (tariff) => shown(tariff, world, options.version),
      );
    },
  }),
  command("tariffs save ID", {
    summary: "A tariff as JSON, to change it and send it back",
    options: { ...OUT, ...VERSION },
    example: "tariffs save 8a1f63c0d27be954 --out tariff.json",
    run: async ({ words, options: { out, version }, answers, world, connection: { api } }) => {
      const found = await answers.value(api.tariffs[":id"].$get(byId(words.ID)));
      const { tariff } = versionIn(found, version, world.now());
      const text = `${JSON.stringify(tariff, null, 2)}\n`;
      const content = ReadableStream.from([new TextEncoder().encode(text)]);
      await put(content, out, answers, world);
    },
  }),
  command("tariffs change ID", {
    summary: "Give a tariff a new version",
    options: {
      "--file FILE": "JSON, as tariffs save writes it",
      "--from DATE": "or a time, like 2026-12-01T00:00:00-03:00; else from now on",
    },
    details:
      "It may begin in the past, but not before the end of the last bill of any point that\n" +
      "has the tariff.",
    example: "tariffs change 8a1f63c0d27be954 --file tariff.json --from 2026-12-01",
    run: async ({ words, options: { file, from }, answers, world, connection: { api } }) => {
      if (file === undefined) throw usage("--file is missing.");
      const json = { tariff: await jsonOf(file, world), effectiveFrom: from };
      const asked = api.tariffs[":id"].versions.$post({ ...byId(words.ID), json });
      await answers.show(asked, (tariff) => shown(tariff, world));
    },
  }),
  command("tariffs offer ID", {
    summary: "Show a tariff to all customers, and advise it where it is cheaper",
    options: { "--stop": "no more: only those who have it see it" },
    example: "tariffs offer 8a1f63c0d27be954 --stop",
    run: async ({ words, options: { stop }, answers, world, connection: { api } }) => {
      const json = { offered: !stop };
      const offered = api.tariffs[":id"].$patch({ ...byId(words.ID), json });
      await answers.show(offered, (tariff) => shown(tariff, world));
    },
  }),
  command("tariffs retire ID", {
    summary: "Give a tariff to no more points; one that a point has is refused",
    example: "tariffs retire 8a1f63c0d27be954",
    run: ({ words, answers, connection: { api } }) =>
      answers.done(api.tariffs[":id"].$delete(byId(words.ID)), `Retired the tariff ${words.ID}.`),
  }),
];

const VERSIONS: Column<Version>[] = [
  { title: "version", of: ({ version }) => `${version}`, align: "right" },
  { title: "from", of: ({ effectiveFrom }) => instant(effectiveFrom) ?? "ever" },
  { title: "name", of: ({ tariff }) => tariff.name },
];

function shown(tariff: Tariff, { now, terminal }: World, number?: string): string {
  const version = versionIn(tariff, number, now());
  return [
    details({
      id: tariff.id,
      name: tariff.name,
      currency: tariff.currency,
      offered: tariff.offered ? "yes" : "no",
      created: instant(tariff.createdAt),
      ...tariff.retiredAt ? { retired: instant(tariff.retiredAt) } : {},
    }),
    table(VERSIONS, tariff.versions, terminal),
    `Version ${version.version}:`,
    termsText(termsOf(tariff, version), terminal),
  ].join("\n\n");
}

/** Meters on the command line. */
import type { InferResponseType } from "hono/client";
import { numberOf, orGone } from "./arguments.ts";
import { type Command, command } from "./command.ts";
import { type ApiClient, byId } from "./connection.ts";
import { type Column, details, table } from "./table.ts";
import { instant, register, watts } from "./units.ts";
import type { Terminal } from "./world.ts";

type MeterNow = InferResponseType<ApiClient["meters"][":id"]["$get"]>;
type Meter = Omit<MeterNow, "registerWh" | "powerW" | "lastSeen">;
type Token = InferResponseType<ApiClient["meters"][":id"]["token"]["$post"]>;
type Key = InferResponseType<ApiClient["meters"][":id"]["rotate-key"]["$post"]>;

const DETAILS = {
  "--label LABEL": "label",
  "--serial NUMBER": "the number on its plate",
} as const;

export const meterCommands: Command[] = [
  command("meters [SEARCH]", {
    summary: "Meters by label, or those with words that begin so",
    options: { "--retired": "those that are no longer in use" },
    example: "meters A1000",
    run: ({ words, options, answers, connection: { api } }) =>
      answers.list(
        (page) => {
          const filter = { search: words.SEARCH, retired: `${options.retired}` };
          return api.meters.$get({ query: { ...page, ...filter } });
        },
        {
          columns: [
            { title: "id", of: ({ id }) => id, whole: true },
            { title: "label", of: ({ label }) => label },
            { title: "serial", of: ({ serial }) => serial },
            { title: "point", of: ({ pointId }) => pointId, whole: true },
            { title: "has a key", of: ({ enrolled }) => enrolled ? "yes" : "no" },
          ],
          none: "No meters.",
        },
      ),
  }),
  command("meters add", {
    summary: "Register a meter that fetches its key on site with a token",
    options: { "--point ID": "where it counts", ...DETAILS },
    example: "meters add --point 8a1f63c0d27be954 --serial A1000",
    run: async ({ options: { point, label, serial }, answers, connection }) => {
      const json = { pointId: point, label, serial };
      await answers.show(
        connection.api.meters.$post({ json }),
        (token) => tokenText(token, connection.address),
      );
    },
  }),
  command("meters provision", {
    summary: "Register meters and print their keys, this once",
    options: {
      "--count COUNT": "so many; 1 unless told otherwise",
      "--point ID": "of a single one",
      ...DETAILS,
    },
    example: "meters provision --count 20",
    run: async (
      { options: { count, point, label, serial }, answers, world, connection: { api } },
    ) => {
      const json = count === undefined
        ? { meters: [{ pointId: point, label, serial }] }
        : { count: numberOf("--count", count) };
      await answers.show(
        api.meters.provision.$post({ json }),
        ({ meters }) => keys(meters, world.terminal),
      );
    },
  }),
  command("meters show ID", {
    summary: "A meter as it stands",
    example: "meters show 8a1f63c0d27be954",
    run: async ({ words, answers, connection: { api } }) => {
      await answers.show(api.meters[":id"].$get(byId(words.ID)), shownNow);
    },
  }),
  command("meters change ID", {
    summary: "Change a meter's label or serial number; an empty text takes it away",
    options: DETAILS,
    example: 'meters change 8a1f63c0d27be954 --label "Garage"',
    run: async ({ words, options, answers, connection: { api } }) => {
      const json = { label: orGone(options.label), serial: orGone(options.serial) };
      await answers.show(api.meters[":id"].$patch({ ...byId(words.ID), json }), shown);
    },
  }),
  command("meters assign ID POINT", {
    summary: "Put a meter on a point",
    options: {
      "--from TIME": "counts there from then on, like 2026-11-20T08:00:00-03:00",
      "--start WH": "the register that was read then",
      "--alongside": "where another counts, both are added; else see meters exchange",
    },
    details: "Without --from, a meter that had no point yet counts from its first reading; " +
      "another from now on.",
    example: "meters assign 8a1f63c0d27be954 17c0a2b94be83d65",
    run: async ({ words, options: { from, start, alongside }, answers, connection: { api } }) => {
      const startWh = optional("--start", start);
      const json = { pointId: words.POINT, from, startWh, alongside };
      await answers.show(api.meters[":id"].assign.$post({ ...byId(words.ID), json }), shown);
    },
  }),
  command("meters exchange ID FINAL-WH", {
    summary: "Replace a meter, which was read one last time",
    options: {
      "--start WH": "the register of the new one; 0 unless told otherwise",
      "--at TIME": "when, if not now",
      "--by ID": "the new one, if it is registered; else one is made:",
      ...DETAILS,
    },
    example: "meters exchange 8a1f63c0d27be954 18203550 --serial A2000",
    run: async ({ words, options, answers, connection }) => {
      const { start, at, by, label, serial } = options;
      const finalWh = numberOf("FINAL-WH", words["FINAL-WH"]);
      const json = { finalWh, startWh: optional("--start", start), at, meterId: by, label, serial };
      const asked = connection.api.meters[":id"].exchange.$post({ ...byId(words.ID), json });
      await answers.show(asked, ({ new: { id }, enrolmentToken, expiresAt }) => {
        const done = `The meter ${id} counts now in place of ${words.ID}.`;
        if (!enrolmentToken) return done;
        const token = { id, enrolmentToken, expiresAt: expiresAt! };
        return `${done}\n\n${tokenText(token, connection.address)}`;
      });
    },
  }),
  command("meters token ID", {
    summary: "A new enrolment token in place of one that was lost or has expired",
    example: "meters token 8a1f63c0d27be954",
    run: async ({ words, answers, connection }) => {
      await answers.show(
        connection.api.meters[":id"].token.$post(byId(words.ID)),
        (token) => tokenText(token, connection.address),
      );
    },
  }),
  command("meters key ID", {
    summary: "Make a meter's next key; the old one works until this one is used",
    example: "meters key 8a1f63c0d27be954",
    run: async ({ words, answers, world, connection: { api } }) => {
      const asked = api.meters[":id"]["rotate-key"].$post(byId(words.ID));
      await answers.show(asked, (key) => keys([key], world.terminal));
    },
  }),
  command("meters retire ID", {
    summary: "Retire a meter: its keys are void, its readings stay",
    example: "meters retire 8a1f63c0d27be954",
    run: ({ words, answers, connection: { api } }) =>
      answers.done(api.meters[":id"].$delete(byId(words.ID)), `Retired the meter ${words.ID}.`),
  }),
];

const KEYS: Column<Key>[] = [
  { title: "id", of: ({ id }) => id },
  { title: "key id", of: ({ keyId }) => `${keyId}`, align: "right" },
  { title: "key", of: ({ key }) => key },
];

/** Shown this once, so whole, however narrow the terminal. */
const keys = (keys: Key[], { hasColour }: Terminal): string =>
  table(KEYS, keys, { columns: Infinity, hasColour });

const optional = (name: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : numberOf(name, text);

const tokenText = ({ id, enrolmentToken, expiresAt }: Token, address: string): string =>
  `${details({ meter: id, token: enrolmentToken, "valid until": instant(expiresAt) })}

The meter fetches its key with the token, once. With an ESP32 on the USB port:
  deno task firmware:flash --server ${address} --token ${enrolmentToken}
On the desk:
  deno task sim --server ${address} --token ${enrolmentToken}`;

const shown = (meter: Meter): string =>
  details({
    id: meter.id,
    label: meter.label,
    serial: meter.serial,
    point: meter.pointId,
    "has a key": meter.enrolled ? "yes" : "no",
    hardware: meter.hardwareId,
    created: instant(meter.createdAt),
    ...meter.retiredAt ? { retired: instant(meter.retiredAt) } : {},
  });

const shownNow = (meter: MeterNow): string =>
  `${shown(meter)}\n${
    details({
      register: register(meter.registerWh),
      power: watts(meter.powerW),
      "last seen": instant(meter.lastSeen),
    })
  }`;

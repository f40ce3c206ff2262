/** Points on the command line. */
import type { InferResponseType } from "hono/client";
import { numberOf, oneOf, orGone } from "./arguments.ts";
import { type Command, command } from "./command.ts";
import { type ApiClient, byId } from "./connection.ts";
import { type Column, details, table } from "./table.ts";
import { instant, register, watts } from "./units.ts";
import type { Terminal } from "./world.ts";

type PointNow = InferResponseType<ApiClient["points"][":id"]["$get"]>;
type Point = Omit<PointNow, "meter">;
type Assignment = Point["assignments"][number];
type Chosen = Point["tariffs"][number];

const SUPPLIES = ["singlePhase", "twoPhase", "threePhase"] as const;

const DETAILS = {
  "--code CODE": "the utility's number of the installation",
  "--address-line TEXT": "where it is",
  "--timezone ZONE": "like America/Sao_Paulo",
  "--tariff ID": "what is billed there",
  "--tariff-from DATE": "or a time, from which it counts; else from now on",
  "--reading-day DAY": "of the month, that ends a period; 31 is its last one",
  "--reading-days MONTH=DAY": "other days of single months, all of them: 2026-12=29,2027-02=27",
  "--supply KIND": "singlePhase, twoPhase or threePhase",
  "--region CODE": "of what may fail as one: a street, a transformer, a feeder",
} as const;

export const pointCommands: Command[] = [
  command("points [SEARCH]", {
    summary: "Places of supply by label, or those with words that begin so",
    options: {
      "--customer ID": "only this customer's",
      "--retired": "those that are no longer in use",
    },
    example: "points home --customer 8a1f63c0d27be954",
    run: ({ words, options: { customer, retired }, answers, connection: { api } }) =>
      answers.list(
        (page) => {
          const filter = { search: words.SEARCH, customerId: customer, retired: `${retired}` };
          return api.points.$get({ query: { ...page, ...filter } });
        },
        {
          columns: [
            { title: "id", of: ({ id }) => id, whole: true },
            { title: "label", of: ({ label }) => label },
            { title: "code", of: ({ code }) => code },
            { title: "address", of: ({ address }) => address },
            { title: "customer", of: ({ customerId }) => customerId, whole: true },
          ],
          none: "No points.",
        },
      ),
  }),
  command("points add CUSTOMER LABEL", {
    summary: "Register a customer's point",
    options: DETAILS,
    example: 'points add 8a1f63c0d27be954 Home --address-line "Rua das Flores 10"',
    run: async ({ words, options, answers, world, connection: { api } }) => {
      const { code, timezone } = options;
      const json = {
        customerId: words.CUSTOMER,
        label: words.LABEL,
        code,
        timezone,
        address: options["address-line"],
        region: options.region,
        ...billing(options),
      };
      await answers.show(api.points.$post({ json }), (point) => shown(point, world.terminal));
    },
  }),
  command("points show ID", {
    summary: "A point, with the meter that counts there now",
    example: "points show 8a1f63c0d27be954",
    run: async ({ words, answers, world, connection: { api } }) => {
      await answers.show(
        api.points[":id"].$get(byId(words.ID)),
        (point) => `${meterOf(point)}\n${shown(point, world.terminal)}`,
      );
    },
  }),
  command("points change ID", {
    summary: "Change a point's details, or its customer; an empty text takes one away",
    options: {
      "--label LABEL": "label",
      ...DETAILS,
      "--customer ID": "who has it from now on",
      "--held-from TIME": "or from then on, like 2026-11-20T08:00:00-03:00",
    },
    details: "A new customer sees nothing from before.",
    example: "points change 8a1f63c0d27be954 --customer 17c0a2b94be83d65",
    run: async ({ words, options, answers, world, connection: { api } }) => {
      const json = {
        label: options.label,
        code: orGone(options.code),
        address: orGone(options["address-line"]),
        region: orGone(options.region),
        timezone: options.timezone,
        customerId: options.customer,
        heldFrom: options["held-from"],
        ...billing(options),
      };
      const changed = api.points[":id"].$patch({ ...byId(words.ID), json });
      await answers.show(changed, (point) => shown(point, world.terminal));
    },
  }),
  command("points retire ID", {
    summary: "End the supply at a point; its history stays",
    example: "points retire 8a1f63c0d27be954",
    run: ({ words, answers, connection: { api } }) =>
      answers.done(api.points[":id"].$delete(byId(words.ID)), `Retired the point ${words.ID}.`),
  }),
];

interface Billing {
  tariff?: string;
  "tariff-from"?: string;
  "reading-day"?: string;
  "reading-days"?: string;
  supply?: string;
}

const billing = (
  { tariff, "tariff-from": tariffFrom, "reading-day": day, "reading-days": moved, supply }: Billing,
) => ({
  tariffId: tariff,
  tariffFrom,
  readingDay: day === undefined ? undefined : numberOf("--reading-day", day),
  readingDays: moved === undefined ? undefined : daysIn(moved),
  supply: supply === undefined ? undefined : oneOf("--supply", supply, SUPPLIES),
});

/** None of an empty text. */
const daysIn = (moved: string): Record<string, number> =>
  Object.fromEntries(
    moved.split(",").filter((one) => one !== "").map((one) => {
      const [month, day = ""] = one.trim().split("=");
      return [month, numberOf("--reading-days", day)];
    }),
  );

const TARIFFS: Column<Chosen>[] = [
  { title: "tariff", of: ({ tariffId }) => tariffId, whole: true },
  { title: "from", of: ({ from }) => instant(from) ?? "ever" },
];

const ASSIGNMENTS: Column<Assignment>[] = [
  { title: "meter", of: ({ meterId }) => meterId, whole: true },
  { title: "from", of: ({ from }) => instant(from) ?? "its first reading" },
  { title: "to", of: ({ to }) => instant(to) },
  { title: "first register", of: ({ startWh }) => register(startWh), align: "right" },
  { title: "last register", of: ({ finalWh }) => register(finalWh), align: "right" },
];

function shown(point: Point, terminal: Terminal): string {
  const moved = Object.entries(point.readingDays)
    .map(([month, day]) => `${day} in ${month}`).join(", ");
  const fields = details({
    id: point.id,
    label: point.label,
    code: point.code,
    address: point.address,
    customer: point.customerId,
    timezone: point.timezone,
    "reading day": `${point.readingDay}`,
    ...moved === "" ? {} : { "reading days": moved },
    supply: point.supply,
    ...point.region === null ? {} : { region: point.region },
    created: instant(point.createdAt),
    ...point.retiredAt ? { retired: instant(point.retiredAt) } : {},
  });
  return [
    fields,
    ...point.tariffs.length > 0 ? [table(TARIFFS, point.tariffs, terminal)] : [],
    ...point.assignments.length > 0 ? [table(ASSIGNMENTS, point.assignments, terminal)] : [],
  ].join("\n\n");
}

function meterOf({ meter }: PointNow): string {
  if (!meter) return "No meter counts here now.\n";
  const { id, registerWh, powerW, lastSeen } = meter;
  return details({
    meter: id,
    register: register(registerWh),
    power: watts(powerW),
    "last seen": instant(lastSeen),
  }) + "\n";
}

/** The page on tariffs: its examples are taken, its commands exist, its numbers are right. */
import { assert, assertEquals } from "@std/assert";
import { commandIn, readArguments } from "../../server/admin/arguments.ts";
import { COMMANDS } from "../../server/admin/commands.ts";
import { scaledText } from "../../server/domain/money.ts";
import { PRESETS } from "../../server/domain/tariff-presets.ts";
import { tariffSent, tariffShown } from "../../server/http/tariff-form.ts";
import { billFor } from "./domain/bills.ts";

const PAGE = Deno.readTextFileSync(new URL("../../docs/tariffs.md", import.meta.url));
const EXAMPLES = [...PAGE.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text));

Deno.test("every example of the page on tariffs is taken, and each part of a tariff has one", () => {
  const [smallest] = EXAMPLES;
  for (const example of EXAMPLES) {
    const { error } = tariffSent.safeParse({ ...smallest, ...example });
    assertEquals(error?.issues, undefined, JSON.stringify(example));
  }
  const shown = new Set(EXAMPLES.flatMap((example) => Object.keys(example)));
  assertEquals(Object.keys(tariffShown.shape).filter((part) => !shown.has(part)), []);
  const kinds = new Set(EXAMPLES.flatMap(({ energy }) => energy?.kind ?? []));
  assertEquals([...kinds], ["flat", "tiers", "timeOfUse"]);
});

Deno.test("the page on tariffs names every preset, and commands that there are", () => {
  const presets = [...PAGE.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
  assertEquals(presets, Object.keys(PRESETS));
  const commands = [...PAGE.matchAll(/^admin (.+)$/gm)].map(([, typed]) => typed.split(" "));
  assert(commands.length > 3);
  for (const typed of commands) readArguments(...commandIn(COMMANDS, typed));
});

Deno.test("the page on tariffs computes taxes inside the price as bills do", () => {
  const { energy, taxes } = PRESETS.brazilConventional;
  const bill = billFor(304, { ...PRESETS.flat, energy, taxes });
  const [used, ...inside] = bill.lines;
  assert(used.kind === "energy");
  const money = (amount: number) => (amount / 100).toFixed(2);
  const price = Number(scaledText(used.priceWithTaxes)).toFixed(5);
  for (
    const text of [
      `= ${price} a kWh, × 304 = ${money(used.amount)}`,
      ...inside.map(({ label, amount }) => new RegExp(`^${label} .* = +${money(amount)}$`, "m")),
    ]
  ) {
    assert(typeof text === "string" ? PAGE.includes(text) : text.test(PAGE), `${text}`);
  }
});

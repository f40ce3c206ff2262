/**
 * One table in three places: on Deno, compiled and in the sandbox of Espruino's API, and on the real
 * interpreter where the variable `ESPRUINO` names an Espruino for Linux.
 */
import { assert, assertEquals } from "@std/assert";
import { checkSubset, compile } from "../../meter-firmware/build.ts";
import { Chip, newMemory, type World } from "../../meter-sim/chip.ts";
import { runCompiled } from "../../meter-sim/espruino.ts";
import { sha256 } from "../../meter-sim/sha256.ts";
import { checkConformance } from "./conformance.ts";
import { ESPRUINO, linesOfEspruino } from "./espruino.ts";
import { OUTBOX_RULES, REGISTER_RULES } from "./rules.ts";
import { ACKNOWLEDGEMENTS, HMAC_CASES, REPORTS, TAMPERED } from "./vectors.ts";

const PROGRAM = new URL("./conformance-board.ts", import.meta.url);
/** Before the tests: the compiler keeps a thread for as long as the process lives. */
const SOURCE = await compile(PROGRAM);
const CHECKS = 3 * REPORTS.length + 2 * ACKNOWLEDGEMENTS.length + TAMPERED.length +
  HMAC_CASES.length + 2 * OUTBOX_RULES.length + REGISTER_RULES.length;

const worldThatPrints = (print: (line: string) => void): World => ({
  now: () => 0,
  schedule: () => () => {},
  random: () => 0.5,
  resolve: (host, found) => found(host),
  sendUdp: () => {},
  postHttp: () => {},
  print,
  restarted: () => {},
});

const judge = (lines: string[]): void => {
  assertEquals(lines.at(-1), "CHECKS DONE");
  const checks = lines.filter((line) => line.startsWith("CHECK ")).map((line) =>
    JSON.parse(line.slice(6))
  );
  assertEquals(checks.length, CHECKS);
  for (const { name, actual, expected } of checks) assertEquals(actual, expected, name);
};

Deno.test("the conformance tables hold on Deno", () => {
  let count = 0;
  checkConformance(sha256, (name, actual, expected) => {
    count++;
    assertEquals(actual, expected, name);
  });
  assertEquals(count, CHECKS);
});

Deno.test("the conformance tables hold compiled, in the sandbox", async () => {
  await checkSubset(SOURCE);
  const lines: string[] = [];
  runCompiled(new Chip(newMemory(), worldThatPrints((line) => lines.push(line))), SOURCE);
  judge(lines);
});

Deno.test("the sandbox lacks what Espruino lacks", () => {
  const chip = new Chip(newMemory(), worldThatPrints(() => {}));
  for (const missing of ["new Map()", "Symbol()", "fetch('')", "Math.trunc(1)", "undeclared()"]) {
    let failure = "";
    try {
      runCompiled(chip, missing);
    } catch (error) {
      failure = String(error);
    }
    assert(/is not (defined|a function|a constructor)/.test(failure), `${missing}: ${failure}`);
  }
});

Deno.test({
  name: "the conformance tables hold on the real interpreter" +
    (ESPRUINO ? "" : " (left out: ESPRUINO names no Espruino for Linux)"),
  ignore: !ESPRUINO,
  fn: async () => judge(await linesOfEspruino(SOURCE, "CHECKS DONE")),
});

/** A payment that is told of twice is one, however it is told. */
import { assertEquals } from "@std/assert";
import { type Payment, take } from "../../../server/domain/invoice-state.ts";

const told = (reference?: string, changes: Partial<Payment> = {}): Payment => ({
  at: 0,
  on: "2026-06-15",
  amount: 47_192,
  reference,
  by: "file",
  ...changes,
});

const STORIES: [what: string, payments: Payment[], kept: (string | undefined)[]][] = [
  ["by hand, then by the bank's file", [told(), told("E1")], ["E1"]],
  ["by the bank's file, then without a reference", [told("E1"), told()], ["E1"]],
  ["twice without a reference", [told(), told()], [undefined]],
  ["twice with one reference, whatever else", [told("E1"), told("E1", { amount: 1 })], ["E1"]],
  ["with two references", [told("E1"), told("E2")], ["E1", "E2"]],
  ["by hand, and by the bank two, of which one is it", [
    told(),
    told("E1"),
    told("E2"),
    told("E1"),
    told("E2"),
  ], ["E1", "E2"]],
  ["on two days", [told(), told("E1", { on: "2026-06-16" })], [undefined, "E1"]],
];

for (const [what, several, kept] of STORIES) {
  Deno.test(`take() counts what is told ${what}`, () => {
    const payments: Payment[] = [];
    for (const payment of several) take({ payments }, structuredClone(payment));
    assertEquals(payments.map(({ reference }) => reference), kept);
  });
}

Deno.test("take() takes fifty of one invoice", () => {
  const payments: Payment[] = [];
  const taken = Array.from({ length: 51 }, (_, i) => take({ payments }, told(`E${i}`)));
  assertEquals([taken[49], taken[50], payments.length], ["taken", "tooMany", 50]);
});

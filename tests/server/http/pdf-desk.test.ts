/** PDFs are written two at a time, in turn, and the latest are kept. */
import { assertEquals, assertRejects } from "@std/assert";
import { PdfDesk } from "../../../server/http/pdf-desk.ts";
import type { Paper } from "../../../server/paper/paper.ts";

const PAPER = {} as Paper;

function writer() {
  const waiting: PromiseWithResolvers<Uint8Array<ArrayBuffer>>[] = [];
  const write = () => {
    const pdf = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
    waiting.push(pdf);
    return pdf.promise;
  };
  return { waiting, desk: new PdfDesk(write) };
}

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

Deno.test("no more than two are written at once, and the others follow", async () => {
  const { waiting, desk } = writer();
  const all = ["a", "b", "c"].map((key) => desk.pdf(key, PAPER));
  await turn();
  assertEquals(waiting.length, 2);
  waiting[0].resolve(new Uint8Array([1]));
  assertEquals(await all[0], new Uint8Array([1]));
  await turn();
  assertEquals(waiting.length, 3);
  for (const pdf of waiting) pdf.resolve(new Uint8Array([2]));
  await Promise.all(all);
});

Deno.test("what was written is not written again, unless it failed", async () => {
  const { waiting, desk } = writer();
  const first = desk.pdf("a", PAPER);
  waiting[0].resolve(new Uint8Array([1]));
  await first;
  assertEquals(await desk.pdf("a", PAPER), new Uint8Array([1]));
  assertEquals(waiting.length, 1);
  const failing = desk.pdf("b", PAPER);
  waiting[1].reject(new Error("no ink"));
  await assertRejects(() => failing);
  const again = desk.pdf("b", PAPER);
  assertEquals(waiting.length, 3);
  waiting[2].resolve(new Uint8Array([3]));
  await again;
});

Deno.test("where too many wait, one more is refused", async () => {
  const { waiting, desk } = writer();
  const asked = Array.from({ length: 52 }, (_, i) => desk.pdf(`${i}`, PAPER));
  await assertRejects(() => desk.pdf("more", PAPER), Error, "Too many PDFs");
  for (let i = 0; i < 52; i++) {
    await turn();
    waiting[i].resolve(new Uint8Array());
  }
  await Promise.all(asked);
});

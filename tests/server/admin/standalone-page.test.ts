/** An invoice's page that was saved looks as it did on the server. */
import { assert, assertEquals } from "@std/assert";
import { standalone } from "../../../server/admin/standalone-page.ts";
import { PAPER_FILES, STYLE_PATH } from "../../../server/paper/files.ts";
import { paperHtml } from "../../../server/paper/html.ts";
import { paperOf } from "../../../server/paper/write.ts";
import { billOf } from "../paper/example-bill.ts";

const ADDRESS = "http://127.0.0.1:8000";

Deno.test("standalone() has the paper's style and typefaces inside, and asks for no file", async () => {
  const asked: string[] = [];
  const page = await standalone(paperHtml(paperOf(billOf(), "en")), ADDRESS, async (url) => {
    asked.push(url.href);
    const { type, read } = PAPER_FILES[url.pathname];
    return new Response(await read(), { headers: { "content-type": type } });
  });
  assertEquals(asked, [
    ADDRESS + STYLE_PATH,
    `${ADDRESS}/paper/figtree-400.ttf`,
    `${ADDRESS}/paper/figtree-600.ttf`,
  ]);
  assert(page.includes("<style>") && page.includes(".strip-chart {"));
  assertEquals(page.match(/<link|url\("(?!data:font\/ttf;base64,AAEAAAA)/g), null);
});

Deno.test("standalone() leaves a style as it is, and in its element", async () => {
  const html = '<link rel="stylesheet" href="/a.css"><p>';
  const style = 'a::after{content:"$&</style>"}';
  const page = await standalone(html, ADDRESS, () => Promise.resolve(new Response(style)));
  assertEquals(page, '<style>a::after{content:"$&<\\/style>"}</style><p>');
});

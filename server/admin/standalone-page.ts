/** A page with its style and typefaces inside, so that it looks the same where there is no server. */
import { granted } from "./answers.ts";

type Ask = (url: URL) => Promise<Response>;

const STYLE_LINK = /<link rel="stylesheet" href="([^"]+)">/g;
const FILE = /url\("([^"]+)"\)/g;

export const standalone = (page: string, address: string, ask: Ask): Promise<string> =>
  replaced(page, STYLE_LINK, async (path) => {
    const url = new URL(path, address);
    const style = await (await granted(ask(url))).text();
    const whole = await replaced(style, FILE, (path) => dataOf(new URL(path, url), ask));
    return `<style>${whole.replaceAll("</", "<\\/")}</style>`;
  });

async function dataOf(url: URL, ask: Ask): Promise<string> {
  const { headers, body } = await granted(ask(url));
  const type = headers.get("content-type") ?? "application/octet-stream";
  return `url("data:${type};base64,${(await new Response(body).bytes()).toBase64()}")`;
}

/** Each place with what is made of the path in it. */
async function replaced(
  text: string,
  places: RegExp,
  made: (path: string) => Promise<string>,
): Promise<string> {
  const parts = await Promise.all([...text.matchAll(places)].map(([, path]) => made(path)));
  let i = 0;
  return text.replace(places, () => parts[i++]);
}

/** Files that commands take and write. */
import { type Answer, type Answers, granted } from "./answers.ts";
import { Ending, usage } from "./ending.ts";
import type { World } from "./world.ts";

export const OUT = { "--out FILE": "into this file, instead of standard output" } as const;

export async function contentOf(
  path: string,
  { files }: World,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await files.read(path);
  if (bytes) return bytes;
  throw usage(`There is no file ${path}.`);
}

/** What it holds is for the server to judge. */
// deno-lint-ignore no-explicit-any
export async function jsonOf(path: string, world: World): Promise<any> {
  const text = new TextDecoder().decode(await contentOf(path, world));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usage(`${path} is not JSON: ${(error as Error).message}.`);
  }
}

/** A file that the server sends. */
export async function download(
  asked: Promise<Answer<unknown>>,
  out: string | undefined,
  answers: Answers,
  world: World,
): Promise<void> {
  const { body } = await granted(asked);
  await put(body ?? ReadableStream.from<Uint8Array>([]), out, answers, world);
}

export async function put(
  content: ReadableStream<Uint8Array>,
  out: string | undefined,
  answers: Answers,
  { files, terminal }: World,
): Promise<void> {
  try {
    if (out === undefined) {
      for await (const bytes of content) terminal.write(bytes);
    } else {
      await files.write(out, content);
      answers.tell(`Wrote ${out}.`);
    }
  } catch (error) {
    if (error instanceof Ending) throw error;
    throw new Ending("refused", `The file broke off: ${(error as Error).message}`);
  }
}

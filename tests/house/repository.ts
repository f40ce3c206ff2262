/**
 * The repository as the house rules see it: a map from path to text, so that every rule is a pure
 * function that also runs over an invented repository of three lines.
 */

/** Text by path from the repository's top, with `/` between folders. */
export type Sources = ReadonlyMap<string, string>;

const ROOT = new URL("../../", import.meta.url);

const ignoredPaths = (gitignore: string): Set<string> =>
  new Set(gitignore.split("\n").map((line) => line.replace(/^\/|\/$/g, "")).filter(Boolean));

export const readRepository = (): Sources => {
  const sources = new Map<string, string>();
  const ignored = ignoredPaths(Deno.readTextFileSync(new URL(".gitignore", ROOT))).add(".git");
  const read = (folder: string): void => {
    for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, ROOT))) {
      const path = folder + name;
      if (ignored.has(path)) continue;
      if (isDirectory) read(`${path}/`);
      else sources.set(path, Deno.readTextFileSync(new URL(path, ROOT)));
    }
  };
  read("");
  return sources;
};

export const sourcesOf = (files: Record<string, string>): Sources => new Map(Object.entries(files));

export const isTypeScript = (path: string): boolean => /\.tsx?$/.test(path);

export const isTest = (path: string): boolean => path.startsWith("tests/");

export const lineAt = (source: string, offset: number): number =>
  source.slice(0, offset).split("\n").length;

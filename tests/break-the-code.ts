/**
 * Tests of the tests: takes one safeguard at a time out of a copy of the code and expects the tests
 * named for it to fail. A safeguard whose loss goes unnoticed is a hole in the suite.
 */
import { readRepository, type Sources } from "./house/repository.ts";
import { type Mutant, MUTANTS } from "./mutants.ts";

const ROOT = new URL("../", import.meta.url);
const SUITE_MS = 60_000;

interface Ran {
  passed: boolean;
  output: string;
}

/** The file's text without the safeguard, which must be there exactly once. */
export function broken({ file, from, to }: Mutant, sources: Sources): string {
  const source = sources.get(file) ?? "";
  const places = source.split(from).length - 1;
  if (places !== 1) throw new Error(`${file} holds ${places} times, not once: ${from}`);
  return source.replace(from, () => to);
}

class Copy implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "contaluz-broken-" });

  constructor(readonly sources: Sources) {
    for (const path of sources.keys()) {
      Deno.copyFileSync(new URL(path, ROOT), this.#placeOf(path));
    }
  }

  /** Runs with one file changed, which is put back afterwards. */
  async broken<Value>(mutant: Mutant, run: () => Promise<Value>): Promise<Value> {
    this.#write(mutant.file, broken(mutant, this.sources));
    try {
      return await run();
    } finally {
      this.#write(mutant.file, this.sources.get(mutant.file)!);
    }
  }

  async deno(...args: string[]): Promise<Ran> {
    const command = new Deno.Command(Deno.execPath(), {
      args,
      cwd: this.path,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(SUITE_MS),
    });
    const { success, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { passed: success, output: decoder.decode(stdout) + decoder.decode(stderr) };
  }

  test(files: string[]): Promise<Ran> {
    const paths = files.map((file) => `tests/server/${file}.test.ts`);
    return this.deno("test", "--quiet", "--no-check", "--allow-all", ...paths);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }

  #write(path: string, text: string): void {
    Deno.writeTextFileSync(this.#placeOf(path), text);
  }

  #placeOf(path: string): string {
    const target = `${this.path}/${path}`;
    Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), { recursive: true });
    return target;
  }
}

/** How the tests took the loss: what they noticed, or undefined. */
async function noticed(copy: Copy, mutant: Mutant): Promise<string | undefined> {
  return await copy.broken(mutant, async () => {
    const compiled = await copy.deno("check", "--quiet", mutant.file);
    if (!compiled.passed) throw new Error(`${mutant.lost} does not compile:\n${compiled.output}`);
    const { passed, output } = await copy.test(mutant.tests);
    if (passed) return undefined;
    return output.match(/(\d+) failed/)?.[0] ?? "no end";
  });
}

async function main(): Promise<number> {
  using copy = new Copy(readRepository());
  for (const mutant of MUTANTS) broken(mutant, copy.sources);
  const suites = [...new Set(MUTANTS.flatMap(({ tests }) => tests))];
  const whole = await copy.test(suites);
  if (!whole.passed) throw new Error(`The tests fail before anything is broken:\n${whole.output}`);
  let survivors = 0;
  for (const mutant of MUTANTS) {
    const begin = performance.now();
    const notice = await noticed(copy, mutant);
    if (notice === undefined) survivors++;
    const seconds = ((performance.now() - begin) / 1000).toFixed(1).padStart(5);
    console.log(`${(notice ?? "SURVIVED").padEnd(10)} ${seconds} s  without ${mutant.lost}`);
  }
  console.log(`${MUTANTS.length - survivors} of ${MUTANTS.length} losses were noticed`);
  return survivors === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());

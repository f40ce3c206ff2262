/** The real interpreter, where there is one: its Linux build, named by the variable `ESPRUINO`. */
import { TestFolder } from "../server/test-folder.ts";

export const ESPRUINO = Deno.env.get("ESPRUINO");

/** What it prints belongs to the program; its banner and prompts do not. */
export class Espruino implements AsyncDisposable {
  readonly lines: string[] = [];
  #folder = new TestFolder();
  #process: Deno.ChildProcess;
  #reading: Promise<void>;
  #changed = Promise.withResolvers<void>();
  #hasEnded = false;

  constructor(source: string) {
    const file = `${this.#folder.path}/program.js`;
    Deno.writeTextFileSync(file, source);
    this.#process = new Deno.Command(ESPRUINO!, {
      args: [file],
      cwd: this.#folder.path,
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#reading = this.#read();
  }

  /** Waits for a line that fits, and answers with it. */
  async line(fits: (line: string) => boolean): Promise<string> {
    for (;;) {
      const found = this.lines.find(fits);
      if (found !== undefined) return found;
      if (this.#hasEnded) throw new Error(`Espruino ended:\n${this.lines.join("\n")}`);
      await this.#changed.promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#reading;
    await this.#process.status;
    this.#folder[Symbol.dispose]();
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split(/\r?\n/);
      rest = parts.pop()!;
      this.lines.push(...parts);
      this.#tell();
    }
    this.#hasEnded = true;
    this.#tell();
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** The program's lines up to and including the last one. */
export async function linesOfEspruino(source: string, last: string): Promise<string[]> {
  await using espruino = new Espruino(source);
  await espruino.line((line) => line === last);
  return espruino.lines.slice(0, espruino.lines.indexOf(last) + 1);
}

/**
 * A task of deno.json as a process of its own, started the way that people start it, so that the
 * tests and what is typed cannot part.
 */
const ROOT = new URL("../", import.meta.url);

export interface TaskStart extends Pick<Deno.CommandOptions, "stdin" | "stdout" | "stderr"> {
  args?: string[];
  env?: Record<string, string>;
  /** A program and its arguments that start the task in their turn. */
  through?: string[];
}

export const taskCommand = (
  task: string,
  { args: more = [], env, through = [], ...streams }: TaskStart = {},
): Deno.Command => {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const [program, ...args] = [
    ...through,
    Deno.execPath(),
    ...tasks[task].split(" ").slice(1),
    ...more,
  ];
  return new Deno.Command(program, { args, cwd: ROOT, env: { NO_COLOR: "1", ...env }, ...streams });
};

/** A server on free ports of this machine, in a folder of the test. */
export const ownServer = (data: string): Record<string, string> => ({
  CONTALUZ_HOST: "127.0.0.1",
  CONTALUZ_HTTP_PORT: "0",
  CONTALUZ_UDP_PORT: "0",
  CONTALUZ_DATA: data,
});

/** What is printed to nobody but the test. */
export const UNDER_TEST = { stdin: "null", stdout: "piped", stderr: "piped" } as const;

export const killIfRunning = (child: Deno.ChildProcess, signal: Deno.Signal): void => {
  try {
    child.kill(signal);
  } catch {
    // It has ended by itself.
  }
};

/** The terminal tool with a terminal, files and a network that the test holds. */
import { COMMANDS } from "../../../server/admin/commands.ts";
import { run } from "../../../server/admin/run.ts";
import type { World } from "../../../server/admin/world.ts";
import { type AppInMemory, NOON } from "../app-in-memory.ts";
import { newPerson, PASSWORD } from "../browser.ts";
import { OPERATOR_KEY } from "../running-server.ts";

export interface Shown {
  code: number;
  out: string;
  errors: string;
}

const decoder = new TextDecoder();

export class Tool {
  readonly files = new Map<string, string>();
  /** Paths that were written for one person's eyes. */
  readonly privately = new Set<string>();
  readonly requests: Request[] = [];
  readonly environment: World["environment"] = {
    CONTALUZ_KEY: OPERATOR_KEY,
    CONTALUZ_ADDRESS: "http://contaluz.example",
    HOME: "/somebody",
  };
  terminal = { columns: 80, isTty: false, hasColour: false };
  /** What is typed, in order. */
  typed: string[] = [];
  prompts: string[] = [];
  listen: World["listen"] = () => {
    throw new Error("nobody listens in this test");
  };
  pause: World["pause"] = () => new Promise(() => {});

  constructor(readonly fetch: (request: Request) => Response | Promise<Response>) {}

  async run(...args: string[]): Promise<Shown> {
    const out: string[] = [];
    const errors: string[] = [];
    const write = (content: string | Uint8Array) =>
      void out.push(typeof content === "string" ? content : decoder.decode(content));
    const code = await run(COMMANDS, args, this.#world(write, (text) => void errors.push(text)));
    return { code, out: out.join(""), errors: errors.join("") };
  }

  // deno-lint-ignore no-explicit-any
  async json(...args: string[]): Promise<any> {
    const { code, out, errors } = await this.run(...args, "--json");
    if (code !== 0) throw new Error(errors);
    return JSON.parse(out);
  }

  #world(write: World["terminal"]["write"], tell: World["terminal"]["tell"]): World {
    const ask = (prompt: string) => {
      this.prompts.push(prompt);
      return Promise.resolve(this.typed.shift());
    };
    return {
      fetch: async (request) => {
        this.requests.push(request.clone());
        return await this.fetch(request);
      },
      listen: (url, headers) => this.listen(url, headers),
      pause: (ms, signal) => this.pause(ms, signal),
      now: () => NOON,
      timeZone: "America/Sao_Paulo",
      terminal: { ...this.terminal, write, tell, readLine: ask, readSecret: ask },
      files: {
        read: (path) => {
          const text = this.files.get(path);
          return Promise.resolve(text === undefined ? undefined : new TextEncoder().encode(text));
        },
        write: async (path, content) => {
          this.files.set(path, await new Response(content).text());
        },
        writePrivate: (path, text) => {
          this.files.set(path, text);
          this.privately.add(path);
          return Promise.resolve();
        },
        remove: (path) => Promise.resolve(void this.files.delete(path)),
      },
      environment: this.environment,
    };
  }
}

/** A tool that must not ask anybody. */
export const offline = (): Tool =>
  new Tool(() => {
    throw new Error("asked the server");
  });

/** That of someone new, who has signed in. */
export async function signedIn(app: AppInMemory, email: string, role: "operator" | "customer") {
  const { id, customerId } = await newPerson(app, email, role);
  const tool = new Tool(app.fetch);
  delete tool.environment.CONTALUZ_KEY;
  tool.typed = [PASSWORD];
  const { code, errors } = await tool.run("sign-in", "--email", email);
  if (code !== 0) throw new Error(errors);
  return { tool, id, customerId: customerId! };
}

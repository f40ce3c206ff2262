/** The server, asked in the name of a key or of who has signed in. */
import { hc } from "hono/client";
import type { Api } from "../http/api.ts";
import { Ending, usage } from "./ending.ts";
import { readSession, type Session } from "./session-file.ts";
import type { World } from "./world.ts";

const DEFAULT_ADDRESS = "http://127.0.0.1:8000";

export type ApiClient = ReturnType<typeof hc<Api>>["api"]["v1"];

export interface Connection {
  address: string;
  /** Who asks; empty where nobody is known. */
  credential: Record<string, string>;
  api: ApiClient;
  /** For what is no part of the API, such as the style of a page. */
  ask: (url: URL) => Promise<Response>;
}

interface Asked {
  address?: string;
  "key-file"?: string;
}

export async function connect(world: World, asked: Asked): Promise<Connection> {
  const { environment } = world;
  const session = await readSession(world);
  const address = checked(
    asked.address ?? (environment.CONTALUZ_ADDRESS || session?.address || DEFAULT_ADDRESS),
  );
  const key = await keyOf(world, asked["key-file"]);
  return connection(
    world,
    address,
    key ? { authorization: `Bearer ${key}` } : cookieFor(session, address),
  );
}

/** For who is about to say who they are. */
export const anonymous = (world: World, address: string): ApiClient =>
  connection(world, address, {}).api;

/** In the name of who has signed in, whatever key there is. */
export async function signedIn(world: World): Promise<Connection | undefined> {
  const session = await readSession(world);
  return session && connection(world, session.address, { cookie: session.cookie });
}

const cookieFor = (session: Session | undefined, address: string): Record<string, string> =>
  session?.address === address ? { cookie: session.cookie } : {};

function connection(
  world: World,
  address: string,
  credential: Record<string, string>,
): Connection {
  const ask = async (url: string | URL | Request, init?: RequestInit) => {
    // A redirect would take the credential along to wherever it leads.
    const request = new Request(url, { ...init, redirect: "manual" });
    for (const [name, value] of Object.entries(credential)) request.headers.set(name, value);
    try {
      return await world.fetch(request);
    } catch (error) {
      throw new Ending("notReachable", `No answer from ${address}: ${(error as Error).message}`);
    }
  };
  return { address, credential, api: hc<Api>(address, { fetch: ask }).api.v1, ask };
}

export function checked(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.pathname === "/" && !url.search) {
    return url.origin;
  }
  throw usage(`The server's address must be like ${DEFAULT_ADDRESS}, not ${address}.`);
}

/** Whether anybody on the way can read along. */
export function isOpen(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === "http:" && !/^(?:localhost|127\..*|\[::1\])$/.test(hostname);
}

async function keyOf(world: World, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return world.environment.CONTALUZ_KEY || undefined;
  const bytes = file === "-" ? undefined : await world.files.read(file);
  const text = file === "-"
    ? await world.terminal.readSecret("API key: ")
    : bytes && new TextDecoder().decode(bytes);
  const key = text?.trim();
  if (key && /^[!-~]+$/.test(key)) return key;
  const where = file === "-" ? "standard input" : file;
  throw usage(text === undefined ? `There is no file ${where}.` : `There is no key in ${where}.`);
}

/** How a path names a thing. */
export const byId = (id: string): { param: { id: string } } => ({
  param: { id: encodeURIComponent(id) },
});

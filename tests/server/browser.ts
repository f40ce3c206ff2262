/** People at their browsers, which keep cookies, before the app in memory. */
import { assert, assertEquals } from "@std/assert";
import type { ScryptCost } from "../../server/store/passwords.ts";
import type { World } from "../../server/world.ts";
import { AppInMemory } from "./app-in-memory.ts";
import type { Answered, Json } from "./running-server.ts";

/** Next to nothing: what is tried here is not how long it takes. */
export const CHEAP: ScryptCost = { log2N: 4, r: 8, p: 1 };

export const PASSWORD = "correct horse battery";

export const openApp = (own: Partial<World> = {}): Promise<AppInMemory> =>
  AppInMemory.open({ cost: CHEAP, proxies: 1, ...own });

export interface Reply extends Answered {
  cookies: string[];
  headers: Headers;
}

export class Browser {
  readonly jar = new Map<string, string>();

  constructor(
    readonly app: Pick<AppInMemory, "fetch">,
    /** As a proxy tells it. */
    readonly address = "203.0.113.1",
    readonly origin = "http://localhost",
  ) {}

  async send(
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
  ): Promise<Reply> {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = new Headers({ "x-forwarded-for": this.address, ...more });
    if (cookie && !headers.has("cookie")) headers.set("cookie", cookie);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const url = `${this.origin}/api/v1${path}`;
    const response = await this.app.fetch(new Request(url, { method, headers, body: text }));
    const answer = await response.text();
    const type = response.headers.get("content-type");
    const cookies = response.headers.getSetCookie();
    for (const one of cookies) this.#keep(one);
    const json = type?.includes("json") ? JSON.parse(answer) : undefined;
    const { status, headers: got } = response;
    return { status, type, body: json, text: answer, cookies, headers: got };
  }

  /** The answer's body, of a call that must succeed. */
  async ask(method: string, path: string, body?: unknown): Promise<Json> {
    const answer = await this.send(method, path, body);
    assert(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  async status(method: string, path: string, body?: unknown): Promise<number> {
    return (await this.send(method, path, body)).status;
  }

  signIn(email: string, password = PASSWORD, code?: string): Promise<Reply> {
    return this.send("POST", "/session", { email, password, code });
  }

  async isSignedIn(): Promise<boolean> {
    const status = await this.status("GET", "/me");
    assert(status === 200 || status === 401, `${status}`);
    return status === 200;
  }

  #keep(cookie: string): void {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!;
    if (/max-age=0/i.test(cookie)) this.jar.delete(name);
    else this.jar.set(name, value);
  }
}

export const tokenIn = (link: string): string => link.split("#token=")[1];

/** Someone who was invited and has set a password. */
export async function newPerson(
  app: AppInMemory,
  email: string,
  role: "operator" | "customer" = "operator",
  password = PASSWORD,
): Promise<{ id: string; email: string; customerId?: string }> {
  const customerId = role === "customer"
    ? (await app.ask("POST", "/customers", { name: email })).id
    : undefined;
  const asked = { email, name: email.split("@")[0], role, customerId };
  const { person, link } = await app.ask("POST", "/people", asked);
  await app.ask("POST", "/password", { token: tokenIn(link), password });
  return { id: person.id, email, customerId };
}

/** A browser in which someone new is signed in. */
export async function signedIn(
  app: AppInMemory,
  email: string,
  role: "operator" | "customer" = "operator",
): Promise<{ browser: Browser; id: string; customerId?: string }> {
  const { id, customerId } = await newPerson(app, email, role);
  const browser = new Browser(app);
  assertEquals((await browser.signIn(email)).status, 201);
  return { browser, id, customerId };
}

/** What was done to a person, the latest first. */
export async function actionsOn(app: AppInMemory, person: string): Promise<string[]> {
  const { items } = await app.ask("GET", `/audit?kind=person&id=${person}`);
  return items.map(({ action }: { action: string }) => action);
}

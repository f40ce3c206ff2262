/** The app in memory as others than an operator see it. */
import { createApp } from "../../server/http/app.ts";
import type { Caller, KeyCalling, PersonCalling } from "../../server/http/caller.ts";
import type { AppInMemory } from "./app-in-memory.ts";
import type { Answered } from "./running-server.ts";

export const customer = (customerId: string): PersonCalling => ({
  kind: "person",
  id: "c".repeat(16),
  name: "Ana",
  role: "customer",
  customerId,
  sessionId: "5".repeat(16),
});

export const key = (rights: Pick<KeyCalling, "scopes" | "customerId">): KeyCalling => ({
  kind: "key",
  id: "e".repeat(16),
  connections: 5,
  ...rights,
});

/** Sends requests of a caller who is known already. */
export function as(app: AppInMemory, caller: Caller) {
  const { fetch } = createApp({ ...app.parts, callerOf: () => Promise.resolve(caller) });
  return async (method: string, path: string, body?: unknown): Promise<Answered> => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const url = `http://localhost/api/v1${path}`;
    const response = await fetch(new Request(url, { method, body: text }));
    const type = response.headers.get("content-type");
    const answer = await response.text();
    const json = type?.includes("json") ? JSON.parse(answer) : undefined;
    return { status: response.status, type, body: json, text: answer };
  };
}

/** Questions to the server's API under the operator's key; what goes wrong names what was being done. */
import { NoAnswerError, refusalIn } from "./failure.ts";

export interface ApiParts {
  /** Where the server listens: `http://127.0.0.1:8000`. */
  address: string;
  operatorKey: string;
  fetch(url: string, init: RequestInit): Promise<Response>;
}

const ANSWER_MS = 30_000;

// deno-lint-ignore no-explicit-any
type Json = any;

/** With a body it is a POST, unless it says otherwise. */
export type Ask = (doing: string, path: string, body?: Json, method?: string) => Promise<Json>;

export const createAsk = ({ address, operatorKey, fetch }: ApiParts): Ask => {
  const answerTo = async (doing: string, path: string, method: string, body?: Json) => {
    try {
      return await fetch(`${address}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${operatorKey}`, "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_MS),
      });
    } catch (error) {
      throw new NoAnswerError(doing, address, error);
    }
  };

  return async (doing, path, body, method = body === undefined ? "GET" : "POST") => {
    const response = await answerTo(doing, path, method, body);
    if (!response.ok) throw new Error(`Cannot ${doing}: ${await refusalIn(response)}`);
    try {
      return await response.json();
    } catch {
      const hint = `is ${address} the address of the server?`;
      throw new Error(`Cannot ${doing}: the answer is not JSON: ${hint}`);
    }
  };
};

/**
 * Posts a webhook to a URL that someone has entered, and not into the server's own network: the
 * host's addresses are looked up once, checked, and the connection goes to these and no others, while
 * the certificate is still checked by name.
 */
import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import type { Told } from "../domain/delivery-tries.ts";
import { addressKind, isAddress } from "../domain/private-address.ts";
import { inTime, type StartTimer, untold } from "./told.ts";

export interface HookParts {
  /** All addresses of a host, as the system knows them. */
  resolve: (host: string) => Promise<string[]>;
  timer: StartTimer;
  /** Names that may lead anywhere. */
  allowedHosts: string[];
  limitMs?: number;
  /** A certificate authority to trust in place of the usual ones. */
  ca?: string;
}

export type HookPost = (
  url: string,
  headers: Record<string, string>,
  body: Uint8Array<ArrayBuffer>,
) => Promise<Told>;

const LIMIT_MS = 10_000;
const MAX_ANSWER_BYTES = 4_096;
const GONE = 410;

export function hookPoster(parts: HookParts): HookPost {
  const allowed = new Set(parts.allowedHosts.map((name) => name.toLowerCase()));
  return (url, headers, body) =>
    inTime(parts.timer, parts.limitMs ?? LIMIT_MS, async (stop) => {
      const target = URL.parse(url);
      if (!target || !/^https?:$/.test(target.protocol)) {
        return untold("it has no http or https URL");
      }
      const addresses = await addressesOf(target, parts.resolve);
      const fault = addressFault(addresses, allowed.has(target.hostname));
      if (fault) return untold(fault);
      try {
        return toldBy(await post(target, addresses, { headers, body, stop, ca: parts.ca }));
      } catch (error) {
        return untold(reasonFor(error));
      }
    });
}

async function addressesOf(url: URL, resolve: HookParts["resolve"]): Promise<string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isAddress(host)) return [host];
  try {
    return await resolve(host);
  } catch {
    return [];
  }
}

function addressFault(addresses: string[], isAllowed: boolean): string | undefined {
  if (addresses.length === 0) return "its host's name is not known";
  if (isAllowed) return undefined;
  for (const address of addresses) {
    const kind = addressKind(address);
    if (kind === "public") continue;
    return `its address ${address} is ${kind}; allow the host by name in CONTALUZ_WEBHOOK_HOSTS`;
  }
}

interface Sent {
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer>;
  stop: AbortSignal;
  ca?: string;
}

/** By no proxy of the environment's, which would look the name up itself. */
const DIRECT = { keepAlive: false, proxyEnv: {} };

/** The answer's status, once the connection is closed. */
function post(url: URL, addresses: string[], sent: Sent): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const { request: open, Agent } = url.protocol === "https:" ? https : http;
  const request = open(url, {
    method: "POST",
    headers: { "user-agent": "Contaluz", ...sent.headers, "content-length": sent.body.length },
    signal: sent.stop,
    agent: new Agent(DIRECT),
    lookup: lookupOf(addresses),
    ca: sent.ca,
  });
  let status: number | undefined;
  request.on("response", (answer) => {
    status = answer.statusCode;
    let left = MAX_ANSWER_BYTES;
    answer.on("data", (chunk: Uint8Array) => {
      left -= chunk.length;
      if (left < 0) request.destroy();
    });
    answer.on("end", () => request.destroy());
    answer.on("error", () => request.destroy());
  });
  request.on("error", reject);
  request.on("close", () => status === undefined ? reject(new ClosedError()) : resolve(status));
  request.end(sent.body);
  return promise;
}

class ClosedError extends Error {
  readonly code = "ECONNRESET";
}

function lookupOf(addresses: string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return (_host, { all }, answer) =>
    all ? answer(null, found) : answer(null, found[0].address, found[0].family);
}

function toldBy(status: number): Told {
  if (status >= 200 && status < 300) return { ok: true, status };
  const reason = `it answered with ${status}`;
  if (status === GONE) return { ok: false, reason, status, isGone: true };
  const isRedirect = status >= 300 && status < 400;
  return untold(isRedirect ? `${reason}, and redirects are not followed` : reason, { status });
}

const REASONS: [code: RegExp, reason: string][] = [
  [/^ECONNREFUSED$/, "it refused the connection"],
  [/^(ECONNRESET|EPIPE)$/, "it closed the connection without an answer"],
  [/^E(NET|HOST)UNREACH$/, "its network cannot be reached"],
  [/^HPE_/, "what it answered is not HTTP"],
  [/^ERR_(INVALID|HTTP)/, "the request could not be written"],
  [/CERT|UNABLE_TO/, "its certificate is not valid for it"],
  [/SSL|TLS/, "it does not speak TLS as it should"],
];

function reasonFor(error: unknown): string {
  const code = String((error as { code?: unknown } | null)?.code);
  const known = REASONS.find(([pattern]) => pattern.test(code));
  return known ? known[1] : "it cannot be reached";
}

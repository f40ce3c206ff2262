/** The server's settings, read from variables: all optional, and each checked. */
import { z } from "zod";
import { isTimeZone } from "./domain/calendar.ts";
import { isLocale } from "./domain/locale.ts";
import { secretFault } from "./domain/webhook-signature.ts";
import { done, failed, type FieldError, type Result } from "./errors.ts";

const port = (text: z.ZodType<string>) =>
  text.refine((value) => /^\d{1,5}$/.test(value) && Number(value) <= 65_535, {
    error: "must be a port from 0 to 65535",
  }).transform(Number);

const secret = z.string().refine((text) => decoded(text)?.length === 32, {
  error: "must be 32 bytes in base64",
}).transform((text) => decoded(text)!);

/** The runtime would take anything else for the name of a local file. */
const isHttpUrl = (text: string) => /^https?:\/\//.test(text) && URL.canParse(text);

/** Where users reach the server: a scheme and a host, as links go on from it. */
const isPublicUrl = (text: string) => {
  if (!isHttpUrl(text)) return false;
  const { pathname, search, hash, username, password } = new URL(text);
  return pathname === "/" && search + hash + username + password === "";
};

const isSmtpUrl = (text: string) => {
  const url = URL.parse(text);
  return url !== null && /^smtps?:$/.test(url.protocol) && url.hostname !== "" &&
    /^\/?$/.test(url.pathname);
};

const HOST_NAME = /^([^\s/?#:@\\]+|\[[\da-f:.]+\])$/i;

/** As a URL writes them, without a port. */
const hostNames = z.string().transform((list, context) =>
  list.split(",").map((item) => {
    const name = item.trim();
    const url = HOST_NAME.test(name) ? URL.parse(`http://${name}`) : null;
    if (url) return url.hostname;
    context.addIssue("must be names of hosts with commas between, like hooks.lan,home.lan");
    return z.NEVER;
  })
);

const CURRENCIES = new Set(Intl.supportedValuesOf("currency"));

const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = typeof LOG_LEVELS[number];

const variables = z.object({
  CONTALUZ_HOST: z.string().min(1).default("0.0.0.0"),
  CONTALUZ_HTTP_PORT: port(z.string()).default(8000),
  CONTALUZ_UDP_PORT: z.union([z.literal("off"), port(z.string())], {
    error: "must be a port from 0 to 65535, or off",
  }).default(8001),
  CONTALUZ_DATA: z.string().min(1).default("./data"),
  CONTALUZ_KV: z.string().refine(isHttpUrl, "must be a URL like https://kv.example.com:4512")
    .optional(),
  CONTALUZ_KV_TOKEN: z.string().min(1).optional(),
  CONTALUZ_SECRET: secret.optional(),
  CONTALUZ_OPERATOR_KEY: z.string().regex(/^[!-~]+$/, {
    error: "must be of visible ASCII characters without spaces, as it travels in a header",
  }).optional(),
  CONTALUZ_TIMEZONE: z.string().refine(isTimeZone, "must be the name of a time zone")
    .default("America/Sao_Paulo"),
  CONTALUZ_CURRENCY: z.string().refine((code) => CURRENCIES.has(code), {
    error: "must be the code of a currency, like BRL",
  }).default("BRL"),
  CONTALUZ_LOCALE: z.string().refine(isLocale, "must be a language and region, like pt-BR")
    .default("pt-BR"),
  CONTALUZ_PUBLIC_URL: z.string().refine(isPublicUrl, {
    error: "must be a URL without a path, like https://luz.example.com",
  }).transform((text) => new URL(text).origin).optional(),
  CONTALUZ_PROXIES: z.string().regex(/^\d$/, "must be a number from 0 to 9").transform(Number)
    .default(0),
  CONTALUZ_PAYMENT_SECRET: z.string().superRefine((text, context) => {
    const fault = secretFault(text);
    if (fault) context.addIssue(fault);
  }).optional(),
  CONTALUZ_SMTP_URL: z.string().refine(isSmtpUrl, {
    error: "must be a URL like smtps://user:password@mail.example.com:465",
  }).optional(),
  CONTALUZ_MAIL_FROM: z.email("must be an address like luz@example.com").optional(),
  CONTALUZ_WEBHOOK_HOSTS: hostNames.default([]),
  CONTALUZ_LOG: z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(", ")}` })
    .default("info"),
});

export interface Config {
  host: string;
  httpPort: number;
  udpPort: number | "off";
  dataFolder: string;
  /** Where several servers share a store: a URL, or "attached" on Deno Deploy. */
  sharedKv: string | undefined;
  sharedKvToken: string | undefined;
  secret: Uint8Array | undefined;
  operatorKey: string | undefined;
  timezone: string;
  currency: string;
  locale: string;
  /** Where users reach the server, if that is known. */
  publicUrl: string | undefined;
  /** How many proxies stand in front of it. */
  proxies: number;
  /** Of those who tell of payments. */
  paymentSecret: string | undefined;
  /** Of the server that takes mails, if any are sent. */
  smtpUrl: string | undefined;
  /** The sender's address. */
  mailFrom: string | undefined;
  /** Hosts that webhooks may go to although they lie in a private network. */
  webhookHosts: string[];
  logLevel: LogLevel;
}

/** An empty variable counts as unset: that is what container files make of a missing one. */
export function parseConfig(env: Record<string, string | undefined>): Result<Config> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = variables.safeParse(set);
  if (!parsed.success) return refused(parsed.error.issues.map(fieldError));
  const values = parsed.data;
  const onDeploy = set.DENO_DEPLOY !== undefined;
  const sharedKv = values.CONTALUZ_KV ?? (onDeploy ? "attached" : undefined);
  const missing = missingIn(values, sharedKv);
  if (missing.length > 0) return refused(missing);
  return done({
    host: values.CONTALUZ_HOST,
    httpPort: values.CONTALUZ_HTTP_PORT,
    udpPort: onDeploy ? "off" : values.CONTALUZ_UDP_PORT,
    dataFolder: values.CONTALUZ_DATA,
    sharedKv,
    sharedKvToken: values.CONTALUZ_KV_TOKEN,
    secret: values.CONTALUZ_SECRET,
    operatorKey: values.CONTALUZ_OPERATOR_KEY,
    timezone: values.CONTALUZ_TIMEZONE,
    currency: values.CONTALUZ_CURRENCY,
    locale: values.CONTALUZ_LOCALE,
    publicUrl: values.CONTALUZ_PUBLIC_URL,
    proxies: values.CONTALUZ_PROXIES,
    paymentSecret: values.CONTALUZ_PAYMENT_SECRET,
    smtpUrl: values.CONTALUZ_SMTP_URL,
    mailFrom: values.CONTALUZ_MAIL_FROM,
    webhookHosts: values.CONTALUZ_WEBHOOK_HOSTS,
    logLevel: values.CONTALUZ_LOG,
  });
}

function missingIn(values: z.infer<typeof variables>, sharedKv: string | undefined): FieldError[] {
  const missing: FieldError[] = [];
  if (values.CONTALUZ_KV !== undefined && values.CONTALUZ_KV_TOKEN === undefined) {
    missing.push({ path: "CONTALUZ_KV_TOKEN", message: "is required with CONTALUZ_KV" });
  }
  if (sharedKv !== undefined && values.CONTALUZ_SECRET === undefined) {
    const message = "is required with a shared store, as all servers must have the same";
    missing.push({ path: "CONTALUZ_SECRET", message });
  }
  if (values.CONTALUZ_SMTP_URL !== undefined && values.CONTALUZ_MAIL_FROM === undefined) {
    missing.push({ path: "CONTALUZ_MAIL_FROM", message: "is required with CONTALUZ_SMTP_URL" });
  }
  return missing;
}

const SHORT_OPERATOR_KEY = 16;
/** They may well be set for the tool on the same machine. */
const OF_THE_TERMINAL_TOOL = ["CONTALUZ_ADDRESS", "CONTALUZ_KEY"];

/** What a start can go on with, though it is hardly meant so. */
export function warningsOf(env: Record<string, string | undefined>): string[] {
  const known = [...Object.keys(variables.shape), ...OF_THE_TERMINAL_TOOL];
  const warnings = Object.keys(env)
    .filter((name) => name.startsWith("CONTALUZ_") && !known.includes(name))
    .map((name) => `${name} is not a setting and is ignored`);
  if (env.CONTALUZ_KV_TOKEN && !env.CONTALUZ_KV) {
    warnings.push("CONTALUZ_KV_TOKEN is ignored without CONTALUZ_KV");
  }
  if (env.CONTALUZ_MAIL_FROM && !env.CONTALUZ_SMTP_URL) {
    warnings.push("CONTALUZ_MAIL_FROM is ignored without CONTALUZ_SMTP_URL");
  }
  if (Number(env.CONTALUZ_PROXIES) > 0 && !env.CONTALUZ_PUBLIC_URL) {
    warnings.push(
      "CONTALUZ_PROXIES is set without CONTALUZ_PUBLIC_URL: where a proxy takes TLS, links and cookies are made as without it",
    );
  }
  const operatorKey = env.CONTALUZ_OPERATOR_KEY;
  if (operatorKey && operatorKey.length < SHORT_OPERATOR_KEY) {
    warnings.push(
      `CONTALUZ_OPERATOR_KEY is shorter than ${SHORT_OPERATOR_KEY} characters and easy to guess`,
    );
  }
  return warnings;
}

const fieldError = ({ path, message }: z.core.$ZodIssue): FieldError => ({
  path: path.join("."),
  message,
});

const refused = (errors: FieldError[]) =>
  failed("invalid", errors.map(({ path, message }) => `${path} ${message}`).join("; "), errors);

/** Base64 or undefined; `Uint8Array.fromBase64` throws on what is not. */
function decoded(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}

/** Every variable of the server, good, bad and empty. */
import { assert, assertEquals } from "@std/assert";
import { VARIABLES } from "../../server/admin/world.ts";
import { type Config, parseConfig, warningsOf } from "../../server/config.ts";

const SECRET = new Uint8Array(32).fill(5);
const SECRET_TEXT = SECRET.toBase64();

const DEFAULTS: Config = {
  host: "0.0.0.0",
  httpPort: 8000,
  udpPort: 8001,
  dataFolder: "./data",
  sharedKv: undefined,
  sharedKvToken: undefined,
  secret: undefined,
  operatorKey: undefined,
  timezone: "America/Sao_Paulo",
  currency: "BRL",
  locale: "pt-BR",
  publicUrl: undefined,
  proxies: 0,
  paymentSecret: undefined,
  smtpUrl: undefined,
  mailFrom: undefined,
  webhookHosts: [],
  logLevel: "info",
};

const NAMES = [
  "CONTALUZ_HOST",
  "CONTALUZ_HTTP_PORT",
  "CONTALUZ_UDP_PORT",
  "CONTALUZ_DATA",
  "CONTALUZ_KV",
  "CONTALUZ_KV_TOKEN",
  "CONTALUZ_SECRET",
  "CONTALUZ_OPERATOR_KEY",
  "CONTALUZ_TIMEZONE",
  "CONTALUZ_CURRENCY",
  "CONTALUZ_LOCALE",
  "CONTALUZ_PUBLIC_URL",
  "CONTALUZ_PROXIES",
  "CONTALUZ_SMTP_URL",
  "CONTALUZ_MAIL_FROM",
  "CONTALUZ_WEBHOOK_HOSTS",
  "CONTALUZ_LOG",
];

Deno.test("parseConfig() has a default for every variable, unset, empty or not its own", () => {
  const empty = Object.fromEntries(NAMES.map((name) => [name, ""]));
  for (const env of [{}, empty, { PATH: "/bin", CONTALUZ_OTHER: "x" }]) {
    assertEquals(parseConfig(env), { ok: true, value: DEFAULTS });
  }
});

const GOOD: { env: Record<string, string>; config: Partial<Config> }[] = [
  { env: { CONTALUZ_HOST: "127.0.0.1" }, config: { host: "127.0.0.1" } },
  { env: { CONTALUZ_HTTP_PORT: "0" }, config: { httpPort: 0 } },
  { env: { CONTALUZ_HTTP_PORT: "65535" }, config: { httpPort: 65_535 } },
  { env: { CONTALUZ_UDP_PORT: "9000" }, config: { udpPort: 9000 } },
  { env: { CONTALUZ_UDP_PORT: "off" }, config: { udpPort: "off" } },
  { env: { CONTALUZ_DATA: "/var/lib/c" }, config: { dataFolder: "/var/lib/c" } },
  { env: { CONTALUZ_SECRET: SECRET_TEXT }, config: { secret: SECRET } },
  { env: { CONTALUZ_OPERATOR_KEY: "key" }, config: { operatorKey: "key" } },
  { env: { CONTALUZ_TIMEZONE: "Asia/Kathmandu" }, config: { timezone: "Asia/Kathmandu" } },
  { env: { CONTALUZ_CURRENCY: "EUR" }, config: { currency: "EUR" } },
  { env: { CONTALUZ_LOCALE: "de-AT" }, config: { locale: "de-AT" } },
  {
    env: { CONTALUZ_PUBLIC_URL: "https://luz.example/" },
    config: { publicUrl: "https://luz.example" },
  },
  {
    env: { CONTALUZ_PUBLIC_URL: "http://[::1]:8000" },
    config: { publicUrl: "http://[::1]:8000" },
  },
  { env: { CONTALUZ_PROXIES: "2" }, config: { proxies: 2 } },
  ...["smtps://user:p%2Fw@mail.example:465", "smtp://localhost:587", "smtp://[::1]/"].map((
    url,
  ) => ({
    env: { CONTALUZ_SMTP_URL: url, CONTALUZ_MAIL_FROM: "luz@example.com" },
    config: { smtpUrl: url, mailFrom: "luz@example.com" },
  })),
  {
    env: { CONTALUZ_WEBHOOK_HOSTS: "Hooks.lan, localhost ,[::1],10.0.0.5" },
    config: { webhookHosts: ["hooks.lan", "localhost", "[::1]", "10.0.0.5"] },
  },
  { env: { CONTALUZ_LOG: "debug" }, config: { logLevel: "debug" } },
  {
    env: {
      CONTALUZ_KV: "https://kv.example/",
      CONTALUZ_KV_TOKEN: "t",
      CONTALUZ_SECRET: SECRET_TEXT,
    },
    config: { sharedKv: "https://kv.example/", sharedKvToken: "t", secret: SECRET },
  },
  {
    env: {
      CONTALUZ_KV: "http://[::1]:4512",
      CONTALUZ_KV_TOKEN: "t",
      CONTALUZ_SECRET: SECRET_TEXT,
    },
    config: { sharedKv: "http://[::1]:4512", sharedKvToken: "t", secret: SECRET },
  },
  {
    env: { DENO_DEPLOY: "1", CONTALUZ_SECRET: SECRET_TEXT, CONTALUZ_UDP_PORT: "9000" },
    config: { sharedKv: "attached", udpPort: "off", secret: SECRET },
  },
];

for (const { env, config } of GOOD) {
  Deno.test(`parseConfig() reads ${JSON.stringify(env)}`, () => {
    assertEquals(parseConfig(env), { ok: true, value: { ...DEFAULTS, ...config } });
  });
}

const BAD: { env: Record<string, string>; names: string[] }[] = [
  ...["-1", "65536", "80x", "1e3", " 80", "0.5"].map((port) => ({
    env: { CONTALUZ_HTTP_PORT: port },
    names: ["CONTALUZ_HTTP_PORT"],
  })),
  ...["-1", "65536", "OFF", "no"].map((port) => ({
    env: { CONTALUZ_UDP_PORT: port },
    names: ["CONTALUZ_UDP_PORT"],
  })),
  ...["kv.example", "http//kv", "kv.example.com:4512", "http:kv.example", "file:///kv"].map((
    url,
  ) => ({
    env: { CONTALUZ_KV: url, CONTALUZ_SECRET: SECRET_TEXT },
    names: ["CONTALUZ_KV"],
  })),
  ...["short", SECRET_TEXT.slice(4), "%%", SECRET.toHex()].map((secret) => ({
    env: { CONTALUZ_SECRET: secret },
    names: ["CONTALUZ_SECRET"],
  })),
  { env: { CONTALUZ_TIMEZONE: "Sao_Paulo" }, names: ["CONTALUZ_TIMEZONE"] },
  ...["brl", "REAL", "XQQ"].map((code) => ({
    env: { CONTALUZ_CURRENCY: code },
    names: ["CONTALUZ_CURRENCY"],
  })),
  ...["pt_BR", "x", "portuguese of Brazil"].map((locale) => ({
    env: { CONTALUZ_LOCALE: locale },
    names: ["CONTALUZ_LOCALE"],
  })),
  ...["luz.example", "ftp://luz.example", "https://luz.example/app", "https://a:b@luz.example"].map(
    (url) => ({ env: { CONTALUZ_PUBLIC_URL: url }, names: ["CONTALUZ_PUBLIC_URL"] }),
  ),
  ...["-1", "10", "one"].map((proxies) => ({
    env: { CONTALUZ_PROXIES: proxies },
    names: ["CONTALUZ_PROXIES"],
  })),
  ...[
    "mail.example:25",
    "smtp://",
    "smtp:mail.example",
    "http://mail.example",
    "smtp://a:x/",
    "smtp://a/b",
  ]
    .map((url) => ({
      env: { CONTALUZ_SMTP_URL: url, CONTALUZ_MAIL_FROM: "luz@example.com" },
      names: ["CONTALUZ_SMTP_URL"],
    })),
  ...["luz", "Luz <luz@example.com>", "luz@example.com\nBcc: a@example.com"].map((address) => ({
    env: { CONTALUZ_SMTP_URL: "smtp://localhost", CONTALUZ_MAIL_FROM: address },
    names: ["CONTALUZ_MAIL_FROM"],
  })),
  { env: { CONTALUZ_SMTP_URL: "smtp://localhost" }, names: ["CONTALUZ_MAIL_FROM"] },
  ...["http://a.lan", "a.lan:80", "a.lan/b", "a b", "a.lan,,b.lan", "user@a.lan", "[::x]"].map((
    hosts,
  ) => ({
    env: { CONTALUZ_WEBHOOK_HOSTS: hosts },
    names: ["CONTALUZ_WEBHOOK_HOSTS"],
  })),
  { env: { CONTALUZ_LOG: "loud" }, names: ["CONTALUZ_LOG"] },
  { env: { CONTALUZ_OPERATOR_KEY: "a key" }, names: ["CONTALUZ_OPERATOR_KEY"] },
  {
    env: { CONTALUZ_KV: "https://kv.example/" },
    names: ["CONTALUZ_KV_TOKEN", "CONTALUZ_SECRET"],
  },
  {
    env: { CONTALUZ_KV: "https://kv.example/", CONTALUZ_SECRET: SECRET_TEXT },
    names: ["CONTALUZ_KV_TOKEN"],
  },
  { env: { DENO_DEPLOY: "1" }, names: ["CONTALUZ_SECRET"] },
  {
    env: { CONTALUZ_HTTP_PORT: "x", CONTALUZ_LOG: "x" },
    names: ["CONTALUZ_HTTP_PORT", "CONTALUZ_LOG"],
  },
];

for (const { env, names } of BAD) {
  Deno.test(`parseConfig() refuses ${JSON.stringify(env)} and names what is wrong`, () => {
    const parsed = parseConfig(env);
    assert(!parsed.ok);
    assertEquals(parsed.kind, "invalid");
    assertEquals(parsed.errors?.map(({ path }) => path), names);
    for (const name of names) assert(parsed.detail.includes(`${name} `), parsed.detail);
  });
}

Deno.test("parseConfig() shows what the URL of a shared store is like", () => {
  const parsed = parseConfig({ CONTALUZ_KV: "kv.example.com:4512" });
  assert(!parsed.ok);
  assertEquals(parsed.detail, "CONTALUZ_KV must be a URL like https://kv.example.com:4512");
});

Deno.test("parseConfig() never repeats a secret in its complaint", () => {
  const parsed = parseConfig({
    CONTALUZ_SECRET: "hunter2",
    CONTALUZ_OPERATOR_KEY: "hunter 2",
    CONTALUZ_SMTP_URL: "smtp//user:hunter2@mail.example",
  });
  assert(!JSON.stringify(parsed).includes("hunter"));
});

Deno.test("warningsOf() names what is ignored, and a short key", () => {
  const good = { PATH: "/bin", CONTALUZ_OPERATOR_KEY: "k".repeat(16) };
  assertEquals(warningsOf(good), []);
  const ofTheTool = Object.fromEntries(VARIABLES.map((name) => [name, "set"]));
  assertEquals(warningsOf({ ...good, ...ofTheTool }), []);
  assertEquals(warningsOf({ ...good, CONTALUZ_HTPP_PORT: "80" }), [
    "CONTALUZ_HTPP_PORT is not a setting and is ignored",
  ]);
  assertEquals(warningsOf({ ...good, CONTALUZ_KV_TOKEN: "t" }), [
    "CONTALUZ_KV_TOKEN is ignored without CONTALUZ_KV",
  ]);
  const shared = { CONTALUZ_KV_TOKEN: "t", CONTALUZ_KV: "https://kv.example/" };
  assertEquals(warningsOf({ ...good, ...shared }), []);
  const mail = { CONTALUZ_MAIL_FROM: "luz@example.com" };
  assertEquals(warningsOf({ ...good, ...mail }), [
    "CONTALUZ_MAIL_FROM is ignored without CONTALUZ_SMTP_URL",
  ]);
  assertEquals(warningsOf({ ...good, ...mail, CONTALUZ_SMTP_URL: "smtp://localhost" }), []);
  const proxied = { ...good, CONTALUZ_PROXIES: "1" };
  assert(warningsOf(proxied)[0].includes("CONTALUZ_PUBLIC_URL"));
  assertEquals(warningsOf({ ...proxied, CONTALUZ_PUBLIC_URL: "https://luz.example" }), []);
  assertEquals(warningsOf({ ...good, CONTALUZ_PROXIES: "0" }), []);
  for (const none of [undefined, ""]) {
    assertEquals(warningsOf({ CONTALUZ_OPERATOR_KEY: none }), []);
  }
  const [warning, ...more] = warningsOf({ CONTALUZ_OPERATOR_KEY: "hunter2" });
  assert(warning.includes("CONTALUZ_OPERATOR_KEY") && !warning.includes("hunter2"));
  assertEquals(more, []);
});

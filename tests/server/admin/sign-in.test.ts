/** Who uses the tool: by a password, a link, a key; and where the sign-in is kept. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { AppInMemory } from "../app-in-memory.ts";
import { OPERATOR_KEY } from "../running-server.ts";
import { Tool } from "./tool.ts";

const SESSION = "/somebody/.config/contaluz/session.json";
const PASSWORD = "correct horse battery";

/** The utility's tool, with a key, and that of someone who has none. */
async function open() {
  const app = await AppInMemory.open();
  const [staff, somebody] = [new Tool(app.fetch), new Tool(app.fetch)];
  delete somebody.environment.CONTALUZ_KEY;
  return { app, staff, somebody, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

/** A customer, Maria, whose password is set. */
async function maria({ staff, somebody }: { staff: Tool; somebody: Tool }): Promise<string> {
  const { id } = await staff.json("customers", "add", "Maria Souza");
  const email = "maria@example.org";
  const invited = await staff.json("people", "invite", "Maria", email, "--customer", id);
  somebody.typed = [invited.link, PASSWORD];
  const set = await somebody.run("set-password");
  assertEquals(set, {
    code: 0,
    out: `The password of ${email} is set. Now sign in:\n` +
      `  deno task admin sign-in --address ${new URL(invited.link).origin} --email ${email}\n`,
    errors: `For ${email}.\n`,
  });
  assertEquals(somebody.prompts, ["Link: ", "New password: "]);
  somebody.prompts = [];
  return id;
}

Deno.test("an invited customer sets a password, signs in, sees what is theirs, and signs out", async () => {
  await using opened = await open();
  const { staff, somebody } = opened;
  const customer = await maria(opened);
  await staff.run("points", "add", customer, "Home");
  const other = (await staff.json("customers", "add", "Ana")).id;
  await staff.run("points", "add", other, "Elsewhere");

  somebody.typed = ["wrong password"];
  const wrong = await somebody.run("sign-in", "--email", "maria@example.org");
  assertEquals([wrong.code, wrong.out, somebody.files.has(SESSION)], [3, "", false]);
  somebody.prompts = [];

  somebody.typed = ["maria@example.org", PASSWORD];
  const signedIn = await somebody.run("sign-in");
  const mind = "Mind that anybody on the way to http://contaluz.example can read along.\n";
  assertEquals([signedIn.code, signedIn.errors], [0, mind]);
  assertMatch(signedIn.out, /^name +Maria\ne-mail +maria@example\.org\nrole +customer\n/);
  assertEquals(somebody.prompts, ["E-mail: ", "Password: "]);
  assert(somebody.privately.has(SESSION));
  assert(!somebody.files.get(SESSION)!.includes(PASSWORD));

  const { items } = await somebody.json("points");
  assertEquals(items.map(({ label }: { label: string }) => label), ["Home"]);
  assertEquals((await somebody.run("customers")).code, 1);

  const out = await somebody.run("sign-out");
  assertEquals(out, { code: 0, out: "", errors: "Signed out.\n" });
  assertEquals(somebody.files.has(SESSION), false);
  assertEquals((await somebody.run("points")).code, 3);
  assertEquals((await somebody.run("sign-out")).errors, "Nobody was signed in.\n");
});

Deno.test("a session is sent to the server that gave it only, and where there is no key", async () => {
  await using opened = await open();
  const { somebody } = opened;
  await maria(opened);
  somebody.environment.CONTALUZ_KEY = OPERATOR_KEY;
  somebody.typed = [PASSWORD];
  const { errors } = await somebody.run("sign-in", "--email", "maria@example.org");
  assertMatch(errors, /^CONTALUZ_KEY is set, and goes first\.$/m);
  assertMatch((await somebody.run("whoami")).out, /^key +environment\nscopes .*operator/);
  delete somebody.environment.CONTALUZ_KEY;
  somebody.requests.length = 0;
  delete somebody.environment.CONTALUZ_ADDRESS;
  assertEquals((await somebody.run("points")).code, 0);
  assertEquals((await somebody.run("points", "--address", "http://other.example")).code, 3);
  const [own, other] = somebody.requests;
  assertEquals(new URL(own.url).origin, "http://contaluz.example");
  assertMatch(own.headers.get("cookie")!, /^contaluz=\S+$/);
  assertEquals(other.headers.get("cookie"), null);
});

Deno.test("a code is asked for where there is an authenticator", async () => {
  const wanted = { type: "urn:contaluz:problem:codeWanted", detail: "A code is needed." };
  const me = { person: null, key: null, customer: null };
  const tool = new Tool(async (request) => {
    const { code } = await request.json();
    if (code !== "287082") return Response.json(wanted, { status: 401 });
    return Response.json(me, { headers: { "set-cookie": "contaluz=abc; Path=/; HttpOnly" } });
  });
  delete tool.environment.CONTALUZ_KEY;
  tool.typed = [PASSWORD, "287082"];
  assertEquals((await tool.run("sign-in", "--email", "maria@example.org")).code, 0);
  assertEquals(tool.prompts, ["Password: ", "Code: "]);
  assertEquals(JSON.parse(tool.files.get(SESSION)!), {
    address: "http://contaluz.example",
    cookie: "contaluz=abc",
  });
});

Deno.test("nobody is asked who nobody is", async () => {
  await using opened = await open();
  assertEquals((await opened.somebody.run("whoami")).code, 3);
});

Deno.test("someone who mistypes a new password on a terminal changes nothing", async () => {
  await using opened = await open();
  const { staff, somebody } = opened;
  const { link } = await staff.json("people", "invite", "Ana", "ana@example.org", "--operator");
  somebody.terminal.isTty = true;
  somebody.typed = [PASSWORD, "correct horse batery"];
  const twice = await somebody.run("set-password", link);
  assertEquals([twice.code, twice.out], [1, ""]);
  somebody.typed = [PASSWORD, PASSWORD];
  assertEquals((await somebody.run("set-password", link)).code, 0);
  assertEquals((await somebody.run("set-password", "hello")).code, 2);
});

Deno.test("the first operator is made with the server's link, signs in, and is known", async () => {
  await using opened = await open();
  const { app, somebody } = opened;
  const token = await app.parts.identity.setPassword.setUpToken(app.clock.seconds);
  const link = `http://contaluz.example/set-password#token=${token}`;
  assertMatch(
    (await somebody.run("set-password", link)).errors,
    /it is for deno task admin set-up\.$/m,
  );
  somebody.typed = ["ana@example.org", "Ana", PASSWORD];
  assertEquals((await somebody.run("set-up", link)).code, 0);
  assertEquals(somebody.prompts, ["E-mail: ", "Name: ", "New password: "]);
  somebody.typed = [PASSWORD];
  await somebody.run("sign-in", "--email", "ana@example.org");
  assertMatch((await somebody.run("whoami")).out, /^role +operator$/m);
  assertEquals((await somebody.run("set-up", link)).code, 1);
});

Deno.test("people are invited, disabled and enabled", async () => {
  await using opened = await open();
  const { staff } = opened;
  const invited = await staff.run("people", "invite", "Ana", "ana@example.org", "--operator");
  assertMatch(invited.out, /\/set-password#token=[0-9a-f]+\n$/);
  assertEquals((await staff.run("people", "invite", "Bia", "bia@example.org")).code, 2);
  const { items: [{ id }] } = await staff.json("people");
  assertEquals((await staff.json("people", "disable", id)).state, "disabled");
  assertEquals((await staff.json("people")).items, []);
  assertEquals((await staff.json("people", "enable", id)).state, "invited");
  assertEquals((await staff.json("people", "change", id, "--name", "Anna")).name, "Anna");
  assertMatch((await staff.json("people", "link", id)).link, /#token=/);
});

Deno.test("a key is made, whole in the narrowest terminal, used, listed and revoked", async () => {
  await using opened = await open();
  const { staff, somebody } = opened;
  staff.terminal.columns = 20;
  const { out } = await staff.run("keys", "make", "Dashboard", "read", "live");
  const [key] = out.match(/clz_[0-9a-f]{16}_[0-9a-f]{32}$/m)!;
  somebody.files.set("key", key);
  assertMatch((await somebody.run("whoami", "--key-file", "key")).out, /^key +Dashboard$/m);
  const { items: [{ id, label }] } = await staff.json("keys");
  assertEquals(label, "Dashboard");
  assertEquals((await staff.run("keys", "revoke", id)).errors, `Revoked the key ${id}.\n`);
  assertEquals((await somebody.run("whoami", "--key-file", "key")).code, 3);
  assertEquals((await staff.json("keys", "--revoked")).items.length, 1);
});

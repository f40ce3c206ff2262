/** The shipped tool as a process, with a real server. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { OPERATOR_KEY, RunningServer } from "../running-server.ts";
import { TestFolder } from "../test-folder.ts";

const ROOT = new URL("../../../", import.meta.url);
const PASSWORD = "correct horse battery";
const KEEP = ["PATH", "HOME", "DENO_DIR"];

interface Run {
  env?: Record<string, string>;
  stdin?: string;
}

/** Runs the arguments of the `admin` task, so that the tests and its users cannot part. */
async function admin(args: string[], { env = {}, stdin = "" }: Run = {}) {
  const { tasks } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", ROOT)));
  const kept = KEEP.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const child = new Deno.Command(Deno.execPath(), {
    args: [...tasks.admin.split(" ").slice(1), ...args],
    cwd: ROOT,
    clearEnv: true,
    env: { ...Object.fromEntries(kept), ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(30_000),
  }).spawn();
  const writer = child.stdin.getWriter();
  // A program that asks for nothing may be gone before it is told.
  await writer.write(new TextEncoder().encode(stdin)).then(() => writer.close()).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), errors: decoder.decode(stderr) };
}

Deno.test("the tool registers a home, shows its consumption, and signs a customer in", async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: `${folder.path}/data` });
  const keyFile = `${folder.path}/key`;
  Deno.writeTextFileSync(keyFile, `${OPERATOR_KEY}\n`);
  const staff = { env: { CONTALUZ_ADDRESS: server.address, CONTALUZ_KEY: OPERATOR_KEY } };
  const json = async (...args: string[]) => {
    const { code, out, errors } = await admin([...args, "--json"], staff);
    assertEquals([code, errors], [0, ""]);
    return JSON.parse(out);
  };

  const customer = await json("customers", "add", "Maria Souza");
  const point = await json("points", "add", customer.id, "Home");
  const { meters: [meter] } = await json("meters", "provision", "--point", point.id);
  await server.ask("POST", `/meters/${meter.id}/readings`, {
    readings: [0, 900, 1_800].map((seconds) => ({
      time: new Date(Date.UTC(2026, 0, 15, 11) + seconds * 1_000).toISOString(),
      energyWh: 1_000 + seconds,
    })),
  });
  const asked = ["consumption", point.id, "--by", "hour", "--from", "2026-01-15"];
  const table = await admin([...asked, "--to", "2026-01-16", "--key-file", keyFile], {
    env: { CONTALUZ_ADDRESS: server.address },
  });
  assertEquals([table.code, table.errors], [0, ""]);
  assertMatch(table.out, /^2026-01-15 08:00 +1\.800 +█+$/m);
  assertEquals((await json(...asked, "--to", "2026-01-16")).totalWh, 1_800);
  const raw = await server.api("GET", `/points/${point.id}`);
  assertEquals((await admin(["points", "show", point.id, "--json"], staff)).out, `${raw.text}\n`);

  const own = { env: { CONTALUZ_ADDRESS: server.address, XDG_CONFIG_HOME: folder.path } };
  const email = "maria@example.org";
  const { link } = await json("people", "invite", "Maria", email, "--customer", customer.id);
  const set = await admin(["set-password"], { ...own, stdin: `${link}\n${PASSWORD}\n` });
  assertEquals(set.code, 0, set.errors);
  const signedIn = await admin(["sign-in"], { ...own, stdin: `${email}\n${PASSWORD}\n` });
  assertEquals([signedIn.code, signedIn.errors], [0, ""]);
  assertEquals(Deno.statSync(`${folder.path}/contaluz/session.json`).mode! & 0o777, 0o600);
  assertMatch((await admin(["points"], own)).out, new RegExp(`^${point.id} +Home`, "m"));

  const out = `${folder.path}/maria.zip`;
  assertEquals((await admin(["export", "customer", customer.id, "--out", out], staff)).code, 0);
  assertEquals(new TextDecoder().decode(Deno.readFileSync(out).subarray(0, 2)), "PK");
});

Deno.test("the tool's exit codes say what went wrong, in few words", async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: `${folder.path}/data` });
  const env = { CONTALUZ_ADDRESS: server.address, XDG_CONFIG_HOME: folder.path };
  const staff = { env: { ...env, CONTALUZ_KEY: OPERATOR_KEY } };
  const ended = async (args: string[], run: Run) => {
    const { code, out, errors } = await admin(args, run);
    assertEquals(out, "");
    assert(errors.trim().split("\n").length <= 2, errors);
    return code;
  };
  assertEquals(await ended(["points", "show", "8a1f63c0d27be954"], staff), 1);
  assertEquals(await ended(["import", folder.path], staff), 1);
  assertEquals(await ended(["pionts"], staff), 2);
  assertEquals(await ended(["points"], { env }), 3);
  await server.stop();
  assertEquals(await ended(["points"], staff), 4);
});

/** A start that cannot go well says in one line what is wrong, and exits with 1. */
import { assert, assertEquals } from "@std/assert";
import { RunningServer, type Start } from "./running-server.ts";
import { CAN_MOUNT, makeReadOnly, mountInMemory, unmount } from "./small-disk.ts";
import { TestFolder } from "./test-folder.ts";

async function assertRefused(start: Start, ...words: string[]): Promise<void> {
  const { code, stderr } = await RunningServer.startInVain(start);
  assertEquals(code, 1, stderr);
  const lines = stderr.trim().split("\n");
  assertEquals(lines.length, 1, stderr);
  for (const word of ["contaluz: ", ...words]) {
    assert(lines[0].includes(word), `${stderr} ≠ ${word}`);
  }
}

const BAD_VALUES: Record<string, string[]> = {
  CONTALUZ_HOST: ["not a host", "999.1.1.1", "203.0.113.7"],
  CONTALUZ_HTTP_PORT: ["65536", "-1", "80a", "1.5", " "],
  CONTALUZ_UDP_PORT: ["65536", "on", "1e3"],
  CONTALUZ_KV: ["somewhere", "8000", "kv.example.com:4512"],
  CONTALUZ_SECRET: ["short", "AAAA", "*".repeat(44), "A".repeat(64)],
  CONTALUZ_OPERATOR_KEY: ["two words", " ", "clé"],
  CONTALUZ_TIMEZONE: ["Mars/Olympus", "-"],
  CONTALUZ_CURRENCY: ["reais"],
  CONTALUZ_LOCALE: ["pt_BR"],
  CONTALUZ_PUBLIC_URL: ["luz.example", "https://luz.example/app"],
  CONTALUZ_PROXIES: ["many"],
  CONTALUZ_LOG: ["loud"],
};

for (const [name, values] of Object.entries(BAD_VALUES)) {
  Deno.test(`the server refuses a bad ${name} and names it`, async () => {
    using folder = new TestFolder();
    for (const value of values) {
      await assertRefused({ data: `${folder.path}/data`, env: { [name]: value } }, name);
    }
  });
}

Deno.test("the server refuses a shared store without a secret and names it", async () => {
  using folder = new TestFolder();
  const env = { CONTALUZ_KV: "http://127.0.0.1:1/" };
  await assertRefused({ data: folder.path, env }, "CONTALUZ_SECRET");
});

for (const name of ["CONTALUZ_HTTP_PORT", "CONTALUZ_UDP_PORT"]) {
  Deno.test(`the server refuses a taken port and names ${name}`, async () => {
    using folder = new TestFolder();
    await using server = await RunningServer.start({ data: `${folder.path}/first` });
    const port = name.includes("UDP") ? server.udpPort : new URL(server.address).port;
    const start = { data: `${folder.path}/second`, env: { [name]: `${port}` } };
    await assertRefused(start, "contaluz: Cannot listen", name);
  });
}

Deno.test("the server takes an empty variable for one that is not set", async () => {
  using folder = new TestFolder();
  const env = { CONTALUZ_LOG: "", CONTALUZ_SECRET: "", CONTALUZ_TIMEZONE: "" };
  await using server = await RunningServer.start({ data: folder.path, env });
  await server.stop();
});

const HAS_IPV6 = Deno.networkInterfaces().some(({ address }) => address === "::1");

Deno.test({
  name: `the server names an IPv6 host as a URL does${
    HAS_IPV6 ? "" : " (left out: there is none)"
  }`,
  ignore: !HAS_IPV6,
  fn: async () => {
    using folder = new TestFolder();
    const env = { CONTALUZ_HOST: "::1" };
    await using server = await RunningServer.start({ data: folder.path, env });
    assert(server.address.startsWith("http://[::1]:"), server.address);
    assertEquals((await server.request("GET", "/healthz")).status, 200);
    await server.stop();
  },
});

Deno.test("the server refuses a data folder that another one uses, and leaves that one alone", async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  await assertRefused(
    { data: folder.path },
    `CONTALUZ_DATA: another server is using ${folder.path}`,
  );
  await server.ask("POST", "/customers", { name: "Ana" });
  await server.stop();
  await using next = await RunningServer.start({ data: folder.path });
  await next.stop();
});

Deno.test("the server refuses a data folder that is a file", async () => {
  using folder = new TestFolder();
  const data = `${folder.path}/file`;
  Deno.writeTextFileSync(data, "");
  await assertRefused({ data }, data, "a file is in its place");
  await assertRefused({ data: `${data}/inside` }, data, "a file is in its place");
});

Deno.test("the server refuses a data folder where the runtime lets nobody write", async () => {
  await assertRefused(
    { data: "/dev/contaluz" },
    "CONTALUZ_DATA: cannot make /dev/contaluz: no prog",
  );
});

/** A folder that may be read but not written; rights do not bind root, a mount does. */
async function readOnlyFolder(): Promise<{ path: string; remove: () => Promise<void> }> {
  if (IS_ROOT) {
    const path = await mountInMemory("1m");
    await makeReadOnly(path);
    return { path, remove: () => unmount(path) };
  }
  const path = Deno.makeTempDirSync({ prefix: "contaluz-read-only-" });
  Deno.chmodSync(path, 0o555);
  return { path, remove: () => Deno.remove(path) };
}

const IS_ROOT = Deno.uid() === 0;
const possible = !IS_ROOT || CAN_MOUNT;

Deno.test({
  name: `the server refuses a data folder that it may not write to${
    possible ? "" : " (left out: root without the right to mount)"
  }`,
  ignore: !possible,
  fn: async () => {
    const folder = await readOnlyFolder();
    try {
      await assertRefused({ data: folder.path }, folder.path);
      await assertRefused({ data: `${folder.path}/new` }, folder.path);
    } finally {
      await folder.remove();
    }
  },
});

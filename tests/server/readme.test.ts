/** What the documents tell people to type does what they say. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { commandIn, COMMON } from "../../server/admin/arguments.ts";
import { COMMANDS } from "../../server/admin/commands.ts";
import { OPERATIONS } from "../../server/http/api.ts";
import { AppInMemory } from "./app-in-memory.ts";
import { OPERATOR_KEY, RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";
import { within } from "./within.ts";

const read = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
const README = read("README.md");
const DOCUMENTS = [
  "README.md",
  "meter-firmware/README.md",
  "docs/alerts.md",
  "docs/api.md",
  "docs/architecture.md",
  "docs/datagram.md",
  "docs/tariffs.md",
];
const DENO = /deno@(\d+\.\d+\.\d+)/g;

/** The shell blocks that talk to a running server. */
const STEPS = [...README.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block).filter((block) =>
  /^(ask|api=)/m.test(block) && !/^admin/m.test(block)
);

/** Where the README has the operator's key made. */
const [MAKE_KEY] = README.match(/^\(umask .*> ~\/\.contaluz-key\)$/m)!;
const [READY] = README.match(/^\{"ready".*\}$/m)!;

/** Runs what the README has people type, at home in a folder of the test. */
async function typed(commands: string, home: string, env: Record<string, string> = {}) {
  const { code, stdout, stderr } = await new Deno.Command("bash", {
    // zsh, too, refuses a pattern that no file matches.
    args: ["-O", "failglob", "-ec", commands],
    cwd: home,
    env: { HOME: home, ...env },
    signal: AbortSignal.timeout(30_000),
  }).output();
  const decoder = new TextDecoder();
  return { code, answers: decoder.decode(stdout), errors: decoder.decode(stderr) };
}

/** What the comments below a command say that it answers. */
const promised = (block: string): string[] =>
  block.split(/\n(?!#)/).filter((part) => part.includes("\n#")).map((part) =>
    part.split("\n").filter((line) => line.startsWith("#")).map((line) => line.slice(2).trim())
      .join("")
  );

/** Ids and keys are other ones each time, but as long. */
const masked = (answer: string): string =>
  answer.replace(/"(\w{64}|\w{16})"/g, (digits) => `"${digits.length - 2} digits"`);

const exists = async (program: string): Promise<boolean> => {
  const { success } = await new Deno.Command("bash", {
    args: ["-c", `command -v ${program}`],
    stdout: "null",
  }).output().catch(() => ({ success: false }));
  return success;
};

Deno.test("every task that the README names exists", () => {
  const { tasks } = JSON.parse(read("deno.json"));
  const named = [...README.matchAll(/deno@[\d.]+ task ([\w:]+)/g)].map(([, task]) => task);
  assert(named.length > 0);
  assertEquals(named.filter((task) => !(task in tasks)), []);
});

Deno.test("README, gate and container run one version of Deno", () => {
  const container = read("Dockerfile").match(/denoland\/deno:debian-(\S+)/)?.[1];
  const all = [...`${README}${read(".ci/run")}`.matchAll(DENO)].map(([, version]) => version);
  assertEquals([...new Set([...all, container])], ["2.9.6"]);
});

Deno.test("every local link of the documents leads somewhere", () => {
  for (const file of DOCUMENTS) {
    const links = read(file).matchAll(/\]\(((?!https?:)[^)#]+)[^)]*\)/g);
    for (const [, link] of links) read(new URL(link, `file:///${file}`).pathname.slice(1));
  }
});

/** The part of a path by which the API's document knows it. */
const placeOf = (route: string): string => route.match(/(?:\/api\/v1)?\/[^/]*/)![0];

Deno.test("the table of the API holds whatever there are routes under, and nothing else", () => {
  const routes = Object.values(OPERATIONS).map(({ route }) => placeOf(route));
  const rows = read("docs/api.md").matchAll(/^\| (`\/[^|]*`) +\|/gm);
  const shown = [...rows].flatMap(([, row]) => row.split(", ").map((place) => place.slice(1, -1)));
  assertEquals(shown.toSorted(), [...new Set(routes)].toSorted());
});

/** The calls with their answers that a document shows. */
const shownCalls = (document: string) =>
  [...read(document).matchAll(/```http\n(\w+) \/api\/v1(\S+).*?\n\n(.*?)\n\n(\d+)\n(.*?)```/gs)]
    .map(([, method, path, body, status, answer]) => ({
      method,
      path,
      body: JSON.parse(body),
      status: Number(status),
      answer: JSON.parse(answer),
    }));

Deno.test("a meter gets its key as the document shows", async () => {
  await using app = await AppInMemory.open();
  const [registering, enrolling] = shownCalls("docs/datagram.md");
  delete registering.body.pointId;
  const { method, path, body, ...shown } = registering;
  const registered = await app.send(method, path, JSON.stringify(body));
  assertEquals(registered.status, shown.status);
  assertEquals(Object.keys(registered.body), Object.keys(shown.answer));
  const token = registered.body.enrolmentToken;
  const own = JSON.stringify({ ...enrolling.body, token });
  const enrolled = await app.send(enrolling.method, enrolling.path, own);
  assertEquals(enrolled.status, enrolling.status);
  assertEquals(Object.keys(enrolled.body), Object.keys(enrolling.answer));
});

Deno.test("the command for a service passes SIGTERM on to the server", async () => {
  using folder = new TestFolder();
  const [command] = README.match(/(?<=^deno )task start$/m)!;
  await using service = new Deno.Command(Deno.execPath(), {
    args: command.split(" "),
    env: { CONTALUZ_DATA: folder.path, CONTALUZ_HTTP_PORT: "0", CONTALUZ_UDP_PORT: "0" },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const output = service.stdout.getReader();
  const { value } = await within(output.read(), 20_000, "the ready line");
  const { ready, ...shown } = JSON.parse(READY);
  const line = JSON.parse(new TextDecoder().decode(value));
  assertEquals([line.ready, Object.keys(line)], [ready, ["ready", ...Object.keys(shown)]]);
  service.kill("SIGTERM");
  assertEquals((await within(service.status, 10_000, "the end after SIGTERM")).code, 0);
  await output.cancel();
});

const canRun = await exists("curl") && await exists("node");
Deno.test({
  name: `the README's first steps answer what it says${
    canRun ? "" : ": left out, no curl or node"
  }`,
  ignore: !canRun,
}, async () => {
  using folder = new TestFolder();
  const made = await typed(MAKE_KEY, folder.path);
  assertEquals([made.code, made.answers, made.errors], [0, "", ""]);
  const keyFile = `${folder.path}/.contaluz-key`;
  assertEquals(Deno.statSync(keyFile).mode! & 0o777, 0o600);
  const key = Deno.readTextFileSync(keyFile).trim();
  assertMatch(key, /^[0-9a-f]{32}$/);
  await using server = await RunningServer.start({
    data: `${folder.path}/data`,
    env: { CONTALUZ_OPERATOR_KEY: key },
  });
  const steps = STEPS.join("\n").replaceAll("http://127.0.0.1:8000", server.address);
  const { answers, errors } = await typed(steps, folder.path);
  assertEquals(errors, "");
  assertEquals(masked(answers).trim().split("\n"), STEPS.flatMap(promised).map(masked));
});

Deno.test({
  name: "the README's first steps say what is wrong in one line, and stop",
  ignore: !canRun,
}, async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: `${folder.path}/data` });
  Deno.writeTextFileSync(`${folder.path}/.contaluz-key`, "another key\n");
  const [first] = STEPS;
  const refused = await typed(
    first.replaceAll("http://127.0.0.1:8000", server.address),
    folder.path,
  );
  assertEquals([refused.code, refused.answers], [1, ""]);
  assertEquals(refused.errors, "The API key is not valid.\n");
  const { code, errors } = await typed(
    first.replaceAll("http://127.0.0.1:8000", "http://127.0.0.1:1"),
    folder.path,
  );
  assertEquals(code, 1);
  assertMatch(errors, /^curl: \(7\) .*\n$/);
});

/** The shell blocks of the terminal tool, which go on where the first steps end. */
const [, TERMINAL] = README.match(/```sh\n([^`]*^admin\(\).*?)```/ms)!;
const [, BILLS] = README.match(/```sh\n([^`]*^admin bill .*?)```/ms)!;
const COMMENT = /^# ?/;

Deno.test("every command of the terminal tool that the README names exists", () => {
  const named = [...README.matchAll(/`admin ([a-z][^`]*)`/g)].map(([, typed]) => typed.split(" "));
  assert(named.length > 5);
  for (const typed of named) {
    const [command] = commandIn(COMMANDS, typed);
    const options = Object.keys({ ...COMMON, ...command.options }).map((one) => one.split(" ")[0]);
    const unknown = typed.filter((word) => word.startsWith("--") && !options.includes(word));
    assertEquals(unknown, [], typed.join(" "));
  }
});

Deno.test("the README says of every package why it is there", () => {
  const { imports } = JSON.parse(read("deno.json"));
  const packages = Object.values<string>(imports).flatMap((target) =>
    target.match(/^npm:\/?((?:@[^/]+\/)?[^/@]+)@/)?.[1] ?? []
  );
  assert(packages.length > 9);
  const missing = packages.filter((name) => !read("README.md").includes(`\`${name}\``));
  assertEquals(missing, []);
});

/** Where the packages are that the tests themselves run with. */
async function packagesFolder(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

Deno.test({
  name: "the README's commands in the terminal show what it says",
  ignore: !canRun,
}, async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: `${folder.path}/data` });
  Deno.writeTextFileSync(`${folder.path}/.contaluz-key`, `${OPERATOR_KEY}\n`);
  const project = new URL("../../", import.meta.url).pathname;
  const task = `${Deno.execPath()} task --quiet --cwd ${project}`;
  const steps = STEPS.join("\n").replaceAll("http://127.0.0.1:8000", server.address);
  const commands = `${TERMINAL}${BILLS}`.replace(/npx --yes deno@[\d.]+ task/, task);
  const { answers, errors } = await typed(
    `{ ${steps}\n} > first-steps\n${commands}`,
    folder.path,
    { CONTALUZ_ADDRESS: server.address, DENO_DIR: await packagesFolder() },
  );
  const shown = `${TERMINAL}${BILLS}`.split("\n").filter((line) => COMMENT.test(line))
    .map((line) => line.replace(COMMENT, ""));
  const sameIds = (text: string): string => text.replace(/\b[0-9a-f]{16}\b/g, "an id");
  const told = `Wrote ${folder.path}/bill.pdf.\n`;
  assertEquals([sameIds(answers).trim().split("\n"), errors], [shown.map(sameIds), told]);
  assertEquals(Deno.readTextFileSync(`${folder.path}/bill.pdf`).slice(0, 5), "%PDF-");
});

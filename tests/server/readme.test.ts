/** What the documents tell people to type does what they say. */
import { assert, assertEquals } from "@std/assert";
import { RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";

const read = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
const README = read("README.md");
const DENO = /deno@(\d+\.\d+\.\d+)/g;

/** The shell blocks that talk to a running server. */
const STEPS = [...README.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block).filter((block) =>
  /^(ask|api=)/m.test(block)
);

/** What the comments below a command say that it answers. */
const promised = (block: string): string[] =>
  block.split(/\n(?!#)/).filter((part) => part.includes("\n#")).map((part) =>
    part.split("\n").filter((line) => line.startsWith("#")).map((line) => line.slice(2).trim())
      .join("")
  );

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
  for (const file of ["README.md", "docs/architecture.md", "docs/datagram.md"]) {
    for (const [, link] of read(file).matchAll(/\]\(((?!https?:)[^)#]+)\)/g)) read(link);
  }
});

const canRun = await exists("curl") && await exists("node");
Deno.test({
  name: `the README's first steps answer what it says${
    canRun ? "" : ": left out, no curl or node"
  }`,
  ignore: !canRun,
}, async () => {
  using folder = new TestFolder();
  const [key] = README.match(/(?<=CONTALUZ_OPERATOR_KEY=)[\w-]+/)!;
  await using server = await RunningServer.start({
    data: folder.path,
    env: { CONTALUZ_OPERATOR_KEY: key },
  });
  const steps = STEPS.join("\n").replaceAll("http://127.0.0.1:8000", server.address);
  const { stdout, stderr } = await new Deno.Command("bash", {
    args: ["-ec", steps],
    signal: AbortSignal.timeout(30_000),
  }).output();
  const answers = new TextDecoder().decode(stdout).replaceAll("}{", "}\n{");
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(answers.split("\n"), STEPS.flatMap(promised));
});

/** Failures in words for people: no error numbers, no names of the runtime's classes. */
import { assertEquals } from "@std/assert";
import { fileFailure, networkFailure } from "../../meter-sim/failure.ts";
import { TestFolder } from "../server/test-folder.ts";

const failedWith = (message: string): Error =>
  new TypeError("fetch failed", { cause: new Error(message) });

const NETWORK: [message: string, words: string][] = [
  [
    "client error (Connect): tcp connect error: Connection refused (os error 111)",
    "nothing listens there",
  ],
  [
    "client error (Connect): dns error: failed to lookup address information",
    "the name does not resolve",
  ],
  [
    "client error (Connect): received corrupt message of type InvalidContentType",
    "it does not speak https; try http://",
  ],
  [
    "client error (Connect): invalid peer certificate: UnknownIssuer",
    "its certificate is not trusted",
  ],
  ["connection closed before message completed", "it hung up"],
  ["something else", "something else"],
];

for (const [message, words] of NETWORK) {
  Deno.test(`networkFailure() says "${words}"`, () => {
    assertEquals(networkFailure(failedWith(message)), words);
  });
}

Deno.test("networkFailure() finds the runtime's own errors", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const refused = await fetch(`http://127.0.0.1:${port}/`).catch(networkFailure);
  assertEquals(refused, "nothing listens there");
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response("plain"),
  );
  const plain = await fetch(`https://127.0.0.1:${server.addr.port}/`).catch(networkFailure);
  assertEquals(plain, "it does not speak https; try http://");
  const late = new DOMException("Signal timed out.", "TimeoutError");
  assertEquals(networkFailure(late), "it took too long");
});

Deno.test("fileFailure() says what is wrong with a file", () => {
  using folder = new TestFolder();
  const failed = (run: () => unknown): string => {
    try {
      run();
      return "it did not fail";
    } catch (error) {
      return fileFailure(error);
    }
  };
  const file = `${folder.path}/a`;
  assertEquals(failed(() => Deno.readTextFileSync(file)), "there is no such file or folder");
  assertEquals(failed(() => Deno.readTextFileSync(folder.path)), "it is a folder");
  Deno.writeTextFileSync(file, "");
  assertEquals(failed(() => Deno.readTextFileSync(`${file}/b`)), "a part of its path is a file");
  const full = new Error("No space left on device (os error 28): write 'a'");
  assertEquals(fileFailure(full), "No space left on device");
});

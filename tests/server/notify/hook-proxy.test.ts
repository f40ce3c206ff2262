/** In a file of its own: the runtime asks the environment for proxies once, at the first request. */
import { assertEquals } from "@std/assert";
import { hookPoster } from "../../../server/notify/hook-post.ts";
import { untold } from "../../../server/notify/told.ts";
import { within } from "../within.ts";
import { type Answer, Receiver, untilGone } from "./receiver.ts";
import { never } from "./timers.ts";

const ANSWER_MS = 5_000;

const answer: Answer = async (line) => {
  await line.write("HTTP/1.1 204 No Content\r\n\r\n");
  await untilGone(line);
};

Deno.test("hookPost() takes no proxy of the environment, which would look names up itself", async () => {
  await using proxy = Receiver.open((line) => line.write("HTTP/1.1 502 Bad Gateway\r\n\r\n"));
  await using plain = Receiver.open(answer);
  await using secure = Receiver.openTls(answer);
  const address = `http://127.0.0.1:${proxy.port}`;
  const env = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: address, HTTPS_PROXY: address };
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  const resolve = () => Promise.resolve(["127.0.0.1"]);
  const hookPost = hookPoster({ resolve, timer: never, allowedHosts: ["hook.example"] });
  const post = (url: string) =>
    within(hookPost(url, {}, new Uint8Array([1])), ANSWER_MS, "what came of it");
  try {
    const told = await post(`http://hook.example:${plain.port}/`);
    assertEquals(told, { ok: true, status: 204 });
    const distrusted = await post(`https://hook.example:${secure.port}/`);
    assertEquals(distrusted, untold("its certificate is not valid for it"));
  } finally {
    for (const name of Object.keys(env)) Deno.env.delete(name);
  }
  assertEquals(await proxy.connections(), 0);
});

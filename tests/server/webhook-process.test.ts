/** A webhook of the shipped program: signed as the convention has it, and sent where it may be. */
import { assert, assertEquals } from "@std/assert";
import { checkWebhook } from "../../server/domain/webhook-signature.ts";
import { RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";

interface Received {
  headers: Headers;
  body: Uint8Array<ArrayBuffer>;
}

function receiver() {
  const { promise: received, resolve } = Promise.withResolvers<Received>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async ({ headers, body }) => {
      resolve({ headers, body: await new Response(body).bytes() });
      return new Response(null, { status: 204 });
    },
  );
  return { received, server, port: server.addr.port };
}

Deno.test("a webhook's test button sends a signed message to a host that is allowed, and nowhere else", async () => {
  using folder = new TestFolder();
  const { received, server: endpoint, port } = receiver();
  await using _ = { [Symbol.asyncDispose]: () => endpoint.shutdown() };
  const env = { CONTALUZ_WEBHOOK_HOSTS: "127.0.0.1" };
  await using server = await RunningServer.start({ data: folder.path, env });
  const add = (url: string) => server.ask("POST", "/webhooks", { url });

  const { id, secret } = await add(`http://127.0.0.1:${port}/alerts`);
  assertEquals((await server.ask("POST", `/webhooks/${id}/test`)).delivered, true);
  const { headers, body } = await received;
  const header = (name: string) => headers.get(`webhook-${name}`)!;
  const [webhookId, timestamp] = [header("id"), header("timestamp")];
  const webhook = { id: webhookId, timestamp, signature: header("signature"), body };
  const checked = await checkWebhook(webhook, [secret], Date.now() / 1000);
  assert(checked.ok, JSON.stringify(checked));
  assertEquals(JSON.parse(new TextDecoder().decode(body)).type, "alert.test");

  const { id: other } = await add(`http://localhost:${port}/alerts`);
  const { delivered, reason } = await server.ask("POST", `/webhooks/${other}/test`);
  assertEquals(delivered, false);
  assert(reason.includes("CONTALUZ_WEBHOOK_HOSTS"), reason);
});

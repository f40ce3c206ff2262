import { assertEquals, assertRejects } from "@std/assert";
import { createApi } from "../../meter-sim/api.ts";
import { OPERATOR_KEY, RunningServer } from "../server/running-server.ts";
import { TestFolder } from "../server/test-folder.ts";

const ADDRESS = "http://127.0.0.1:9";

/** An API whose requests are answered by `answer`, and what was asked. */
const apiOver = (answer: (body: unknown) => Response | Error) => {
  const asked: { url: string; authorization: string; body: unknown }[] = [];
  const fetch = (url: string, { headers, body }: RequestInit) => {
    const { authorization } = headers as Record<string, string>;
    const json = JSON.parse(body as string);
    asked.push({ url, authorization, body: json });
    const answered = answer(json);
    return answered instanceof Error ? Promise.reject(answered) : Promise.resolve(answered);
  };
  return { api: createApi({ address: ADDRESS, operatorKey: "key", fetch }), asked };
};

interface Asked {
  meters: { label: string }[];
}

Deno.test("Api.provisionMeters() asks for a thousand at a time and keeps the order", async () => {
  const { api, asked } = apiOver((body) =>
    Response.json({ meters: (body as Asked).meters.map(({ label }) => ({ id: label })) })
  );
  const labels = Array.from({ length: 2_500 }, (_, i) => `${i}`);
  const issued = await api.provisionMeters(labels.map((label) => ({ label })));
  assertEquals(issued.map(({ id }) => id), labels);
  assertEquals(asked.map(({ body }) => (body as Asked).meters.length), [1_000, 1_000, 500]);
  assertEquals(asked[0].url, `${ADDRESS}/api/v1/meters/provision`);
  assertEquals(asked[0].authorization, "Bearer key");
});

const FAILURES: { what: string; answer: Response | Error; error: string }[] = [
  {
    what: "the server's own words",
    answer: Response.json({ detail: "There is no point 12." }, { status: 404 }),
    error: "Cannot register meters: There is no point 12.",
  },
  {
    what: "the status where there are no words",
    answer: new Response("<html>", { status: 502 }),
    error: "Cannot register meters: status 502",
  },
  {
    what: "the address where nobody answers",
    answer: new Error("connection refused"),
    error: `Cannot register meters: no answer from ${ADDRESS}: nothing listens there`,
  },
  {
    what: "an answer that is something else",
    answer: new Response("hello"),
    error: "Cannot register meters: the answer is not JSON",
  },
];

for (const { what, answer, error } of FAILURES) {
  Deno.test(`Api tells ${what}`, async () => {
    const { api } = apiOver(() => answer);
    await assertRejects(() => api.provisionMeters([{}]), Error, error);
  });
}

Deno.test("Api registers a home with a real server, and is refused under a wrong key", async () => {
  using folder = new TestFolder();
  await using server = await RunningServer.start({ data: folder.path });
  const { address } = server;
  const api = createApi({ address, operatorKey: OPERATOR_KEY, fetch });
  const customerId = await api.createCustomer({ name: "Ana", email: "ana@example.com" });
  const pointId = await api.createPoint({ customerId, label: "Casa", address: "Rua A, 1" });
  const [meter] = await api.provisionMeters([{ pointId, label: "Hall" }]);
  assertEquals(meter.key.length, 64);
  const shown = await server.ask("GET", `/meters/${meter.id}`);
  assertEquals([shown.pointId, shown.label, shown.enrolled], [pointId, "Hall", true]);
  const stranger = createApi({ address, operatorKey: "another", fetch });
  const refusal = "Cannot register a customer: The API key is not valid.";
  await assertRejects(() => stranger.createCustomer({ name: "Ana" }), Error, refusal);
});

/** Customers, points and meters from a CSV file: checked whole, written once, begun again. */
import { assert, assertEquals } from "@std/assert";
import { AppInMemory } from "./app-in-memory.ts";
import { homesCsv } from "./homes-csv.ts";
import { OPERATOR_KEY, RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";

const HEADER = "customer,taxId,email,point,pointCode,meter";

const file = (...lines: string[]): string => [HEADER, ...lines].join("\n");

const post = (app: AppInMemory, csv: string, query = "") =>
  app.send("POST", `/import${query}`, csv);

const ANA = "Ana,123.456.789-09,ana@example.com,Home,UC-1,M-1";

Deno.test("a file registers a customer with a point and a meter that counts there", async () => {
  await using app = await AppInMemory.open();
  const answer = await post(app, file(ANA));
  assertEquals(answer.body, {
    dryRun: false,
    customers: { created: 1, existing: 0 },
    points: { created: 1, existing: 0 },
    meters: { created: 1, existing: 0 },
  });
  const [customer] = (await app.ask("GET", "/customers?search=ana")).items;
  assertEquals([customer.name, customer.taxId, customer.email], [
    "Ana",
    "12345678909",
    "ana@example.com",
  ]);
  const [point] = (await app.ask("GET", `/points?customerId=${customer.id}`)).items;
  assertEquals([point.label, point.code, point.timezone], ["Home", "UC-1", "America/Sao_Paulo"]);
  const { assignments, meter } = await app.ask("GET", `/points/${point.id}`);
  const [imported] = (await app.ask("GET", "/meters?search=M-1")).items;
  assertEquals([meter.id, assignments[0].meterId], [imported.id, imported.id]);
  assert((await app.ask("POST", `/meters/${imported.id}/token`)).enrolmentToken);
});

Deno.test("a file brings in where points hang in the grid", async () => {
  await using app = await AppInMemory.open();
  const csv = (region: string) => `${HEADER},region\n${ANA},${region}`;
  const { status, body } = await post(app, csv("-1"));
  assertEquals([status, body.errors[0].path], [400, "2.region"]);
  await post(app, csv("T-0412"));
  assertEquals((await app.ask("GET", "/points")).items[0].region, "T-0412");
});

Deno.test("the same file again changes nothing, and a longer one brings what is new", async () => {
  await using app = await AppInMemory.open();
  const lines = [ANA, "Bia,,,,,", "Ana,12345678909,,Shop,UC-2,"];
  await post(app, file(...lines));
  const before = await app.entries();
  const again = (await post(app, file(...lines))).body;
  assertEquals([again.customers, again.points, again.meters].map(({ created }) => created), [
    0,
    0,
    0,
  ]);
  assertEquals(await app.entries(), before);
  const more = (await post(app, file(...lines, "Eva,111.444.777-35,,Flat,UC-3,M-3"))).body;
  assertEquals(more.customers, { created: 1, existing: 2 });
  assertEquals(more.points, { created: 1, existing: 2 });
  assertEquals(more.meters, { created: 1, existing: 1 });
});

Deno.test("a dry run tells what would be new and writes nothing", async () => {
  await using app = await AppInMemory.open();
  const before = await app.entries();
  const { body } = await post(app, file(ANA), "?dryRun=true");
  assertEquals([body.dryRun, body.customers.created, body.meters.created], [true, 1, 1]);
  assertEquals(await app.entries(), before);
});

const REFUSED: { what: string; csv: string; path: string; message: string }[] = [
  {
    what: "a wrong check digit",
    csv: file("Bia,,,,,", "Ana,123.456.789-00,,,,"),
    path: "3.taxId",
    message: "has a wrong check digit",
  },
  {
    what: "a column that there is not",
    csv: "customer,colour\nAna,red",
    path: "1",
    message: '"colour" is not a column',
  },
  { what: "an empty file", csv: " ", path: "1", message: "the file is empty" },
];

for (const { what, csv, path, message } of REFUSED) {
  Deno.test(`${what} refuses the whole file and names its line`, async () => {
    await using app = await AppInMemory.open();
    const before = await app.entries();
    const { status, body } = await post(app, csv);
    assertEquals([status, body.errors[0].path], [400, path]);
    assert(body.errors[0].message.startsWith(message), body.errors[0].message);
    assertEquals(await app.entries(), before);
  });
}

Deno.test("what is there otherwise refuses the whole file", async () => {
  await using app = await AppInMemory.open();
  await post(app, file(ANA));
  const before = await app.entries();
  const { status, body } = await post(
    app,
    file("Eva,111.444.777-35,,Flat,UC-1,", "Bia,529.982.247-25,,Shop,UC-9,M-1"),
  );
  assertEquals(status, 400);
  assertEquals(body.errors, [
    { path: "2.pointCode", message: "is of a point that Ana has" },
    { path: "3.meter", message: "counts at Home" },
  ]);
  assertEquals(await app.entries(), before);
});

Deno.test("a point with more meters than one atomic takes has them all", async () => {
  await using app = await AppInMemory.open();
  const lines = Array.from({ length: 23 }, (_, i) => `Ana,12345678909,,Home,UC-1,M-${i}`);
  const { body } = await post(app, file(...lines));
  assertEquals([body.customers.created, body.points.created, body.meters.created], [1, 1, 23]);
  const [{ id }] = (await app.ask("GET", "/points")).items;
  assertEquals((await app.ask("GET", `/points/${id}`)).assignments.length, 23);
});

const HOMES = 4_000;

const importInto = (server: RunningServer, csv: string) =>
  server.request("POST", "/api/v1/import", {
    headers: { authorization: `Bearer ${OPERATOR_KEY}` },
    body: csv,
  });

/** Everything that was registered, without ids and times, which differ from run to run. */
async function registered(server: RunningServer): Promise<string[]> {
  const all: string[] = [];
  for (const [path, field] of [["customers", "taxId"], ["points", "code"], ["meters", "serial"]]) {
    let cursor: string | null = "";
    do {
      const more: string = cursor ? `&cursor=${cursor}` : "";
      const page = await server.ask("GET", `/${path}?limit=1000${more}`);
      all.push(...page.items.map((item: Record<string, string>) => `${path} ${item[field]}`));
      cursor = page.next;
    } while (cursor);
  }
  return all.sort();
}

Deno.test("an import of thousands of homes, killed half-way and begun again, ends the same", async () => {
  using folder = new TestFolder();
  const csv = homesCsv(HOMES);
  {
    await using server = await RunningServer.start({ data: folder.path });
    const cut = importInto(server, csv).catch(() => undefined);
    const isUnderWay = async () => (await server.ask("GET", "/meters?search=M-999")).items.length;
    while (await isUnderWay() === 0);
    await server.kill("SIGKILL");
    assertEquals(await cut, undefined);
  }
  await using server = await RunningServer.start({ data: folder.path });
  const answer = await importInto(server, csv);
  const { customers, points, meters } = answer.body;
  for (const { created, existing } of [customers, points, meters]) {
    assert(created > 0 && existing > 0, `${created} ${existing}`);
    assertEquals(created + existing, HOMES);
  }
  const all = await registered(server);
  assertEquals(new Set(all).size, 3 * HOMES);
  assertEquals(all.length, 3 * HOMES);
});

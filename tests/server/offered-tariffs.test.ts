/** Which tariffs customers are told of: those that are offered, and their own. */
import { assertEquals } from "@std/assert";
import type { AppInMemory } from "./app-in-memory.ts";
import { as, customer as customerCaller } from "./as-caller.ts";
import {
  enter,
  flatAt,
  inApp,
  PLAIN,
  pricedPoint,
  quarterly,
  refusal,
  report,
} from "./priced-point.ts";
import type { Json } from "./running-server.ts";

const negotiated = async (app: AppInMemory, name: string): Promise<string> =>
  (await app.ask("POST", "/tariffs", { tariff: flatAt("0.1", { name }), offered: false })).id;

inApp("customers see tariffs that are offered, and those of their own points", async (app) => {
  const { point, customer, tariff } = await pricedPoint(app);
  const [own, next] = [await negotiated(app, "Own"), await negotiated(app, "Next")];
  const others = await negotiated(app, "Others");
  const old = await enter(app, flatAt("0.2", { name: "Old" }));
  await app.ask("DELETE", `/tariffs/${old}`);
  await app.ask("PATCH", `/points/${point}`, { tariffId: own });
  await app.ask("PATCH", `/points/${point}`, { tariffId: next, tariffFrom: "2026-07-01" });
  const ask = as(app, customerCaller(customer));
  const names = async (query = "") =>
    (await ask("GET", `/tariffs${query}`)).body.items.map(({ name }: Json) => name);
  assertEquals([await names(), await names("?search=other"), await names("?retired=true")], [
    ["Plain"],
    [],
    [],
  ]);
  const statuses = async () => {
    const asked = [tariff, own, next, others, old].map((id) => ask("GET", `/tariffs/${id}`));
    return (await Promise.all(asked)).map(({ status }) => status);
  };
  assertEquals(await statuses(), [200, 200, 200, 404, 404]);
  const { body } = await ask("GET", `/tariffs/${others}`);
  assertEquals(body.detail, `There is no tariff ${others}.`);
  const { items } = await app.ask("GET", "/tariffs");
  assertEquals(items.map(({ name, offered }: Json) => [name, offered]), [
    ["Next", false],
    ["Others", false],
    ["Own", false],
    ["Plain", true],
  ]);

  const shown = await app.ask("PATCH", `/tariffs/${others}`, { offered: true });
  assertEquals(shown, await app.ask("GET", `/tariffs/${others}`));
  await app.ask("PATCH", `/tariffs/${tariff}`, { offered: false });
  assertEquals([await names(), await statuses()], [["Others"], [404, 200, 200, 200, 404]]);
  const retired = `409 The tariff ${old} is retired.`;
  assertEquals(await refusal(app, "PATCH", `/tariffs/${old}`, { offered: true }), retired);
});

inApp("what is not offered is neither advised nor compared with", async (app) => {
  const { point, customer, meter } = await pricedPoint(app, PLAIN);
  await report(app, meter, quarterly("04-01T00:00", "06-15T12:00", 250));
  const cheap = await negotiated(app, "Cheap");
  const ask = as(app, customerCaller(customer));
  const compare = { period: "2026-05", tariffId: cheap };
  const preview = async () => (await ask("POST", `/points/${point}/bill-preview`, compare)).status;
  const advised = async () =>
    (await app.ask("GET", `/points/${point}/advice`)).items.map(({ tariffId }: Json) => tariffId);
  assertEquals([await preview(), await advised()], [404, []]);
  const staff = await app.ask("POST", `/points/${point}/bill-preview`, compare);
  assertEquals(staff.difference.amount, -297_60);
  await app.ask("PATCH", `/tariffs/${cheap}`, { offered: true });
  assertEquals([await preview(), await advised()], [200, [cheap]]);
});

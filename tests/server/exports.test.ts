/** Downloads: the same as the JSON routes say, streamed with a memory that stays flat. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import { as, customer } from "./as-caller.ts";
import { entriesOf } from "./domain/espi-checker.ts";
import { instant, newMeter, newPoint, upload } from "./metered-point.ts";
import { type Json, OPERATOR_KEY } from "./running-server.ts";

const DAY = 86_400;

const get = (app: AppInMemory, path: string) =>
  app.fetch(
    new Request(`http://localhost/api/v1${path}`, {
      headers: { authorization: `Bearer ${OPERATOR_KEY}` },
    }),
  );

async function rowsOf(app: AppInMemory, path: string, separator = ","): Promise<string[][]> {
  const response = await get(app, path);
  const text = await response.text();
  assertEquals(response.status, 200, text);
  const lines = text.split("\r\n");
  assertEquals(lines.pop(), "");
  return lines.map((line) => line.split(separator));
}

/** A meter at a point with a register every `seconds` up to noon. */
async function metered(app: AppInMemory, count: number, seconds: number, timezone?: string) {
  const point = await newPoint(app, timezone);
  const meter = await newMeter(app, point);
  await upload(
    app,
    meter,
    Array.from({ length: count }, (_, i) => ({
      time: NOON - (count - 1 - i) * seconds,
      milliwattHours: 1_234 * i,
    })),
  );
  return { point, meter };
}

Deno.test("consumption.csv has the values of the JSON route", async () => {
  await using app = await AppInMemory.open();
  const { point } = await metered(app, 500, 600, "America/Sao_Paulo");
  for (const step of ["5s", "1m", "15m", "1h", "1d", "1mo"]) {
    const from = step === "5s" ? NOON - 9_000 : NOON - 5 * DAY;
    const query = `from=${instant(from)}&to=${instant(NOON + 7)}&step=${step}`;
    const [header, ...rows] = await rowsOf(app, `/points/${point}/consumption.csv?${query}`);
    assertEquals(header, ["start", "end", "energy (Wh)", "quality"]);
    const { values } = await app.ask("GET", `/points/${point}/consumption?${query}`);
    const wanted = values.map((
      { start, end, energyWh, quality }: Json,
    ) => [start, end, `${energyWh}`, quality]);
    assertEquals(rows, wanted, step);
  }
});

Deno.test("consumption.csv goes beyond what the JSON route answers at once, and adds up", async () => {
  await using app = await AppInMemory.open();
  const { point } = await metered(app, 800, 12 * 3_600);
  const query = `from=${instant(NOON - 395 * DAY)}&to=${instant(NOON)}&step=15m`;
  assertEquals((await app.send("GET", `/points/${point}/consumption?${query}`)).status, 400);
  const [, ...rows] = await rowsOf(app, `/points/${point}/consumption.csv?${query}`);
  for (let i = 1; i < rows.length; i++) assertEquals(rows[i][0], rows[i - 1][1]);
  const total = rows.reduce((sum, [, , wh]) => sum + Math.round(Number(wh) * 1_000), 0);
  assertEquals(total, 1_234 * 790);
});

Deno.test("consumption.csv refuses more than a million values, and says what to do", async () => {
  await using app = await AppInMemory.open();
  const path = `/points/${await newPoint(app)}/consumption.csv`;
  const answer = await app.send("GET", `${path}?from=2026-01-01&to=2026-06-01&step=5s`);
  assertEquals(answer.status, 400);
  assertMatch(answer.body.detail, /above 1000000: take a longer step/);
});

Deno.test("a spreadsheet of Brazil gets semicolons and decimal commas", async () => {
  await using app = await AppInMemory.open();
  const { point, meter } = await metered(app, 3, 900);
  const form = "separator=semicolon&decimal=comma";
  const from = `from=${instant(NOON - 900)}&to=${instant(NOON)}&step=15m`;
  const [, value] = await rowsOf(app, `/points/${point}/consumption.csv?${from}&${form}`, ";");
  assertEquals(value.slice(2), ["1,234", "measured"]);
  const [, , reading] = await rowsOf(app, `/meters/${meter}/readings.csv?${form}`, ";");
  assertEquals(reading.slice(1, 4), ["1,234", "0", "2"]);
  const text = await (await get(app, `/meters/${meter}/readings.csv?decimal=comma`)).text();
  assertMatch(text, /,"1,234",0,2,/);
  assertEquals((await app.send("GET", `/meters/${meter}/readings.csv?decimal=dot`)).status, 400);
});

Deno.test("readings.csv has all readings, in the point's time", async () => {
  await using app = await AppInMemory.open();
  const { point, meter } = await metered(app, 2_500, 5, "Asia/Kolkata");
  const more = { time: instant(NOON), energyWh: 7.5, channel: 1, n: 9 };
  await app.ask("POST", `/meters/${meter}/readings`, { readings: [more] });
  const [header, ...rows] = await rowsOf(app, `/meters/${meter}/readings.csv`);
  const columns = ["time", "register (Wh)", "channel", "number", "quality", "estimated time"];
  assertEquals(header, columns);
  assertEquals(rows.length, 2_501);
  assertEquals(rows.map(([, , , n]) => Number(n)), [...Array(2_500).keys().map((i) => i + 1), 9]);
  assertEquals(rows[2_499], ["2026-06-15T17:30:00+05:30", "3083.766", "0", "2500", "", ""]);
  assertEquals(rows[2_500].slice(1, 4), ["7.5", "1", "9"]);
  const part = `from=${instant(NOON - 50)}&to=${instant(NOON)}&channel=0`;
  assertEquals((await rowsOf(app, `/meters/${meter}/readings.csv?${part}`)).length, 11);
  assertEquals((await app.ask("GET", `/points/${point}`)).timezone, "Asia/Kolkata");
});

Deno.test("readings.csv leaves out nothing where a page ends because too much was looked at", async () => {
  await using app = await AppInMemory.open();
  const { meter } = await metered(app, 3_000, 5);
  Object.assign(app.store.reader, { maxScanned: 7 });
  const query = `from=${instant(NOON - 5_000)}`;
  assertEquals((await rowsOf(app, `/meters/${meter}/readings.csv?${query}`)).length, 1 + 1_001);
});

Deno.test("a download has a name for people and is not kept by caches", async () => {
  await using app = await AppInMemory.open();
  const { id: customerId } = await app.ask("POST", "/customers", { name: "João" });
  const label = 'Praça "Ação"; 1/2\u{1f3e0}';
  const { id } = await app.ask("POST", "/points", { customerId, label, timezone: "UTC" });
  const query = "from=2026-06-01&to=2026-06-03";
  const { headers, body } = await get(app, `/points/${id}/consumption.csv?${query}`);
  await body?.cancel();
  const name = "consumption-Praça-Ação-1-2-2026-06-01-2026-06-03.csv";
  assertEquals(headers.get("content-type"), "text/csv; charset=utf-8");
  assertEquals(headers.get("cache-control"), "no-store");
  assertEquals(
    headers.get("content-disposition"),
    `attachment; filename="${
      name.replace("ç", "c").replace("çã", "ca").normalize("NFD")
        .replace(/\p{M}/gu, "")
    }"; filename*=UTF-8''${encodeURIComponent(name)}`,
  );
});

Deno.test("300,000 readings are streamed as they are taken, in a memory that stays flat", async () => {
  await using app = await AppInMemory.open();
  const meter = await newMeter(app, await newPoint(app));
  const count = 300_000;
  for (let at = 0; at < count; at += 5_000) {
    const readings = Array.from({ length: 5_000 }, (_, i) => ({
      n: at + i + 1,
      time: NOON - 5 * (count - at - i),
      milliwattHours: 700 * (at + i),
      quality: 0,
      skew: 0,
    }));
    await app.ingest.takeReadings(meter, 0, readings);
  }
  let pages = 0;
  const { history } = app.parts;
  const page = history.page.bind(history);
  Object.assign(history, {
    page: (...asked: Parameters<typeof page>) => (pages++, page(...asked)),
  });
  const reader = (await get(app, `/meters/${meter}/readings.csv`)).body!.getReader();
  await reader.read();
  assert(pages <= 3, `${pages} pages were read before anyone took them`);
  let bytes = 0;
  let highest = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.length;
    highest = Math.max(highest, part.value.length);
  }
  assert(bytes > 40 * count, `${bytes} bytes`);
  assert(highest < 300_000, `a piece of ${highest} bytes`);
  assert(pages > count / 2_500, `${pages} pages`);
});

Deno.test("a download that is given up ends, and one that fails is broken off and reported", async () => {
  await using app = await AppInMemory.open();
  const { meter } = await metered(app, 9_000, 5);
  const given = (await get(app, `/meters/${meter}/readings.csv`)).body!;
  await given.cancel();
  const { history } = app.parts;
  const page = history.page.bind(history);
  let left = 2;
  const failing = (...asked: Parameters<typeof page>) =>
    left-- > 0 ? page(...asked) : Promise.reject(new Error("the disk is gone"));
  Object.assign(history, { page: failing });
  const failure = await (await get(app, `/meters/${meter}/readings.csv`)).text()
    .then(() => undefined, (error) => error);
  assertMatch(`${failure}`, /the disk is gone/);
  assertMatch(app.reported[0], /Cannot go on writing readings-/);
});

Deno.test("downloads show a customer what the JSON routes do, and no more", async () => {
  await using app = await AppInMemory.open();
  const { point, meter } = await metered(app, 500, 600);
  const stranger = await newPoint(app);
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Bia" });
  const heldFrom = NOON - 12_000;
  await app.ask("PATCH", `/points/${point}`, { customerId, heldFrom: instant(heldFrom) });
  const ask = as(app, customer(customerId));
  const readings = (await ask("GET", `/meters/${meter}/readings.csv`)).text.split("\r\n");
  const { items } = (await ask("GET", `/meters/${meter}/readings`)).body;
  assertEquals(readings.length - 2, items.length);
  assertEquals(items.length, 21);
  const query = `from=${instant(NOON - 2 * DAY)}&step=15m`;
  const values = (await ask("GET", `/points/${point}/consumption.csv?${query}`)).text.split("\r\n");
  assertEquals(values[1].split(",")[0], "2026-06-15T08:40:00+00:00");
  const xml = (await ask("GET", `/points/${point}/green-button.xml?from=2026-06-01`)).text;
  assertEquals(
    xml.match(/<start>(\d+)<\/start>/g)?.every((tag) => {
      return Number(tag.slice(7, -8)) >= heldFrom;
    }),
    true,
  );
  for (const path of ["consumption.csv", "green-button.xml"]) {
    assertEquals((await ask("GET", `/points/${stranger}/${path}`)).status, 404);
  }
});

Deno.test("green-button.xml tells the same energy as the JSON route", async () => {
  await using app = await AppInMemory.open();
  const { point } = await metered(app, 1_000, 900);
  for (const step of ["15m", "1h"]) {
    const query = `from=2026-06-06&to=2026-06-15&step=${step}`;
    const response = await get(app, `/points/${point}/green-button.xml?${query}`);
    assertEquals(response.headers.get("content-type"), "application/atom+xml; charset=utf-8");
    assertMatch(response.headers.get("content-disposition")!, /green-button-Rua-A-1-2026-06-06-/);
    const xml = await response.text();
    const { totalWh, values } = await app.ask("GET", `/points/${point}/consumption?${query}`);
    const energies = entriesOf(xml).flatMap(({ readings }) => readings.map(({ value }) => value));
    const known = values.filter(({ quality }: Json) => quality !== "missing");
    assertEquals(energies.length, known.length);
    assertEquals(energies.reduce((a, b) => a + b), Math.round(totalWh * 1_000));
    assertMatch(xml, /<id>urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-/);
    assertEquals(await (await get(app, `/points/${point}/green-button.xml?${query}`)).text(), xml);
  }
});

Deno.test("green-button.xml has the currency of the point's tariff, or else of the server", async () => {
  await using app = await AppInMemory.open({ currency: "CLP" });
  const point = await newPoint(app);
  const currencyIn = async () =>
    (await (await get(app, `/points/${point}/green-button.xml`)).text())
      .match(/<currency>(\d+)</)![1];
  assertEquals(await currencyIn(), "152");
  const { id: tariffId } = await app.ask("POST", "/tariffs", { preset: "europeDayNight" });
  await app.ask("PATCH", `/points/${point}`, { tariffId });
  assertEquals(await currencyIn(), "978");
});

Deno.test("green-button.xml takes up to thirteen months", async () => {
  await using app = await AppInMemory.open();
  const path = `/points/${await newPoint(app)}/green-button.xml`;
  const ask = async (query: string) => (await app.send("GET", `${path}?${query}`)).status;
  assertEquals(await ask("from=2025-05-01&to=2026-06-01&step=1h"), 200);
  assertEquals(await ask("from=2025-04-01&to=2026-06-01&step=1h"), 400);
  assertEquals(await ask("step=1d"), 400);
  assertEquals(await ask(""), 200);
});

Deno.test("a caller has five downloads open, and one more when one ends or is called off", async () => {
  await using app = await AppInMemory.open();
  const { meter } = await metered(app, 100, 900);
  const path = `/meters/${meter}/readings.csv`;
  const open = await Promise.all(Array.from({ length: 5 }, () => get(app, path)));
  assertEquals(open.map(({ status }) => status), [200, 200, 200, 200, 200]);
  const refused = await get(app, path);
  assertEquals([refused.status, (await refused.json()).title], [429, "Too many requests"]);
  await open[0].body!.cancel();
  open[0] = await get(app, path);
  assertEquals(open[0].status, 200);
  for (const { body } of open) await new Response(body).text();
  const last = await get(app, path);
  assertEquals(last.status, 200);
  await last.body!.cancel();
});

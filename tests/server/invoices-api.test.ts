/** Invoices over HTTP: issued, shown in every form, paid in every way, credited. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parsePix } from "../../server/domain/pix.ts";
import { signWebhook, webhookSecret } from "../../server/domain/webhook-signature.ts";
import { AppInMemory, NOON } from "./app-in-memory.ts";
import { as, customer as customerCaller } from "./as-caller.ts";
import { billedPoint, issueMay, ISSUER, MAY } from "./billed-point.ts";
import { instant, secondsOf } from "./metered-point.ts";
import { readPdf } from "./paper/pdf-reader.ts";
import { readBack } from "./paper/qr-pixels.ts";
import { type Json, OPERATOR_KEY } from "./running-server.ts";
import { unzipped } from "./unzipped.ts";

const fileOf = async (app: AppInMemory, path: string) => {
  const headers = { authorization: `Bearer ${OPERATOR_KEY}` };
  const response = await app.fetch(new Request(`http://localhost${path}`, { headers }));
  assertEquals(response.status, 200, path);
  const type = response.headers.get("content-type");
  return { type, bytes: new Uint8Array(await response.arrayBuffer()) };
};

async function issued(app: AppInMemory): Promise<Json> {
  const { point } = await billedPoint(app);
  return await issueMay(app, point);
}

Deno.test("an invoice says what was used, what it costs and how to pay; its lines add up", async () => {
  await using app = await AppInMemory.open();
  const { point, customer } = await billedPoint(app);
  const invoice = await issueMay(app, point);
  assertEquals([invoice.number, invoice.state, invoice.month], [
    "2026-000001",
    "issued",
    "2026-05",
  ]);
  assertEquals([invoice.pointId, invoice.customerId, invoice.dueOn], [
    point,
    customer,
    "2026-06-25",
  ]);
  assertEquals([invoice.energyWh, invoice.estimated, invoice.bill.days], [304_000, false, 31]);
  const sum = invoice.bill.lines.filter(({ contained }: Json) => !contained)
    .reduce((sum: number, { amount }: Json) => sum + amount.amount, 0);
  assertEquals(invoice.total, { amount: sum, currency: "BRL" });
  assert(sum > 0);
  assertEquals(invoice.bill.issuer.taxId, "12ABC34501DE35");
  assertEquals(await app.ask("GET", `/invoices/${invoice.id}`), invoice);
  const { items, next } = await app.ask("GET", `/points/${point}/invoices`);
  assertEquals([items.length, items[0].number, next], [1, invoice.number, null]);
});

Deno.test("the bill of a period that has ended is what its invoice will be", async () => {
  await using app = await AppInMemory.open();
  const { point, meter } = await billedPoint(app);
  const may = await issueMay(app, point);
  // Paid late, and June was read for ten days: it has a fee, interest and an estimate.
  app.clock.seconds += 14 * 86_400;
  await app.ask("POST", `/invoices/${may.id}/pay`, {});
  const readings = Array.from({ length: 960 }, (_, i) => ({
    n: 10_000 + i,
    time: instant(MAY.to + 900 * i),
    energyWh: 1_304_000 + 100 * i,
  }));
  await app.ask("POST", `/meters/${meter}/readings`, { readings });
  app.clock.seconds = secondsOf("2026-07-01T12:00:00Z");
  const bill = await app.ask("GET", `/points/${point}/bill?period=2026-06`);
  const invoice = await app.ask("POST", `/points/${point}/invoices/issue?period=2026-06`);
  assertEquals([bill.lines, bill.total], [invoice.bill.lines, invoice.total]);
  assertEquals(bill.meters, invoice.bill.meters);
  assert(bill.lines.some(({ kind }: Json) => kind === "lateFee") && bill.estimatedWh > 0);
});

Deno.test("issued again, a period has the same invoice; others are refused with the reason", async () => {
  await using app = await AppInMemory.open();
  const { point } = await billedPoint(app);
  const first = await issueMay(app, point);
  assertEquals((await issueMay(app, point)).id, first.id);
  const refused = async (period: string) => {
    const path = `/points/${point}/invoices/issue?period=${period}`;
    const { status, body } = await app.send("POST", path);
    return `${status} ${body.detail}`;
  };
  assertMatch(await refused("2026-06"), /^409 The period of 2026-06 has not ended yet/);
  assertMatch(await refused("2026-04"), /^409 The next period to be billed is 2026-06/);
  assertMatch(await refused("2026-13"), /^400 .*must be a month/);
});

Deno.test("nothing is issued before it is said who issues it", async () => {
  await using app = await AppInMemory.open();
  const { id: customerId } = await app.ask("POST", "/customers", { name: "Ana" });
  const { id } = await app.ask("POST", "/points", { customerId, label: "Casa" });
  assertEquals((await app.send("GET", "/issuer")).status, 404);
  const answer = await app.send("POST", `/points/${id}/invoices/issue?period=2026-05`);
  assertEquals(answer.status, 409, answer.text);
  const wrong = { ...ISSUER, pix: { key: "no key", name: "A", city: "Rio" } };
  const { status, body } = await app.send("PUT", "/issuer", JSON.stringify(wrong));
  assertEquals([status, body.errors.map(({ path }: Json) => path)], [400, ["pix.key"]]);
  await app.ask("PUT", "/issuer", ISSUER);
  const { items } = await app.ask("GET", "/audit?kind=issuer&id=issuer");
  assertEquals(items.map(({ action }: Json) => action), ["created"]);
});

Deno.test("the PDF is one page, and its QR code and that of pix.svg pay this invoice", async () => {
  await using app = await AppInMemory.open();
  const { id, number, total, pix, hash } = await issued(app);
  const pdf = await fileOf(app, `/api/v1/invoices/${id}.pdf`);
  assertEquals(pdf.type, "application/pdf");
  const read = readPdf(pdf.bytes);
  assertEquals(read.pages, 1);
  const text = read.texts.map(({ text }) => text).join("\n");
  for (const wanted of [`Fatura ${number}`, "Ana Souza", "Casa"]) {
    assertStringIncludes(text, wanted);
  }
  assertStringIncludes(text.replaceAll("\n", ""), hash);
  assertEquals((await fileOf(app, `/api/v1/invoices/${id}.pdf`)).bytes, pdf.bytes);
  const svg = await fileOf(app, `/api/v1/invoices/${id}/pix.svg`);
  assertEquals(svg.type, "image/svg+xml");
  assertEquals(readBack(new TextDecoder().decode(svg.bytes)), pix);
  const parsed = parsePix(pix);
  assert(parsed.ok);
  assertEquals([parsed.pix.amount, parsed.pix.txid, parsed.pix.key], [
    total.amount,
    number.replace("-", ""),
    "pix@exemplo.com.br",
  ]);
});

Deno.test("the page is in the language that is asked for and finds its style and typefaces", async () => {
  await using app = await AppInMemory.open();
  const { id, number } = await issued(app);
  const page = async (query: string) =>
    new TextDecoder().decode((await fileOf(app, `/api/v1/invoices/${id}.html${query}`)).bytes);
  assertStringIncludes(await page(""), `Fatura ${number}`);
  assertStringIncludes(await page("?language=en"), `Invoice ${number}`);
  const { type } = await fileOf(app, "/paper/style.css");
  assertEquals(type, "text/css; charset=utf-8");
  for (const weight of [400, 600]) {
    assertEquals((await fileOf(app, `/paper/figtree-${weight}.ttf`)).type, "font/ttf");
  }
  assertEquals((await app.send("GET", `/invoices/${id}.txt`)).status, 404);
});

Deno.test("an invoice is computed anew to the same bytes", async () => {
  await using app = await AppInMemory.open();
  const { id, hash } = await issued(app);
  assertEquals(await app.ask("GET", `/invoices/${id}/verify`), {
    unchanged: true,
    recomputed: true,
    hash,
  });
});

Deno.test("a payment makes it paid; a second one is refused, and there is no code any more", async () => {
  await using app = await AppInMemory.open();
  const { id, total } = await issued(app);
  const pay = (body: object) => app.send("POST", `/invoices/${id}/pay`, JSON.stringify(body));
  const some = await pay({ amount: 1_000, date: "2026-06-10", reference: "A1" });
  assertEquals([some.status, some.body.state, some.body.paid.amount], [200, "issued", 1_000]);
  const again = await pay({ amount: 1_000, date: "2026-06-10", reference: "A1" });
  assertEquals([again.status, again.body.detail], [409, "This payment has been recorded already."]);
  assertEquals((await pay({ date: "2026-06-16" })).body.errors[0].path, "date");
  const rest = await pay({});
  assertEquals([rest.body.state, rest.body.paid, rest.body.paidOn], ["paid", total, "2026-06-15"]);
  assertEquals((await pay({ amount: 500 })).status, 409);
  assertEquals((await app.ask("GET", `/invoices/${id}`)).pix, null);
  assertEquals((await app.send("GET", `/invoices/${id}/pix.svg`)).status, 409);
});

Deno.test("an invoice that is not paid in time is overdue", async () => {
  await using app = await AppInMemory.open();
  const { id, dueOn } = await issued(app);
  const stateOn = async (day: string) => {
    app.clock.seconds = Date.parse(`${day}T12:00:00Z`) / 1000;
    return (await app.ask("GET", `/invoices/${id}`)).state;
  };
  assertEquals(await stateOn(dueOn), "issued");
  assertEquals(await stateOn("2026-06-27"), "overdue");
});

Deno.test("a credit note takes an invoice back, once", async () => {
  await using app = await AppInMemory.open();
  const { id } = await issued(app);
  const credit = () => app.send("POST", `/invoices/${id}/credit`, '{"reason": "Wrong meter"}');
  const { body } = await credit();
  assertEquals([body.state, body.credit], ["credited", {
    number: "C2026-000001",
    on: "2026-06-15",
    reason: "Wrong meter",
  }]);
  assertEquals((await credit()).status, 409);
  const { point } = { point: body.pointId };
  const anew = await issueMay(app, point);
  assertEquals([anew.number, anew.state], ["2026-000002", "issued"]);
  const { items } = await app.ask("GET", `/points/${point}/invoices`);
  assertEquals(items.map(({ state }: Json) => state), ["issued", "credited"]);
});

Deno.test("a bank's file records payments once, and says what is paid too much", async () => {
  await using app = await AppInMemory.open();
  const { id, number, total, pix } = await issued(app);
  const decimal = (total.amount / 100).toFixed(2);
  const send = async (file: string, query = "") => {
    const { status, body } = await app.send("POST", `/payments/import${query}`, file);
    return { status, ...body };
  };
  const file = `date,amount,invoice,reference\n2026-06-12,${decimal},${number},E1\n`;
  const dry = await send(file, "?dryRun=true");
  assertEquals([dry.status, dry.recorded], [200, 1]);
  assertEquals((await app.ask("GET", `/invoices/${id}`)).state, "issued");
  assertEquals((await send(file)).recorded, 1);
  assertEquals((await app.ask("GET", `/invoices/${id}`)).state, "paid");
  const again = await send(file);
  assertEquals([again.recorded, again.duplicates], [0, 1]);
  const twice = await send(`date;amount;pix;reference\n13/06/2026;10,00;${pix};E2\n`);
  assertEquals(twice.overpaid, [
    { line: 2, invoice: number, overpaid: { amount: 1_000, currency: "BRL" } },
  ]);
  const wrong = await send(`date,amount,invoice\n2026-06-12,"1,000",${number}\n`);
  assertEquals([wrong.status, wrong.errors[0].path], [400, "2.amount"]);
  const unknown = await send("date,amount,invoice\n2026-06-12,1.00,2026-000009\n");
  assertEquals([unknown.status, unknown.errors[0].path], [400, "2.invoice"]);
});

Deno.test("a file with one payment too many records none", async () => {
  await using app = await AppInMemory.open();
  const { id, number } = await issued(app);
  const rows = Array.from({ length: 51 }, (_, i) => `2026-06-12,0.01,${number},E${i}`);
  const file = ["date,amount,invoice,reference", ...rows].join("\n");
  const { status, body } = await app.send("POST", "/payments/import", file);
  assertEquals([status, body.errors], [400, [{ path: "52.invoice", message: "has 50 payments" }]]);
  assertEquals((await app.ask("GET", `/invoices/${id}`)).payments, []);
});

async function message(body: unknown, id: string, secret: string, time = NOON) {
  const bytes = new TextEncoder().encode(JSON.stringify(body));
  const webhook = { id, timestamp: `${time}`, body: bytes };
  return new Request("http://localhost/api/v1/payments/webhook", {
    method: "POST",
    body: bytes,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": webhook.timestamp,
      "webhook-signature": await signWebhook(webhook, secret),
    },
  });
}

Deno.test("a signed webhook records a payment; it counts once, and a forged one never", async () => {
  const secret = webhookSecret(new Uint8Array(32).fill(7));
  await using app = await AppInMemory.open({ paymentSecret: secret });
  const { id, number, total } = await issued(app);
  const data = { invoice: number, ...total, date: "2026-06-14" };
  const told = { type: "payment.received", data };
  const send = async (...asked: Parameters<typeof message>) =>
    (await app.fetch(await message(...asked))).status;
  const forger = webhookSecret(new Uint8Array(32).fill(8));
  assertEquals(await send(told, "m1", forger), 401);
  assertEquals(await send(told, "m1", secret, NOON - 3_600), 401);
  assertEquals(await send({ ...told, type: "payment.failed" }, "m0", secret), 204);
  assertEquals((await app.ask("GET", `/invoices/${id}`)).state, "issued");
  assertEquals(await send(told, "m1", secret), 204);
  assertEquals(await send(told, "m1", secret), 204);
  const { state, paid, payments } = await app.ask("GET", `/invoices/${id}`);
  assertEquals([state, paid, payments.length, payments[0].by], ["paid", total, 1, "webhook"]);
  const file = `date,amount,invoice,reference\n2026-06-14,${total.amount / 100},${number},E1\n`;
  const { recorded, duplicates } = (await app.send("POST", "/payments/import", file)).body;
  assertEquals([recorded, duplicates], [0, 1], "the bank's file tells of the same payment");
  const wrong = { type: "payment.received", data: { ...data, currency: "EUR" } };
  assertEquals(await send(wrong, "m2", secret), 400);
  const unknown = { type: "payment.received", data: { ...data, invoice: "2026-000099" } };
  assertEquals(await send(unknown, "m3", secret), 404);
});

Deno.test("without a secret no webhook is taken", async () => {
  await using app = await AppInMemory.open();
  const secret = webhookSecret(new Uint8Array(32).fill(7));
  assertEquals((await app.fetch(await message({}, "m1", secret))).status, 401);
});

Deno.test("a point's new holder sees no invoice of the one before", async () => {
  await using app = await AppInMemory.open();
  const { point, customer } = await billedPoint(app);
  const { id } = await issueMay(app, point);
  const { id: bento } = await app.ask("POST", "/customers", { name: "Bento" });
  await app.ask("PATCH", `/points/${point}`, { customerId: bento });
  const [before, after] = [customer, bento].map((id) => as(app, customerCaller(id)));
  assertEquals((await before("GET", `/invoices/${id}`)).status, 200);
  assertEquals((await after("GET", `/invoices/${id}`)).status, 404);
  assertEquals((await after("GET", `/points/${point}/invoices`)).body.items, []);
});

Deno.test("a customer with an unpaid invoice is not erased; what is paid is kept", async () => {
  await using app = await AppInMemory.open();
  const { point, customer } = await billedPoint(app);
  const { id, number } = await issueMay(app, point);
  await app.ask("DELETE", `/points/${point}`);
  const refused = async (why: string) => {
    const { status, body } = await app.send("DELETE", `/customers/${customer}`);
    assertEquals(status, 409);
    assertStringIncludes(body.detail, why);
  };
  await refused(`These invoices are not paid: ${number}.`);
  await refused("Bill these points first for the time in which they were theirs: Casa (");
  const last = await app.ask("POST", `/points/${point}/invoices/issue?period=2026-06`);
  await app.ask("POST", `/invoices/${id}/pay`, {});
  await app.ask("POST", `/invoices/${last.id}/pay`, {});
  await app.ask("POST", `/invoices/${last.id}/credit`, { reason: "Nobody was there" });
  await refused(`Of these invoices money is to be given back: ${last.number}.`);
  const overpaid = await app.ask("GET", "/invoices?state=overpaid");
  assertEquals(overpaid.items.map(({ number }: Json) => number), [last.number]);
  const back = { amount: -overpaid.items[0].overpaid.amount, reference: "B1" };
  await app.ask("POST", `/invoices/${last.id}/pay`, back);
  assertEquals((await app.ask("GET", "/invoices?state=overpaid")).items, []);
  assertEquals((await app.send("DELETE", `/customers/${customer}`)).status, 204);
  assertEquals((await app.ask("GET", `/invoices/${id}/verify`)).recomputed, true);
});

Deno.test("a customer's whole data has their invoices, as data and as paper", async () => {
  await using app = await AppInMemory.open();
  const { point, customer } = await billedPoint(app);
  const invoice = await issueMay(app, point);
  const { bytes } = await fileOf(app, `/api/v1/customers/${customer}/data`);
  const files = unzipped(bytes);
  const name = `invoices/${invoice.number}`;
  assertEquals(JSON.parse(files.get(`${name}.json`)!), invoice);
  assertEquals(readPdf(Uint8Array.fromHex(files.get(`${name}.pdf`)!)).pages, 1);
});

Deno.test("a run over all points bills what is due and says how far it has come", async () => {
  await using app = await AppInMemory.open();
  const { point } = await billedPoint(app);
  const run = async (dryRun: boolean) => {
    const { id } = await app.ask("POST", "/close-runs", { dryRun });
    await app.parts.closing.ended();
    return await app.ask("GET", `/close-runs/${id}`);
  };
  const dry = await run(true);
  assertEquals([dry.points, dry.invoices, dry.items[0].pointId], [1, 1, point]);
  assert(dry.items[0].total.amount > 0 && dry.endedAt !== null);
  assertEquals((await app.ask("GET", `/points/${point}/invoices`)).items, []);
  assertEquals((await run(false)).invoices, 1);
  assertEquals((await run(false)).invoices, 0);
  assertEquals((await app.ask("GET", `/points/${point}/invoices`)).items.length, 1);
});

/** Bills and invoices in the terminal, against the whole service in memory. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { AppInMemory, NOON } from "../app-in-memory.ts";
import { billedPoint, issueMay, ISSUER, MAY } from "../billed-point.ts";
import { offline, Tool } from "./tool.ts";

const QUARTER = 900;

async function open() {
  const app = await AppInMemory.open();
  const tool = new Tool(app.fetch);
  tool.pause = () => app.parts.closing.ended();
  const home = await billedPoint(app);
  return { app, tool, ...home, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

/** Half a kilowatt from the end of May until now. */
async function useOn(app: AppInMemory, meter: string): Promise<void> {
  const quarters = (NOON - MAY.to) / QUARTER;
  const readings = Array.from({ length: quarters }, (_, i) => ({
    time: new Date((MAY.to + QUARTER * (i + 1)) * 1_000).toISOString(),
    energyWh: 1_304_000 + 125 * (i + 1),
  }));
  for (let at = 0; at < quarters; at += 1_000) {
    const some = readings.slice(at, at + 1_000);
    await app.ask("POST", `/meters/${meter}/readings`, { readings: some });
  }
}

/** 304 kWh at 0.94793 with 24 % and then 6.9 % inside: 288.17072 / 0.76 / 0.931 = 407.2739. */
const MAY_LINES = [
  "what                                for          at  with taxes     amount",
  "Energia                     304.000 kWh  R$ 0,94793  R$ 1,33972  R$ 407,27",
  "Iluminação pública (COSIP)                                        R$ 64,60",
  "Total                                                            R$ 471,87",
  "of that ICMS 24 %             R$ 407,27                           R$ 97,74",
  "of that PIS 1.23 %            R$ 309,53                            R$ 3,81",
  "of that COFINS 5.67 %         R$ 309,53                           R$ 17,55",
].join("\n");

Deno.test("the bill of a past month has its lines, what they add up to and what is in them", async () => {
  await using opened = await open();
  const { tool, point } = opened;
  const { out } = await tool.run("bill", point, "--period", "2026-05");
  assertEquals(
    out,
    `${
      [
        "period  2026-05-01 to 2026-05-31, 31 days\ntariff  Residencial convencional (B1)",
        MAY_LINES,
        "             energy      total\nin all  304.000 kWh  R$ 471,87",
      ].join("\n\n")
    }\n`,
  );
});

Deno.test("the bill that runs has what is expected, and the period before", async () => {
  await using opened = await open();
  const { app, tool, point, meter } = opened;
  await useOn(app, meter);
  const bill = await tool.json("bill", point);
  const { out } = await tool.run("bill", point);
  const reais = (amount: number) => `R\\$ ${(amount / 100).toFixed(2).replace(".", ",")}`;
  assertMatch(out, /^until +2026-06-15 09:00, America\/Sao_Paulo$/m);
  assertMatch(out, new RegExp(`^so far +172\\.500 kWh +${reais(bill.total.amount)}$`, "m"));
  const { low, expected, high } = bill.forecast.total;
  for (
    const [name, { amount }] of Object.entries({
      "expected in all": expected,
      "at least": low,
      "at most": high,
    })
  ) {
    assertMatch(out, new RegExp(`^${name} +[\\d.]+ kWh +${reais(amount)}$`, "m"));
  }
  const more = bill.total.amount - bill.before.total.amount;
  assertMatch(out, new RegExp(`^2026-05, as many days +140\\.968 kWh `, "m"));
  assertMatch(out, new RegExp(`^It is ${reais(more)} more than then\\.$`, "m"));
});

Deno.test("another tariff and other hours are compared, and advice is said in sentences", async () => {
  await using opened = await open();
  const { app, tool, point, meter } = opened;
  assertEquals(await tool.run("advice", point), {
    code: 0,
    out: "",
    errors: "Nothing that would save much, or too little is known.\n",
  });
  await useOn(app, meter);
  const compare = ["bill", "compare", point, "--preset", "brazilWhite"];
  const shift = ["--shift", "0.4kWh", "--from", "19:00", "--to", "23:00"];
  const { difference, shiftedWh } = await tool.json(...compare, ...shift);
  const { out } = await tool.run(...compare, ...shift);
  const less = `R$ ${(-difference.amount / 100).toFixed(2).replace(".", ",")}`;
  assertStringIncludes(out, `It would be ${less} less, with ${shiftedWh / 1_000}.000 kWh moved.`);
  assertMatch(out, /^Energia, ponta +≈ [\d.]+ kWh +R\$ 1,6521 /m);
  const { id } = await tool.json("tariffs", "add", "--preset", "brazilWhite");
  assertEquals(
    (await tool.json("bill", "compare", point, "--tariff", id)).difference,
    (await tool.json(...compare)).difference,
  );
  const advice = await tool.run("advice", point);
  assertMatch(
    advice.out,
    new RegExp(
      `^Take the tariff Tarifa Branca \\(B1\\) \\(${id}\\): under it the last period would have ` +
        "cost R\\$ [\\d,]+ less\\.$",
      "m",
    ),
  );
});

Deno.test("advice names limits, appliances and tariffs", async () => {
  const gain = { amount: 1_234, currency: "EUR" };
  const items = [
    { kind: "stayWithin", upToKwh: 300, cutWh: 5_015, gain },
    { kind: "shift", appliance: "washingMachine", from: "Day", to: "Night", energyWh: 8_400, gain },
    { kind: "otherTariff", tariffId: "8a1f63c0d27be954", tariff: "Flat", periods: 6, gain },
  ];
  const { out } = await new Tool(() => Response.json({ items })).run("advice", "8a1f63c0d27be954");
  assertEquals(out.split("\n"), [
    "Use 5.015 kWh less and stay within 300 kWh: that saves €12.34.",
    'Move the washing machine from "Day" to "Night", 8.400 kWh a period: that saves €12.34.',
    "Take the tariff Flat (8a1f63c0d27be954): under it the last 6 periods would have cost " +
    "€12.34 less.",
    "",
  ]);
});

Deno.test("lines of every kind are named and measured", async () => {
  const amount = { amount: 100, currency: "EUR" };
  const line = (kind: string, label: string, more = {}) => ({ kind, label, amount, ...more });
  const bill = {
    ...{ firstDay: "2026-05-01", lastDay: "2026-05-31", days: 31, tariff: "T", ended: true },
    ...{ until: "", invoiceId: null, energyWh: 1_000, missingSeconds: 5_400, doubted: true },
    ...{ total: amount, forecast: null },
    before: { month: "2026-04", energyWh: 1_000, total: { amount: 350, currency: "EUR" } },
    lines: [
      line("energy", "Day", {
        energyWh: 1_000,
        estimatedWh: 1,
        price: "0.1",
        priceWithTaxes: "0.1",
      }),
      line("fixed", "By the day", { days: 31, perDays: 1, price: "0.3142" }),
      line("fixed", "By the month", { days: 31, perDays: 31, price: "9.5" }),
      line("tax", "VAT", { base: amount, rate: "0.23", contained: false }),
      line("correction", "2026-04", { energyWh: -500, month: "2026-04" }),
      line("other", "2026-000001"),
    ],
  };
  const { out } = await new Tool(() => Response.json(bill)).run("bill", "8a1f63c0d27be954");
  const [head, lines, costs, comparison] = out.split("\n\n");
  assertEquals(head.split("\n").slice(2), [
    "doubted  a register fell: it is billed once a case says what that was",
    "unknown  for 2 h nothing is known",
  ]);
  assertEquals(lines.split("\n"), [
    "what                                  for                 at  amount",
    "Day                           ≈ 1.000 kWh              €0.10   €1.00",
    "By the day                        31 days      €0.3142 a day   €1.00",
    "By the month                      31 days  €9.50 for 31 days   €1.00",
    "VAT 23 %                            €1.00                      €1.00",
    "Correction of 2026-04          -0.500 kWh                      €1.00",
    "Paid too much of 2026-000001                                   €1.00",
    "Total                                                          €1.00",
  ]);
  assertMatch(costs, /^in all +1\.000 kWh +€1\.00$/m);
  // Three lines of energy and charges, and the tax on top.
  assertEquals(
    comparison,
    "But for what it makes up for of other periods it is €0.50 more than then.\n",
  );
});

Deno.test("the bill of a period that is billed says with what", async () => {
  await using opened = await open();
  const { app, tool, point } = opened;
  const { id } = await issueMay(app, point);
  const { out } = await tool.run("bill", point, "--period", "2026-05");
  assertStringIncludes(
    out,
    `invoice  ${id}\n\nThis is as it would be billed now; it was billed with R$ 471,87 by 2026-000001.\n`,
  );
});

Deno.test("a run says what it would bill, then bills it", async () => {
  await using opened = await open();
  const { tool, point } = opened;
  const dry = await tool.run("close", "--dry-run");
  assertEquals(
    dry.errors,
    "Points: 1. Invoices to be issued: 1. Not to be billed: 0.\n" +
      "That is the next period of each point; a later one that has ended is billed after it.\n",
  );
  assertMatch(dry.out, new RegExp(`^${point}  2026-05  304\\.000 kWh  R\\$ 471,87$`, "m"));
  assertEquals((await tool.json("close", "--dry-run")).items[0].total.amount, 47_187);
  assertEquals((await tool.run("invoices", point)).errors, "No invoices.\n");
  assertEquals(await tool.run("close"), {
    code: 0,
    out: "",
    errors: "Points: 1. Invoices issued: 1. Not to be billed: 0.\nNothing is in the way.\n",
  });
  const { out } = await tool.run("invoices", point);
  assertMatch(out, /^[0-9a-f]{16} +2026-000001 +2026-05 +2026-06-25 +R\$ 471,87 +issued$/m);
});

Deno.test("the reason why a period is not billed is whole", async () => {
  const failure = "Nothing is known of the use from 2026-05-03 to 2026-05-29; enter a register.";
  const item = { pointId: "8a1f63c0d27be954", month: "2026-05", energyWh: null, failure };
  const counts = { points: 1, invoices: 0, failures: 1, beganAt: "", endedAt: "" };
  const run = { id: "8a1f63c0d27be954", dryRun: true, ...counts, items: [item], next: null };
  const tool = new Tool(() => Response.json(run));
  const { out } = await tool.run("close", "--dry-run");
  const reason = (text: string) => text.split("\n").slice(1).map((line) => line.slice(27).trim());
  assertEquals(reason(out).join(" ").trim(), failure);
  tool.terminal.columns = Infinity;
  assertMatch((await tool.run("close", "--dry-run")).out, new RegExp(`2026-05  ${failure}$`, "m"));
});

Deno.test("a run is followed to its end, and left when it does not go on", async () => {
  const run = { id: "8a1f63c0d27be954", dryRun: false, beganAt: "", invoices: 0, failures: 0 };
  const tool = new Tool(() => Response.json({ ...run, points: ++asked, endedAt: null, items: [] }));
  let asked = 0;
  let pauses = 0;
  tool.pause = () => Promise.resolve(void pauses++);
  const goingOn = tool.fetch;
  const stuck = new Tool((request) => asked < 3 ? goingOn(request) : new Response(still));
  const still = JSON.stringify({ ...run, points: 3, endedAt: null, items: [] });
  stuck.pause = tool.pause;
  const { code, errors } = await stuck.run("close");
  assertEquals(code, 1);
  assertEquals(errors.split("\n"), [
    "Points: 2. Invoices issued: 0. Not to be billed: 0.",
    "Points: 3. Invoices issued: 0. Not to be billed: 0.",
    "The run does not go on. The server's log may say why.",
    "",
  ]);
  assertEquals(pauses > 100, true);
});

Deno.test("an invoice is issued, shown with its Pix code, saved and verified", async () => {
  await using opened = await open();
  const { tool, point, customer } = opened;
  const issued = await tool.run("invoices", "issue", point, "2026-05");
  const { items: [{ id, hash }] } = await tool.json("invoices", point);
  const { pix } = await tool.json("invoices", "show", id);
  const { out } = await tool.run("invoices", "show", id);
  assertEquals(issued.out, out);
  assertStringIncludes(out, `\n\n${MAY_LINES}\n\nPix, to copy:\n${pix}\n`);
  for (
    const [name, value] of Object.entries({
      number: "2026-000001",
      state: "issued",
      paid: "R\\$ 0,00",
      customer: `Ana Souza \\(${customer}\\)`,
      period: "2026-05-01 to 2026-05-31, 31 days",
    })
  ) assertMatch(out, new RegExp(`^${name} +${value}$`, "m"));
  const saved = await tool.run("invoices", "save", id, "--out", "may.pdf");
  assertEquals(saved, { code: 0, out: "", errors: "Wrote may.pdf.\n" });
  assertStringIncludes(tool.files.get("may.pdf")!, "%PDF-");
  const page = await tool.run("invoices", "save", id, "--html", "--language", "en");
  assertStringIncludes(page.out, "Invoice 2026-000001");
  assertEquals(page.out.match(/<link|@import|<script|src="|url\("(?!data:)/g), null);
  assertEquals(page.out.match(/url\("data:font\/ttf;base64,AAEAAAA/g)?.length, 2);
  tool.terminal.isTty = true;
  assertMatch((await tool.run("invoices", "save", id)).errors, /^A PDF file needs --out FILE\. /);
  const verified = await tool.run("invoices", "verify", id);
  assertEquals([verified.code, verified.errors], [0, ""]);
  assertMatch(verified.out, new RegExp(`^hash +${hash}$`, "m"));
});

Deno.test("an invoice that is not what was issued ends with 1", async () => {
  const answer = { unchanged: true, recomputed: false, hash: "a" };
  const tool = new Tool(() => Response.json(answer));
  const { code, out, errors } = await tool.run("invoices", "verify", "8a1f63c0d27be954");
  assertEquals([code, errors], [1, "It is not what was issued.\n"]);
  assertMatch(out, /^as it was issued +yes\ncomputed anew the same +no$/m);
});

Deno.test("what is unpaid is found, paid in parts by decimals, and credited", async () => {
  await using opened = await open();
  const { app, tool, point, customer } = opened;
  const { id } = await issueMay(app, point);
  const listed = async (...options: string[]) =>
    (await tool.json("invoices", ...options)).items.map(({ number }: { number: string }) => number);
  assertEquals(await listed("--unpaid", "--customer", customer), ["2026-000001"]);
  assertEquals(await listed("--overdue"), []);
  const some = ["--amount", "10.5", "--date", "2026-06-12", "--reference", "E1"];
  const { out } = await tool.run("invoices", "pay", id, ...some);
  assertMatch(out, /^state +issued\n.*\ntotal +R\$ 471,87\npaid +R\$ 10,50$/m);
  const again = await tool.run("invoices", "pay", id, ...some);
  assertEquals(again.errors, "This payment has been recorded already.\n");
  const comma = await tool.run("invoices", "pay", id, "--amount", "10,5");
  assertEquals(comma.code, 2);
  assertMatch((await tool.run("invoices", "pay", id)).out, /^state +paid on 2026-06-15$/m);
  assertEquals([await listed("--unpaid"), await listed()], [[], ["2026-000001"]]);
  assertMatch((await tool.run("invoices", "credit", id)).errors, /^--reason is missing\. /);
  const credited = await tool.run("invoices", "credit", id, "--reason", "Wrong meter");
  assertMatch(credited.out, /^state +credited by C2026-000001 on 2026-06-15: Wrong meter$/m);
  assertMatch(credited.out, /^paid too much +R\$ 471,87$/m);
  assertMatch(
    (await tool.run("invoices", "show", id)).out,
    /^2026-06-12 +R\$ 10,50 +E1 +operator /m,
  );
});

Deno.test("what is paid too much is said, and paid back", async () => {
  await using opened = await open();
  const { app, tool, point } = opened;
  const { id } = await issueMay(app, point);
  const pay = (amount: string) => tool.run("invoices", "pay", id, `--amount=${amount}`);
  assertEquals((await pay("500")).errors, "It is now paid too much by R$ 28,13.\n");
  assertEquals((await pay("-20.13")).errors, "It is now paid too much by R$ 8,00.\n");
  const { out, errors } = await pay("-8");
  assertMatch(out, /^paid +R\$ 471,87$/m);
  assertEquals(errors, "");
});

Deno.test("nothing more is promised of a list that is shown whole", async () => {
  await using opened = await open();
  const { app, tool, point } = opened;
  const { id } = await issueMay(app, point);
  const one = ["invoices", point, "--limit", "1"];
  assertEquals((await tool.run(...one)).errors, "");
  await tool.json("invoices", "credit", id, "--reason", "Wrong meter");
  await issueMay(app, point);
  assertEquals(
    (await tool.run(...one)).errors,
    "There are more: --limit 10 shows up to so many.\n",
  );
  const { items } = await tool.json("invoices", "--credited");
  assertEquals(items.map(({ number }: { number: string }) => number), ["2026-000001"]);
});

Deno.test("a bank's file is checked, then recorded; its faults come by line", async () => {
  await using opened = await open();
  const { app, tool, point } = opened;
  await issueMay(app, point);
  const rows = ["date,amount,invoice,reference", "2026-06-12,480.00,2026-000001,E1"];
  tool.files.set("bank.csv", rows.join("\n"));
  const checked = await tool.run("payments", "import", "bank.csv", "--dry-run");
  const overpaid = "line  invoice      paid too much\n   2  2026-000001        R$ 8,13\n";
  assertEquals(checked.out, `would be recorded  1\nrecorded before    0\n\n${overpaid}`);
  const { out } = await tool.run("payments", "import", "bank.csv");
  assertMatch(out, /^recorded +1\nrecorded before +0\n\nline +invoice +paid too much\n/m);
  assertMatch(out, /^ +2 +2026-000001 +R\$ 8,13$/m);
  assertEquals((await tool.json("payments", "import", "bank.csv")).duplicates, 1);
  tool.files.set(
    "bad.csv",
    `${rows.join("\n")}\n2026-06-12,no,2026-000001,E2\n2026-06-40,1,x,E3\n`,
  );
  const bad = await tool.run("payments", "import", "bad.csv");
  assertEquals([bad.code, bad.out], [1, ""]);
  assertMatch(bad.errors, /^ +3 +amount +\S/m);
  assertMatch(bad.errors, /^ +4 +date +\S/m);
});

Deno.test("who issues is set detail by detail", async () => {
  await using app = await AppInMemory.open();
  const tool = new Tool(app.fetch);
  assertEquals((await tool.run("issuer")).errors, "Nobody said yet who issues the bills.\n");
  const { key, name, city } = ISSUER.pix;
  const pix = ["--pix-key", key, "--pix-name", name, "--pix-city", city];
  const first = await tool.json("issuer", "set", "--name", "Luz", "--tax-id", ISSUER.taxId, ...pix);
  assertEquals([first.name, first.paymentDays, first.pix.key], ["Luz", 15, "pix@exemplo.com.br"]);
  const changed = await tool.json("issuer", "set", "--phone", "123", "--payment-days", "10");
  assertEquals(changed, { ...first, phone: "123", paymentDays: 10 });
  const moved = await tool.json("issuer", "set", "--pix-city", "Niteroi", "--phone", "");
  assertEquals(moved, { ...first, paymentDays: 10, pix: { ...first.pix, city: "Niteroi" } });
  const { out } = await tool.run("issuer", "set", "--pix-key", "");
  assertMatch(out, /^payment days +10\nPix +–$/m);
  const wrong = await tool.run("issuer", "set", "--pix-key", "no key");
  assertMatch(wrong.errors, /pix\.(key|name)/);
});

Deno.test("a point is given a tariff, a reading day and its supply, and shows them", async () => {
  await using opened = await open();
  const { tool, customer } = opened;
  const { id: tariff } = await tool.json("tariffs", "add", "--preset", "flat");
  const terms = ["--tariff", tariff, "--reading-day", "12", "--supply", "threePhase"];
  const added = ["points", "add", customer, "Shop", ...terms, "--tariff-from", "2026-07-01"];
  const { id } = await tool.json(...added);
  const { out } = await tool.run("points", "show", id);
  assertMatch(out, /^reading day +12\nsupply +threePhase$/m);
  assertMatch(out, new RegExp(`^tariff +from\n${tariff}  2026-07-01 03:00:00 UTC$`, "m"));
  const changed = await tool.json("points", "change", id, "--reading-day", "31");
  assertEquals([changed.readingDay, changed.tariffId], [31, tariff]);
  const moved = ["points", "change", id, "--reading-days"];
  assertMatch(
    (await tool.run(...moved, "2026-12=29,2027-02=27")).out,
    /^reading days +29 in 2026-12, 27 in 2027-02$/m,
  );
  assertEquals((await tool.json(...moved, "")).readingDays, {});
  const wrong = await tool.run("points", "change", id, "--supply", "two");
  assertMatch(wrong.errors, /^--supply must be singlePhase, twoPhase or threePhase, not two\. /);
});

Deno.test("customers see their bills, and nothing of the staff's", async () => {
  await using opened = await open();
  const { app, tool, point, customer } = opened;
  const { id } = await issueMay(app, point);
  const stranger = (await app.ask("POST", "/customers", { name: "Bento" })).id;
  const as = async (customerId: string) => {
    const key = { label: "Own", scopes: ["read"], customerId };
    tool.environment.CONTALUZ_KEY = (await app.ask("POST", "/api-keys", key)).key;
  };
  await as(customer);
  const { tariffId } = await tool.json("points", "show", point);
  for (
    const typed of [
      `bill ${point} --period 2026-05`,
      `bill compare ${point} --period 2026-05 --preset flat`,
      `advice ${point}`,
      `invoices ${point}`,
      `invoices --unpaid`,
      `invoices show ${id}`,
      `invoices verify ${id}`,
      `invoices save ${id} --out may.pdf`,
      `tariffs`,
      `tariffs show ${tariffId}`,
    ]
  ) assertEquals((await tool.run(...typed.split(" "))).code, 0, typed);
  for (const typed of ["close", "issuer", `invoices pay ${id}`, `tariffs retire ${tariffId}`]) {
    assertEquals((await tool.run(...typed.split(" "))).code, 1, typed);
  }
  await as(stranger);
  assertEquals((await tool.json("invoices", "--unpaid")).items, []);
  assertEquals((await tool.run("invoices", "show", id)).errors, `There is no invoice ${id}.\n`);
});

const WRONG: [typed: string, errors: RegExp][] = [
  ["invoices 8a1f63c0d27be954 --unpaid", /^The options go without POINT\. /],
  ["bill compare 8a1f63c0d27be954 --shift 1.2", /^--shift, --from and --to go together\. /],
  [
    "bill compare 8a1f63c0d27be954 --shift 1,2 --from 19:00 --to 22:00",
    /^--shift must be in kWh like 1\.2, not 1,2\. /,
  ],
  ["payments import none.csv", /^There is no file none\.csv\. /],
];

for (const [typed, errors] of WRONG) {
  Deno.test(`"${typed}" is refused before anybody is asked`, async () => {
    const shown = await offline().run(...typed.split(" "));
    assertEquals([shown.code, shown.out], [2, ""]);
    assertMatch(shown.errors, errors);
  });
}

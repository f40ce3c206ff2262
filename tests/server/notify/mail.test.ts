/** Mails to a mail server over a real socket: what is on the wire, and what comes of its answers. */
import { assert, assertEquals } from "@std/assert";
import { type Mail, mailer } from "../../../server/notify/mail.ts";
import type { Told, Untold } from "../../../server/domain/delivery-tries.ts";
import { untold } from "../../../server/notify/told.ts";
import { within } from "../within.ts";
import { MailServer } from "./mail-server.ts";
import { HandTimer, never } from "./timers.ts";

const ANSWER_MS = 5_000;
const FROM = "luz@contaluz.example";
const MAIL: Mail = {
  to: "ana@home.example",
  subject: "Consumo alto às 21:00",
  text: "Olá, Ana.\n.\nO consumo está alto.\n",
  id: "alert_1:opened:email:person_1",
};

function send(url: string, mail: Partial<Mail> = {}, timer = never): Promise<Told> {
  const sending = mailer({ url, from: FROM, timer })({ ...MAIL, ...mail });
  return within(sending, ANSWER_MS, "what came of it");
}

const headerLines = (mail: string): string[] =>
  mail.slice(0, mail.indexOf("\r\n\r\n")).replace(/\r\n[ \t]+/g, " ").split("\r\n");

const header = (mail: string, name: string): string[] =>
  headerLines(mail).filter((line) => line.toLowerCase().startsWith(`${name}: `))
    .map((line) => line.slice(name.length + 2));

Deno.test("sendMail() hands over one mail, marked as written by a program", async () => {
  await using server = new MailServer();
  assertEquals(await send(server.url), { ok: true, status: 250 });
  assertEquals(server.mails.length, 1);
  const [mail] = server.mails;
  assertEquals(header(mail, "auto-submitted"), ["auto-generated"]);
  assertEquals(header(mail, "from"), [FROM]);
  assertEquals(header(mail, "to"), [MAIL.to]);
  assertEquals(header(mail, "subject"), ["=?UTF-8?Q?Consumo_alto_=C3=A0s_21=3A00?="]);
  assertEquals(header(mail, "content-type"), ["text/plain; charset=utf-8"]);
  assert(server.commands.includes(`MAIL FROM:<${FROM}>`), server.commands.join("\n"));
  assert(server.commands.includes(`RCPT TO:<${MAIL.to}>`), server.commands.join("\n"));
});

Deno.test("sendMail() gives each try of a mail the same Message-ID, and another mail another", async () => {
  await using server = new MailServer();
  for (const id of [MAIL.id, MAIL.id, "alert_1:opened:email:person_2", "a\r\nBcc: b@c.example"]) {
    assertEquals(await send(server.url, { id }), { ok: true, status: 250 });
  }
  const ids = server.mails.flatMap((mail) => header(mail, "message-id"));
  assertEquals(ids.length, 4);
  assertEquals(ids[0], ids[1]);
  assertEquals(new Set(ids).size, 3);
  for (const id of ids) assert(/^<[\da-f]{64}@contaluz\.example>$/.test(id), id);
});

const INJECTIONS = [
  "\r\nBcc: eve@evil.example",
  "\nBcc: eve@evil.example",
  "\r\n\r\nBcc: eve",
  "\0\r",
];

for (const injection of INJECTIONS) {
  Deno.test(`sendMail() keeps ${JSON.stringify(injection)} in a subject inside it`, async () => {
    await using server = new MailServer();
    const told = await send(server.url, { subject: `Alto${injection}` });
    assertEquals(told, { ok: true, status: 250 });
    const [mail] = server.mails;
    assertEquals(header(mail, "bcc"), []);
    assertEquals(header(mail, "subject").length, 1);
    assertEquals(server.commands.filter((command) => command.startsWith("RCPT")).length, 1);
  });
}

const NO_ADDRESSES = [
  ...INJECTIONS.map((injection) => `ana@home.example${injection}`),
  ...["ana@home.example,eve@evil.example", "Ana <ana@home.example>", "ana@home.example>", "ana"],
  ...["ana@home.example eve@evil.example", "a@b@c.example", '"a b"@c.example', "group:a@b;", ""],
];

for (const to of NO_ADDRESSES) {
  Deno.test(`sendMail() sends nothing to ${JSON.stringify(to)}`, async () => {
    await using server = new MailServer();
    const told = await send(server.url, { to });
    assertEquals(told, untold("its address is not one", { isFinal: true }));
    assertEquals(server.commands, []);
  });
}

Deno.test("sendMail() takes a text for a text, and no line of it for the end", async () => {
  await using server = new MailServer();
  await send(server.url, { text: "a\n.\nRCPT TO:<eve@evil.example>\n" });
  assert(server.mails[0].includes("a\r\n..\r\nRCPT TO"), server.mails[0]);
});

const OF_THIS_ONE = { isOfThisOne: true } as const;
const FINAL = { isOfThisOne: true, isFinal: true } as const;

const REFUSED: [answers: Record<string, string>, status: number, is: Partial<Untold>][] = [
  [{ RCPT: "550 Nobody here" }, 550, FINAL],
  [{ MAIL: "553 Not you" }, 553, FINAL],
  [{ DATA: "554 No" }, 554, FINAL],
  [{ "\r\n.\r\n": "552 Too long" }, 552, FINAL],
  [{ RCPT: "451 Try later" }, 451, OF_THIS_ONE],
  [{ "\r\n.\r\n": "452 Full" }, 452, OF_THIS_ONE],
  [{ RCPT: "421 Too busy" }, 421, {}],
  [{ greeting: "421 Too busy" }, 421, {}],
  [{ greeting: "554 Not from there" }, 554, {}],
];

for (const [answers, status, is] of REFUSED) {
  const what = is.isFinal ? "final" : is.isOfThisOne ? "of this mail" : "of the server";
  Deno.test(`sendMail() takes ${JSON.stringify(answers)} as ${what}`, async () => {
    await using server = new MailServer(answers);
    const told = await send(server.url);
    const reason = `the mail server answered with ${status}`;
    assertEquals(told, untold(reason, { status, ...is }));
  });
}

for (const on of ["greeting", "EHLO", "RCPT", "\r\n.\r\n"]) {
  Deno.test(`sendMail() gives up a server that hangs on ${JSON.stringify(on)}`, async () => {
    const timer = new HandTimer();
    await using server = new MailServer({ [on]: "" });
    const told = send(server.url, {}, timer.start);
    await within(server.hung, ANSWER_MS, "the server's silence");
    assertEquals(timer.running, [30_000]);
    timer.end();
    assertEquals(await told, untold("it did not answer within 30 s"));
    assertEquals(timer.running, []);
  });
}

Deno.test("sendMail() tells of a mail server that is not there", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const told = await send(`smtp://127.0.0.1:${port}`);
  assertEquals(told, untold("the mail server cannot be reached"));
});

Deno.test("sendMail() tells no password to a server without TLS, nor in its reason", async () => {
  await using server = new MailServer({ EHLO: "250-mail.example\r\n250 AUTH PLAIN LOGIN" });
  const told = await send(server.url.replace("//", "//luz:hunter2@"));
  assert(!told.ok && !told.isFinal);
  assert(!JSON.stringify(told).includes("hunter2"));
  assertEquals(server.commands.filter((command) => /^(AUTH|MAIL)/.test(command)), []);
  assertEquals(server.mails, []);
});

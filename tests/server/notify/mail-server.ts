/** A mail server on a real socket that answers each command as a test wants it, without TLS. */
import { hungUp, Line, untilGone } from "./receiver.ts";

const GREETING = "greeting";
const OVER = "\r\n.\r\n";

const ANSWERS: Record<string, string> = {
  [GREETING]: "220 mail.example ESMTP",
  EHLO: "250 mail.example",
  MAIL: "250 OK",
  RCPT: "250 OK",
  DATA: "354 Go on",
  [OVER]: "250 Taken",
  QUIT: "221 Bye",
};

export class MailServer implements AsyncDisposable {
  readonly commands: string[] = [];
  readonly mails: string[] = [];
  readonly #hung = Promise.withResolvers<void>();
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #answers: Record<string, string>;
  readonly #accepting: Promise<void>;
  readonly #lines: Line[] = [];
  readonly #served: Promise<void>[] = [];

  /** Where an answer is "", it says nothing any more. */
  constructor(answers: Record<string, string> = {}) {
    this.#answers = { ...ANSWERS, ...answers };
    this.#accepting = this.#accept();
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Once it says nothing any more. */
  get hung(): Promise<void> {
    return this.#hung.promise;
  }

  async #accept(): Promise<void> {
    for await (const socket of this.#listener) {
      const line = new Line(socket);
      this.#lines.push(line);
      this.#served.push(this.#serve(line));
    }
  }

  async #serve(line: Line): Promise<void> {
    await this.#talk(line).catch(() => {});
    line.close();
  }

  async #talk(line: Line): Promise<void> {
    await this.#say(line, GREETING);
    while (true) {
      const command = await line.read((text) => text.endsWith("\r\n"));
      if (command === "") return;
      this.commands.push(command.trimEnd());
      const verb = command.slice(0, 4).toUpperCase();
      await this.#say(line, verb);
      if (verb !== "DATA" || !this.#answers.DATA.startsWith("354")) continue;
      this.mails.push(await line.read((text) => text.endsWith(OVER)));
      await this.#say(line, OVER);
    }
  }

  async #say(line: Line, on: string): Promise<void> {
    const answer = this.#answers[on] ?? "500 What?";
    if (answer !== "") return await line.write(`${answer}\r\n`);
    this.#hung.resolve();
    await untilGone(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    await hungUp(this.#lines, this.#served);
  }
}

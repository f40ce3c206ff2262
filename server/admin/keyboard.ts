/** Lines of standard input: typed, piped, or typed and not shown. */

export interface Keys {
  /** What came next; undefined at the end. */
  read: () => Promise<string | undefined>;
  /** Whether each key comes at once and is not shown. */
  setRaw: (isRaw: boolean) => void;
  isTty: boolean;
  /** For prompts. */
  tell: (text: string) => void;
  /** Ctrl-C, while the terminal does not look after it. */
  interrupted: () => never;
}

const BACKSPACE = ["\x7f", "\b"];
const END_OF_INPUT = "\x04";
const INTERRUPT = "\x03";

export class Keyboard {
  #waiting = "";

  constructor(readonly keys: Keys) {}

  async readLine(prompt: string): Promise<string | undefined> {
    if (this.keys.isTty) this.keys.tell(prompt);
    while (!this.#waiting.includes("\n")) {
      const more = await this.keys.read();
      if (more === undefined) break;
      this.#waiting += more;
    }
    if (this.#waiting === "") return undefined;
    const [line] = this.#waiting.split("\n", 1);
    this.#waiting = this.#waiting.slice(line.length + 1);
    return line.replace(/\r$/, "");
  }

  async readSecret(prompt: string): Promise<string | undefined> {
    if (!this.keys.isTty) return await this.readLine(prompt);
    this.keys.tell(prompt);
    this.keys.setRaw(true);
    try {
      return await this.#typed();
    } finally {
      this.keys.setRaw(false);
      this.keys.tell("\n");
    }
  }

  async #typed(): Promise<string | undefined> {
    const typed: string[] = [];
    for (;;) {
      const more = await this.keys.read();
      if (more === undefined) return undefined;
      for (const key of more) {
        if (key === "\r" || key === "\n") return typed.join("");
        if (key === END_OF_INPUT) return undefined;
        if (key === INTERRUPT) this.keys.interrupted();
        if (BACKSPACE.includes(key)) typed.pop();
        else if (key >= " ") typed.push(key);
      }
    }
  }
}

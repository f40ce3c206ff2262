/** Lines and secrets from standard input, piped and typed. */
import { assertEquals } from "@std/assert";
import { Keyboard, type Keys } from "../../../server/admin/keyboard.ts";

/** What comes in these pieces, from a terminal or not; what it did to the terminal. */
function keyboardWith(pieces: string[], isTty: boolean) {
  const did: string[] = [];
  const keys: Keys = {
    read: () => Promise.resolve(pieces.shift()),
    setRaw: (isRaw) => void did.push(isRaw ? "raw" : "usual"),
    isTty,
    tell: (text) => void did.push(text),
    interrupted: () => {
      throw new Error("interrupted");
    },
  };
  return { keyboard: new Keyboard(keys), did };
}

Deno.test("piped lines come one after another, without prompts", async () => {
  const { keyboard, did } = keyboardWith(["ana@ex", "ample.org\r\nsec", "ret\nlast"], false);
  assertEquals(await keyboard.readLine("E-mail: "), "ana@example.org");
  assertEquals(await keyboard.readSecret("Password: "), "secret");
  assertEquals(await keyboard.readLine(""), "last");
  assertEquals(await keyboard.readLine(""), undefined);
  assertEquals(did, []);
});

Deno.test("a typed secret is not shown, and can be corrected", async () => {
  const { keyboard, did } = keyboardWith(["s", "ex\x7f", "cré", "t\r"], true);
  assertEquals(await keyboard.readSecret("Password: "), "secrét");
  assertEquals(did, ["Password: ", "raw", "usual", "\n"]);
});

Deno.test("Ctrl-C and the end of the input leave the terminal as it was", async () => {
  const interrupted = keyboardWith(["ab\x03"], true);
  const said = await interrupted.keyboard.readSecret("").catch((error) => error.message);
  assertEquals([said, interrupted.did], ["interrupted", ["", "raw", "usual", "\n"]]);
  const ended = keyboardWith(["ab\x04"], true);
  assertEquals(await ended.keyboard.readSecret(""), undefined);
  assertEquals(ended.did, ["", "raw", "usual", "\n"]);
});

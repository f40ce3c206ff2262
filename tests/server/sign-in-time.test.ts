/** How long a refused sign-in takes says nothing about whether the e-mail address is anybody's. */
import { assert } from "@std/assert";
import { Browser, newPerson, openApp, PASSWORD } from "./browser.ts";

/** A few milliseconds a password: far above what else a request does, and below anyone's patience. */
const COST = { log2N: 12, r: 8, p: 1 };
const ROUNDS = 40;
const ATTEMPTS = 3;

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

Deno.test("an unknown e-mail address takes as long as a known one", async () => {
  const limits = { account: 1e6, network: 1e6, seconds: 900 };
  await using app = await openApp({ cost: COST, tries: limits });
  await newPerson(app, "ana@example.com");
  await newPerson(app, "gone@example.com").then(({ id }) =>
    app.ask("PATCH", `/people/${id}`, { disabled: true })
  );
  await app.ask("POST", "/people", { email: "new@example.com", name: "New", role: "operator" });
  const asked: Record<string, [string, string]> = {
    known: ["ana@example.com", "wrong password"],
    unknown: ["bia@example.com", "wrong password"],
    disabled: ["gone@example.com", PASSWORD],
    invited: ["new@example.com", PASSWORD],
  };
  const measure = async (): Promise<Record<string, number>> => {
    const took: Record<string, number[]> = {};
    for (let round = 0; round < ROUNDS; round++) {
      for (const [who, [email, password]] of Object.entries(asked)) {
        app.clock.seconds += 1;
        const begin = performance.now();
        await new Browser(app).signIn(email, password);
        (took[who] ??= []).push(performance.now() - begin);
      }
    }
    return Object.fromEntries(Object.entries(took).map(([who, times]) => [who, median(times)]));
  };
  const seen: Record<string, number>[] = [];
  // A machine that is busy with something else may spoil a measurement, not each of them.
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { known, ...others } = await measure();
    seen.push({ known, ...others });
    if (Object.values(others).every((took) => took > known * 0.75 && took < known * 1.33)) return;
  }
  assert(false, `the medians differ: ${JSON.stringify(seen)}`);
});

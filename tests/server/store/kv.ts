/** A database in memory, and one before it that looks at each atomic and may let it fail. */

export async function inMemory(test: (kv: Deno.Kv) => Promise<void>): Promise<void> {
  const kv = await Deno.openKv(":memory:");
  try {
    await test(kv);
  } finally {
    kv.close();
  }
}

/** For a store that must not find anything to report. */
export function failTest(problem: string, error: unknown): never {
  throw new Error(problem, { cause: error });
}

export interface Seen {
  checks: number;
  changes: number;
}

/** What becomes of an atomic: nothing special, an error before or after it was written. */
export type Fate = "commits" | "fails unwritten" | "fails written";

/** `kv` for one server, of which every atomic is shown to `fateOf` first. */
export function watched(kv: Deno.Kv, fateOf: (seen: Seen) => Fate | Promise<Fate>): Deno.Kv {
  const atomic = () => {
    const real = kv.atomic();
    const seen: Seen = { checks: 0, changes: 0 };
    const watching = {
      check: (...checks: Deno.AtomicCheck[]) => {
        seen.checks += checks.length;
        real.check(...checks);
        return watching;
      },
      set: (key: Deno.KvKey, value: unknown) => {
        seen.changes++;
        real.set(key, value);
        return watching;
      },
      delete: (key: Deno.KvKey) => {
        seen.changes++;
        real.delete(key);
        return watching;
      },
      commit: async () => {
        const fate = await fateOf(seen);
        const result = fate === "fails unwritten" ? undefined : await real.commit();
        if (fate !== "commits" || !result) throw new Error(`the commit ${fate}`);
        return result;
      },
    };
    return watching as unknown as Deno.AtomicOperation;
  };
  return new Proxy(kv, {
    get: (target, name) => {
      if (name === "atomic") return atomic;
      const member = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

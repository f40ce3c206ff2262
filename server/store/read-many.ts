/** Entries by their keys, in the order of these, however many: the database reads some at once. */

export const KEYS_A_READ = 10;

export async function readMany<Value>(
  kv: Deno.Kv,
  keys: Deno.KvKey[],
): Promise<Deno.KvEntryMaybe<Value>[]> {
  const entries: Deno.KvEntryMaybe<Value>[] = [];
  for (let at = 0; at < keys.length; at += KEYS_A_READ) {
    entries.push(...await kv.getMany<Value[]>(keys.slice(at, at + KEYS_A_READ)));
  }
  return entries;
}

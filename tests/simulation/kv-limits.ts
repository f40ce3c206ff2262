/** The limits of one atomic, of the file of one process and of a self-hosted database. */
import { serialize } from "node:v8";

export interface KvLimits {
  checks: number;
  mutations: number;
  totalBytes: number;
  setKeyBytes: number;
  valueBytes: number;
}

export const EMBEDDED_LIMITS: KvLimits = {
  checks: 100,
  mutations: 1_000,
  totalBytes: 819_200,
  setKeyBytes: 81_920,
  valueBytes: 65_536,
};

export const SHARED_LIMITS: KvLimits = { ...EMBEDDED_LIMITS, checks: 10 };

export interface Mutation {
  key: Deno.KvKey;
  /** None where the key is deleted. */
  value?: { of: unknown };
}

/** A byte of type before each part, and an end or a length after it. */
const partBytes = (part: Deno.KvKeyPart): number => {
  if (part instanceof Uint8Array || typeof part === "string") return part.length + 2;
  return 9;
};

const keyBytes = (key: Deno.KvKey): number =>
  key.reduce<number>((sum, part) => sum + partBytes(part), 0);

const valueBytes = (value: unknown): number =>
  value instanceof Uint8Array ? value.length : serialize(value).length;

/** What an atomic exceeds; nothing if it may be committed. */
export function excess(checks: number, mutations: Mutation[], limits: KvLimits): string[] {
  const sets = mutations.filter(({ value }) => value !== undefined);
  const values = sets.map(({ value }) => valueBytes(value!.of));
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  const found: KvLimits = {
    checks,
    mutations: mutations.length,
    totalBytes: sum(mutations.map(({ key }) => keyBytes(key))) + sum(values),
    setKeyBytes: sum(sets.map(({ key }) => keyBytes(key))),
    valueBytes: Math.max(0, ...values),
  };
  const names = Object.keys(found) as (keyof KvLimits)[];
  return names.filter((name) => found[name] > limits[name]).map((name) =>
    `${name}: ${found[name]} of ${limits[name]}`
  );
}

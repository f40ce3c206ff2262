/**
 * What the demo keeps in the server's data folder: the operator's key, the sign-ins, and where its
 * homes are. All hold secrets, so nobody else may read them.
 */
import { z } from "zod";
import type { Home } from "./demo-homes.ts";
import type { SignIn } from "./demo-people.ts";
import { type MeterState, meterStates, parseState } from "./fleet-state.ts";

export interface DemoState {
  homes: Home[];
  meters: MeterState[];
  /**
   * Unix seconds until which the past is being filled in. Whoever finds this was interrupted, and
   * fills in the same again, to the same end, before anything else.
   */
  fillingTo?: number;
}

export interface DemoFolder {
  /** The operator's key, made by the first call. */
  operatorKey(make: () => string): string;
  /** Undefined before they were kept. */
  signIns(): SignIn[] | undefined;
  keepSignIns(signIns: SignIn[]): void;
  /** Undefined before the first `save`. */
  load(): DemoState | undefined;
  /** On the disk once it returns; a power cut leaves the old state or the new one. */
  save(state: DemoState): void;
}

const OWNER_ONLY = 0o600;

const id = z.string().regex(/^[0-9a-f]{16}$/);

const demoState: z.ZodType<DemoState> = z.strictObject({
  homes: z.array(z.strictObject({
    name: z.string(),
    address: z.string(),
    customerId: id,
    pointId: id,
    oldFridgeSince: z.int().min(0).optional(),
  })).min(1),
  meters: meterStates,
  fillingTo: z.int().min(0).optional(),
}).refine(({ homes, meters }) => homes.length === meters.length, {
  error: "must have a meter for each home",
});

const signIns: z.ZodType<SignIn[]> = z.array(z.strictObject({
  role: z.enum(["operator", "customer"]),
  email: z.string(),
  password: z.string(),
}));

const readIfThere = (file: string): string | undefined => {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
};

const writeAtomically = (file: string, text: string): void => {
  const unnamed = `${file}.new`;
  const options = { write: true, create: true, truncate: true, mode: OWNER_ONLY };
  {
    using content = Deno.openSync(unnamed, options);
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += content.writeSync(bytes.subarray(at));
    content.syncSync();
  }
  Deno.renameSync(unnamed, file);
};

const load = <State>(file: string, schema: z.ZodType<State>): State | undefined => {
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return parseState(schema, text);
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`);
  }
};

const save = (file: string, state: unknown): void =>
  writeAtomically(file, `${JSON.stringify(state, null, 1)}\n`);

export const openDemoFolder = (path: string): DemoFolder => {
  const keyFile = `${path}/operator-key`;
  const stateFile = `${path}/fleet.json`;
  const signInFile = `${path}/sign-ins.json`;
  Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
  return {
    operatorKey: (make) => {
      const kept = readIfThere(keyFile)?.trim();
      if (kept) return kept;
      const key = make();
      writeAtomically(keyFile, `${key}\n`);
      return key;
    },
    signIns: () => load(signInFile, signIns),
    keepSignIns: (made) => save(signInFile, made),
    load: () => load(stateFile, demoState),
    save: (state) => save(stateFile, state),
  };
};

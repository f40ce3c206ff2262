/**
 * The folder of the embedded store: made when absent, held by one server at a time, looked over
 * before it is used. Its problems are told in words that name the setting and the folder.
 */
import { DatabaseSync } from "node:sqlite";
import { done, failed, type Result } from "../errors.ts";

export interface DataFolder {
  database: string;
  secret: Uint8Array;
  /** Size of the database's files. */
  bytes: () => number;
  release: () => void;
}

const FILE_IN_PLACE = "a file is in its place; choose another folder";
const NO_RIGHT = "the server has no right to; grant it, or choose another folder";

/** By the system's code, or by the name of the runtime's own error. */
const REASONS: Record<string, string> = {
  EEXIST: FILE_IN_PLACE,
  ENOTDIR: FILE_IN_PLACE,
  EACCES: NO_RIGHT,
  EPERM: NO_RIGHT,
  EROFS: "the disk is read-only; choose another folder",
  NotCapable: "no program that Deno runs may write there; choose another folder",
};

const SECRET_BYTES = 32;
const RESTORE = "restore it from your backup, or set CONTALUZ_SECRET";
/** Looking a larger database over page by page would delay the start. */
const MAX_CHECKED_BYTES = 256 * 2 ** 20;
/** The runtime ends with no word of ours where it meets such a value, or misses one of the columns. */
const UNREADABLE = `
  SELECT count(*), max(k), max(version), max(seq), max(expiration_ms) FROM kv
  WHERE v_encoding NOT IN (1, 3) AND (v_encoding <> 2 OR length(v) <> 8)`;

export function openDataFolder(
  path: string,
  secret: Uint8Array | undefined,
  random: (length: number) => Uint8Array,
): Result<DataFolder> {
  let doing = `make ${path}`;
  try {
    Deno.mkdirSync(path, { recursive: true, mode: 0o700 });
    doing = `write to ${path}`;
    Deno.removeSync(Deno.makeTempFileSync({ dir: path, prefix: "probe-" }));
    doing = `lock ${path}`;
    const lock = Deno.openSync(`${path}/lock`, { create: true, write: true });
    if (!lock.tryLockSync(true)) {
      lock.close();
      return refused(`another server is using ${path}; stop it, or choose another folder`);
    }
    doing = `read the secret in ${path}`;
    const ownSecret = secret ?? keptSecret(path, random);
    doing = `open the database in ${path}`;
    const database = databaseIn(path);
    checkDatabase(database);
    const release = () => lock.close();
    return done({ database, secret: ownSecret, bytes: () => sizeOf(database), release });
  } catch (error) {
    return refused(`cannot ${doing}: ${reasonOf(error as Error)}`);
  }
}

const databaseIn = (folder: string): string => `${folder}/contaluz.db`;

const refused = (problem: string) => failed("unavailable", `CONTALUZ_DATA: ${problem}`);

const reasonOf = ({ code, name, message }: Error & { code?: string }): string =>
  REASONS[code ?? name] ?? message;

/** Made on the first start. Whoever loses it loses the meters' keys. */
function keptSecret(folder: string, random: (length: number) => Uint8Array): Uint8Array {
  const file = `${folder}/secret`;
  if (!exists(file)) {
    if (exists(databaseIn(folder))) throw new Error(`${file} is missing: ${RESTORE}`);
    writeSecret(folder, file, random(SECRET_BYTES).toBase64());
  }
  const secret = Uint8Array.fromBase64(Deno.readTextFileSync(file).trim());
  if (secret.length !== SECRET_BYTES) throw new Error("it is not 32 bytes in base64");
  return secret;
}

/** Renamed into place and on the disk, so that a power cut leaves a whole secret or none. */
function writeSecret(folder: string, file: string, text: string): void {
  const options = { write: true, create: true, truncate: true, mode: 0o600 };
  using unnamed = Deno.openSync(`${file}.new`, options);
  unnamed.writeSync(new TextEncoder().encode(text));
  unnamed.syncSync();
  Deno.renameSync(`${file}.new`, file);
  // Windows does not open folders as files.
  if (Deno.build.os === "windows") return;
  using names = Deno.openSync(folder);
  names.syncSync();
}

/** Keys have no checksum of ours: that they are as they were written, only the database can tell. */
function checkDatabase(file: string): void {
  if (!exists(file)) return;
  const database = new DatabaseSync(file);
  try {
    const ask = (query: string) => Object.values(database.prepare(query).get()!)[0];
    ask("PRAGMA schema_version");
    if (sizeOf(file) > MAX_CHECKED_BYTES) return;
    const verdict = ask("PRAGMA integrity_check(1)");
    if (verdict !== "ok") throw new Error(`it is damaged (${verdict})`);
    if (ask(UNREADABLE) !== 0) throw new Error("it is damaged (a value of no known kind)");
  } finally {
    database.close();
  }
}

function exists(file: string): boolean {
  try {
    Deno.statSync(file);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const sizeOf = (database: string): number =>
  ["", "-wal"].reduce(
    (sum, end) => sum + (exists(database + end) ? Deno.statSync(database + end).size : 0),
    0,
  );

/**
 * Disks that a test can fill and free again: a small file system in memory where mounting is
 * allowed, and a limit on the size of files, which needs no right but a tool of Linux.
 */
import { assert } from "@std/assert";
import type { RunningServer } from "./running-server.ts";

export interface SmallDisk {
  path: string;
  /** How the server has to be started on this disk. */
  through: string[];
  fill(server: RunningServer): Promise<void>;
  free(server: RunningServer): Promise<void>;
  remove(): Promise<void>;
}

async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(program, { args, stdout: "null", stderr: "null" });
    return (await command.output()).success;
  } catch {
    return false;
  }
}

async function run(program: string, ...args: string[]): Promise<void> {
  assert(await succeeds(program, ...args), `${program} ${args.join(" ")} failed`);
}

/** Mounts a file system in memory over a new folder. */
export async function mountInMemory(size: string): Promise<string> {
  const path = Deno.makeTempDirSync({ prefix: "contaluz-disk-" });
  try {
    await run("mount", "-t", "tmpfs", "-o", `size=${size},mode=755`, "contaluz", path);
    return path;
  } catch (error) {
    Deno.removeSync(path);
    throw error;
  }
}

export async function unmount(path: string): Promise<void> {
  await run("umount", path);
  Deno.removeSync(path);
}

export const makeReadOnly = (path: string) => run("mount", "-o", "remount,ro", path);

async function canMount(): Promise<boolean> {
  try {
    await unmount(await mountInMemory("64k"));
    return true;
  } catch {
    return false;
  }
}

export const CAN_MOUNT = await canMount();
export const CAN_LIMIT_FILES = await succeeds("prlimit", "--version");

export async function diskInMemory(): Promise<SmallDisk> {
  const path = await mountInMemory("16m");
  const filler = `${path}/filler`;
  return {
    path,
    through: [],
    fill: () => Promise.resolve(fillUp(filler)),
    free: () => Deno.remove(filler),
    remove: () => unmount(path),
  };
}

/** Takes all that is left, to the last page. */
function fillUp(path: string): void {
  using file = Deno.openSync(path, { create: true, write: true });
  const page = new Uint8Array(4096);
  try {
    for (;;) file.writeSync(page);
  } catch (error) {
    assert((error as Error).message.includes("No space left"), `${error}`);
  }
}

export function limitedFiles(): SmallDisk {
  const path = Deno.makeTempDirSync({ prefix: "contaluz-limit-" });
  const limit = (server: RunningServer, bytes: string) =>
    run("prlimit", "--pid", `${server.pid}`, `--fsize=${bytes}:`);
  return {
    path,
    // Without the trap the kernel would end the server where a disk only refuses the write.
    through: ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"],
    fill: (server) => limit(server, "1"),
    free: (server) => limit(server, "unlimited"),
    remove: () => Deno.remove(path, { recursive: true }),
  };
}

/** The data folder as it is made, and what is said where it cannot be. */
import { assert, assertEquals } from "@std/assert";
import { openDataFolder } from "../../../server/store/data-folder.ts";
import { TestFolder } from "../test-folder.ts";

const noSecret = (length: number) => new Uint8Array(length);

const rightsOf = (path: string): number => Deno.statSync(path).mode! & 0o777;

Deno.test({
  name: "openDataFolder() makes a folder that only its owner may look into",
  ignore: Deno.build.os === "windows",
}, () => {
  using folder = new TestFolder();
  const path = `${folder.path}/data`;
  const opened = openDataFolder(path, undefined, noSecret);
  assert(opened.ok);
  opened.value.release();
  assertEquals([rightsOf(path), rightsOf(`${path}/secret`)], [0o700, 0o600]);
});

Deno.test("openDataFolder() says what to do where a file is in the folder's place", () => {
  using folder = new TestFolder();
  const path = `${folder.path}/data`;
  Deno.writeTextFileSync(path, "");
  const opened = openDataFolder(path, undefined, noSecret);
  assert(!opened.ok);
  const advice = "a file is in its place; choose another folder";
  assertEquals(opened.detail, `CONTALUZ_DATA: cannot make ${path}: ${advice}`);
});

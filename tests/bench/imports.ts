/** An import of many homes into the shipped server, and the same file again. */
import { assertEquals } from "@std/assert";
import { homesCsv } from "../server/homes-csv.ts";
import { OPERATOR_KEY, type Process, residentBytes } from "./processes.ts";

export async function importHomes(server: Process, homes: number) {
  const body = homesCsv(homes);
  const before = await residentBytes(server.pid);
  const first = await timedImport(server, body);
  const again = await timedImport(server, body);
  assertEquals([first.created, again.created], [homes, 0]);
  return {
    homes,
    seconds: first.seconds,
    againSeconds: again.seconds,
    residentMiBMore: Math.round((await residentBytes(server.pid) - before) / 2 ** 20),
  };
}

async function timedImport({ http }: Process, body: string) {
  const begin = performance.now();
  const answer = await fetch(`${http}/api/v1/import`, {
    method: "POST",
    headers: { authorization: `Bearer ${OPERATOR_KEY}` },
    body,
  });
  const { meters } = await answer.json();
  const seconds = Number(((performance.now() - begin) / 1000).toFixed(2));
  return { seconds, created: meters.created };
}

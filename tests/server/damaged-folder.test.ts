/**
 * A damaged data folder: the server refuses it in plain words, or what it tells is what it was told.
 * It never crashes, and never makes up or drops readings without a word.
 */
import { Buffer } from "node:buffer";
import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals } from "@std/assert";
import { seededRandom } from "../../meter-sim/random.ts";
import { type Ended, type Json, RunningServer } from "./running-server.ts";
import { TestFolder } from "./test-folder.ts";
import { postDatagram, provision, reading, type Signer } from "./udp-meter.ts";

const SEED = 7;
const FLIPS = 24;
/** So many, and so irregular, that most of them are sealed. */
const READINGS = 1_920;

interface Filled {
  folder: string;
  meter: Signer;
  items: Json[];
}

async function readings(server: RunningServer, meter: Signer): Promise<Json[]> {
  return (await server.ask("GET", `/meters/${meter.issued.id}/readings?limit=20000`)).items;
}

const irregular = (n: number) =>
  reading(n, {
    time: 1_770_000_000 + 60 * n,
    milliwattHours: 1_000_000 * n + (n * n * 7_919) % 1_000_000,
  });

/** A folder that a server filled and left in order. */
async function fill(folder: string): Promise<Filled> {
  await using server = await RunningServer.start({ data: folder });
  const [meter] = await provision(server, 50);
  for (let n = 1; n <= READINGS; n += 64) {
    const block = Array.from({ length: 64 }, (_, i) => irregular(n + i));
    assertEquals((await postDatagram(server, meter.datagram(block))).status, 200);
  }
  const items = await readings(server, meter);
  assertEquals(items.length, READINGS);
  await server.stop();
  return { folder, meter, items };
}

function copyOf(folder: string, target: string): string {
  Deno.mkdirSync(target);
  for (const { name } of Deno.readDirSync(folder)) {
    Deno.copyFileSync(`${folder}/${name}`, `${target}/${name}`);
  }
  return target;
}

const assertPlainRefusal = ({ code, stderr }: Ended, what: string, ...words: string[]) => {
  assertEquals(code, 1, `${what}: ${stderr}`);
  for (const word of ["contaluz: CONTALUZ_DATA: cannot ", ...words]) {
    assert(stderr.includes(word), `${what}: ${stderr}`);
  }
};

const changeDatabase = (folder: string, change: (bytes: Uint8Array) => Uint8Array) => {
  const path = `${folder}/contaluz.db`;
  Deno.writeFileSync(path, change(Deno.readFileSync(path)));
};

async function changeJournal(folder: string, change: (value: Uint8Array) => unknown) {
  const kv = await Deno.openKv(`${folder}/contaluz.db`);
  const [entry] = await Array.fromAsync(kv.list<Uint8Array>({ prefix: ["j"] }, { limit: 1 }));
  await kv.set(entry.key, change(entry.value));
  kv.close();
}

function withSql(folder: string, statement: string) {
  using database = new DatabaseSync(`${folder}/contaluz.db`);
  database.exec(statement);
}

/** Changes the first row of a kind where it stands in the database's table: its key, then its value. */
function changeRow(folder: string, kind: string, change: (cell: Uint8Array) => unknown) {
  using database = new DatabaseSync(`${folder}/contaluz.db`);
  const keyAbove = Uint8Array.of(2, ...new TextEncoder().encode(kind), 0);
  const row = database.prepare("SELECT k, v FROM kv WHERE k > ? LIMIT 1").get(keyAbove);
  const [key, value] = [row!.k as Uint8Array, row!.v as Uint8Array];
  changeDatabase(folder, (bytes) => {
    const at = Buffer.from(bytes.buffer).indexOf(Buffer.concat([key, value.subarray(0, 20)]));
    assert(at > 0, "no such row in the file");
    change(bytes.subarray(at));
    return bytes;
  });
}

const DAMAGE: { what: string; words: string[]; make: (folder: string) => unknown }[] = [
  {
    what: "garbage in place of the database",
    words: ["not a database"],
    make: (folder) => changeDatabase(folder, (bytes) => bytes.fill(0xa5)),
  },
  {
    what: "a database cut to half",
    words: ["database", "malformed"],
    make: (folder) => changeDatabase(folder, (bytes) => bytes.subarray(0, bytes.length / 2)),
  },
  {
    what: "a database with a page of zeros",
    words: ["damaged"],
    make: (folder) => changeDatabase(folder, (bytes) => bytes.fill(0, 8192, 12_288)),
  },
  {
    what: "a turned bit in the key of a sealed row",
    words: ["damaged"],
    make: (folder) => changeRow(folder, "c", (cell) => cell[6] ^= 1),
  },
  {
    what: "a column of another name",
    words: ["no such column: expiration_ms"],
    make: (folder) => withSql(folder, "ALTER TABLE kv RENAME COLUMN expiration_ms TO expires"),
  },
  {
    what: "a journal value of no known kind",
    words: ["damaged (a value of no known kind)"],
    make: (folder) => withSql(folder, "UPDATE kv SET v_encoding = 2 WHERE k > x'026a00'"),
  },
  {
    what: "a turned bit in a journal value",
    words: ["journal value"],
    make: (folder) => changeJournal(folder, (value) => value.with(9, value[9] ^ 1)),
  },
  {
    what: "an empty journal value",
    words: ["journal value"],
    make: (folder) => changeJournal(folder, () => new Uint8Array(0)),
  },
  {
    what: "a journal value that is text",
    words: ["journal value"],
    make: (folder) => changeJournal(folder, () => "readings"),
  },
  {
    what: "a secret cut short",
    words: ["secret"],
    make: (folder) => Deno.writeTextFileSync(`${folder}/secret`, "AAAA"),
  },
  {
    what: "a secret that is no base64",
    words: ["secret"],
    make: (folder) => Deno.writeTextFileSync(`${folder}/secret`, "%"),
  },
  {
    what: "a secret lost",
    words: ["/secret is missing: restore it from your backup, or set CONTALUZ_SECRET"],
    make: (folder) => Deno.removeSync(`${folder}/secret`),
  },
];

Deno.test("the server refuses a damaged data folder", async (t) => {
  using folder = new TestFolder();
  const filled = await fill(`${folder.path}/filled`);
  for (const [i, { what, words, make }] of DAMAGE.entries()) {
    await t.step(`${what} is told, and told again`, async () => {
      const data = copyOf(filled.folder, `${folder.path}/${i}`);
      await make(data);
      for (let times = 0; times < 2; times++) {
        const ended = await RunningServer.startInVain({ data });
        assertPlainRefusal(ended, what, data, ...words);
      }
    });
  }
});

Deno.test("the server gives back no sealed row that has a turned bit", async () => {
  using folder = new TestFolder();
  const { folder: data, meter } = await fill(folder.path + "/filled");
  const kv = await Deno.openKv(`${data}/contaluz.db`);
  const [entry] = await Array.fromAsync(kv.list<Uint8Array>({ prefix: ["c"] }, { limit: 1 }));
  await kv.set(entry.key, entry.value.with(99, entry.value[99] ^ 4));
  kv.close();
  await using server = await RunningServer.start({ data });
  assertEquals((await server.api("GET", `/meters/${meter.issued.id}/readings`)).status, 500);
  assert(server.stderr.includes("checksum"), server.stderr);
});

Deno.test(`the server refuses ${FLIPS} databases with a turned bit, or still tells the truth (seed ${SEED})`, async () => {
  using folder = new TestFolder();
  const filled = await fill(`${folder.path}/filled`);
  const random = seededRandom(SEED);
  let refused = 0;
  for (let flip = 0; flip < FLIPS; flip++) {
    const data = copyOf(filled.folder, `${folder.path}/${flip}`);
    let what = "";
    changeDatabase(data, (bytes) => {
      const at = Math.floor(random() * bytes.length);
      const bit = Math.floor(random() * 8);
      what = `seed ${SEED}, bit ${bit} of byte ${at} of ${bytes.length}`;
      bytes[at] ^= 1 << bit;
      return bytes;
    });
    if (!await startsAndTellsTheTruth(data, filled, what)) refused++;
  }
  assert(refused > 0, "no damage was noticed");
});

async function startsAndTellsTheTruth(data: string, filled: Filled, what: string) {
  let server: RunningServer;
  try {
    server = await RunningServer.start({ data });
  } catch (error) {
    assert((error as Error).message.includes("contaluz: CONTALUZ_DATA: "), `${what}: ${error}`);
    return false;
  }
  try {
    const path = `/meters/${filled.meter.issued.id}/readings?limit=20000`;
    const { status, body } = await server.api("GET", path);
    if (status === 500) {
      assert(/checksum|deserialize/.test(server.stderr), `${what}: ${server.stderr}`);
    } else assertEquals(body.items, filled.items, what);
    return status === 200;
  } finally {
    await server[Symbol.asyncDispose]();
  }
}

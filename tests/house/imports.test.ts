/**
 * The direction of the arrows between folders. A file belongs to the first layer that holds its
 * path and imports what that layer lists; a file without a layer is a fault of the table below.
 */
import { assertEquals } from "@std/assert";
import { codeOf, importsOf, resolve } from "./code.ts";
import { isTypeScript, lineAt, readRepository, type Sources, sourcesOf } from "./repository.ts";

interface Layer {
  /** Files, or folders by their `/`. */
  holds: string[];
  /** Files, folders by their `/`, packages as `package:name`. */
  imports: string[];
  importsTypes?: string[];
  /** Exceptions from what `imports` allows. */
  never?: string[];
}

const ANY_PACKAGE = "package:";
const RUNTIME = "package:node:";
const LEAVES = ["server/config.ts", "server/errors.ts", "server/log.ts", "server/metrics.ts"];
/** Where everything is put together. */
const WIRING = ["main", "service", "intake", "registry", "world"].map((name) =>
  `server/${name}.ts`
);
const FIRMWARE_TOOLS = ["build.ts", "flash.ts", "subset-lint.ts"].map((tool) =>
  `meter-firmware/${tool}`
);

const LAYERS: Layer[] = [
  { holds: ["meter-firmware/protocol/"], imports: ["meter-firmware/protocol/"] },
  {
    holds: FIRMWARE_TOOLS,
    imports: [...FIRMWARE_TOOLS, "meter-firmware/settings.ts", ANY_PACKAGE],
  },
  { holds: ["meter-firmware/boards/"], imports: ["meter-firmware/"] },
  {
    holds: ["meter-firmware/"],
    imports: ["meter-firmware/"],
    never: ["meter-firmware/boards/", ...FIRMWARE_TOOLS],
  },
  { holds: ["meter-sim/"], imports: ["meter-sim/", "meter-firmware/", ANY_PACKAGE] },
  { holds: ["server/domain/"], imports: ["server/domain/"] },
  {
    holds: ["server/store/"],
    imports: ["server/store/", "server/domain/", ...LEAVES, "package:otpauth", RUNTIME],
    importsTypes: ["meter-firmware/protocol/"],
  },
  {
    holds: ["server/ingest/"],
    imports: [
      "server/ingest/",
      "server/domain/",
      "server/store/",
      "meter-firmware/protocol/",
      ...LEAVES,
      "package:@noble/hashes/",
      RUNTIME,
    ],
  },
  {
    holds: ["server/live/"],
    imports: ["server/live/", "server/domain/", "server/store/", ...LEAVES],
  },
  {
    holds: ["server/paper/"],
    imports: [
      "server/paper/",
      "server/domain/",
      "package:hono/",
      "package:pdfkit",
      "package:uqr",
    ],
  },
  {
    holds: ["server/http/"],
    imports: [
      "server/http/",
      "server/domain/",
      "server/ingest/",
      "server/live/connection.ts",
      "server/paper/",
      ...LEAVES,
      "package:client-zip",
      "package:hono",
      "package:hono/",
      "package:csv-parse/",
      "package:zod",
      RUNTIME,
    ],
    importsTypes: ["server/store/", "server/live/", "server/jobs/"],
  },
  {
    holds: ["server/jobs/"],
    imports: ["server/jobs/", "server/domain/", "server/store/", ...LEAVES, RUNTIME],
    importsTypes: ["server/notify/"],
  },
  {
    holds: ["server/notify/"],
    imports: [
      "server/notify/",
      "server/domain/",
      "server/errors.ts",
      "package:nodemailer",
      "package:node:http",
      "package:node:https",
    ],
    importsTypes: ["package:node:net"],
  },
  {
    holds: ["server/admin/"],
    imports: [
      "server/admin/",
      "server/domain/",
      "package:hono/",
      "package:string-width",
      RUNTIME,
    ],
    importsTypes: ["server/http/"],
  },
  { holds: LEAVES, imports: [...LEAVES, "server/domain/", ANY_PACKAGE] },
  {
    holds: WIRING,
    imports: ["server/", "meter-firmware/", "meter-sim/", "web/", ANY_PACKAGE],
  },
  { holds: ["web/"], imports: ["web/", ANY_PACKAGE], importsTypes: ["server/http/"] },
  {
    holds: ["tests/"],
    imports: ["tests/", "meter-firmware/", "meter-sim/", "server/", "web/", ANY_PACKAGE],
  },
];

/** The only holders of the database's handle; all others are given verbs. */
const KNOW_KV = ["server/store/", ...WIRING, "tests/"];
const KV = /\bDeno\.(?:Kv\w*|AtomicOperation|openKv)\b/g;

const holds = (place: string, target: string): boolean =>
  place === target || (/[/:]$/.test(place) && target.startsWith(place));

const allows = (layer: Layer, target: string, typeOnly: boolean): boolean => {
  const allowed = typeOnly ? [...layer.imports, ...layer.importsTypes ?? []] : layer.imports;
  const isIn = (places: string[]): boolean => places.some((place) => holds(place, target));
  return isIn(allowed) && !isIn(layer.never ?? []);
};

const wrongImports = (sources: Sources): string[] =>
  [...sources].filter(([path]) => isTypeScript(path)).flatMap(([path, source]) => {
    const layer = LAYERS.find((layer) => layer.holds.some((place) => holds(place, path)));
    if (!layer) return [`${path} belongs to no layer: give it one in imports.test.ts`];
    return importsOf(source).flatMap(({ specifier, line, typeOnly }) => {
      const target = resolve(specifier, path, sources);
      if (allows(layer, target, typeOnly)) return [];
      return [`${path}:${line} must not import ${typeOnly ? "types of" : "values of"} ${target}`];
    });
  });

const strayKv = (sources: Sources): string[] =>
  [...sources].filter(([path]) => isTypeScript(path)).flatMap(([path, source]) => {
    if (KNOW_KV.some((place) => holds(place, path))) return [];
    return [...codeOf(source).matchAll(KV)].map((match) =>
      `${path}:${lineAt(source, match.index)} must not know ${match[0]}`
    );
  });

Deno.test("wrongImports() finds no arrow against the direction of the house", () => {
  assertEquals(wrongImports(readRepository()), []);
});

Deno.test("strayKv() finds the database's handle nowhere but in the store and main", () => {
  assertEquals(strayKv(readRepository()), []);
});

const REFUSED: { path: string; source: string; complaint: string }[] = [
  {
    path: "meter-firmware/protocol/a.ts",
    source: 'import { b } from "../b.ts";',
    complaint: "must not import values of meter-firmware/b.ts",
  },
  {
    path: "meter-firmware/meter.ts",
    source: 'import { a } from "./boards/a.ts";',
    complaint: "must not import values of meter-firmware/boards/a.ts",
  },
  {
    path: "meter-sim/a.ts",
    source: 'import { b } from "../server/domain/b.ts";',
    complaint: "must not import values of server/domain/b.ts",
  },
  {
    path: "server/domain/a.ts",
    source: 'import { z } from "zod";',
    complaint: "must not import values of package:zod",
  },
  {
    path: "server/domain/a.ts",
    source: 'import { log } from "../log.ts";',
    complaint: "must not import values of server/log.ts",
  },
  {
    path: "server/store/a.ts",
    source: 'import { decodeReport } from "../../meter-firmware/protocol/datagram.ts";',
    complaint: "must not import values of meter-firmware/protocol/datagram.ts",
  },
  {
    path: "server/http/a.ts",
    source: 'import { open } from "../store/a.ts";',
    complaint: "must not import values of server/store/a.ts",
  },
  {
    path: "server/live/a.ts",
    source: 'import { toWh } from "../http/output.ts";',
    complaint: "must not import values of server/http/output.ts",
  },
  {
    path: "server/jobs/a.ts",
    source: 'import type { App } from "../http/a.ts";',
    complaint: "must not import types of server/http/a.ts",
  },
  {
    path: "server/notify/a.ts",
    source: 'import { open } from "../store/a.ts";',
    complaint: "must not import values of server/store/a.ts",
  },
  {
    path: "server/jobs/a.ts",
    source: 'import { hookPoster } from "../notify/hook-post.ts";',
    complaint: "must not import values of server/notify/hook-post.ts",
  },
  {
    path: "server/admin/a.ts",
    source: 'import { toWh } from "../http/output.ts";',
    complaint: "must not import values of server/http/output.ts",
  },
  {
    path: "server/ingest/a.ts",
    source: 'import { assert } from "@std/assert";',
    complaint: "must not import values of tests/assert.ts",
  },
  {
    path: "web/a.tsx",
    source: 'import { app } from "../server/http/a.ts";',
    complaint: "must not import values of server/http/a.ts",
  },
];

const DENO_JSON = '{ "imports": { "@std/assert": "./tests/assert.ts", "zod": "npm:zod@4" } }';

for (const { path, source, complaint } of REFUSED) {
  Deno.test(`wrongImports() refuses ${source} in ${path}`, () => {
    const sources = sourcesOf({ "deno.json": DENO_JSON, [path]: source });
    assertEquals(wrongImports(sources), [`${path}:1 ${complaint}`]);
  });
}

Deno.test("wrongImports() refuses a file that belongs to no layer", () => {
  assertEquals(wrongImports(sourcesOf({ "server/utils/a.ts": "" })).length, 1);
});

Deno.test("wrongImports() accepts types where only types are allowed", () => {
  const sources = sourcesOf({
    "server/jobs/a.ts": 'import type { SendMail } from "../notify/mail.ts";',
    "web/a.ts": 'import type { Api } from "../server/http/api.ts";',
    "server/http/b.ts": 'import { type Store } from "../store/store.ts";\nimport { z } from "zod";',
  });
  assertEquals(wrongImports(sources), []);
});

Deno.test("strayKv() refuses the database's handle in http", () => {
  const sources = sourcesOf({ "server/http/a.ts": "\nconst a = (kv: Deno.Kv) => kv;" });
  assertEquals(strayKv(sources), ["server/http/a.ts:2 must not know Deno.Kv"]);
});

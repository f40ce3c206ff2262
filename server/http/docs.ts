/** The API's documentation: for programs as an OpenAPI document, for people as a page. */
import type { Context } from "hono";
import { createHash } from "node:crypto";
import { z } from "zod";
import { docsPage } from "./docs-page.ts";
import style from "./docs.css" with { type: "text" };
import { openApiOf } from "./openapi.ts";
import type { Declared, Rights } from "./openapi-types.ts";
import { type HandlersOf, operation } from "./operation.ts";

export const docsOperations = {
  openApi: operation("GET /openapi.json", {
    summary: "This API as an OpenAPI 3.1 document",
    answer: z.looseObject({ openapi: z.literal("3.1.1") }),
    revalidated: true,
  }),
  docs: operation("GET /docs", {
    summary: "This API as a page to read",
    answer: { media: "text/html" },
    revalidated: true,
  }),
  docsStyle: operation("GET /docs/style.css", {
    summary: "How that page looks",
    answer: { media: "text/css" },
    revalidated: true,
  }),
};

/** Each is made when it is asked for first: starting does not wait for it. */
export function docsHandlers(
  operations: Declared,
  rights: Rights,
): HandlersOf<typeof docsOperations> {
  const document = once(() => openApiOf(operations, rights));
  return {
    openApi: file("application/json", () => JSON.stringify(document())),
    docs: file("text/html; charset=utf-8", () => docsPage(document(), operations, rights)),
    docsStyle: file("text/css; charset=utf-8", () => style),
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

function file(type: string, write: () => string) {
  const written = once(() => {
    const text = write();
    return { text, etag: `"${createHash("sha256").update(text).digest("hex").slice(0, 16)}"` };
  });
  return ({ context }: { context: Context }): Response => {
    const { text, etag } = written();
    const headers = { etag, "cache-control": "no-cache" };
    const known = (context.req.header("if-none-match") ?? "").split(",")
      .map((tag) => tag.trim().replace(/^W\//, ""));
    if (known.includes(etag)) return new Response(null, { status: 304, headers });
    return new Response(text, { headers: { ...headers, "content-type": type } });
  };
}

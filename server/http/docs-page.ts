/** The page on which people read the API: a rendering of the OpenAPI document, without a script. */
import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { curlOf } from "./docs-curl.ts";
import { type Field, fieldsOf, typeWords } from "./docs-fields.ts";
import type { Components } from "./json-schemas.ts";
import { maxBytesOf } from "./openapi.ts";
import type {
  Content,
  Declared,
  DescribedOperation,
  OpenApi,
  Parameter,
  Rights,
} from "./openapi-types.ts";
import { callersIn } from "./rights-words.ts";

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

interface Entry {
  method: string;
  path: string;
  described: DescribedOperation;
  who: string;
  maxBytes: number;
}

export function docsPage(document: OpenApi, operations: Declared, rights: Rights): string {
  const { schemas } = document.components;
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]): Entry => ({
      method,
      path,
      described,
      who: callersIn(rights[described.operationId]),
      maxBytes: maxBytesOf(operations[described.operationId]),
    }))
  );
  const groups = document.tags.map(({ name }) => ({
    name,
    entries: entries.filter(({ described }) => described.tags.includes(name)),
  }));
  return `${html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Contaluz API</title>
        <link rel="stylesheet" href="/docs/style.css">
      </head>
      <body>
        <a class="skip" href="#main">Skip to the routes</a>
        <header class="night">
          <h1>Contaluz <span>API</span></h1>
          <p>${inCode(document.info.description as string)}</p>
          <p><a href="/openapi.json">OpenAPI 3.1 document</a></p>
        </header>
        <div class="columns">
          <nav aria-label="Routes">${groups.map(groupLinks)}</nav>
          <main id="main">
                ${groups.map(({ name, entries }) =>
                  html`<section class="group" aria-labelledby="${anchor(name)}">
                <h2 id="${anchor(name)}">${name}</h2>
                ${entries.map((entry) => article(entry, schemas))}
              </section>`
                )}
              </main>
        </div>
      </body>
    </html>
  `}`;
}

const anchor = (name: string): string => `group-${name.toLowerCase().replaceAll(" ", "-")}`;

const groupLinks = ({ name, entries }: { name: string; entries: Entry[] }): Html =>
  html`
    <details>
      <summary><a href="#${anchor(name)}">${name}</a></summary>
      <ul>${entries.map(({ method, path, described }) =>
        html`<li><a href="#${described.operationId}">${badge(method)}<span>${
          breakable(path)
        }</span></a></li>`
      )}</ul>
    </details>
  `;

const badge = (method: string): Html =>
  html`<b class="method ${method}">${method.toUpperCase()}</b>`;

/** A long path may go on in the next line, after a slash. */
const breakable = (path: string): Html[] =>
  path.split("/").slice(1).map((part) => html`/<wbr>${part}`);

function article({ method, path, described, who, maxBytes }: Entry, components: Components): Html {
  const { operationId, summary, description, parameters, requestBody, responses } = described;
  const limit = `Up to ${bytesWords(maxBytes)}`;
  return html`<article id="${operationId}">
    <h3>
      <a href="#${operationId}">${summary}</a>
    </h3>
    <p class="route">${badge(method)} <code>${breakable(path)}</code></p>
    <p class="who">${inCode(who)}</p>
    ${description ? html`<p>${inCode(description)}</p>` : ""}
    ${parameters.length > 0 ? parameterTable(parameters, components) : ""}
    ${requestBody ? contentPart("Body", limit, requestBody.content, components) : ""}
    ${
    Object.entries(responses).filter(([status]) => Number(status) < 300).map((
      [status, { content, description }],
    ) => contentPart(`Answer ${status}`, content ? "" : description, content, components))
  }
    ${problems(responses)}
    ${
    part("Example", html`<pre tabindex="0"><code>${curlOf(method, path, described)}</code></pre>`)
  }
  </article>`;
}

const part = (title: string, content: Html | Html[], note = ""): Html =>
  html`<section class="part">
    <h4>${title}${
    note
      ? html`
        <small>${note}</small>
      `
      : ""
  }</h4>
    ${content}
  </section>`;

const parameterTable = (parameters: Parameter[], components: Components): Html =>
  part(
    "Parameters",
    fieldTable(
      parameters.map(({ name, in: place, required, description, schema }) => ({
        path: name,
        type: `${place === "query" ? "" : `${place}, `}${typeWords(schema, components)}`,
        isOptional: !required,
        description,
        fallback: schema.default,
      })),
    ),
  );

function contentPart(
  title: string,
  note: string,
  content: Content | undefined,
  components: Components,
): Html {
  const [media, { schema, example }] = Object.entries(content ?? {})[0] ?? [undefined, {}];
  if (!media) return part(title, [], note);
  if (!schema) return part(title, [], [media, note].filter(Boolean).join("; "));
  const fields = fieldsOf(schema, components);
  return part(
    title,
    html`${fields.length > 0 ? fieldTable(fields) : ""}
      <pre tabindex="0"><code>${JSON.stringify(example, null, 2)}</code></pre>`,
    note,
  );
}

const fieldTable = (fields: Field[]): Html =>
  html`<dl class="fields">${
    fields.map(({ path, type, isOptional, description, fallback }) =>
      html`
        <div>
          <dt><code>${raw(breakableField(path))}</code>${isOptional
            ? html`
              <i>optional</i>
            `
            : ""}</dt>
          <dd>${type}${fallback === undefined
            ? ""
            : html`; <code>${String(fallback)}</code> if not given`}${description
            ? html`<span>${inCode(description)}</span>`
            : ""}</dd>
        </div>
      `
    )
  }</dl>`;

/** Names of fields are letters, brackets and points; none needs to be escaped. */
const breakableField = (path: string): string =>
  path.replace(/[^\w.[\]-]/g, "").replaceAll(".", ".<wbr>");

function problems(responses: DescribedOperation["responses"]): Html {
  const listed = Object.entries(responses).filter(([status]) => Number(status) >= 400);
  return html`
    <details class="part errors">
      <summary>Errors <span>${listed.map(([status]) => status).join(" ")}</span></summary>
      <dl class="fields">${listed.map(([status, { description }]) =>
        html`
          <div>
            <dt><code>${status}</code></dt>
            <dd>${inCode(description)}</dd>
          </div>
        `
      )}</dl>
    </details>
  `;
}

/** Words in backticks are code. */
const inCode = (text: string): (Html | string)[] =>
  text.split("`").map((piece, i) => i % 2 === 1 ? html`<code>${piece}</code>` : piece);

function bytesWords(bytes: number): string {
  if (bytes >= 2 ** 20) return `${bytes / 2 ** 20} MiB`;
  return bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes.toLocaleString("en")} bytes`;
}

/** The paper as a page of its own: no script, nothing inline, good on a phone and when printed. */
import { html, raw } from "hono/html";
import { STYLE_PATH } from "./files.ts";
import { flagSvg, type Html, monthsSvgs, stripSvg } from "./html-charts.ts";
import { linesTable, readingsTable, taxTable } from "./html-tables.ts";
import type { Paper, Party } from "./paper.ts";
import { qrSvg } from "./qr.ts";

type Part = Html | string;

export function paperHtml(paper: Paper): string {
  return `${html`
    <!doctype html>
    <html lang="${paper.language}">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="robots" content="noindex">
        <title>${paper.title} · ${paper.invoice.name}</title>
        <link rel="stylesheet" href="${STYLE_PATH}">
      </head>
      <body>
        <main class="sheet">
          <h1 class="hidden">${paper.title}</h1>
          ${head(paper)} ${pay(paper)} ${parties(paper)} ${readingsTable(paper)} ${strip(paper)}
          ${linesTable(paper)} ${taxesAndFlag(paper)} ${months(paper)} ${working(paper)} ${foot(
            paper,
          )}
        </main>
      </body>
    </html>
  `}`;
}

const line = (text: string): Html => html`<p>${text}</p>`;

const head = ({ issuer, invoice }: Paper): Html =>
  html`
    <header class="head">
      <div><b>${issuer.name}</b>${issuer.facts.map(line)}</div>
      <div><b>${invoice.name}</b>${invoice.facts.map(line)}</div>
    </header>
  `;

const pay = ({ total, state, dates, pix }: Paper): Html =>
  html`
    <section class="pay">
      <div>
        <h2>${total.title}</h2>
        <p class="total"><span>${total.currency}</span> ${total.amount}</p>
        <p class="state ${state.kind}">${state.text}</p>
        <dl>${dates.map(({ title, text }) =>
          html`
            <dt>${title}</dt>
            <dd>${text}</dd>
          `
        )}</dl>
      </div>
      ${pix ? pixPart(pix) : ""}
    </section>
  `;

const pixPart = ({ title, use, code, qrTitle }: NonNullable<Paper["pix"]>): Html =>
  html`
    <div class="pix">
      ${raw(qrSvg(code, qrTitle))}
      <div><h2>${title}</h2><p>${use}</p><code>${code}</code></div>
    </div>
  `;

const parties = ({ customer, point, consumption }: Paper): Html =>
  html`<section class="parties">${[customer, point, consumption].map(party)}</section>`;

const party = ({ title, name, facts }: Party): Html =>
  html`<div><h2>${title}</h2><b>${name}</b>${facts.map(line)}</div>`;

const strip = ({ strip }: Paper): Part =>
  strip
    ? html`
      <section class="strip">
        ${stripSvg(strip)}
        <p><span>${strip.from}</span><span>${strip.caption}</span><span>${strip.to}</span></p>
      </section>
    `
    : "";

const taxesAndFlag = ({ taxes, flag }: Paper): Part =>
  taxes || flag
    ? html`
      <section class="two">
        ${taxes ? taxTable(taxes) : ""}
        ${flag ? flagPart(flag) : ""}
      </section>
    `
    : "";

const flagPart = ({ colour, title, text }: NonNullable<Paper["flag"]>): Html =>
  html`<div class="flag">${flagSvg(colour)}<p><b>${title}</b> ${text}</p></div>`;

const months = ({ months }: Paper): Part =>
  months
    ? html`
      <section class="months">
        <h2>${months.title}<span>${months.note}</span></h2>
        ${monthsSvgs(months)}
      </section>
    `
    : "";

const working = ({ working: { title, sentences } }: Paper): Html =>
  html`
    <section class="working">
      <h2>${title}</h2>
      <p>${sentences.join(" ")}</p>
    </section>
  `;

const foot = ({ notices, hash }: Paper): Html =>
  html`
    <footer>
      <p>${notices.join(" ")}</p>
      ${hash === undefined ? "" : html`<p class="hash">${hash}</p>`}
    </footer>
  `;

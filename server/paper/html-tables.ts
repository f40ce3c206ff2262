/** The paper's tables on the HTML page. */
import { html } from "hono/html";
import { bandSvg, type Html } from "./html-charts.ts";
import type { Paper } from "./paper.ts";

export const readingsTable = ({ readings: { titles, rows } }: Paper): Html =>
  html`
    <section>
      <table class="readings">
        <thead>
          <tr>
            <th scope="col">${titles.meter}</th>
            <th scope="col">${titles.previous}</th>
            <th scope="col">${titles.current}</th>
            <th scope="col">${titles.quality}</th>
            <th scope="col" class="number">${titles.consumption}</th>
          </tr>
        </thead>
        <tbody>${rows.map((row) =>
          html`
            <tr>
              <th scope="row">${row.meter}</th>
              <td><span class="said">${titles.previous}</span> ${row.previous}</td>
              <td><span class="said">${titles.current}</span> ${row.current}</td>
              <td>${row.quality}</td>
              <td class="number">${row.consumption}</td>
            </tr>
          `
        )}</tbody>
      </table>
    </section>
  `;

export const linesTable = ({ lines: { titles, rows, total } }: Paper): Html =>
  html`
    <section>
      <table class="lines">
        <thead>
          <tr>
            <th scope="col">${titles.item}</th>
            <th scope="col" class="number">${titles.quantity}</th>
            <th scope="col" class="number">${titles.rate}</th>
            ${titles.price === undefined
              ? ""
              : html`<th scope="col" class="number">${titles.price}</th>`}
            <th scope="col" class="number">${titles.amount}</th>
          </tr>
        </thead>
        <tbody>${rows.map((row) =>
          html`
            <tr>
              <th scope="row">${bandSvg(row.band)}${row.label}</th>
              <td class="number quantity">${row.quantity}<span class="each"> ${row.each}</span></td>
              <td class="number rate">${row.rate}</td>
              ${titles.price === undefined ? "" : html`<td class="number price">${row.price}</td>`}
              <td class="number amount">${row.amount}</td>
            </tr>
          `
        )}</tbody>
        <tfoot>
          <tr>
            <th scope="row" colspan="${titles.price === undefined ? 3 : 4}">${total.title}</th>
            <td class="number">${total.amount}</td>
          </tr>
        </tfoot>
      </table>
    </section>
  `;

export const taxTable = ({ titles, rows }: NonNullable<Paper["taxes"]>): Html =>
  html`
    <table>
      <thead>
        <tr>
          <th scope="col">${titles.tax}</th>
          <th scope="col" class="number">${titles.base}</th>
          <th scope="col" class="number">${titles.rate}</th>
          <th scope="col" class="number">${titles.amount}</th>
        </tr>
      </thead>
      <tbody>${rows.map(({ tax, base, rate, amount }) =>
        html`
          <tr>
            <th scope="row">${tax}</th>
            <td class="number">${base}</td>
            <td class="number">${rate}</td>
            <td class="number">${amount}</td>
          </tr>
        `
      )}</tbody>
    </table>
  `;

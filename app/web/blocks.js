// Pages without a picture (HTML filings, workbooks): blocks of text and tables, and what is marked in them.

import { h } from "./dom.js";

const PROSE = 24; // characters from which a line alone may be part of a quote

/** The blocks of a page as elements: {kind: "text", section, text} or {kind: "table", caption, columns, rows}. */
export const blocksOf = (blocks) =>
  h(
    "div",
    { class: "page-blocks" },
    blocks.map((block) => (block.kind === "table" ? tableOf(block) : textOf(block.text))),
  );

/** Text, a paragraph a blank line. */
export const textOf = (text) =>
  h(
    "div",
    { class: "page-text" },
    String(text ?? "")
      .split(/\n\s*\n/)
      .map((one) => h("p", {}, one)),
  );

function tableOf(block) {
  const columns =
    block.columns.some(Boolean) &&
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        h("td", {}),
        block.columns.map((one) => h("th", { scope: "col", class: "number" }, one)),
      ),
    );
  const rows = [];
  let path = [];
  for (const row of block.rows) {
    // A heading is printed once, above the rows that it is for.
    row.path.forEach((heading, depth) => {
      if (path[depth] !== heading && heading !== row.label) {
        rows.push(
          h(
            "tr",
            { class: "heading" },
            h("th", { colspan: String(block.columns.length + 1), scope: "colgroup" }, heading),
          ),
        );
      }
    });
    path = row.path;
    rows.push(
      h(
        "tr",
        {},
        h("th", { scope: "row" }, row.label),
        row.cells.map((cell) => h("td", { class: "number", "data-figure": cell?.figure }, cell?.printed ?? "")),
      ),
    );
  }
  return h("table", {}, block.caption && h("caption", {}, block.caption), columns, h("tbody", {}, rows));
}

const flat = (text) =>
  String(text ?? "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** Mark a target ({figure, quote, label, printed}) in blocks: its cell, or the line that holds it. */
export function markIn(root, target) {
  const cell = target.figure && root.querySelector(`[data-figure="${CSS.escape(target.figure)}"]`);
  const line = cell || lineOf(root, target);
  line?.classList.add("mark", "current");
}

function lineOf(root, target) {
  const quote = flat(target.quote);
  const wanted = target.printed ? [flat(target.label), flat(target.printed)] : [quote];
  if (!wanted.every(Boolean)) return null;
  const lines = [...root.querySelectorAll("p, tbody tr")].map((node) => [node, flat(node.textContent)]);
  const whole = lines.filter(([, said]) => wanted.every((part) => said.includes(part)));
  const part = lines.find(([, said]) => said.length >= PROSE && quote.includes(said));
  return whole.sort((a, b) => a[1].length - b[1].length)[0]?.[0] ?? part?.[0] ?? null;
}

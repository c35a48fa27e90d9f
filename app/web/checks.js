// Whether a document's totals tie: in a word, and in full on demand.

import { get, Problem } from "./api.js";
import { button, h, refill } from "./dom.js";
import { count, several } from "./format.js";
import { openPage } from "./viewer.js";

const MOST_CHECKS = 200; // of a kind that are listed

/** A button that says how the checks of a document went, and fills and shows `details`, a row of the table. */
export function checksOf(one, details) {
  const broken = one.checks?.broken?.length ?? 0;
  const warnings = one.warnings?.length ?? 0;
  const tie = one.checks?.tie ?? 0;
  const said = [
    tie || broken ? `${count(tie)} tie` : "none",
    broken && `${count(broken)} do not`,
    warnings && several(warnings, "warning"),
  ]
    .filter(Boolean)
    .join(", ");
  const toggle = button(
    [h("span", { class: `dot ${broken ? "broken" : tie ? "ties" : ""}`, "aria-hidden": "true" }), said],
    {
      class: "plain small",
      "aria-expanded": "false",
      "aria-label": `Checks of ${one.document}: ${said}`,
      on: {
        click: async () => {
          const wanted = details.hidden;
          details.hidden = !wanted;
          toggle.setAttribute("aria-expanded", String(wanted));
          if (wanted && !details.childElementCount) await fillChecks(one, details);
        },
      },
    },
  );
  return toggle;
}

async function fillChecks(one, row) {
  const cell = h("td", { colspan: "7" }, "…");
  refill(row, cell);
  try {
    const told = await get(`/v1/documents/${encodeURIComponent(one.document)}`);
    const all = told.checks?.all ?? [];
    refill(
      cell,
      group(
        "Does not tie",
        all.filter((check) => !check.ok),
        one,
        true,
      ),
      told.warnings?.length
        ? h(
            "div",
            {},
            h("h2", { class: "label" }, "Warnings"),
            h(
              "ul",
              {},
              told.warnings.map((text) => h("li", {}, text)),
            ),
          )
        : null,
      statements(told.statements ?? [], one),
      group(
        "Ties",
        all.filter((check) => check.ok),
        one,
        false,
      ),
    );
    if (!cell.childElementCount) cell.textContent = "It has no totals that could be checked.";
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    refill(cell, h("p", { class: "error" }, error.message));
  }
}

const toPage = (one, page) =>
  button(`page ${page}`, { class: "link", on: { click: () => openPage(one.document, page) } });

const group = (title, checks, one, open) =>
  checks.length
    ? h(
        "details",
        { open },
        h("summary", {}, `${title} (${count(checks.length)})`),
        h(
          "ul",
          {},
          checks
            .slice(0, MOST_CHECKS)
            .map((check) => h("li", {}, check.message || check.name, " ", toPage(one, check.page))),
        ),
        checks.length > MOST_CHECKS && h("p", { class: "muted" }, `and ${count(checks.length - MOST_CHECKS)} more`),
      )
    : null;

const statements = (list, one) =>
  list.length
    ? h(
        "details",
        {},
        h("summary", {}, `Statements (${list.length})`),
        h(
          "ul",
          {},
          list.map((table) =>
            h(
              "li",
              {},
              `${table.caption || table.statement} (${table.statement}, ${several(table.figures, "figure")}) `,
              toPage(one, table.page),
            ),
          ),
        ),
      )
    : null;

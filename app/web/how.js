// How an answer was made: its plan, cells, program with values, confidence. Everything comes from the answer's record.

import { h } from "./dom.js";
import { dayText, percent } from "./format.js";
import { linkTo } from "./viewer.js";

/** A cell of an explanation as something that the viewer opens. */
export const targetOf = (figure) => ({
  document: figure.document,
  page: figure.page,
  figure: figure.figure,
  label: [figure.label, ...(figure.headers ?? []).filter(Boolean).slice(-1)].join(", "),
  printed: figure.printed,
});

const place = (figures, at) => {
  const figure = figures[at];
  return linkTo(`${figure.document}, page ${figure.page}`, figures.map(targetOf), { at });
};

const CHECKS = { ties: "ties", broken: "does not tie", none: "not checked" };

/** The expandable panel of one record. */
export function howOf(answer) {
  const explain = answer.explain ?? {};
  const facts = [
    explain.understood && explain.understood !== answer.question && ["Understood as", explain.understood],
    ["Question", answer.question],
    ["Planner", explain.planner],
    answer.status === "answered" && ["Confidence", confidence(answer.confidence)],
    explain.periods?.length && ["Periods", [...new Set(explain.periods)].join(", ")],
    ["Program", answer.program && h("code", {}, answer.program)],
    ["Reason", answer.reason],
  ].filter((fact) => fact && fact[1]);
  return h(
    "div",
    { class: "how-record" },
    h(
      "dl",
      {},
      facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
    ),
    formulas(explain),
    cells("Cells", explain.figures),
    steps(explain.steps),
    cells("Restated later", explain.restatements),
    cells("Nearest that was found", explain.nearest),
    notes(explain.notes),
  );
}

const confidence = (value) => [
  h("meter", {
    min: "0",
    max: "1",
    low: "0.5",
    high: "0.8",
    optimum: "1",
    value: String(value),
    "aria-hidden": "true",
  }),
  h("span", {}, ` ${percent(value)}`),
];

function formulas(explain) {
  const results = explain.results ?? [];
  const expressions = expressionsIn(explain.plan);
  if (!results.length && !expressions.length) return null;
  return section(
    "Formula",
    expressions.map((text) => h("p", {}, h("code", {}, text))),
    results.length > 1 &&
      table(
        ["Measure", "Period", "Value"],
        results.map((one) => [
          one.measure,
          one.period,
          h("span", { class: "number", title: one.value }, brief(one.value)),
        ]),
      ),
  );
}

// The plan names its expressions; where it keeps them is the planner's business.
function expressionsIn(plan) {
  const found = new Set();
  const walk = (value, name) => {
    if (Array.isArray(value)) value.forEach((one) => walk(one, name));
    else if (value && typeof value === "object") for (const [key, inner] of Object.entries(value)) walk(inner, key);
    else if (typeof value === "string" && (name === "expression" || name === "formula") && /[-+*/(]/.test(value))
      found.add(value);
  };
  walk(plan, "");
  return [...found].slice(0, 6);
}

function cells(title, figures) {
  if (!figures?.length) return null;
  const rows = figures.map((figure, at) => [
    [figure.label, figure.item && figure.item !== figure.label && h("span", { class: "muted" }, ` for ${figure.item}`)],
    figure.asked_period || (figure.period_end ? dayText(figure.period_end) : ""),
    h("span", { class: "number" }, figure.printed),
    h("span", { class: "number" }, `${grouped(figure.value)} ${figure.unit ?? ""}`),
    h("span", { class: `check ${figure.check}` }, CHECKS[figure.check] ?? figure.check ?? ""),
    place(figures, at),
  ]);
  return section(title, table(["Item", "Period", "Printed", "Value", "Check", "Where"], rows));
}

// Values are exact; what is shown has twelve digits at most, and its whole in the title.
const brief = (text) =>
  grouped(String(text).replace(/^(-?\d+\.\d{2,}?)\d*/, (number) => String(Number(Number(number).toPrecision(12)))));

const grouped = (text) => String(text ?? "").replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));

function steps(list) {
  if (!list?.length) return null;
  const rows = list.map((one, number) => [
    h("code", {}, `#${number}`),
    h("code", {}, one.step),
    h("span", { class: "number" }, one.operands.map(brief).join(", ")),
    h("b", { class: "number", title: one.value }, brief(one.value)),
  ]);
  return section("Program with its values", table(["Result", "Step", "Operands", "Value"], rows));
}

const notes = (list) =>
  list?.length &&
  section(
    "Notes",
    h(
      "ul",
      {},
      list.map((note) => h("li", {}, note)),
    ),
  );

const section = (title, ...children) => h("section", {}, h("h3", { class: "label" }, title), children);

const table = (heads, rows) =>
  h(
    "div",
    { class: "scroller", tabindex: "0", role: "region", "aria-label": heads.filter(Boolean).join(", ") },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          heads.map((head) => h("th", { scope: "col" }, head)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((cellsOfRow) =>
          h(
            "tr",
            {},
            cellsOfRow.map((cell) => h("td", {}, cell)),
          ),
        ),
      ),
    ),
  );

// The adapters: which is in use, what its card says, how it was trained.

import { get, Problem } from "./api.js";
import { chart, lines } from "./charts.js";
import { h, refill } from "./dom.js";
import { count, dayText, measure, several, spoken } from "./format.js";

const SHOWN = ["macro_f1", "accuracy", "weighted_f1", "ece", "exact_match", "execution_accuracy", "f1", "n"];
const NAMES = {
  macro_f1: "macro-F1",
  f1: "F1",
  ece: "calibration error",
  n: "rows held out",
  weighted_f1: "weighted F1",
};
const KINDS = ["first", "second", "third", "fourth"];
const said = (name) => NAMES[name] ?? name.replaceAll("_", " ");
let parts = null;

/** Build the view into `root`. */
export function mount(root) {
  const told = h("p", { class: "muted" });
  const rows = h("tbody", {});
  const table = h(
    "table",
    { class: "listed" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ["Adapter", "Task", "In use", "Base", "Measure", "Made"].map((name) => h("th", { scope: "col" }, name)),
      ),
    ),
    rows,
  );
  const card = h("section", { class: "panel card", "aria-live": "polite", hidden: true });
  refill(
    root,
    h("header", { class: "view-head" }, h("h1", {}, "Adapters"), told),
    h("div", { class: "panels" }, h("div", { class: "scroller" }, table), card),
  );
  parts = { told, rows, card };
}

/** Show the list, and the card of `name`; without one, of the first that is in use. */
export async function open(name) {
  try {
    const all = await get("/v1/adapters");
    parts.told.textContent = all.length ? several(all.length, "adapter") : "There is none.";
    const chosen = name ?? (all.find((one) => one.in_use) ?? all[0])?.name;
    refill(
      parts.rows,
      all.map((one) => rowOf(one, chosen)),
    );
    if (chosen) await show(chosen);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    parts.told.textContent = error.message;
  }
}

const deciding = (one) => SHOWN.find((name) => typeof one[name] === "number");

function rowOf(one, chosen) {
  const decides = deciding(one);
  return h(
    "tr",
    {},
    h(
      "th",
      { scope: "row" },
      h(
        "a",
        { href: `#/adapters/${encodeURIComponent(one.name)}`, "aria-current": one.name === chosen && "true" },
        one.name,
      ),
      one.error && h("p", { class: "error" }, one.error),
    ),
    h("td", {}, one.task ?? ""),
    h("td", {}, one.in_use ? h("span", { class: "badge" }, "in use") : ""),
    h("td", {}, one.base ?? ""),
    h("td", {}, decides ? `${said(decides)} ${measure(one[decides])}` : ""),
    h("td", {}, one.created ? dayText(one.created) : ""),
  );
}

async function show(name) {
  const path = `/v1/adapters/${encodeURIComponent(name)}`;
  const card = await get(path);
  const curves = h("div", { class: "curves" });
  refill(
    parts.card,
    h(
      "header",
      {},
      h("h2", {}, card.name),
      card.in_use && h("span", { class: "badge" }, "in use"),
      h("span", { class: "muted" }, [card.task, card.origin].filter(Boolean).join(", ")),
    ),
    h(
      "dl",
      { class: "measures" },
      SHOWN.filter((name) => typeof card.metrics?.[name] === "number").map((name) =>
        h("div", {}, h("dt", {}, said(name)), h("dd", { class: "number" }, measure(card.metrics[name]))),
      ),
    ),
    h(
      "dl",
      { class: "facts" },
      factsOf(card).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
    ),
    curves,
  );
  parts.card.hidden = false;
  try {
    refill(curves, panelsOf((await get(`${path}/curves`)).rows));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    refill(curves, h("p", { class: "muted" }, error.status === 404 ? "It has no training curves." : error.message));
  }
}

const flat = (value) =>
  value && typeof value === "object"
    ? Object.entries(value)
        .map(([key, inner]) => `${spoken(key).toLowerCase()} ${measure(inner)}`)
        .join(", ")
    : value;

function factsOf(card) {
  const recipe = card.recipe ?? {};
  const training = recipe.training ?? {};
  return [
    [
      "Base",
      card.base?.name && [`${card.base.name} (${card.base.model_type}), SHA-256 `, h("code", {}, card.base.sha256)],
    ],
    ["Licence", card.licence],
    [
      "Data",
      card.data?.length &&
        h(
          "ul",
          { class: "bare" },
          card.data.map((one) =>
            h(
              "li",
              {},
              `${one.name}: ${several(one.rows, "row")}; ${one.licence ?? "no licence told"}; SHA-256 `,
              h("code", {}, String(one.sha256 ?? "").slice(0, 16)),
            ),
          ),
        ),
    ],
    ["Recipe", recipe.name && [recipe.name, recipe.about && `: ${recipe.about}`]],
    [
      "Method",
      recipe.adapter &&
        flat({
          method: recipe.adapter.method,
          rank: recipe.adapter.r,
          alpha: recipe.adapter.alpha,
          targets: recipe.adapter.targets,
        }),
    ],
    [
      "Training",
      Boolean(training.epochs) &&
        flat({
          epochs: training.epochs,
          batch: training.batch,
          learning_rate: training.learning_rate,
          schedule: training.schedule,
        }),
    ],
    ["Seed", card.seed],
    ["Input", Boolean(card.input?.max_length) && `${count(card.input.max_length)} tokens`],
    ["Temperature", Boolean(card.temperature) && measure(card.temperature)],
    ["Versions", flat(card.versions)],
    ["Made", card.created && dayText(card.created)],
    ["Notes", card.notes],
  ].filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== false);
}

function panelsOf(rows) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter(
    (name) => !["step", "epoch"].includes(name),
  );
  const points = (name) =>
    rows
      .map((row) => [row.step, row[name]])
      .filter((point) => point.every(Number.isFinite));
  const measures = names.filter(
    (name) => name.startsWith("validation_") && !["validation_loss", "validation_score"].includes(name),
  );
  const wanted = [
    [
      "Loss",
      [
        ["loss", "training"],
        ["validation_loss", "validation"],
      ],
    ],
    ["Validation", measures.slice(0, KINDS.length).map((name) => [name, said(name.replace("validation_", ""))])],
    ["Learning rate", [["learning_rate", "learning rate"]]],
  ];
  return wanted.map(([title, columns]) => {
    const series = columns
      .map(([name, label], at) => ({ name: label, kind: KINDS[at], points: points(name) }))
      .filter((one) => one.points.length);
    if (!series.length) return null;
    const steps = [...new Set(series.flatMap((one) => one.points.map(([step]) => step)))].sort((a, b) => a - b);
    const maps = series.map((one) => new Map(one.points));
    return chart({
      title,
      note: "by step",
      legend: series.map((one) => [one.name, one.kind]),
      draw: (width) => lines(width, { series, label: `${title} by training step; the table below has the values` }),
      heads: ["Step", ...series.map((one) => one.name)],
      rows: steps.map((step) => [count(step), ...maps.map((map) => (map.has(step) ? measure(map.get(step)) : ""))]),
    });
  });
}

// Sentiment of a news file: by day, by entity, by source.

import { get, Problem, send } from "./api.js";
import { chart } from "./charts.js";
import { announce, button, h, icon, refill } from "./dom.js";
import { count, dayText, percent, several } from "./format.js";
import { days, nets } from "./sentiment_charts.js";

const MOST_GROUPS = 15; // that a chart shows; its table has all
const KEYS = [
  ["positive", "positive"],
  ["neutral", "neutral"],
  ["negative", "negative"],
];
const KINDS = [
  ["by_entity", "By entity", "entity"],
  ["by_ticker", "By ticker", "ticker"],
  ["by_source", "By source", "source"],
];
let parts = null;

/** Build the view into `root`. */
export function mount(root) {
  const chooser = h("input", {
    type: "file",
    accept: ".csv,.tsv,.jsonl,.txt,.parquet",
    id: "news-file",
    class: "unseen",
    "aria-label": "News file",
    tabindex: "-1",
    on: { change: onChosen },
  });
  const add = button([icon("upload"), "Add a file"], { class: "primary", on: { click: () => chooser.click() } });
  const files = h("select", { "aria-label": "News file", on: { change: () => show(files.value) } });
  const bar = h("progress", { max: "1", value: "0", hidden: true, "aria-label": "Upload" });
  const said = h("p", { class: "muted", role: "status" });
  const body = h("div", { class: "panels" });
  refill(
    root,
    h("header", { class: "view-head" }, h("h1", {}, "News"), files, h("span", { class: "spring" }), chooser, add),
    bar,
    said,
    body,
  );
  parts = { root, chooser, files, bar, said, body, add };
}

/** Show the files that there are. */
export async function open() {
  try {
    await list();
    if (!parts.body.childElementCount && parts.files.value) await show(parts.files.value);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    parts.said.textContent = error.message;
  }
}

async function list(chosen = parts.files.value) {
  const { files } = await get("/v1/news");
  const names = files.map((one) => one.name);
  refill(
    parts.files,
    names.map((name) => h("option", { value: name }, name)),
  );
  parts.files.hidden = !names.length;
  if (names.includes(chosen)) parts.files.value = chosen;
  if (!names.length)
    parts.said.textContent =
      "None yet: add a CSV or JSONL file with a text, and perhaps a date, a source and an entity a row. What is not tagged is tagged.";
}

async function onChosen() {
  const [file] = parts.chooser.files;
  parts.chooser.value = "";
  if (!file) return;
  parts.add.disabled = true;
  parts.bar.hidden = false;
  refill(parts.body);
  try {
    const told = await send("/v1/news", file, {
      onShare: (share) => {
        if (share < 1) parts.bar.value = share;
        else parts.bar.removeAttribute("value"); // it is tagged now, and nobody knows for how long
        parts.said.textContent = share < 1 ? `Sending ${file.name}, ${percent(share)}` : `Tagging ${file.name} …`;
      },
    });
    await list(told.name);
    draw(told);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    parts.said.textContent = `${file.name}: ${error.message}`;
    announce(parts.said.textContent);
  } finally {
    parts.add.disabled = false;
    parts.bar.hidden = true;
  }
}

async function show(name) {
  try {
    draw(await get(`/v1/news/${encodeURIComponent(name)}`));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    parts.said.textContent = error.message;
  }
}

function draw(told) {
  const panels = KINDS.map(([key, title, field]) => groups(title, field, told[key]));
  parts.said.textContent = `${told.name}: ${several(told.rows, "row")}`;
  refill(parts.body, told.by_day.length ? daily(told.by_day) : null, panels);
  if (!parts.body.childElementCount)
    parts.said.textContent = `${told.name} has no column with a date, an entity or a source to group by.`;
}

const two = (value) => (value === null || value === undefined ? "" : value.toFixed(2));

const daily = (rows) =>
  chart({
    title: "By day",
    note: `${dayText(rows[0].date)} to ${dayText(rows.at(-1).date)}: net sentiment (positive less negative, a share of 1), and items`,
    legend: [...KEYS, ["7-day net", "first"]],
    draw: (width) => days(width, rows),
    heads: ["Day", "Items", "Positive", "Neutral", "Negative", "Net", "7-day net"],
    rows: rows.map((row) => [
      row.date,
      count(row.n),
      count(row.positive),
      count(row.neutral),
      count(row.negative),
      two(row.net),
      two(row.net_7d),
    ]),
  });

function groups(title, field, rows) {
  if (!rows.length) return null;
  const named = rows.map((row) => ({ ...row, name: String(row[field] ?? "") }));
  const drawn = named.slice(0, MOST_GROUPS);
  return chart({
    title,
    note: `net sentiment with its 95% interval; items at the right${named.length > drawn.length ? `; the ${drawn.length} largest of ${count(named.length)}` : ""}`,
    draw: (width) => nets(width, drawn),
    heads: [
      title.replace("By ", "").replace(/^./, (first) => first.toUpperCase()),
      "Items",
      "Positive",
      "Neutral",
      "Negative",
      "Net",
      "Low",
      "High",
    ],
    rows: named
      .slice(0, 500)
      .map((row) => [
        row.name,
        count(row.n),
        count(row.positive),
        count(row.neutral),
        count(row.negative),
        two(row.net),
        two(row.net_low),
        two(row.net_high),
      ]),
  });
}

// Sentiment of a news file: by day, by entity, by source.

import { get, Problem, send } from "./api.js";
import { chart, days, nets } from "./charts.js";
import { announce, button, h, icon, refill } from "./dom.js";
import { count, dayText, percent, several } from "./format.js";

const MOST_GROUPS = 15; // that a chart shows; its table has all
const KEYS = [["positive", "positive"], ["neutral", "neutral"], ["negative", "negative"]];
const KINDS = [["by_entity", "By entity", "entity"], ["by_ticker", "By ticker", "ticker"], ["by_source", "By source", "source"]];
let parts = null;

/** Build the view into `root`. */
export function mount(root) {
  const chooser = h("input", { type: "file", accept: ".csv,.tsv,.jsonl,.txt,.parquet", id: "news-file", class: "unseen", "aria-label": "News file", tabindex: "-1", on: { change: onChosen } });
  const add = button([icon("upload"), "Add a file"], { class: "primary", on: { click: () => chooser.click() } });
  const files = h("select", { "aria-label": "News file", on: { change: () => show(files.value) } });
  const bar = h("progress", { max: "1", value: "0", hidden: true, "aria-label": "Upload" });
  const said = h("p", { class: "muted", role: "status" });
  const body = h("div", { class: "panels" });
  refill(root, h("header", { class: "view-head" }, h("h1", {}, "News"), files, h("span", { class: "spring" }), chooser, add), bar, said, body);
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

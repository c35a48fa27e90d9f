// The documents: what each is, whether its totals tie, its pages; adding and removing.

import { call, get, notice, Problem } from "./api.js";
import { checksOf } from "./checks.js";
import { announce, button, confirmed, h, icon, refill } from "./dom.js";
import { count, dayText, fiscal, several } from "./format.js";
import { Uploads } from "./uploads.js";
import { openPage } from "./viewer.js";

let parts = null;

/** Build the view into `root`. */
export function mount(root) {
  const uploads = new Uploads({ onDone: changed });
  const chooser = h("input", {
    type: "file",
    multiple: true,
    id: "files",
    class: "unseen",
    "aria-label": "Files to add",
    tabindex: "-1",
    on: { change: onChosen },
  });
  const add = button([icon("upload"), "Add files"], {
    class: "primary",
    id: "add",
    on: { click: () => chooser.click() },
  });
  const rows = h("tbody", {});
  const table = h(
    "table",
    { class: "documents" },
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        ["Document", "Company", "Period", "Pages", "Figures", "Checks", ""].map((name) =>
          h(
            "th",
            { scope: "col", class: ["Pages", "Figures"].includes(name) && "number" },
            name || h("span", { class: "unseen" }, "Remove"),
          ),
        ),
      ),
    ),
    rows,
  );
  const told = h("p", { class: "muted" });
  refill(
    root,
    h("header", { class: "view-head" }, h("h1", {}, "Documents"), told, h("span", { class: "spring" }), chooser, add),
    uploads.node,
    h("div", { class: "scroller" }, table),
    h(
      "p",
      { class: "muted drop-hint" },
      "Files can be dropped anywhere on this view: PDF, HTML, XBRL, XLSX, DOCX, text.",
    ),
  );
  parts = { root, rows, told, uploads, chooser };
  for (const type of ["dragenter", "dragover"]) root.addEventListener(type, onDrag);
  root.addEventListener(
    "dragleave",
    (event) => !root.contains(event.relatedTarget) && root.classList.remove("dropping"),
  );
  root.addEventListener("drop", onDrop);
  document.addEventListener("online-again", list);
  uploads.resume();
}

/** Show the list as it is now. */
export const open = () => list();

function onChosen() {
  parts.uploads.add([...parts.chooser.files]);
  parts.chooser.value = "";
}

function onDrag(event) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  parts.root.classList.add("dropping");
}

function onDrop(event) {
  event.preventDefault();
  parts.root.classList.remove("dropping");
  parts.uploads.add([...event.dataTransfer.files]);
}

async function changed() {
  await list();
  document.dispatchEvent(new CustomEvent("documents-changed"));
}

async function list() {
  let documents;
  try {
    documents = await get("/v1/documents");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    parts.told.textContent = error.message;
    return;
  }
  parts.told.textContent = documents.length
    ? several(documents.length, "document")
    : "None yet: add an annual or quarterly report.";
  refill(parts.rows, documents.map(rowOf));
}

function rowOf(one) {
  const checks = h("tr", { class: "checks", hidden: true });
  const row = h(
    "tr",
    { data: { document: one.document } },
    h(
      "th",
      { scope: "row" },
      button(one.document, {
        class: "link",
        "aria-label": `Open ${one.document}`,
        on: { click: () => openPage(one.document) },
      }),
      one.status && one.status !== "ready" && [" ", h("span", { class: "badge" }, one.status)],
    ),
    h("td", {}, one.company || "", one.form && h("span", { class: "muted" }, ` ${one.form}`)),
    h(
      "td",
      {},
      fiscal(one.fiscal_year, one.fiscal_quarter),
      one.period_end && h("span", { class: "muted" }, ` to ${dayText(one.period_end)}`),
    ),
    h("td", { class: "number" }, count(one.pages), h("span", { class: "unit" }, one.pages === 1 ? " page" : " pages")),
    h(
      "td",
      { class: "number" },
      count(one.figures),
      h("span", { class: "unit" }, one.figures === 1 ? " figure" : " figures"),
    ),
    h("td", {}, checksOf(one, checks)),
    h(
      "td",
      {},
      button(icon("bin"), { class: "plain", "aria-label": `Remove ${one.document}`, on: { click: () => remove(one) } }),
    ),
  );
  return [row, checks];
}

async function remove(one) {
  const sure = await confirmed(
    `Remove ${one.document} with its ${count(one.figures)} figures from the library? Answers can then no longer use it.`,
    "Remove",
  );
  if (!sure) return;
  try {
    await call(`/v1/documents/${encodeURIComponent(one.document)}`, { method: "DELETE" });
    announce(`${one.document} is removed.`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    notice(error.message, "error");
  }
  await changed();
}

// The page of a document beside the answer, with the cells that the answer uses marked.

import { get, Problem } from "./api.js";
import { announce, button, h, refill } from "./dom.js";
import { blocksOf, markIn, textOf } from "./blocks.js";
import { pictureOf } from "./picture.js";
import { frameOf } from "./viewer_frame.js";

const ZOOMS = ["fit", "150", "200", "300"];
const narrow = matchMedia("(max-width: 899px)");

const state = {
  targets: [],
  at: 0,
  title: "",
  document: "",
  page: 0,
  pages: 0,
  zoom: 0,
  asText: false,
  from: null,
  run: 0,
};
let parts = null;

function built() {
  if (parts) return parts;
  parts = frameOf(document.getElementById("viewer"), {
    go: turnTo,
    step: (by) => turnTo(state.page + by),
    zoom: zoomBy,
    toggle: toggleText,
    leave: closeViewer,
  });
  parts.root.addEventListener("keydown", onKey);
  narrow.addEventListener("change", settle);
  return parts;
}

function onKey(event) {
  if (event.key === "Escape") {
    event.stopPropagation();
    closeViewer();
  } else if (event.key === "Tab" && narrow.matches) {
    keepInside(event);
  } else if (event.target.tagName !== "INPUT" && (event.key === "PageDown" || event.key === "PageUp") && event.altKey) {
    event.preventDefault();
    turnTo(state.page + (event.key === "PageDown" ? 1 : -1));
  }
}

// As a full-screen sheet it is a dialog: the focus stays in it.
function keepInside(event) {
  const inside = [...parts.root.querySelectorAll("button:not(:disabled), input, [tabindex='0']")].filter(
    (node) => node.offsetParent,
  );
  const [first, last] = [inside[0], inside.at(-1)];
  if (event.shiftKey && document.activeElement === first) last.focus();
  else if (!event.shiftKey && document.activeElement === last) first.focus();
  else return;
  event.preventDefault();
}

// The rest of the page is out of reach only while the sheet covers it.
function settle() {
  const open = !parts.root.hidden;
  document.body.classList.toggle("with-viewer", open);
  for (const id of ["side", "main"]) document.getElementById(id).inert = open && narrow.matches;
  parts.root.setAttribute("role", narrow.matches ? "dialog" : "complementary");
  if (narrow.matches) parts.root.setAttribute("aria-modal", "true");
  else parts.root.removeAttribute("aria-modal");
}

/**
 * Open the page of a target: {document, page, figure?, quote?, label?, printed?}. `targets` are what the answer
 * stands on; each has a button above the page. `title` says what they give together ("1.87 is computed from").
 */
export function openTargets(targets, at = 0, title = "") {
  const { root } = built();
  if (root.hidden) state.from = document.activeElement;
  Object.assign(state, { targets, at, title, asText: false });
  root.hidden = false;
  settle();
  select(at);
  if (narrow.matches) parts.name.focus();
}

/** Open a page of a document; a figure of it may be marked. */
export const openPage = (name, page = 1, figure = null) => openTargets([{ document: name, page, figure }]);

/** A link that opens targets beside the answer. In another tab, where that is wished, it opens the page with its cell. */
export function linkTo(content, targets, { at = 0, heading = "", ...options } = {}) {
  const { document: name, page, figure } = targets[at];
  const click = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    openTargets(targets, at, heading);
  };
  const href = ["#/documents", name, String(page), figure]
    .filter(Boolean)
    .map((part, place) => (place ? encodeURIComponent(part) : part))
    .join("/");
  return h("a", { class: "link", href, ...options, on: { click } }, content);
}

/** Close the pane; the focus goes back to what opened it. */
export function closeViewer() {
  if (!parts || parts.root.hidden) return;
  parts.root.hidden = true;
  state.run++;
  settle();
  if (state.from?.isConnected) state.from.focus();
}

function select(at) {
  state.at = at;
  const target = state.targets[at];
  refill(
    parts.cells,
    state.title && h("p", { class: "muted" }, state.title),
    state.targets.length > 1 || target.label
      ? state.targets.map((one, place) =>
          button(
            [
              h("span", { class: "cell-label" }, one.label || `page ${one.page}`),
              one.printed && h("b", {}, one.printed),
            ],
            {
              class: "cell",
              "aria-pressed": String(place === at),
              on: { click: () => select(place) },
            },
          ),
        )
      : null,
  );
  parts.cells.hidden = !parts.cells.childNodes.length;
  show(target.document, target.page);
}

function turnTo(page) {
  if (!Number.isFinite(page)) return;
  show(state.document, Math.min(Math.max(1, Math.round(page)), state.pages || 1));
}

function toggleText() {
  state.asText = !state.asText;
  show(state.document, state.page);
}

function zoomBy(step) {
  state.zoom = Math.min(Math.max(0, state.zoom + step), ZOOMS.length - 1);
  parts.body.dataset.zoom = ZOOMS[state.zoom];
  parts.smaller.disabled = state.zoom === 0;
  parts.larger.disabled = state.zoom === ZOOMS.length - 1;
  toMark();
}

async function show(name, page) {
  const run = ++state.run;
  Object.assign(state, { document: name, page });
  parts.name.textContent = name;
  parts.body.setAttribute("aria-busy", "true");
  try {
    const told = await get(`/v1/documents/${encodeURIComponent(name)}/pages/${page}`);
    if (run !== state.run) return;
    state.pages = told.pages;
    render(told);
  } catch (error) {
    if (run !== state.run) return;
    if (!(error instanceof Problem)) throw error;
    refill(parts.body, h("p", { class: "error", role: "alert" }, error.message));
  } finally {
    if (run === state.run) parts.body.removeAttribute("aria-busy");
  }
}

function render(told) {
  const target = state.targets[state.at];
  const there = target.document === state.document && target.page === state.page;
  parts.number.value = String(state.page);
  parts.number.max = String(told.pages);
  parts.of.textContent = `of ${told.pages}`;
  parts.back.disabled = state.page <= 1;
  parts.forth.disabled = state.page >= told.pages;
  parts.quote.hidden = !(there && target.quote && !target.figure);
  parts.quote.textContent = target.quote ?? "";
  const picture = told.image && !state.asText;
  parts.text.hidden = !told.image;
  parts.text.setAttribute("aria-pressed", String(state.asText));
  for (const node of [parts.smaller, parts.larger]) node.hidden = !picture;
  parts.body.dataset.kind = picture ? "picture" : "text";
  zoomBy(0);
  if (picture) drawPicture(told);
  else {
    const page = told.blocks?.length && !state.asText ? blocksOf(told.blocks) : textOf(told.text);
    refill(parts.body, told.remark && h("p", { class: "remark" }, told.remark), page);
    if (there) markIn(page, target);
  }
  toMark();
  announce(
    `${state.document}, page ${state.page} of ${told.pages}${there && target.printed ? `, ${target.label}: ${target.printed}` : ""}`,
  );
}

function drawPicture(told) {
  const picture = pictureOf(told, state.targets, state.at);
  const image = picture.querySelector("img");
  const sorry = "The picture of this page could not be made; this is its text.";
  image.addEventListener("error", () => refill(parts.body, h("p", { class: "remark" }, sorry), textOf(told.text)));
  image.addEventListener("load", toMark);
  refill(parts.body, picture);
}

function toMark() {
  const mark = parts.body.querySelector(".mark.current");
  if (!mark) {
    parts.body.scrollTop = 0;
    return;
  }
  // scrollIntoView would move the whole page too.
  const [box, sheet] = [mark.getBoundingClientRect(), parts.body.getBoundingClientRect()];
  parts.body.scrollTop += box.top + box.height / 2 - (sheet.top + sheet.height / 2);
  parts.body.scrollLeft += box.left + box.width / 2 - (sheet.left + sheet.width / 2);
}

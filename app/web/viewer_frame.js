// The frame of the viewer: its name, its buttons, and where a page goes.

import { button, h, icon, refill } from "./dom.js";

/**
 * Fill `root` with the frame; gives its parts. `go(page)` opens a page and `step(by)` one before or after, `zoom(by)`
 * makes it larger or smaller, `toggle()` changes between picture and text, `leave()` closes.
 */
export function frameOf(root, { go, step, zoom, toggle, leave }) {
  const name = h("h2", { id: "viewer-name", tabindex: "-1" });
  const number = h("input", {
    type: "number",
    min: "1",
    "aria-label": "Page",
    inputmode: "numeric",
    on: { change: () => go(Number(number.value)) },
  });
  const of = h("span", { class: "muted" });
  const back = button(icon("left"), {
    class: "plain",
    "aria-label": "Previous page",
    on: { click: () => step(-1) },
  });
  const forth = button(icon("right"), {
    class: "plain",
    "aria-label": "Next page",
    on: { click: () => step(1) },
  });
  const smaller = button(icon("minus"), { class: "plain", "aria-label": "Smaller", on: { click: () => zoom(-1) } });
  const larger = button(icon("plus"), { class: "plain", "aria-label": "Larger", on: { click: () => zoom(1) } });
  const text = button("Text", { class: "plain", "aria-pressed": "false", on: { click: toggle } });
  const close = button(icon("close"), {
    class: "plain",
    "aria-label": "Close the document",
    on: { click: leave },
  });
  const cells = h("div", { class: "cells" });
  const quote = h("blockquote", { class: "quoted", hidden: true });
  const body = h("div", { class: "sheet", tabindex: "0", role: "region", "aria-label": "Page of the document" });
  refill(
    root,
    h("div", { class: "viewer-head" }, name, close),
    h(
      "div",
      { class: "viewer-tools", role: "group", "aria-label": "Pages" },
      back,
      number,
      of,
      forth,
      h("span", { class: "spring" }),
      text,
      smaller,
      larger,
    ),
    cells,
    quote,
    body,
  );
  return { root, name, number, of, back, forth, smaller, larger, text, close, cells, quote, body };
}

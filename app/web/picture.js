// The picture of a page with its cells marked.

import { h, s } from "./dom.js";

const AIR = 2; // points between a cell's box and its mark

/** A page as the server tells it ({image, width, height, figures}), with the targets of it marked, that at `at` most. */
export const pictureOf = (told, targets, at) =>
  h(
    "div",
    { class: "picture" },
    h("img", {
      src: told.image,
      alt: `Page ${told.page} of ${told.document}`,
      width: Math.round(told.width),
      height: Math.round(told.height),
      decoding: "async",
    }),
    marksOf(told, targets, at),
  );

// The overlay has the page's own coordinates (points from the top left), so that it scales with the picture.
function marksOf(told, targets, at) {
  const boxes = new Map(told.figures.map((figure) => [figure.id, figure.box]));
  const rows = [];
  const marks = [];
  targets.forEach((target, place) => {
    const box = target.document === told.document && boxes.get(target.figure);
    if (!box) return;
    const [x0, top, x1, bottom] = box;
    const [y, height] = [top - AIR, bottom - top + 2 * AIR];
    if (place === at) rows.push(s("rect", { class: "mark-row", x: 0, y, width: told.width, height }));
    const mark = { class: place === at ? "mark current" : "mark", "data-figure": target.figure, rx: AIR };
    marks.push(s("rect", { ...mark, x: x0 - AIR, y, width: x1 - x0 + 2 * AIR, height }));
  });
  const frame = { viewBox: `0 0 ${told.width} ${told.height}`, preserveAspectRatio: "none", "aria-hidden": "true" };
  return s("svg", { class: "marks", ...frame }, rows, marks);
}

// Charts as SVG from plain data, drawn at the width that they have, each with its table.

import { h, refill, s } from "./dom.js";

/** The room around a chart, for its axes. */
export const MARGIN = { left: 52, right: 12, top: 10, bottom: 26 };

/** A figure that draws itself again at another width: `draw(width)` gives an SVG element; `rows` are the table. */
export function chart({ title, note = "", draw, heads, rows, legend = [] }) {
  const holder = h("div", { class: "chart" });
  let last = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (!width || width === last) return;
    last = width;
    refill(holder, draw(width));
  }).observe(holder);
  return h(
    "figure",
    { class: "panel" },
    h(
      "figcaption",
      {},
      h("strong", {}, title),
      note && h("span", { class: "muted" }, ` ${note}`),
      legend.length
        ? h(
            "span",
            { class: "legend" },
            legend.map(([name, kind]) => h("span", { class: `key ${kind}` }, name)),
          )
        : null,
    ),
    holder,
    h(
      "details",
      { class: "data" },
      h("summary", {}, "Table"),
      h(
        "div",
        { class: "scroller", tabindex: "0", role: "region", "aria-label": `${title}, table` },
        tableOf(heads, rows),
      ),
    ),
  );
}

const tableOf = (heads, rows) =>
  h(
    "table",
    {},
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        heads.map((head, at) => h("th", { scope: "col", class: at && "number" }, head)),
      ),
    ),
    h(
      "tbody",
      {},
      rows.map((row) =>
        h(
          "tr",
          {},
          row.map((cell, at) => (at ? h("td", { class: "number" }, cell ?? "") : h("th", { scope: "row" }, cell))),
        ),
      ),
    ),
  );

/** An image that a screen reader names by `label`. */
export const canvas = (width, height, label, ...children) =>
  s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, children);

/** What maps values between `from` and `to` to places between `start` and `end`. */
export const scale = (from, to, start, end) => (value) =>
  to === from ? (start + end) / 2 : start + ((value - from) / (to - from)) * (end - start);

/** Round steps from `low` to `high`, about `wanted` of them. */
export function ticks(low, high, wanted = 4) {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((times) => times * power).find((one) => one >= rough * 0.999);
  const made = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-6; at++)
    made.push(Number((at * step).toPrecision(12)));
  return made;
}

/** A number as an axis shows it. */
export const short = (value) =>
  value !== 0 && Math.abs(value) < 0.001
    ? value.toExponential(0)
    : Math.abs(value) >= 10000
      ? `${Number((value / 1000).toPrecision(3))}k`
      : String(Number(value.toPrecision(3)));

/** Lines across at some values, each with its number. */
export function grid(width, height, y, values, format = short) {
  return values.map((value) => [
    s("line", {
      class: value === 0 ? "axis" : "grid",
      x1: MARGIN.left,
      x2: width - MARGIN.right,
      y1: y(value),
      y2: y(value),
    }),
    s("text", { x: MARGIN.left - 6, y: y(value) + 4, "text-anchor": "end" }, format(value)),
  ]);
}

/** As many words below the axis as have room. */
export function below(height, places, room) {
  let free = -Infinity;
  return places.map(([x, text]) => {
    if (x - free < room) return null;
    free = x;
    return s("text", { x, y: height - 8, "text-anchor": "middle" }, text);
  });
}

/** Lines over numbers: series [{name, kind, points: [[x, y]]}]. */
export function lines(width, { series, label, height = 200 }) {
  const points = series.flatMap((one) => one.points);
  const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
  let [low, high] = [Math.min(...ys), Math.max(...ys)];
  const air = (high - low || Math.abs(high) || 1) * 0.05;
  [low, high] = [low >= 0 && low - air < 0 ? 0 : low - air, high + air];
  const x = scale(Math.min(...xs), Math.max(...xs), MARGIN.left, width - MARGIN.right - 8);
  const y = scale(low, high, height - MARGIN.bottom, MARGIN.top);
  const marks = ticks(Math.min(...xs), Math.max(...xs), Math.max(2, Math.floor(width / 110)));
  return canvas(
    width,
    height,
    label,
    grid(width, height, y, ticks(low, high)),
    below(
      height,
      marks.map((value) => [x(value), short(value)]),
      40,
    ),
    series.map((one) => [
      s("polyline", {
        class: `line ${one.kind}`,
        points: one.points.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(" "),
      }),
      one.points.length <= 40 &&
        one.points.map(([a, b]) =>
          s(
            "circle",
            { class: `point ${one.kind}`, cx: x(a), cy: y(b), r: 2.5 },
            s("title", {}, `${one.name}: ${short(b)} at ${short(a)}`),
          ),
        ),
    ]),
  );
}

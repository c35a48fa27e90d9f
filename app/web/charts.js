// Charts as SVG from plain data, drawn at the width that they have, each with its table.

import { h, refill, s } from "./dom.js";

const MARGIN = { left: 52, right: 12, top: 10, bottom: 26 };

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

const canvas = (width, height, label, ...children) =>
  s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, children);

const scale = (from, to, start, end) => (value) =>
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

const short = (value) =>
  value !== 0 && Math.abs(value) < 0.001
    ? value.toExponential(0)
    : Math.abs(value) >= 10000
      ? `${Number((value / 1000).toPrecision(3))}k`
      : String(Number(value.toPrecision(3)));

function grid(width, height, y, values, format = short) {
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

// As many words below the axis as have room.
function below(height, places, room) {
  let free = -Infinity;
  return places.map(([x, text]) => {
    if (x - free < room) return null;
    free = x;
    return s("text", { x, y: height - 8, "text-anchor": "middle" }, text);
  });
}

/** Lines over numbers: series [{name, kind, points: [[x, y]]}]. */
export function lines(width, { series, label, height = 200, xName = "" }) {
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
    xName && s("text", { x: width - MARGIN.right, y: height - 8, "text-anchor": "end" }, xName),
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

/** Sentiment day by day: net above (points, and the pooled week as a line), the numbers of items below. */
export function days(width, rows) {
  const [upper, lower, gap] = [130, 90, 22];
  const height = upper + gap + lower + MARGIN.bottom;
  const time = rows.map((row) => Date.parse(row.date));
  const span = (Math.max(...time) - Math.min(...time)) / 864e5 + 1;
  const room = width - MARGIN.left - MARGIN.right;
  const bar = Math.max(1.5, Math.min(18, (room / span) * 0.7));
  const x = scale(Math.min(...time), Math.max(...time), MARGIN.left + bar, width - MARGIN.right - bar);
  const net = scale(-1, 1, upper, MARGIN.top);
  const most = Math.max(1, ...rows.map((row) => row.n));
  const bottom = upper + gap + lower;
  const n = scale(0, most, bottom, upper + gap);
  const rolled = rows
    .map((row, at) => [time[at], row.net_7d])
    .filter(([, value]) => value !== null && value !== undefined);
  const dayOf = (at) =>
    new Date(time[at]).toLocaleDateString(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
  return canvas(
    width,
    height,
    `Net sentiment and number of items on ${rows.length} days; the table below has the figures`,
    grid(width, height, net, [-1, -0.5, 0, 0.5, 1]),
    grid(width, height, n, [...new Set([0, Math.ceil(most)])]),
    rows.map((row, at) => {
      let from = 0;
      const said = s(
        "title",
        {},
        `${row.date}: ${row.positive} positive, ${row.neutral} neutral, ${row.negative} negative`,
      );
      const stack = ["positive", "neutral", "negative"].map((kind) => {
        const start = from;
        from += row[kind];
        return row[kind]
          ? s("rect", {
              class: `bar ${kind}`,
              x: x(time[at]) - bar / 2,
              width: bar,
              y: n(from),
              height: n(start) - n(from),
            })
          : null;
      });
      return s("g", {}, said, stack);
    }),
    rolled.length > 1 &&
      s("polyline", {
        class: "line first",
        points: rolled.map(([a, b]) => `${x(a).toFixed(1)},${net(b).toFixed(1)}`).join(" "),
      }),
    rows.map(
      (row, at) =>
        row.net !== null &&
        s(
          "circle",
          {
            class: `point ${row.net > 0 ? "positive" : row.net < 0 ? "negative" : "neutral"}`,
            cx: x(time[at]),
            cy: net(row.net),
            r: 3,
          },
          s("title", {}, `${row.date}: net ${row.net.toFixed(2)}`),
        ),
    ),
    below(
      height,
      rows.map((_, at) => [x(time[at]), dayOf(at)]),
      56,
    ),
  );
}

/** Net sentiment of groups as bars from a middle line, each with its 95% interval: rows [{name, n, net, net_low, net_high}]. */
export function nets(width, rows) {
  const line = 26;
  const height = rows.length * line + MARGIN.bottom;
  const named = Math.min(190, Math.max(84, width * 0.3));
  const x = scale(-1, 1, named + 8, width - 46);
  const fits = Math.floor(named / 7);
  return canvas(
    width,
    height,
    `Net sentiment of ${rows.length} groups; the table below has the figures`,
    [-1, -0.5, 0, 0.5, 1].map((value) => [
      s("line", {
        class: value === 0 ? "axis" : "grid",
        x1: x(value),
        x2: x(value),
        y1: 0,
        y2: height - MARGIN.bottom,
      }),
      s("text", { x: x(value), y: height - 8, "text-anchor": "middle" }, short(value)),
    ]),
    rows.map((row, at) => {
      const middle = at * line + line / 2;
      const net = row.net ?? 0;
      const kind = net > 0 ? "positive" : net < 0 ? "negative" : "neutral";
      return s(
        "g",
        {},
        s("title", {}, `${row.name}: net ${row.net === null ? "unknown" : net.toFixed(2)} of ${row.n}`),
        s(
          "text",
          { x: named, y: middle + 4, "text-anchor": "end", class: "name" },
          row.name.length > fits ? `${row.name.slice(0, fits - 1)}…` : row.name,
        ),
        s("rect", {
          class: `bar ${kind}`,
          x: Math.min(x(0), x(net)),
          width: Math.max(1.5, Math.abs(x(net) - x(0))),
          y: middle - 7,
          height: 14,
        }),
        row.net_low !== null &&
          row.net_low !== undefined &&
          s("path", {
            class: "whisker",
            d: `M${x(row.net_low)} ${middle}H${x(row.net_high)}M${x(row.net_low)} ${middle - 3}v6M${x(row.net_high)} ${middle - 3}v6`,
          }),
        s("text", { x: width - 4, y: middle + 4, "text-anchor": "end" }, String(row.n)),
      );
    }),
  );
}

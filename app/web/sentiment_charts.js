// Sentiment as charts: day by day, and of groups beside each other.

import { MARGIN, below, canvas, grid, scale, short } from "./charts.js";
import { s } from "./dom.js";

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

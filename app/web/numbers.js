// Which numbers of an answer stand for which cells: text in, parts out. Knows no page.

const TOKEN = /\[\d{1,3}\]|(?<![\p{L}\d_.#,])[$€£¥]?\d(?:[\d,]*\d)?(?:\.\d+)?(?![\d\p{L}_])%?/gu;
const SCALES = [0, 3, 6, 9, 12]; // thousand, million, ...: an answer may write a figure in another scale than its cell
const RATIOS = [1, 100, 10000, 1e-3, 1e-6, 1e-9]; // a computed share may be shown in percent or basis points

/** A number's digits in one spelling: "$ (1,250.40)" -> "1250.4". "" where there is none. */
export function canonical(text) {
  const found = /\d[\d,]*(?:\.\d+)?|\.\d+/.exec(String(text ?? ""));
  if (!found) return "";
  const [whole, part = ""] = found[0].replaceAll(",", "").split(".");
  const kept = part.replace(/0+$/, "");
  return (whole.replace(/^0+(?=\d)/, "") || "0") + (kept ? `.${kept}` : "");
}

/** The same number, `places` powers of ten smaller, exactly. */
function shifted(number, places) {
  const [whole, part = ""] = number.split(".");
  const digits = whole.padStart(places + 1, "0") + part;
  const point = digits.length - part.length - places;
  return canonical(`${digits.slice(0, point)}.${digits.slice(point)}0`);
}

/** Every spelling of a cell that an answer may use. */
function spellings(figure) {
  const value = canonical(figure.value);
  const exact = value && !/e/i.test(String(figure.value));
  return new Set(
    [canonical(figure.printed), ...(exact ? SCALES.map((scale) => shifted(value, scale)) : [])].filter(Boolean),
  );
}

/** Whether a computed value is what a number of the text shows, rounded as it is there. */
function shows(token, value) {
  const shown = Number(token.replace(/[^\d.]/g, ""));
  const places = (token.split(".")[1] ?? "").replace("%", "").length;
  return RATIOS.some((ratio) => Math.abs(Math.abs(value) * ratio - shown) <= 0.5000001 * 10 ** -places);
}

/**
 * The cells that the records of a turn use, each once, and what was computed from them.
 * A cell: {figure, document, page, label, printed, value}; a result: {value, cells}.
 */
export function sourcesOf(answers, citations) {
  const cells = new Map();
  const results = [];
  for (const answer of answers ?? []) {
    const figures = answer.explain?.figures ?? [];
    for (const figure of figures) if (figure.figure && !cells.has(figure.figure)) cells.set(figure.figure, figure);
    const used = (program) => {
      const named = figures.filter((figure) => program.includes(figure.figure));
      return named.length ? named : figures;
    };
    for (const result of answer.explain?.results ?? []) {
      results.push({ value: Number.parseFloat(result.value), cells: used(String(result.program ?? "")), answer });
    }
    if (typeof answer.value === "number")
      results.push({ value: answer.value, cells: used(String(answer.program ?? "")), answer });
  }
  for (const citation of citations ?? []) {
    if (citation.figure && !cells.has(citation.figure)) {
      const printed = String(citation.quote ?? "")
        .split(": ")
        .at(-1);
      cells.set(citation.figure, { ...citation, printed, value: "", label: citation.quote });
    }
  }
  return {
    cells: [...cells.values()],
    results: results.filter((result) => result.cells.length && Number.isFinite(result.value)),
  };
}

/**
 * What splits the texts of a turn into parts: {text}, {text, note: n} for a footnote's mark, {text, cell} for a printed figure,
 * {text, result} for a computed one, {text, quoted: citation} for a number that a cited sentence holds. Where several
 * cells show the same number, each stands for one of them, in their order.
 */
export function linker(answers, citations) {
  const { cells, results } = sourcesOf(answers, citations);
  const known = cells.map((cell) => ({ cell, spellings: spellings(cell), used: false }));
  return (text) => partsOf(text, known, results, citations ?? []);
}

function partsOf(text, known, results, citations) {
  const parts = [];
  let from = 0;
  const put = (part, start, end) => {
    if (start > from) parts.push({ text: text.slice(from, start) });
    parts.push({ text: text.slice(start, end), ...part });
    from = end;
  };
  for (const found of text.matchAll(TOKEN)) {
    const [token] = found;
    const end = found.index + token.length;
    if (token.startsWith("[")) {
      const note = Number(token.slice(1, -1));
      if (note >= 1 && note <= citations.length) put({ note }, found.index, end);
      continue;
    }
    const same = known.filter((one) => one.spellings.has(canonical(token)));
    const first = same.find((one) => !one.used) ?? same[0];
    if (first) {
      first.used = true;
      put({ cell: first.cell }, found.index, end);
      continue;
    }
    const result = results.find((one) => shows(token, one.value));
    if (result && !isYear(token)) {
      put({ result }, found.index, end);
      continue;
    }
    const quoted = citations.find((one) => !one.figure && numbersIn(one.quote).includes(canonical(token)));
    if (quoted && !isYear(token)) put({ quoted }, found.index, end);
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

const isYear = (token) => /^(?:19|20)\d\d$/.test(token);

const numbersIn = (text) => (String(text ?? "").match(/\d[\d,]*(?:\.\d+)?/g) ?? []).map(canonical);

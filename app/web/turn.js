// One turn of a conversation on the page: what was asked, the steps, the answer with its links, footnotes, how.

import { append, button, h, refill } from "./dom.js";
import { seconds, several, spoken, timeText } from "./format.js";
import { howOf, targetOf } from "./how.js";
import { linker } from "./numbers.js";
import { argumentsOf, stepOf } from "./steps.js";
import { linkTo } from "./viewer.js";

const STATUS = { refused: "Not answered", stopped: "Stopped", failed: "Not answered" };

/** A turn on the page while it runs, and when it is whole. `node` is its element. */
export class TurnView {
  #steps = new Map();
  #text = "";

  constructor(asked, at = "") {
    this.understood = h("p", { class: "understood", hidden: true });
    this.summary = h("summary", {}, "Working");
    this.list = h("ol", { class: "steps" });
    this.work = h("details", { class: "work", open: true, hidden: true }, this.summary, this.list);
    this.label = h("p", { class: "status", hidden: true });
    this.body = h("div", { class: "answer" }, h("span", { class: "working", role: "img", "aria-label": "Working" }));
    this.after = h("div", {});
    this.node = h(
      "article",
      { class: "turn", "data-status": "running" },
      h(
        "header",
        {},
        h("h2", { class: "asked" }, asked),
        at && h("time", { class: "muted", datetime: at }, timeText(at)),
      ),
      this.understood,
      this.work,
      this.label,
      this.body,
      this.after,
    );
  }

  step(record) {
    this.#steps.set(record.id, record);
    this.#drawSteps();
  }

  piece(text) {
    this.#text += text;
    refill(this.body, h("p", {}, this.#text));
    this.node.dataset.status = "writing";
  }

  /** A tool that writes waits for a yes; `decide` hears true or false. */
  approval(record, decide) {
    const buttons = [
      button("Allow", { class: "primary", on: { click: () => answer(true) } }),
      button("Decline", { on: { click: () => answer(false) } }),
    ];
    const answer = (approve) => {
      for (const one of buttons) one.disabled = true;
      decide(approve);
    };
    this.node.dataset.status = "waiting";
    refill(
      this.body,
      h(
        "div",
        { class: "approval", role: "group", "aria-label": "Your decision" },
        h("p", {}, record.question || `May ${spoken(record.tool).toLowerCase()} run?`),
        Object.values(record.arguments ?? {}).every((value) => String(record.question).includes(String(value)))
          ? null
          : argumentsOf(record.arguments),
        h("div", { class: "row" }, buttons),
      ),
    );
    buttons[0].focus();
  }

  /** It goes on after an approval. */
  resume() {
    this.node.dataset.status = "running";
    refill(this.body, h("span", { class: "working", role: "img", "aria-label": "Working" }));
  }

  /** It ended without a turn: stopped by the user, or a problem. */
  ended(status, message) {
    this.node.dataset.status = status;
    this.work.open = false;
    this.label.hidden = false;
    this.label.textContent = STATUS[status] ?? status;
    refill(
      this.body,
      this.#text && h("p", {}, this.#text),
      h("p", { class: status === "failed" ? "error" : "muted" }, message),
    );
  }

  turn(record) {
    for (const step of record.steps ?? []) this.#steps.set(step.id, step);
    this.#drawSteps();
    this.work.open = false;
    this.node.dataset.status = record.status;
    this.label.hidden = record.status === "answered";
    this.label.textContent = STATUS[record.status] ?? "";
    this.understood.hidden = !record.understood || record.understood === record.asked;
    refill(this.understood, h("span", { class: "muted" }, "Understood as "), record.understood);
    refill(this.body, paragraphs(record));
    refill(
      this.after,
      record.status === "answered" ? null : nearest(record),
      remembered(record.notes),
      footnotes(record),
      how(record),
    );
  }

  #drawSteps() {
    const steps = [...this.#steps.values()];
    this.work.hidden = !steps.length;
    const running = steps.some((step) => step.status === "running");
    const total = steps.reduce((sum, step) => sum + (step.seconds || 0), 0);
    const failed = steps.filter((step) => step.status === "failed").length;
    this.summary.textContent = running
      ? `${spoken(steps.find((step) => step.status === "running").tool)} …`
      : `${several(steps.length, "step")}, ${seconds(total)}${failed ? `, ${failed} failed` : ""}`;
    refill(this.list, steps.map(stepOf));
  }
}

function paragraphs(record) {
  const text = record.text || record.reason || "";
  const texts = text.split(/\n{2,}/).filter((one) => one.trim());
  const parts = linker(record.answers, record.citations);
  return texts.map((one) =>
    append(
      h("p", {}),
      parts(one).map((part) => linked(part, record)),
    ),
  );
}

function linked(part, record) {
  if (part.note) {
    const options = { at: part.note - 1, class: "link note", "aria-label": `Source ${part.note}` };
    return h("sup", {}, linkTo(String(part.note), record.citations.map(cited), options));
  }
  if (part.cell)
    return number(part.text, `${part.cell.label}, ${part.cell.document}, page ${part.cell.page}`, [
      targetOf(part.cell),
    ]);
  if (part.result) {
    const targets = part.result.cells.map(targetOf);
    return number(part.text, `computed from ${several(targets.length, "cell")}`, targets, {
      class: "link figure computed",
      heading: `${part.text} is computed from`,
    });
  }
  if (part.quoted)
    return number(part.text, `quoted from ${part.quoted.document}, page ${part.quoted.page}`, [cited(part.quoted)]);
  return part.text;
}

const number = (text, what, targets, options = {}) =>
  linkTo(text, targets, { class: "link figure", title: what, "aria-label": `${text}, ${what}`, ...options });

/** A citation as something that the viewer opens. */
function cited(citation) {
  const [label, printed] = citation.figure ? splitQuote(citation.quote) : ["", ""];
  return { ...citation, label, printed };
}

// A cell's quote is "label [column]: printed" (chains.answer.quote_of).
function splitQuote(quote) {
  const at = String(quote ?? "").lastIndexOf(": ");
  return at < 0 ? [quote ?? "", ""] : [quote.slice(0, at), quote.slice(at + 2)];
}

function footnotes(record) {
  const citations = record.status === "answered" ? (record.citations ?? []) : [];
  if (!citations.length) return null;
  return h(
    "ol",
    { class: "footnotes", "aria-label": "Sources" },
    citations.map((citation, at) =>
      h(
        "li",
        {},
        linkTo(`${citation.document}, page ${citation.page}`, citations.map(cited), { at }),
        " ",
        h("span", { class: "quote" }, citation.quote),
      ),
    ),
  );
}

function nearest(record) {
  const figures = (record.answers ?? []).flatMap((answer) => answer.explain?.nearest ?? []);
  if (!figures.length) return null;
  return h(
    "div",
    { class: "nearest" },
    h("p", { class: "muted" }, "Nearest in the documents:"),
    h(
      "ul",
      {},
      figures
        .slice(0, 5)
        .map((figure, at) =>
          h(
            "li",
            {},
            `${figure.label}: `,
            number(figure.printed, `${figure.document}, page ${figure.page}`, figures.map(targetOf), { at }),
            h("span", { class: "muted" }, ` ${figure.document}, page ${figure.page}`),
          ),
        ),
    ),
  );
}

const remembered = (notes) =>
  notes?.length
    ? h(
        "div",
        { class: "remembered" },
        h("span", { class: "muted" }, "Used what you asked to remember: "),
        notes.map((note) => h("q", {}, note)),
      )
    : null;

function how(record) {
  const answers = record.answers ?? [];
  if (!answers.length) return null;
  const sure = answers.filter((answer) => answer.status === "answered").map((answer) => answer.confidence);
  const told = sure.length ? `How, confidence ${Math.min(...sure).toFixed(2)}` : "How";
  const details = h("details", { class: "how" }, h("summary", {}, told));
  // Long panels are built when they are first opened.
  details.addEventListener("toggle", () => details.childElementCount === 1 && append(details, answers.map(howOf)), {
    once: true,
  });
  return details;
}

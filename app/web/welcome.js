// An empty conversation, and the choice of the document to ask.

import { get, Problem } from "./api.js";
import { button, h, refill } from "./dom.js";
import { fiscal, several } from "./format.js";

let documents = [];

/** Read which documents there are, and offer them in `scope`, a select. */
export async function listScopes(scope) {
  try {
    documents = await get("/v1/documents");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return;
  }
  const chosen = scope.value;
  refill(
    scope,
    h("option", { value: "" }, "All documents"),
    documents.map((one) => h("option", { value: one.document }, one.document)),
  );
  scope.value = documents.some((one) => one.document === chosen) ? chosen : "";
}

/** What an empty conversation shows: which documents there are, and questions to begin with, which go to `say`. */
export function welcome(log, say) {
  const questions = documents
    .filter((one) => one.company && one.fiscal_year)
    .slice(0, 4)
    .map((one, at) => {
      const when = one.fiscal_quarter
        ? `Q${one.fiscal_quarter} of fiscal ${one.fiscal_year}`
        : `fiscal ${one.fiscal_year}`;
      return [
        `What was ${one.company}'s net income in ${when}?`,
        `How much did ${one.company}'s revenue grow in ${when}?`,
      ][at % 2];
    });
  refill(
    log,
    h(
      "div",
      { class: "welcome" },
      h("h2", {}, "Ask the reports"),
      documents.length
        ? h(
            "p",
            { class: "muted" },
            `${several(documents.length, "document")}: ${documents
              .slice(0, 6)
              .map((one) =>
                [one.company || one.document, one.form, fiscal(one.fiscal_year, one.fiscal_quarter)]
                  .filter(Boolean)
                  .join(" "),
              )
              .join(", ")}${documents.length > 6 ? " …" : ""}`,
          )
        : h(
            "p",
            {},
            "There is no document yet. ",
            h("a", { href: "#/documents" }, "Add a report"),
            " to ask about it.",
          ),
      h(
        "ul",
        {},
        questions.map((question) =>
          h("li", {}, button(question, { class: "link", on: { click: () => say(question) } })),
        ),
      ),
      h(
        "p",
        { class: "muted" },
        "Every number is a cell of a document, or computed from cells. Follow it to its page.",
      ),
    ),
  );
}

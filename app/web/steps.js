// The steps of a turn: which tool, with which arguments, how long, and what it said.

import { h } from "./dom.js";
import { seconds, spoken } from "./format.js";

const MOST_SAID = 600; // characters of what a tool gave

/** A step as an entry of a list: its tool, arguments, time, and what it gave. */
export const stepOf = (step) =>
  h(
    "li",
    { "data-status": step.status },
    h("span", { class: "step-name" }, spoken(step.tool)),
    argumentsOf(step.arguments),
    h("span", { class: "muted number" }, step.status === "running" ? "running" : seconds(step.seconds || 0)),
    step.said &&
      h(
        "p",
        { class: step.status === "failed" ? "said error" : "said muted" },
        step.said.length > MOST_SAID ? `${step.said.slice(0, MOST_SAID)} …` : step.said,
      ),
  );

// An argument in words: a list of names reads better than JSON.
const told = (value) =>
  typeof value !== "object"
    ? String(value)
    : Array.isArray(value) && value.every((one) => typeof one !== "object")
      ? value.join(", ")
      : JSON.stringify(value);

/** What a tool was called with; what is empty is passed over. */
export const argumentsOf = (given) =>
  h(
    "dl",
    { class: "arguments" },
    Object.entries(given ?? {})
      .filter(([, value]) => value !== null && value !== "" && !(Array.isArray(value) && !value.length))
      .map(([name, value]) => h("div", {}, h("dt", {}, spoken(name)), h("dd", {}, told(value)))),
  );

// Asking and following up: the conversation and the composer.

import { call, get, notice, Problem } from "./api.js";
import { announce, button, h, refill } from "./dom.js";
import { BrokenOff, eventsOf } from "./events.js";
import { addressOf, listThreads, markThread } from "./threads.js";
import { TurnView } from "./turn.js";
import { listScopes, welcome } from "./welcome.js";

const LONGEST = 4000; // characters; the server refuses more
const BROKEN_OFF = "The connection broke off before the answer was whole; ask again.";
const state = { thread: null, running: null, shown: 0 };
let parts = null;

/** Build the view into `root`. */
export function mountChat(root) {
  const log = h("div", { class: "log", id: "log" });
  const text = h("textarea", {
    id: "question",
    rows: "1",
    maxlength: String(LONGEST),
    placeholder: "Ask about the documents",
    "aria-label": "Question",
    on: { keydown: onKey, input: grow },
  });
  const scope = h(
    "select",
    { id: "scope", "aria-label": "Documents to ask" },
    h("option", { value: "" }, "All documents"),
  );
  const ask = h("button", { type: "submit", class: "primary", id: "ask" }, "Ask");
  const stop = button("Stop", { id: "stop", hidden: true, on: { click: () => state.running?.abort() } });
  const form = h(
    "form",
    { class: "composer", on: { submit: onSubmit } },
    text,
    h("div", { class: "row" }, scope, h("span", { class: "spring" }), stop, ask),
  );
  refill(root, h("h1", { class: "unseen" }, "Ask"), h("div", { class: "log-holder" }, log), form);
  parts = { root, log, text, scope, ask, stop, form };
  document.addEventListener("online-again", listThreads);
  document.addEventListener("documents-changed", offer);
  listThreads();
  offer();
}

const greet = () => welcome(parts.log, say);

async function offer() {
  await listScopes(parts.scope);
  if (parts.log.querySelector(".welcome")) greet();
}

/** Show a conversation, or a new one where `thread` is null. */
export async function openThread(thread) {
  if (thread === state.thread && (parts.log.childElementCount || !thread)) {
    if (!thread && !parts.log.childElementCount) greet();
    return;
  }
  state.running?.abort();
  state.thread = thread;
  const run = ++state.shown;
  markThread(state.thread);
  refill(parts.log);
  if (!thread) {
    greet();
    return;
  }
  try {
    const { turns, approval } = await get(`/v1/threads/${encodeURIComponent(thread)}`);
    if (run !== state.shown) return;
    for (const turn of turns) {
      const view = new TurnView(turn.asked, turn.at);
      view.turn(turn);
      parts.log.append(view.node);
    }
    if (approval) {
      const view = new TurnView(approval.asked);
      parts.log.append(view.node);
      decide(view, approval);
    } else if (!turns.length) greet();
    toEnd();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (run === state.shown)
      refill(
        parts.log,
        h(
          "p",
          { class: "error", role: "alert" },
          error.status === 404 ? `There is no conversation “${thread}” (any more).` : error.message,
        ),
      );
  }
}

/** Put the cursor into the question. */
export const focusQuestion = () => parts.text.focus();

// --- asking --------------------------------------------------------------------------------------------------------

function onKey(event) {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    parts.form.requestSubmit();
  } else if (event.key === "Escape" && state.running) {
    event.stopPropagation();
    state.running.abort();
  }
}

function grow() {
  parts.text.rows = Math.min(8, Math.max(1, parts.text.value.split("\n").length));
}

function onSubmit(event) {
  event.preventDefault();
  const text = parts.text.value.trim();
  if (!text || state.running) return;
  parts.text.value = "";
  grow();
  say(text);
}

/** Ask `text` in the conversation that is open. */
export async function say(text) {
  parts.log.querySelector(".welcome")?.remove();
  const view = new TurnView(text);
  parts.log.append(view.node);
  toEnd();
  const body = { text, thread: state.thread };
  if (parts.scope.value) body.document = parts.scope.value;
  await follow(view, "/v1/chat", body);
}

async function follow(view, path, body) {
  const running = new AbortController();
  state.running = running;
  const shown = state.shown;
  busy(true);
  announce("Working");
  let whole = false;
  try {
    const response = await call(path, { method: "POST", json: body, signal: running.signal });
    for await (const { type, record } of eventsOf(response)) {
      if (type === "thread") named(record.thread ?? record.name, shown);
      else if (type === "step") view.step(record);
      else if (type === "piece") view.piece(record.text);
      else if (type === "ask" || type === "approval") {
        whole = true;
        named(record.thread, shown);
        decide(view, record);
      } else if (type === "turn") {
        whole = true;
        view.turn(record);
        named(record.thread, shown);
        announce(
          record.status === "answered" ? `Answer: ${record.text}` : `Not answered: ${record.reason || record.text}`,
        );
      } else if (type === "error") {
        if (!body.thread) unnamed(shown);
        throw new Problem(record.error?.message ?? record.message ?? "The server could not answer this.");
      }
      toEnd(true);
    }
    if (!whole) throw new BrokenOff();
  } catch (error) {
    if (error.name === "AbortError") view.ended("stopped", "You stopped this.");
    else
      view.ended(
        "failed",
        error instanceof Problem
          ? error.message
          : error instanceof BrokenOff
            ? BROKEN_OFF
            : "The page could not show this answer; it is kept: load the page again.",
      );
    notice("");
    announce(error.message);
    if (![Problem, BrokenOff, DOMException].some((kind) => error instanceof kind)) throw error;
  } finally {
    if (state.running === running) {
      state.running = null;
      busy(false);
    }
    listThreads();
    toEnd(true);
  }
}

/** Ask what a turn waits for, and go on with the answer. */
function decide(view, record) {
  view.approval(record, (approve) => {
    view.resume();
    follow(view, "/v1/chat/decision", { thread: record.thread, approve });
  });
  announce(`A decision is needed: ${record.question}`);
}

// The server names a new conversation; the address then leads to it.
function named(thread, shown) {
  if (!thread || state.thread || shown !== state.shown) return;
  state.thread = thread;
  markThread(state.thread);
  if (document.body.dataset.view === "chat") history.replaceState(null, "", addressOf(thread));
}

// A first turn that failed is kept nowhere: its address would lead to a conversation that there is not.
function unnamed(shown) {
  if (shown !== state.shown) return;
  state.thread = null;
  markThread(null);
  if (document.body.dataset.view === "chat") history.replaceState(null, "", addressOf(null));
}

function busy(yes) {
  parts.stop.hidden = !yes;
  parts.ask.disabled = yes;
  parts.root.setAttribute("aria-busy", String(yes));
}

// Follows what is written while the reader is near the end; a turn that is higher than the view is shown from its top.
function toEnd(gently = false) {
  const holder = parts.log.parentElement;
  const left = holder.scrollHeight - holder.scrollTop - holder.clientHeight;
  const last = parts.log.lastElementChild;
  if (!last || (gently && left > 0.75 * holder.clientHeight)) return;
  const top = last.getBoundingClientRect().top - holder.getBoundingClientRect().top + holder.scrollTop - 12;
  if (!gently || top > holder.scrollTop) holder.scrollTop = Math.min(top, holder.scrollHeight);
}

// Calls of the server: one place for the token, waiting when it is busy, and what is said when something is wrong.

import { announce, h, refill } from "./dom.js";

const LONGEST_WAIT = 60; // seconds that a busy server may ask us to wait
const MOST_TRIES = 6;

/** What went wrong, as one line that can be shown. */
export class Problem extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status;
  }
}

const KNOWN = {
  401: "A token is needed.",
  403: "The server refused this request.",
  404: "That is not there (any more).",
  413: "This is larger than the server takes.",
  429: "The server is busy.",
  500: "The server could not do this; its log says why.",
  503: "The server is not ready yet.",
};

/** The problem that a response tells of. */
export function problemOf(status, body) {
  let said;
  try {
    const read = typeof body === "string" ? JSON.parse(body) : body;
    said = read?.error?.message ?? (typeof read?.detail === "string" ? read.detail : "");
  } catch {
    said = "";
  }
  const known = KNOWN[status] ?? `The server answered ${status}.`;
  return new Problem(status === 413 && said ? `${KNOWN[413].slice(0, -1)}: ${said}` : said || known, status);
}

const sleep = (seconds, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("stopped", "AbortError"));
    });
  });

/** Seconds to wait that a response asks for. */
export function retryAfter(header) {
  const asked = Number(header);
  return Math.min(LONGEST_WAIT, Number.isFinite(asked) && asked > 0 ? asked : 2);
}

/** A response that is well; waits where the server is busy, asks for the token where one is needed. */
export async function call(path, { method = "GET", json, body, signal, onWait } = {}) {
  const headers = json === undefined ? {} : { "Content-Type": "application/json" };
  for (let tries = 1; ; tries++) {
    let response;
    try {
      response = await fetch(path, { method, headers, body: json === undefined ? body : JSON.stringify(json), signal });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      offline();
      throw new Problem("The server does not answer.");
    }
    online();
    if (response.ok) return response;
    if (response.status === 401 && (await token())) continue;
    if (response.status === 429 && tries < MOST_TRIES) {
      const seconds = retryAfter(response.headers.get("Retry-After"));
      await response.body?.cancel();
      onWait?.(seconds);
      notice(`The server is busy: trying again in ${Math.ceil(seconds)} s.`);
      await sleep(seconds, signal);
      notice("");
      continue;
    }
    throw problemOf(response.status, await response.text());
  }
}

/** The JSON of a response. */
export const get = async (path, options) => (await call(path, options)).json();

/** Send files by a form; `onShare` hears 0..1 as the bytes leave. Gives the JSON of the answer. */
export async function send(path, file, { onShare, signal } = {}) {
  for (let tries = 1; ; tries++) {
    const answer = await sendOnce(path, file, onShare, signal);
    if (answer.status >= 200 && answer.status < 300) return JSON.parse(answer.text);
    if (answer.status === 401 && (await token())) continue;
    if (answer.status === 429 && tries < MOST_TRIES) {
      const seconds = retryAfter(answer.retry);
      notice(`The server is busy: trying again in ${Math.ceil(seconds)} s.`);
      await sleep(seconds, signal);
      notice("");
      continue;
    }
    throw problemOf(answer.status, answer.text);
  }
}

// fetch tells nothing of bytes on their way; XMLHttpRequest does.
function sendOnce(path, file, onShare, signal) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append("file", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.upload.onprogress = (event) => event.lengthComputable && onShare?.(event.loaded / event.total);
    request.onload = () =>
      resolve({ status: request.status, text: request.responseText, retry: request.getResponseHeader("Retry-After") });
    // A server that refuses a large body may close the connection before it has read it all.
    request.onerror = async () => {
      const alive = await reachable();
      if (!alive) offline();
      reject(
        new Problem(
          alive ? "The server broke off the upload; the file may be too large for it." : "The server does not answer.",
        ),
      );
    };
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

// --- what is said above the page ---------------------------------------------------------------------------------

const bar = () => document.getElementById("notice");
let away = false;

/** One line above the page; "" takes it away. */
export function notice(text, kind = "busy") {
  if (away && kind !== "offline") return;
  const node = bar();
  node.hidden = !text;
  node.dataset.kind = kind;
  refill(node, text);
  if (text) announce(text);
}

async function reachable() {
  try {
    return (await fetch("/healthz", { cache: "no-store" })).status < 500;
  } catch {
    return false;
  }
}

/** The server is gone: say so, and look every few seconds whether it is back. */
export async function offline() {
  if (away) return;
  away = true;
  notice("The server does not answer. Is finagent serve still running? Looking again every few seconds.", "offline");
  while (away) {
    await sleep(2);
    if (away && (await reachable())) online();
  }
}

function online() {
  if (!away) return;
  away = false;
  notice("");
  announce("The server answers again.");
  document.dispatchEvent(new CustomEvent("online-again"));
}

// --- the token ---------------------------------------------------------------------------------------------------

let asking = null;

/** Ask for the token once, however many calls need it. True when the server took it, false when the user gave up. */
function token() {
  asking ??= askForToken().finally(() => (asking = null));
  return asking;
}

function askForToken() {
  return new Promise((resolve) => {
    const field = h("input", { type: "password", id: "token", autocomplete: "current-password", required: true });
    const wrong = h("p", { class: "error", role: "alert", hidden: true }, "That token is not the right one.");
    const form = h(
      "form",
      { method: "dialog" },
      h("h2", {}, "A token is needed"),
      h("p", { class: "muted" }, "It was set with FINAGENT_TOKEN or --token when finagent serve was started."),
      h("label", { for: "token" }, "Token"),
      field,
      wrong,
      h("div", { class: "row end" }, h("button", { type: "submit", class: "primary" }, "Continue")),
    );
    const dialog = h("dialog", { class: "confirm", "aria-label": "Token" }, form);
    let taken = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      // The answer sets a cookie, which images and uploads carry too; the token itself is kept nowhere in the page.
      await fetch(`/?token=${encodeURIComponent(field.value)}`).catch(() => null);
      taken = (await fetch("/v1/threads").catch(() => null))?.ok === true;
      wrong.hidden = taken;
      if (taken) dialog.close();
      else field.select();
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(taken);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

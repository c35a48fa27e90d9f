// The page's frame: which view is shown, the colours, the keys that work everywhere.

import { focusQuestion, mountChat, openThread } from "./chat.js";
import { announce } from "./dom.js";
import { closeViewer, openPage } from "./viewer.js";

const VIEWS = {
  chat: { title: "Ask", open: async (name) => openThread(name || null) },
  documents: { title: "Documents", load: () => import("./documents.js") },
  news: { title: "News", load: () => import("./news.js") },
  adapters: { title: "Adapters", load: () => import("./adapters.js") },
};

const byId = (id) => document.getElementById(id);
const loaded = new Map();

/** "#/documents/name/7" -> ["documents", "name", "7"]; what cannot be read is the chat. */
function route() {
  let parts;
  try {
    parts = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  } catch {
    parts = ["chat"];
  }
  return Object.hasOwn(VIEWS, parts[0]) ? parts : ["chat"];
}

async function go() {
  const [name, ...rest] = route();
  const view = VIEWS[name];
  document.title = `${view.title} · finagent`;
  for (const key of Object.keys(VIEWS)) byId(`view-${key}`).hidden = key !== name;
  for (const link of document.querySelectorAll("#nav a")) {
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.body.dataset.view = name;
  byId("threads-toggle").setAttribute("aria-expanded", "false");
  if (!loaded.has(name)) {
    loaded.set(name, view);
    if (view.load) {
      const module = await view.load();
      view.open = module.open;
      module.mount(byId(`view-${name}`));
    }
  }
  if (name === "news" || name === "adapters") closeViewer();
  if (name === "documents" && rest[0] && /^\d+$/.test(rest[1] ?? ""))
    openPage(rest[0], Number(rest[1]), rest[2] || null);
  await view.open(...rest);
}

function colours() {
  const chosen = byId("theme");
  chosen.value = document.documentElement.dataset.theme ?? "auto";
  chosen.addEventListener("change", () => {
    if (chosen.value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen.value;
    try {
      localStorage.setItem("theme", chosen.value);
    } catch {
      announce("The choice is kept until the page is closed.");
    }
  });
}

function keys(event) {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || document.querySelector("dialog[open]");
  if (
    event.key === "/" &&
    !typing &&
    !event.ctrlKey &&
    !event.metaKey &&
    !event.altKey &&
    document.body.dataset.view === "chat"
  ) {
    event.preventDefault();
    focusQuestion();
  } else if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    closeViewer();
  }
}

byId("threads-toggle").addEventListener("click", (event) => {
  const open = event.currentTarget.getAttribute("aria-expanded") !== "true";
  event.currentTarget.setAttribute("aria-expanded", String(open));
});
// A new conversation, also while the address is already that of one.
byId("new").addEventListener("click", () => {
  if (location.hash === "#/chat") openThread(null);
  focusQuestion();
});
mountChat(byId("view-chat"));
colours();
addEventListener("hashchange", go);
document.addEventListener("keydown", keys);
// A token in the address is in the history of the browser: it is taken out once the server has made a cookie of it.
if (new URLSearchParams(location.search).has("token"))
  history.replaceState(null, "", location.pathname + location.hash);
go();
if (document.body.dataset.view === "chat" && matchMedia("(pointer: fine)").matches) focusQuestion();

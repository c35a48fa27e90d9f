// The list of conversations: opening one, removing one.

import { call, get, notice, Problem } from "./api.js";
import { button, confirmed, h, icon, refill } from "./dom.js";
import { several, timeText } from "./format.js";

let marked = null;
const holder = () => document.getElementById("threads");

/** Where a conversation is found; null is a new one. */
export const addressOf = (thread) => (thread ? `#/chat/${encodeURIComponent(thread)}` : "#/chat");

/** Draw the list anew from the server. */
export async function listThreads() {
  let list;
  try {
    list = await get("/v1/threads");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return;
  }
  refill(
    holder(),
    list.length
      ? list.map((one) => {
          const title = one.title || one.name;
          return h(
            "li",
            { data: { thread: one.name } },
            h("a", { href: addressOf(one.name), title: `${several(one.turns, "turn")}, ${timeText(one.last)}` }, title),
            button(icon("bin"), {
              class: "plain remove",
              "aria-label": `Remove the conversation ${title}`,
              on: { click: () => removeThread(one, title) },
            }),
          );
        })
      : h("li", { class: "muted" }, "None yet"),
  );
  markThread();
}

/** Mark the conversation that is open. Also from another view the way back leads to it. */
export function markThread(thread = marked) {
  marked = thread;
  document.querySelector("#nav a[data-view=chat]").href = addressOf(marked);
  for (const one of holder().children) {
    const link = one.querySelector("a");
    if (one.dataset.thread === marked) link?.setAttribute("aria-current", "page");
    else link?.removeAttribute("aria-current");
  }
}

async function removeThread(one, title) {
  if (
    !(await confirmed(
      `Remove the conversation “${title}” with its ${several(one.turns, "turn")}? This cannot be undone.`,
      "Remove",
    ))
  )
    return;
  try {
    await call(`/v1/threads/${encodeURIComponent(one.name)}`, { method: "DELETE" });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    notice(error.message, "error");
    return;
  }
  if (marked === one.name) location.hash = "#/chat";
  await listThreads();
}

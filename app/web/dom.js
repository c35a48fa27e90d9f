// Elements from plain data. Text only ever becomes a text node: nothing here reads markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, options, children) {
  for (const [name, value] of Object.entries(options ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, call] of Object.entries(value)) node.addEventListener(event, call);
    else if (name === "data") Object.assign(node.dataset, value);
    else node.setAttribute(name === "className" ? "class" : name, value === true ? "" : String(value));
  }
  append(node, children);
  return node;
}

/** Put nodes and texts behind what `node` has; null, undefined and false are passed over. */
export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** An HTML element with attributes, `on: {event: call}`, `data: {name: value}`, and children (nodes or texts). */
export const h = (tag, options, ...children) => fill(document.createElement(tag), options, children);

/** The same for SVG. */
export const s = (tag, options, ...children) => fill(document.createElementNS(SVG, tag), options, children);

/** A button that submits nothing. */
export const button = (label, options, ...children) => h("button", { type: "button", ...options }, label, ...children);

/** An icon of the page's own sheet; it is decoration and has no name for a screen reader. */
export const icon = (name) =>
  s(
    "svg",
    { class: "icon", viewBox: "0 0 16 16", "aria-hidden": "true", focusable: "false" },
    s("path", { d: ICONS[name] }),
  );

const ICONS = {
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  left: "M10 3 5 8l5 5",
  right: "M6 3l5 5-5 5",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  bin: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.7 9h5.6l.7-9",
  upload: "M8 11V2.5M4.5 6 8 2.5 11.5 6M2.5 11v2.5h11V11",
};

/** Replace all that `node` holds. */
export function refill(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/** Say something to a screen reader, without moving the focus. */
export function announce(text) {
  document.getElementById("said").textContent = text;
}

/** A yes or no, in the page's own dialog: resolves to true or false. The focus returns to where it was. */
export function confirmed(question, yes) {
  return new Promise((resolve) => {
    const no = button("Cancel", { on: { click: () => dialog.close("no") } });
    const sure = button(yes, { class: "danger", on: { click: () => dialog.close("yes") } });
    const dialog = h(
      "dialog",
      { class: "confirm", "aria-label": yes },
      h("p", {}, question),
      h("div", { class: "row end" }, no, sure),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}

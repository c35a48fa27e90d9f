// Files on their way in: first their bytes leave, then the server reads them. One line a file.

import { get, Problem, send } from "./api.js";
import { announce, button, h, icon } from "./dom.js";
import { percent } from "./format.js";

const EVERY = 400; // ms between two looks at how far the reading is
const SENT = 0.3; // the part of the bar that stands for the bytes
const SAID = {
  waiting: "waiting to be read",
  added: "added",
  unchanged: "in the library already",
  updated: "read anew",
};

/** A list of uploads; `onDone` is called when one has been read. Files go one after the other. */
export class Uploads {
  #queue = Promise.resolve();
  #onDone;

  constructor({ onDone }) {
    this.#onDone = onDone;
    this.node = h("ul", { class: "uploads", "aria-label": "Uploads" });
  }

  add(files) {
    for (const file of files) {
      const line = new Line(file);
      this.node.append(line.node);
      this.#queue = this.#queue.then(() => this.#run(line, file));
    }
  }

  /** Show what an earlier visit sent and the server has not read yet. */
  async resume() {
    const known = await get("/v1/uploads").catch((error) => (error instanceof Problem ? [] : Promise.reject(error)));
    for (const upload of known.filter((one) => ["waiting", "reading"].includes(one.status)).reverse()) {
      const line = new Line(upload);
      this.node.append(line.node);
      this.#follow(line, upload).catch((error) => line.failed(error.message));
    }
  }

  async #run(line, file) {
    try {
      const [upload] = await send("/v1/documents", file, {
        onShare: (share) => line.share(share * SENT, `sending, ${percent(share)}`),
      });
      await this.#follow(line, upload);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      line.failed(error.message);
    }
  }

  async #follow(line, upload) {
    let told = upload;
    while (["waiting", "reading"].includes(told.status)) {
      const waiting = told.error ? `waits: ${told.error}` : SAID.waiting;
      line.share(
        SENT + (1 - SENT) * (told.share ?? 0),
        told.status === "reading" ? `reading, ${percent(told.share ?? 0)}` : waiting,
      );
      await new Promise((resolve) => setTimeout(resolve, EVERY));
      told = await get(`/v1/uploads/${encodeURIComponent(upload.upload)}`);
    }
    if (told.status === "failed") line.failed(told.error || "it could not be read");
    else line.done(told.document, SAID[told.status] ?? told.status);
    await this.#onDone();
  }
}

class Line {
  constructor(file) {
    this.name = file.name;
    this.bar = h("progress", { max: "1", value: "0", "aria-label": `Upload of ${file.name}` });
    this.said = h("span", { class: "muted number" }, "waiting");
    this.close = button(icon("close"), {
      class: "plain small",
      "aria-label": `Take ${file.name} from the list`,
      hidden: true,
      on: { click: () => this.node.remove() },
    });
    this.node = h(
      "li",
      { "data-status": "running" },
      h("span", { class: "upload-name" }, file.name),
      this.bar,
      this.said,
      this.close,
    );
  }

  share(share, said) {
    this.bar.value = share;
    this.said.textContent = said;
  }

  done(document, said) {
    this.#end("done", document && document !== this.name ? `${said} as ${document}` : said);
  }

  failed(reason) {
    this.said.classList.replace("muted", "error");
    this.#end("failed", reason);
  }

  #end(status, said) {
    this.node.dataset.status = status;
    this.bar.hidden = true;
    this.close.hidden = false;
    this.said.textContent = said;
    announce(`${this.name}: ${said}`);
  }
}

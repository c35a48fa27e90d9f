// Server-sent events out of a fetched response: text/event-stream, as the HTML standard describes it.

/** Splits a stream of text into events, however it is cut: push(text) gives the events that it completes. */
export class EventParser {
  #rest = "";
  #type = "";
  #data = [];

  push(text) {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line) {
    if (line === "") {
      const done = this.#data.length ? [{ type: this.#type || "message", data: this.#data.join("\n") }] : [];
      this.#type = "";
      this.#data = [];
      return done;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#type = value;
    else if (field === "data") this.#data.push(value);
    return [];
  }
}

/** The connection ended before the stream did. */
export class BrokenOff extends Error {}

/** The events of a response, one by one: {type, record}. What is no JSON is passed over. */
export async function* eventsOf(response) {
  const parser = new EventParser();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error) => {
        throw error.name === "AbortError" ? error : new BrokenOff(error.message);
      });
      for (const { type, data } of parser.push(done ? "\n\n" : value)) {
        const record = parsed(data);
        if (record !== undefined) yield { type, record };
      }
      if (done) return;
    }
  } finally {
    reader.cancel().catch(() => null);
  }
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

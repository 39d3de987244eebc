// Messages on their way: each has an id of its own, so that sending it twice is sending it once. What failed stays, with Retry.

import { freshId, post } from "../shared/api.js";

const KEPT = "rapport.unsent";

export class Outbox {
  constructor(listener) {
    this.listener = listener;
    this.unsent = new Map();
  }

  // Failed messages outlive a reload of the page.
  restore() {
    for (const message of JSON.parse(sessionStorage.getItem(KEPT) ?? "[]")) {
      this.unsent.set(message.id, message);
      this.listener.pending(message);
      this.listener.failed(message);
    }
  }

  send(text) {
    const message = { id: freshId(), text, error: "" };
    this.unsent.set(message.id, message);
    this.listener.pending(message);
    return this.#attempt(message);
  }

  retry(id) {
    const message = this.unsent.get(id);
    if (message) this.#attempt(message);
  }

  discard(id) {
    this.unsent.delete(id);
    this.#keep();
    this.listener.gone(id);
  }

  // The stream shows it: it has arrived, whatever became of the answer.
  arrived(id) {
    if (!this.unsent.delete(id)) return;
    this.#keep();
    this.listener.gone(id);
  }

  async #attempt(message) {
    message.error = "";
    this.listener.sending(message);
    try {
      await post("/api/messages", { client_msg_id: message.id, text: message.text });
      message.sent = true;
      this.listener.sent(message);
    } catch (error) {
      message.error = error.message;
      this.listener.failed(message);
    }
    this.#keep();
  }

  #keep() {
    const failed = [...this.unsent.values()].filter((message) => !message.sent && message.error);
    sessionStorage.setItem(KEPT, JSON.stringify(failed));
  }
}

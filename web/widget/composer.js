// Where the customer writes: grows to five lines, Enter sends, Shift+Enter breaks the line.

import { el, icon } from "../shared/dom.js";

const COUNT_FROM = 500;

export class Composer {
  constructor({ most, send }) {
    this.most = most;
    this.send = send;
    this.field = el("textarea", { rows: "1", placeholder: "Write a message…", "aria-label": "Message", autocomplete: "off", enterkeyhint: "send" });
    this.count = el("p", { class: "count", id: "count", role: "status", hidden: true });
    this.button = el("button", { type: "submit", class: "send", "aria-label": "Send", disabled: true }, icon("send"));
    this.node = el("form", { class: "composer", onsubmit: (event) => this.#submit(event) }, this.count, el("div", { class: "field" }, this.field, this.button));
    this.field.addEventListener("input", () => this.#changed());
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#submit(event);
    });
  }

  focus() {
    this.field.focus({ preventScroll: true });
  }

  #changed() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
    const left = this.most - this.field.value.length;
    this.count.hidden = left > COUNT_FROM;
    this.count.classList.toggle("over", left < 0);
    this.count.textContent = left < 0 ? `${-left} characters too long: shorten it, or send it in parts.` : `${left} characters left`;
    this.button.disabled = !this.field.value.trim() || left < 0;
  }

  #submit(event) {
    event.preventDefault();
    if (this.button.disabled) return;
    const text = this.field.value;
    this.field.value = "";
    this.#changed();
    this.send(text);
  }
}

// Where an agent writes. It says in words whether the customer will read it.

import { button, el, icon } from "../shared/dom.js";

const KINDS = {
  reply: { tab: "Reply", says: (name) => `You are writing to ${name}. They will see it.`, go: "Send to customer", hint: "Write to the customer…" },
  note: { tab: "Internal note", says: () => "You are writing an internal note. The customer will not see it.", go: "Save note", hint: "Write a note for colleagues…" },
};

export class Composer {
  constructor({ customer, act }) {
    this.act = act;
    this.customer = customer;
    this.drafts = { reply: "", note: "" };
    this.field = el("textarea", { rows: "3", onkeydown: (event) => event.key === "Enter" && (event.metaKey || event.ctrlKey) && this.#go() });
    this.says = el("p", { class: "says", id: "says" });
    this.field.setAttribute("aria-describedby", "says");
    this.go = button("", { kind: "primary", onclick: () => this.#go() });
    this.tabs = Object.entries(KINDS).map(([kind, { tab }]) => el("button", { type: "button", role: "tab", text: tab, dataset: { kind }, onclick: () => this.choose(kind) }));
    this.node = el("div", { class: "desk-composer" }, el("div", { class: "tabs", role: "tablist" }, this.tabs), this.says, this.field, el("div", { class: "row" }, el("span", { class: "hint", text: "Ctrl or ⌘ with Enter" }), this.go));
  }

  // Only who holds the case writes to the customer; colleagues may leave notes.
  allow({ reply, note }) {
    const joined = reply && !this.may?.reply && !this.field.value;
    this.may = { reply, note };
    this.node.hidden = !note;
    for (const tab of this.tabs) tab.disabled = !this.may[tab.dataset.kind];
    if (!this.kind || !this.may[this.kind] || joined) this.choose(reply ? "reply" : "note");
  }

  choose(kind) {
    if (this.kind) this.drafts[this.kind] = this.field.value;
    const was = this.kind;
    this.kind = kind;
    this.field.value = this.drafts[kind];
    this.field.placeholder = KINDS[kind].hint;
    this.field.setAttribute("aria-label", KINDS[kind].tab);
    this.says.replaceChildren(icon(kind === "note" ? "lock" : "person"), el("span", { text: KINDS[kind].says(this.customer || "the customer") }));
    this.go.textContent = KINDS[kind].go;
    this.node.classList.toggle("noting", kind === "note");
    for (const tab of this.tabs) tab.setAttribute("aria-selected", String(tab.dataset.kind === kind));
    if (was) this.field.focus();
  }

  async #go() {
    const text = this.field.value;
    if (!text.trim()) return;
    this.go.disabled = true;
    const kind = this.kind;
    if (await this.act(kind, text)) {
      this.drafts[kind] = "";
      if (this.kind === kind) this.field.value = "";
    }
    this.go.disabled = false;
  }
}

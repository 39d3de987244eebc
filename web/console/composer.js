// Where an agent writes. It says in words which of two kinds of message this is; a note is what it is unless one chooses.

import { post } from "../shared/api.js";
import { button, el, icon } from "../shared/dom.js";
import { previewed } from "./preview.js";

const KINDS = {
  note: { tab: "Internal note", says: () => "You are writing an internal note. The customer will not see it.", go: "Save note", hint: "Write a note for colleagues…" },
  reply: { tab: "Reply to customer", says: (name) => `You are writing to ${name}. They will see it once you have looked at it and sent it.`, go: "Look, then send…", hint: "Write to the customer…" },
};

export class Composer {
  constructor({ customer, note, sent }) {
    Object.assign(this, { customer: customer || "the customer", note, sent });
    this.drafts = { note: "", reply: "" };
    this.field = el("textarea", { rows: "3", onkeydown: (event) => event.key === "Enter" && (event.metaKey || event.ctrlKey) && this.#go() });
    this.says = el("p", { class: "says", id: "says" });
    this.field.setAttribute("aria-describedby", "says");
    this.go = button("", { kind: "primary", onclick: () => this.#go() });
    this.tabs = Object.entries(KINDS).map(([kind, { tab }]) => el("button", { type: "button", role: "tab", dataset: { kind }, onclick: () => this.choose(kind) }, icon(kind === "note" ? "lock" : "person"), tab));
    this.node = el("div", { class: "desk-composer" }, el("div", { class: "tabs", role: "tablist", "aria-label": "Kind of message" }, this.tabs), this.says, this.field, el("div", { class: "row" }, el("span", { class: "hint", text: "Ctrl or ⌘ with Enter" }), this.go));
  }

  // Only who holds the case writes to the customer; colleagues may leave notes.
  allow({ reply, note }, caseId) {
    this.caseId = caseId;
    this.may = { reply, note };
    this.node.hidden = !note;
    for (const tab of this.tabs) {
      tab.disabled = !this.may[tab.dataset.kind];
      tab.title = tab.disabled ? "Only who holds the case writes to the customer" : "";
    }
    if (!this.kind || !this.may[this.kind]) this.choose("note");
  }

  choose(kind) {
    if (this.kind) this.drafts[this.kind] = this.field.value;
    const was = this.kind;
    this.kind = kind;
    this.field.value = this.drafts[kind];
    this.field.placeholder = KINDS[kind].hint;
    this.field.setAttribute("aria-label", KINDS[kind].tab);
    this.says.replaceChildren(icon(kind === "note" ? "lock" : "person"), el("span", { text: KINDS[kind].says(this.customer) }));
    this.go.textContent = KINDS[kind].go;
    this.node.classList.toggle("noting", kind === "note");
    for (const tab of this.tabs) tab.setAttribute("aria-selected", String(tab.dataset.kind === kind));
    if (was && was !== kind) this.field.focus();
  }

  // Takes words over to be edited; `from` sends them in the place of the draft that they came from.
  edit(text, from = null) {
    this.choose("reply");
    this.field.value = text;
    this.from = from;
    this.field.focus();
  }

  async #go() {
    const text = this.field.value;
    if (!text.trim() || this.go.disabled) return;
    this.go.disabled = true;
    const kind = this.kind;
    const done = kind === "note" ? await this.note(text) : await previewed(this.caseId, text, (shown) => this.#send(shown));
    this.go.disabled = false;
    if (!done) return;
    this.drafts[kind] = "";
    if (this.kind === kind) this.field.value = "";
    if (kind === "reply") {
      this.from = null;
      this.sent();
    }
  }

  async #send({ token, text }) {
    if (this.from && (await this.from(text))) return;
    await post("/console/api/send", { token, text });
  }
}

// Where an agent writes. It says in words which of two kinds of message this is; a note is what it is unless one chooses.

import { post } from "../shared/api.js";
import { button, el, icon } from "../shared/dom.js";
import { toast } from "./parts.js";
import { previewed } from "./preview.js";
import { language } from "./words.js";

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
    this.translate = button("", { kind: "quiet", onclick: () => this.#translate() });
    this.english = el("div", { class: "original", hidden: true });
    this.node = el("div", { class: "desk-composer" }, el("div", { class: "tabs", role: "tablist", "aria-label": "Kind of message" }, this.tabs), this.says, this.field, this.english, el("div", { class: "row" }, el("span", { class: "hint", text: "Ctrl or ⌘ with Enter" }), el("div", { class: "buttons" }, this.translate, this.go)));
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

  // In which language the customer writes; English where nothing translates.
  speaks(code) {
    this.language = code;
    this.translate.textContent = `Send in ${language(code)}…`;
    this.translate.hidden = this.kind !== "reply" || code === "en" || Boolean(this.original);
  }

  // Shows the words in the customer's language, to be looked at; the agent's own stay beside them.
  async #translate() {
    const text = this.field.value.trim();
    if (!text || this.translate.disabled) return;
    this.translate.disabled = true;
    try {
      const found = await post(`/console/api/cases/${this.caseId}/translate`, { text });
      this.#original(found.original);
      this.field.value = found.text;
      this.field.lang = found.language;
    } catch (error) {
      toast(error.message, "problem");
    }
    this.translate.disabled = false;
    this.field.focus();
  }

  #original(text) {
    this.original = text;
    this.english.hidden = !text || this.kind !== "reply";
    const back = () => (this.#back(), this.field.focus());
    this.english.replaceChildren(...(text ? [el("p", {}, el("b", { text: "You wrote" }), el("span", { lang: "en", text })), button("Back to English", { kind: "quiet", onclick: back })] : []));
    this.speaks(this.language);
  }

  #back() {
    if (!this.original) return;
    this.field.value = this.original;
    this.field.removeAttribute("lang");
    this.#original("");
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
    this.english.hidden = !this.original || kind !== "reply";
    this.speaks(this.language ?? "en");
    if (was && was !== kind) this.field.focus();
  }

  // Takes words over to be edited; `from` sends them in the place of the draft that they came from.
  edit(text, from = null) {
    this.choose("reply");
    this.#original("");
    this.field.value = text;
    this.from = from;
    this.field.focus();
  }

  async #go() {
    const text = this.field.value;
    if (!text.trim() || this.go.disabled) return;
    this.go.disabled = true;
    const kind = this.kind;
    const done = kind === "note" ? await this.note(text) : await previewed(this.caseId, this.from ? { text } : { text, original: this.original ?? "" }, (shown) => this.#send(shown));
    this.go.disabled = false;
    if (!done) return;
    this.drafts[kind] = "";
    if (this.kind === kind) this.field.value = "";
    if (kind === "reply") {
      this.from = null;
      this.field.removeAttribute("lang");
      this.#original("");
      this.sent();
    }
  }

  async #send({ token, text, original, promises }) {
    if (this.from && (await this.from(text))) return;
    await post("/console/api/send", { token, text, original, promises });
  }
}

// What a customer will be sent, to whom and where, with what to mind. Nothing is sent before it was shown here.

import { post } from "../shared/api.js";
import { button, el, icon, table } from "../shared/dom.js";
import { dialog, toast } from "./parts.js";
import { local } from "./promises.js";

const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const when = (iso) => day.format(new Date(iso));

// Resolves to true once it was sent. `send` takes the preview and sends exactly what it showed.
export async function previewed(caseId, words, send) {
  let shown;
  try {
    shown = await post(`/console/api/cases/${caseId}/preview`, words);
  } catch (error) {
    toast(error.message, "problem");
    return false;
  }
  return new Promise((settle) => new Preview({ caseId, words, shown, send, settle }));
}

class Preview {
  constructor({ caseId, words, shown, send, settle }) {
    Object.assign(this, { caseId, words, shown, send, settle });
    this.body = el("div", { class: "preview" });
    this.node = dialog("Send this to the customer?", this.body);
    this.node.classList.add("wide-dialog");
    this.node.addEventListener("close", () => settle(false));
    this.#show("");
  }

  #show(trouble) {
    const { to, channel, text, warnings } = this.shown;
    this.go = button(`Send to ${to}`, { kind: "primary", icon: "send", onclick: () => this.#go() });
    const warned = warnings.length > 0 && el("ul", { class: "warnings", "aria-label": "Mind this" }, warnings.map((each) => el("li", {}, icon("alert"), el("span", { text: each }))));
    const wrong = trouble && el("p", { class: "trouble", role: "alert", text: trouble });
    const foot = trouble ? button("Look again", { kind: "primary", onclick: () => this.#again() }) : this.go;
    const english = this.shown.original && el("p", { class: "in-english" }, el("b", { text: "You wrote" }), el("span", { lang: "en", text: this.shown.original }));
    this.body.replaceChildren(...[table([["To", to], ["Channel", channel]]), el("blockquote", { class: "outgoing", tabindex: "0", text }), english, this.#promises(), warned, wrong, el("div", { class: "buttons" }, button("Back", { onclick: () => this.node.close() }), foot)].filter(Boolean));
    foot.focus();
  }

  // What this promises, each with its time, yours once it is sent. In a reply of one's own (it has an `original`, if an empty
  // one) a press corrects the time or says that it is no promise; a suggestion's are kept as they are read.
  #promises() {
    const { promises } = this.shown;
    if (!promises?.length) return null;
    const lines = promises.map((each) => {
      const at = el("input", { type: "datetime-local", "aria-label": `Due: ${each.text}`, value: local(each.due_at), hidden: true, onchange: () => at.value && ((each.due_at = new Date(at.value).toISOString()), this.#show("")) });
      const none = button("No promise", { kind: "quiet", onclick: () => ((this.shown.promises = promises.filter((one) => one !== each)), this.#show("")) });
      const other = button("Another time", { kind: "quiet", onclick: () => ((at.hidden = false), at.focus()) });
      const change = "original" in this.words ? [at, other, none] : [];
      return el("li", {}, el("span", {}, el("b", { text: "This promises: " }), `“${each.text}” due ${each.due_at ? when(each.due_at) : "when you say"}, yours`), change);
    });
    return el("ul", { class: "promised", "aria-label": "What this promises" }, lines);
  }

  async #go() {
    this.go.disabled = true;
    try {
      await this.send(this.shown);
    } catch (error) {
      this.#show(error.message);
      return;
    }
    this.settle(true);
    this.node.close();
  }

  async #again() {
    try {
      this.shown = await post(`/console/api/cases/${this.caseId}/preview`, this.words);
      this.#show("");
    } catch (error) {
      this.#show(error.message);
    }
  }
}

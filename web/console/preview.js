// What a customer will be sent, to whom and where, with what to mind. Nothing is sent before it was shown here.

import { post } from "../shared/api.js";
import { button, el, icon, table } from "../shared/dom.js";
import { dialog, toast } from "./parts.js";

// Resolves to true once it was sent. `send` takes the preview and sends exactly what it showed.
export async function previewed(caseId, text, send) {
  let shown;
  try {
    shown = await post(`/console/api/cases/${caseId}/preview`, { text });
  } catch (error) {
    toast(error.message, "problem");
    return false;
  }
  return new Promise((settle) => new Preview(caseId, shown, send, settle));
}

class Preview {
  constructor(caseId, shown, send, settle) {
    Object.assign(this, { caseId, shown, send, settle });
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
    this.body.replaceChildren(...[table([["To", to], ["Channel", channel]]), el("blockquote", { class: "outgoing", tabindex: "0", text }), warned, wrong, el("div", { class: "buttons" }, button("Back", { onclick: () => this.node.close() }), foot)].filter(Boolean));
    foot.focus();
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
      this.shown = await post(`/console/api/cases/${this.caseId}/preview`, { text: this.shown.text });
      this.#show("");
    } catch (error) {
      this.#show(error.message);
    }
  }
}

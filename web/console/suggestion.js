// The copilot's draft above the composer: for the owner of the case alone, gone as soon as it no longer fits.

import { get, post } from "../shared/api.js";
import { button, el, icon } from "../shared/dom.js";
import { sources, toast } from "./parts.js";
import { previewed } from "./preview.js";
import { percent, plain, revenue } from "./words.js";

const SOON_MS = 150;
const TRIES = 30;
const NOW_AND_THEN_MS = 10_000;

export class Suggestion {
  constructor({ edit, sent, showActions }) {
    Object.assign(this, { edit, sent, showActions });
    this.node = el("section", { class: "suggestion", "aria-label": "Suggested reply", "aria-live": "polite", hidden: true });
    this.found = null;
    this.seen = -1;
    this.looked = 0;
  }

  // Looks for a draft when the conversation has moved on; soon after the customer wrote, more than once.
  follow(caseId, { held, position, theirs, waits }) {
    this.caseId = caseId;
    if (!held) {
      this.#show(null);
      this.seen = -1;
      return;
    }
    if (this.found && this.found.position < theirs) this.#show(null);
    const moved = position !== this.seen;
    if (!moved && Date.now() - this.looked < NOW_AND_THEN_MS) return;
    this.seen = position;
    clearTimeout(this.timer);
    this.#look(moved && waits ? TRIES : 0);
  }

  send() {
    this.node.querySelector("[data-act=send]")?.click();
  }

  startEdit() {
    this.node.querySelector("[data-act=edit]")?.click();
  }

  async #look(tries) {
    this.looked = Date.now();
    const caseId = this.caseId;
    let answer;
    try {
      answer = await get(`/console/api/cases/${caseId}/suggestion`);
    } catch {
      return this.#show(null);
    }
    if (caseId !== this.caseId || !this.node.isConnected) return;
    this.reasons = answer.reasons;
    this.#show(answer.suggestion);
    if (!answer.suggestion && tries > 0) this.timer = setTimeout(() => this.#look(tries - 1), SOON_MS);
  }

  #show(found) {
    if (JSON.stringify(found) === JSON.stringify(this.found)) return;
    this.found = found;
    this.node.hidden = !found;
    this.node.replaceChildren(...(found ? this.#content(found) : []));
  }

  #content(found) {
    const why = el("div", { class: "because", hidden: true }, el("ul", {}, found.why.map((each) => el("li", { text: each }))));
    const reasons = this.#dismissal(found);
    const toggle = (part) => (event) => {
      part.hidden = !part.hidden;
      event.currentTarget.setAttribute("aria-expanded", String(!part.hidden));
    };
    const sure = el("span", { class: "sure", title: "How sure the copilot is that this answers the customer" }, el("meter", { min: "0", max: "1", value: String(found.confidence), "aria-hidden": "true" }), `${percent(found.confidence)} sure`);
    return [
      el("header", {}, icon("spark"), el("b", { text: "Suggested reply" }), el("span", { class: "fine", text: "Only you see this" }), sure),
      el("p", { class: "draft", text: found.text }),
      sources(found.citations),
      el("p", { class: "verdict" }, icon("check"), el("span", { text: found.verdict })),
      found.action && el("p", { class: "verdict" }, icon("open"), el("button", { type: "button", class: "link", text: `An action is ready beside it: ${found.action.title}`, onclick: this.showActions })),
      el(
        "div",
        { class: "acts" },
        button("Send…", { kind: "primary", dataset: { act: "send" }, onclick: () => this.#send(found), title: "s: you see it once more before it goes" }),
        button("Edit", { dataset: { act: "edit" }, onclick: () => this.edit(found.text, (text) => this.#use(found, text)), title: "e" }),
        button(found.shorter ? "Shortened" : "Shorter", { disabled: found.shorter, onclick: () => this.#shorten(found) }),
        button("Why?", { kind: "quiet", "aria-expanded": "false", onclick: toggle(why) }),
        button("Dismiss", { kind: "quiet", "aria-expanded": "false", onclick: toggle(reasons) }),
      ),
      why,
      reasons,
      found.hint && hint(found.hint),
    ].filter(Boolean);
  }

  #dismissal(found) {
    const reason = el("select", { "aria-label": "Why it doesn't fit" }, this.reasons.map(([code, text]) => el("option", { value: code, text })));
    const more = el("input", { type: "text", maxlength: "300", placeholder: "In your own words, if you like", "aria-label": "In your own words" });
    const go = async (event) => {
      event.preventDefault();
      const said = more.value.trim();
      await this.#tried(post(`/console/api/suggestions/${found.id}/dismiss`, { reason: said ? `${reason.value}: ${said}` : reason.value }));
      this.#show(null);
    };
    return el("form", { class: "dismissal", hidden: true, onsubmit: go }, reason, more, el("button", { type: "submit", class: "button", text: "Dismiss it" }));
  }

  async #send(found) {
    const sent = await previewed(this.caseId, { text: found.text }, ({ text }) => post(`/console/api/suggestions/${found.id}/send`, { text }));
    if (!sent) return this.#look(0);
    this.#show(null);
    this.sent();
  }

  // Sends edited words in place of the draft; false once the draft is no longer offered, so that they go as one's own.
  async #use(found, text) {
    if (this.found?.id !== found.id) return false;
    await post(`/console/api/suggestions/${found.id}/send`, { text });
    this.#show(null);
    return true;
  }

  async #shorten(found) {
    const answer = await this.#tried(post(`/console/api/suggestions/${found.id}/shorten`));
    if (answer) this.#show(answer.suggestion);
  }

  async #tried(call) {
    try {
      return await call;
    } catch (error) {
      toast(error.message, "problem");
      return null;
    }
  }
}

function hint({ kind, item, reason, points }) {
  return el(
    "aside",
    { class: "hint-box", "aria-label": "For you alone" },
    el("p", { class: "only-staff" }, icon("lock"), "For you alone, never sent by itself"),
    el("p", {}, el("b", { text: `${revenue(kind)}: ${plain(item).toLowerCase()}. ` }), reason),
    el("ul", {}, points.map((each) => el("li", { text: each }))),
  );
}

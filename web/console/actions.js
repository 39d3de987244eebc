// What fits the case, with values filled in: run it, change it, or ask for approval. Policy's verdict stands in words.

import { get, post } from "../shared/api.js";
import { button, el, icon, table } from "../shared/dom.js";
import { badge, loading, problem, section, toast } from "./parts.js";
import { plain } from "./words.js";

const VERDICTS = {
  allow: ["success", () => "You may run this"],
  needs_approval: ["warning", ({ approver }) => `Needs a yes from ${plain(approver).toLowerCase() || "somebody else"}`],
  deny: ["danger", () => "Policy denies this"],
  ask: ["info", () => "A value is missing"],
};
const STATES = { done: ["success", "Done"], failed: ["danger", "Failed"], unsettled: ["warning", "Not known whether it was done"], asked: ["", "Asked for approval"] };

export class Actions {
  constructor({ changed }) {
    this.changed = changed;
    this.node = el("div");
    this.seen = null;
  }

  follow(caseId, { held, position }) {
    const key = held ? `${caseId} ${position}` : null;
    if (key === this.seen) return;
    this.seen = key;
    this.caseId = caseId;
    if (!held) this.node.replaceChildren();
    else this.load();
  }

  // What waited for an approval may stand differently now.
  again() {
    if (this.seen) this.load();
  }

  async load() {
    if (!this.node.hasChildNodes()) this.node.replaceChildren(section("Actions that fit", loading()));
    try {
      this.found = (await get(`/console/api/cases/${this.caseId}/actions`)).actions;
    } catch (error) {
      this.node.replaceChildren(section("Actions that fit", problem(error)));
      return;
    }
    this.#show();
  }

  focus() {
    this.node.scrollIntoView({ block: "start", behavior: "smooth" });
    this.node.querySelector("button")?.focus({ preventScroll: true });
  }

  #show() {
    const shown = this.found.map((each) => this.#action(each));
    this.node.replaceChildren(section("Actions that fit", shown.length ? shown : el("p", { class: "fine", text: "None: nothing was asked for that can be done here." })));
  }

  #action(found) {
    const over = found.state !== "proposed";
    const [kind, text] = over ? (STATES[found.state] ?? ["", plain(found.state)]) : [VERDICTS[found.verdict][0], VERDICTS[found.verdict][1](found)];
    const form = this.#form(found);
    return el(
      "article",
      { class: "action", "aria-label": `Action: ${found.title}` },
      el("h4", { text: found.title }),
      el("p", { class: "tags" }, badge(text, kind)),
      found.why && !over && el("p", { class: "fine", text: found.why }),
      found.rows.length > 0 && table(found.rows),
      found.reasons.map((each) => el("p", { class: "why", text: each })),
      found.question && !over && el("p", { class: "question" }, icon("alert"), el("span", { text: found.question })),
      found.rule && el("p", { class: "fine", text: found.rule }),
      found.result && el("p", { class: "why", text: found.result }),
      found.receipt.length > 0 && table(found.receipt),
      (!over || found.state === "unsettled") && this.#buttons(found, form),
      form,
    );
  }

  #buttons(found, form) {
    const change = found.fields.length > 0 && found.verdict !== "ask" && button("Change", { "aria-expanded": "false", onclick: (event) => ((form.hidden = !form.hidden), event.currentTarget.setAttribute("aria-expanded", String(!form.hidden))) });
    const run = found.verdict === "allow" && button(found.state === "unsettled" ? "Find out" : "Run", { kind: "primary", onclick: (event) => this.#do(event, found, "run") });
    const ask = found.verdict === "needs_approval" && button("Ask for approval", { kind: "primary", onclick: (event) => this.#do(event, found, "ask") });
    return el("div", { class: "acts" }, run, ask, change);
  }

  #form(found) {
    const fields = found.fields.map((field) => el("label", {}, el("span", { text: field.label }), control(field)));
    const go = async (event) => {
      event.preventDefault();
      const values = Object.fromEntries(new FormData(event.target));
      const answer = await this.#tried(post(`/console/api/cases/${this.caseId}/actions`, { skill: found.skill, values }));
      if (answer) this.#replace(found, answer.action);
    };
    return el("form", { class: "fields", hidden: found.verdict !== "ask" || found.state !== "proposed", onsubmit: go }, fields, el("div", { class: "acts" }, el("button", { type: "submit", class: "button", text: "Check with policy" })));
  }

  async #do(event, found, what) {
    event.currentTarget.disabled = true;
    const answer = await this.#tried(post(`/console/api/actions/${found.id}/${what}`));
    if (!answer) return this.load();
    this.#replace(found, answer.action);
    toast(`${found.title}: ${(STATES[answer.action.state]?.[1] ?? plain(answer.action.state)).toLowerCase()}.`);
    this.changed();
  }

  #replace(found, made) {
    this.found = this.found.map((each) => (each.id === found.id ? made : each));
    this.#show();
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

function control({ name, value, choices, required }) {
  if (!choices.length) return el("input", { type: "text", name, value, required, maxlength: "500" });
  const options = (choices.includes(value) ? choices : ["", ...choices]).map((each) => el("option", { value: each, text: plain(each), selected: each === value }));
  return el("select", { name, required }, options);
}

// What agents did in a case, for its timeline. It is for staff: no customer is told by it.
export function doneEntry({ action }) {
  const [kind, text] = STATES[action.state] ?? ["", plain(action.state)];
  return el(
    "div",
    { class: "quoted-card" },
    el("b", {}, icon(action.state === "done" ? "check" : action.state === "asked" ? "clock" : "alert"), action.title, badge(text, kind)),
    action.rows.length > 0 && table(action.rows),
    action.result && el("p", { text: action.result }),
    action.receipt.length > 0 && el("div", { class: "receipt" }, el("span", { class: "fine", text: "Receipt" }), table(action.receipt)),
    action.state !== "asked" && el("p", { class: "rule", text: "The customer isn't told by this." }),
  );
}

// The middle pane's timeline: what the customer sees, and on tinted ground what only staff see.

import { el, icon, table } from "../shared/dom.js";
import { dayAndHour, exact } from "../shared/time.js";

const NAMES = { customer: "Customer", bot: "AI assistant", system: "Notice", agent: "" };

export class Timeline {
  constructor({ why }) {
    this.why = why;
    this.last = 0;
    this.turn = null;
    this.list = el("ol", { class: "entries", "aria-label": "Timeline" });
    this.node = el("div", { class: "timeline", tabindex: "0" }, this.list);
  }

  add(entries, pressed) {
    const follows = this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < 120 || this.last === 0;
    for (const entry of entries) {
      if (entry.position <= this.last) continue;
      this.last = entry.position;
      this.#show(entry);
    }
    for (const [card, choice] of Object.entries(pressed)) {
      const state = this.list.querySelector(`[data-card="${CSS.escape(card)}"] .state`);
      if (state) state.textContent = choice === "confirm" ? "Confirmed by the customer" : "Cancelled by the customer";
    }
    if (follows) this.node.scrollTop = this.node.scrollHeight;
  }

  #show(entry) {
    if (entry.kind === "reply_end") return;
    if (entry.kind === "notice") {
      this.turn = null;
      this.list.append(el("li", { class: "entry notice" }, el("p", { text: entry.body.text ?? "Erased" }), time(entry.at)));
      return;
    }
    const joins = this.turn && entry.turn === this.turn.id && entry.author === "bot";
    if (!joins) this.#begin(entry);
    this.turn.node.append(content(entry));
  }

  #begin(entry) {
    const who = entry.name || NAMES[entry.author];
    const why = entry.author === "bot" && entry.turn && el("button", { type: "button", class: "link", text: "Why?", onclick: () => this.why(entry.turn) });
    const mark = entry.internal && el("span", { class: "only-staff" }, icon("lock"), "Internal note, not shown to the customer");
    const node = el("div", { class: "content" });
    this.list.append(el("li", { class: `entry ${entry.author}${entry.internal ? " internal-note" : ""}` }, el("p", { class: "by" }, el("b", { text: who }), time(entry.at), mark, why), node));
    this.turn = { id: entry.author === "bot" ? entry.turn : null, node };
  }
}

function time(at) {
  return el("time", { datetime: at, title: exact(at), text: dayAndHour(at) });
}

function content(entry) {
  const { body, kind } = entry;
  if (body.erased) return el("p", { class: "erased", text: "Erased on request" });
  if (kind === "card") return el("div", { class: "quoted-card", dataset: { card: body.id } }, el("b", { text: body.title }), table(body.rows), el("p", { class: "rule", text: body.rule }), el("p", { class: "state", text: "Not pressed" }));
  if (kind === "receipt") return el("div", { class: "quoted-card" }, el("b", {}, icon("check"), "Receipt"), table(body.rows));
  const sources = (body.citations ?? []).map((each, place) => el("a", { class: "source", href: `/help/${encodeURIComponent(each.article)}?start=${each.start}&end=${each.end}#cited`, target: "_blank", title: each.quote, text: String(place + 1) }));
  return el("p", { class: "words" }, el("span", { text: body.text ?? "" }), sources);
}

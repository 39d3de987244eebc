// The middle pane's timeline: what the customer sees, and on tinted ground what only staff see.

import { button, el, icon, table } from "../shared/dom.js";
import { dayAndHour, exact } from "../shared/time.js";
import { doneEntry } from "./actions.js";
import { badge, helpPath } from "./parts.js";
import { sendAgain } from "./stuck.js";
import { channel, language } from "./words.js";

const NAMES = { customer: "Customer", bot: "AI assistant", system: "Notice", agent: "" };
const TICKS = {
  waiting: ["clock", "On its way"],
  delivered: ["check", "Delivered"],
  failed: ["alert", "Not delivered"],
  unknown: ["alert", "Nobody knows whether it arrived"],
};
const WORST = ["failed", "unknown", "waiting", "delivered"];

export class Timeline {
  constructor({ why, retries, changed }) {
    Object.assign(this, { why, retries, changed });
    this.last = 0;
    this.turn = null;
    this.places = new Map();
    this.doneKeys = new Map();
    this.list = el("ol", { class: "entries", "aria-label": "Timeline" });
    this.node = el("div", { class: "timeline", tabindex: "0", onscroll: () => (this.follows = this.#atEnd()) }, this.list);
    this.follows = true;
    new ResizeObserver(() => this.#toEnd()).observe(this.node);
  }

  add(entries, pressed) {
    for (const entry of entries) {
      if (entry.position <= this.last) continue;
      this.last = entry.position;
      this.#show(entry);
    }
    for (const [card, choice] of Object.entries(pressed)) {
      const state = this.list.querySelector(`[data-card="${CSS.escape(card)}"] .state`);
      if (state) state.textContent = choice === "confirm" ? "Confirmed by the customer" : "Cancelled by the customer";
    }
  }

  // Runs a change and stays at the lower end if that was in view.
  keeping(change) {
    const follows = this.follows;
    change();
    this.follows = follows;
    this.#toEnd();
  }

  // What became of lines that are shown: whether they arrived, and whether the customer changed or deleted them.
  mark(lines) {
    const arrived = new Map();
    for (const line of lines) {
      const place = this.places.get(line.position);
      if (!place) continue;
      this.#amend(place, line);
      this.#notice(place, line);
      const before = arrived.get(place.item);
      if (!before || WORST.indexOf(line.arrived) < WORST.indexOf(before.arrived)) if (line.arrived) arrived.set(place.item, line);
    }
    for (const [item, line] of arrived) this.#tick(item, line);
  }

  done(all) {
    for (const each of all) {
      const key = JSON.stringify(each);
      const known = this.doneKeys.get(each.action.id);
      if (known?.key === key) continue;
      known?.item.remove();
      const item = el("li", { class: "entry done", dataset: { at: each.at } }, el("p", { class: "by" }, el("b", { text: each.by || "A colleague" }), time(each.at), staffOnly("For staff")), doneEntry(each));
      const after = [...this.list.children].find((one) => one.dataset.at > each.at);
      this.list.insertBefore(item, after ?? null);
      if (!after) this.turn = null;
      this.doneKeys.set(each.action.id, { key, item });
    }
  }

  #atEnd() {
    return this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < 120;
  }

  #toEnd() {
    if (this.follows) this.node.scrollTop = this.node.scrollHeight;
  }

  #show(entry) {
    if (entry.kind === "reply_end") return;
    if (entry.kind === "notice") {
      this.turn = null;
      const item = el("li", { class: "entry notice", dataset: { at: entry.at } }, el("p", { text: entry.body.text ?? "Erased" }), time(entry.at));
      this.list.append(item);
      this.places.set(entry.position, { item, node: null, entry });
      return;
    }
    const joins = this.turn && entry.turn === this.turn.id && entry.author === "bot";
    if (!joins) this.#begin(entry);
    const node = content(entry);
    this.turn.node.append(node);
    this.places.set(entry.position, { item: this.turn.item, node, entry });
  }

  #begin(entry) {
    const who = entry.name || NAMES[entry.author];
    const why = entry.author === "bot" && entry.turn && el("button", { type: "button", class: "link", text: "Why?", onclick: () => this.why(entry.turn) });
    const draft = entry.author === "customer" && this.draft && entry.body.text && el("button", { type: "button", class: "link draft-link", text: "Draft a reply", onclick: () => this.draft(entry.body.text) });
    const node = el("div", { class: "content" });
    const by = el("p", { class: "by" }, el("b", { text: who }), time(entry.at), entry.channel && el("span", { class: "fine", text: channel(entry.channel) }), entry.internal && staffOnly("Internal note, not shown to the customer"), why, draft);
    const item = el("li", { class: `entry ${entry.author}${entry.internal ? " internal-note" : ""}`, dataset: { at: entry.at } }, by, node);
    this.list.append(item);
    this.turn = { id: entry.author === "bot" ? entry.turn : null, node, item };
  }

  #amend(place, line) {
    const was = place.entry.body;
    if (line.deleted && !was.erased) {
      place.entry.body = { erased: true, deleted: place.entry.author === "customer" };
    } else if (line.edited && line.text !== undefined && (line.text !== was.text || !was.edited)) {
      place.entry.body = { ...was, text: line.text, edited: true };
    } else return;
    const node = content(place.entry);
    place.node?.replaceWith(node);
    place.node = node;
    if (line.deleted) place.item.querySelector(".draft-link")?.remove();
  }

  // What was noticed in a customer's line, in words; and what a line says in English beside its own words.
  #notice(place, line) {
    const key = JSON.stringify([line.language, line.signs, line.english]);
    if (place.seen === key || line.deleted) return;
    place.seen = key;
    place.item.querySelector(".signs")?.remove();
    place.item.querySelector(".in-english")?.remove();
    const tags = [line.language && line.language !== "en" && badge(language(line.language), "info"), ...line.signs.map((sign) => badge(sign, sign === "Pleased" ? "success" : "warning"))].filter(Boolean);
    if (tags.length) place.item.querySelector(".by")?.append(el("span", { class: "signs", "aria-label": "Noticed in this message" }, tags));
    if (line.english) place.item.append(el("p", { class: "in-english" }, el("b", { text: "In English" }), el("span", { lang: "en", text: line.english })));
  }

  #tick(item, line) {
    const key = JSON.stringify([line.arrived, line.delivery, line.error]);
    if (item.dataset.tick === key) return;
    item.dataset.tick = key;
    item.querySelector(".tick")?.remove();
    const [mark, text] = TICKS[line.arrived];
    const again = line.delivery && this.retries && button(line.again ? "Retry" : "Send again?", { onclick: () => sendAgain({ id: line.delivery, again: line.again }).then((sent) => sent && this.changed()) });
    item.append(el("p", { class: `tick ${line.arrived}` }, icon(mark), el("span", { text: line.error && line.arrived !== "delivered" ? `${text}: ${line.error}` : text }), again));
  }
}

const staffOnly = (text) => el("span", { class: "only-staff" }, icon("lock"), text);

function time(at) {
  return el("time", { datetime: at, title: exact(at), text: dayAndHour(at) });
}

function content(entry) {
  const { body, kind } = entry;
  if (body.erased) return el("p", { class: "erased", text: body.deleted ? "Deleted by the customer" : "Erased on request" });
  if (kind === "card") return el("div", { class: "quoted-card", dataset: { card: body.id } }, el("b", { text: body.title }), table(body.rows), el("p", { class: "rule", text: body.rule }), el("p", { class: "state", text: "Not pressed" }));
  if (kind === "receipt") return el("div", { class: "quoted-card" }, el("b", {}, icon("check"), "Receipt"), table(body.rows));
  const sources = (body.citations ?? []).map((each, place) => el("a", { class: "source", href: helpPath(each), target: "_blank", title: each.quote, text: String(place + 1) }));
  return el("p", { class: "words" }, el("span", { text: body.text ?? "" }), sources, body.edited && el("span", { class: "edited", text: "edited" }));
}

// The thread: entries grouped by who speaks, what is on its way, and who is typing.

import { button, el, icon } from "../shared/dom.js";
import { ActionCard, Answer, moment, notice, receipt, words } from "./entries.js";

const GROUP_MS = 5 * 60_000;
const NEAR_END = 80;

export class Thread {
  constructor({ openSource, problem, retry, discard, decline }) {
    Object.assign(this, { openSource, problem, retry, discard, decline });
    this.cards = new Map();
    this.answers = new Map();
    this.waiting = new Map();
    this.log = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions text", "aria-label": "Conversation" });
    this.onTheWay = el("div", { class: "group mine" });
    this.doing = el("p", { class: "doing", role: "status", hidden: true });
    const disclosure = el("p", { class: "disclosure", text: "You are chatting with an AI assistant. A person can join." });
    this.node = el("div", { class: "thread", tabindex: "0" }, disclosure, this.log, this.onTheWay, this.doing);
  }

  get empty() {
    return !this.log.childNodes.length && !this.waiting.size;
  }

  begin(again) {
    if (again) this.log.append(el("p", { class: "notice divider", text: "A new conversation" }));
    this.group = null;
    this.cards.clear();
    this.answers.clear();
  }

  clear() {
    this.log.replaceChildren();
    this.begin(false);
  }

  add(entry) {
    const follows = this.#atEnd();
    const show = { text: this.#text, sentence: this.#sentence, card: this.#card, receipt: this.#receipt, notice: this.#notice, reply_end: this.#end }[entry.kind];
    show?.call(this, entry);
    if (follows) this.toEnd();
  }

  pressed(cardId, choice) {
    this.cards.get(cardId)?.pressed(choice);
  }

  activity(text) {
    const follows = this.#atEnd();
    this.doing.hidden = !text;
    this.doing.replaceChildren();
    if (text) this.doing.append(el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")), el("span", { text }));
    if (follows) this.toEnd();
  }

  pending(message) {
    const state = el("p", { class: "state", role: "status" });
    const node = el("div", { class: "pending" }, el("div", { class: "bubble" }, el("p", { class: "said", text: message.text })), state);
    this.waiting.set(message.id, { node, state });
    this.onTheWay.append(node);
    this.toEnd();
  }

  sending(message) {
    this.#mark(message, "", "Sending…");
  }

  sent(message) {
    this.#mark(message, "", "Sent");
  }

  failed(message) {
    const retry = button("Retry", { kind: "quiet", onclick: () => this.retry(message.id) });
    const discard = button("Discard", { kind: "quiet", onclick: () => this.discard(message.id) });
    this.#mark(message, "failed", message.error, [retry, discard]);
    this.toEnd();
  }

  gone(id) {
    this.waiting.get(id)?.node.remove();
    this.waiting.delete(id);
  }

  toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
  }

  #mark(message, kind, text, buttons = []) {
    const waiting = this.waiting.get(message.id);
    if (!waiting) return;
    waiting.node.classList.toggle("failed", kind === "failed");
    waiting.state.replaceChildren(...(kind ? [icon("alert")] : []), el("span", { text }), ...buttons);
  }

  #text(entry) {
    if (entry.author === "customer") this.offered?.decided();
    this.#put(entry, words(entry.body));
  }

  #sentence(entry) {
    let answer = this.answers.get(entry.turn);
    if (!answer) {
      answer = new Answer(this.openSource);
      this.answers.set(entry.turn, answer);
      this.#put(entry, answer.node);
    }
    answer.add(entry.body);
  }

  #end(entry) {
    const answer = this.answers.get(entry.turn);
    answer?.end();
    if (!answer || !entry.body.offer) return;
    answer.offer(this.decline);
    this.offered = answer;
  }

  #card(entry) {
    const card = new ActionCard(entry.body, this.problem);
    this.cards.set(entry.body.id, card);
    this.#put(entry, card.node);
  }

  #receipt(entry) {
    this.#put(entry, receipt(entry.body));
  }

  #notice(entry) {
    this.group = null;
    this.log.append(notice(entry.body));
  }

  #put(entry, node) {
    const key = `${entry.author}/${entry.name}`;
    const at = new Date(entry.at).getTime();
    if (!this.group || this.group.key !== key || at - this.group.at > GROUP_MS) {
      const mine = entry.author === "customer";
      const who = mine ? el("span", { class: "unseen", text: "You" }) : el("span", { text: entry.name || "AI assistant" });
      const node = el("div", { class: `group ${mine ? "mine" : entry.author}` }, el("p", { class: "who" }, who, moment(entry.at)));
      this.log.append(node);
      this.group = { key, node };
    }
    this.group.at = at;
    this.group.node.append(node);
  }

  #atEnd() {
    return this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_END;
  }
}

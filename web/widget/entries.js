// How each kind of entry looks.

import { freshId, post } from "../shared/api.js";
import { button, el, icon, table } from "../shared/dom.js";
import { exact, hour } from "../shared/time.js";

export function moment(iso) {
  return el("time", { datetime: iso, title: exact(iso), text: hour(iso) });
}

// The assistant's answer: sentences one after the other, each with the numbers of its sources, and the sources below.
export class Answer {
  constructor(openSource) {
    this.openSource = openSource;
    this.sources = [];
    this.text = el("p", { class: "said" });
    this.list = el("ul", { class: "sources", hidden: true });
    this.node = el("div", { class: "bubble answer" }, this.text, this.list);
  }

  add(body) {
    if (this.text.childNodes.length) this.text.append(" ");
    this.text.append(el("span", { text: body.erased ? "This was erased on request." : body.text }));
    for (const citation of body.citations ?? []) this.text.append(this.#mark(this.#number(citation), citation));
  }

  end() {
    this.list.replaceChildren(
      ...this.sources.map((citation, place) =>
        el("li", {}, this.#chip(place + 1, citation)),
      ),
    );
    this.list.hidden = this.sources.length === 0;
  }

  // Says that it is an offer, and how to be rid of it.
  offer(decline) {
    const no = button("Not interested", { kind: "quiet", onclick: () => (this.decided(), decline()) });
    this.choice = el("div", { class: "buttons" }, no);
    this.node.prepend(el("p", { class: "kicker", text: "Offer" }));
    this.node.append(this.choice);
  }

  decided() {
    this.choice?.remove();
  }

  #number(citation) {
    const same = (each) => each.article === citation.article && each.start === citation.start && each.end === citation.end;
    const place = this.sources.findIndex(same);
    return place >= 0 ? place + 1 : this.sources.push(citation);
  }

  #mark(number, citation) {
    const label = `Source ${number}: ${citation.heading}`;
    return el("button", { type: "button", class: "mark", "aria-label": label, title: citation.heading, text: String(number), onclick: () => this.openSource(citation) });
  }

  #chip(number, citation) {
    return el("button", { type: "button", class: "chip", onclick: () => this.openSource(citation) }, el("b", { text: String(number) }), el("span", { text: citation.heading }));
  }
}

// A question with two buttons. Pressing twice is pressing once: the server knows the card.
export class ActionCard {
  constructor(body, problem) {
    this.problem = problem;
    this.pressId = freshId();
    this.state = el("p", { class: "state", role: "status" });
    this.yes = button(body.confirm || "Confirm", { kind: "primary", onclick: () => this.#press(body.id, "confirm") });
    this.no = button(body.cancel || "Cancel", { onclick: () => this.#press(body.id, "cancel") });
    this.buttons = el("div", { class: "buttons" }, this.yes, this.no);
    this.node = el(
      "section",
      { class: "card", "aria-label": body.title },
      el("h3", { text: body.title }),
      table(body.rows),
      body.rule && el("p", { class: "rule", text: body.rule }),
      this.buttons,
      this.state,
    );
    if (body.pressed) this.pressed(body.pressed);
  }

  pressed(choice) {
    this.close({ confirm: "Confirmed", superseded: "No longer open" }[choice] ?? "Cancelled");
  }

  close(words) {
    if (this.closed) return;
    this.closed = true;
    this.buttons.remove();
    this.state.textContent = words;
    this.node.classList.add("closed");
  }

  async #press(cardId, choice) {
    this.yes.disabled = this.no.disabled = true;
    this.state.textContent = choice === "confirm" ? "Sending your confirmation…" : "Cancelling…";
    try {
      await post("/api/press", { card_id: cardId, choice, client_msg_id: this.pressId });
      this.pressed(choice);
    } catch (error) {
      this.yes.disabled = this.no.disabled = false;
      this.state.textContent = "";
      this.problem(error.message);
    }
  }
}

/* What was done has a receipt number; what was only looked up is a plain table. */
export function receipt(body) {
  const done = body.rows.some(([label]) => label === "Receipt");
  if (!done) return el("section", { class: "card", "aria-label": "Details" }, table(body.rows));
  return el("section", { class: "card receipt", "aria-label": "Receipt" }, el("h3", {}, icon("check"), "Done"), table(body.rows));
}

export function notice(body) {
  return el("p", { class: "notice", text: body.erased ? "This was erased on request." : body.text });
}

export function words(body) {
  return el("div", { class: "bubble" }, el("p", { class: "said", text: body.erased ? "This was erased on request." : body.text }));
}

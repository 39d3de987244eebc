// The left pane: the live cases, most urgent first, with search; then what was closed lately.

import { el, icon } from "../shared/dom.js";
import { span, until } from "../shared/time.js";
import { badge, quiet } from "./parts.js";
import { caseState, priority, reason } from "./words.js";

export class Queue {
  constructor({ open, me }) {
    this.open = open;
    this.me = me;
    this.found = { cases: [], closed: [], now: new Date().toISOString() };
    this.search = el("input", { type: "search", placeholder: "Search cases", "aria-label": "Search cases", oninput: () => this.show() });
    this.counts = el("p", { class: "counts" });
    this.list = el("div", { class: "case-list" });
    this.node = el("nav", { class: "pane queue", "aria-label": "Cases" }, el("header", {}, this.search, this.counts), this.list);
  }

  update(found) {
    const changed = JSON.stringify(found) !== JSON.stringify(this.found);
    this.found = found;
    if (changed) this.show();
  }

  select(id) {
    this.selected = id;
    this.show();
  }

  move(step) {
    const shown = this.#matching(this.found.cases);
    if (!shown.length) return;
    const place = shown.findIndex((line) => line.id === this.selected);
    const next = place < 0 ? 0 : Math.min(Math.max(place + step, 0), shown.length - 1);
    this.open(shown[next].id);
  }

  show() {
    const { cases, closed } = this.found;
    const waiting = cases.filter((line) => line.state === "waiting");
    const oldest = Math.max(0, ...waiting.map((line) => line.age_s));
    this.counts.textContent = waiting.length ? `${waiting.length} waiting, the oldest for ${span(oldest)}` : "Nobody is waiting";
    const live = this.#matching(cases);
    const over = this.#matching(closed);
    this.list.replaceChildren(
      live.length ? el("ul", {}, live.map((line) => this.#line(line))) : quiet("No cases", cases.length ? "None fits your search." : "When the assistant hands over, it shows here."),
      over.length ? el("details", { open: Boolean(this.search.value) }, el("summary", { text: `Closed lately (${over.length})` }), el("ul", {}, over.map((line) => this.#line(line)))) : "",
    );
  }

  #matching(lines) {
    const wanted = this.search.value.trim().toLowerCase();
    return lines.filter((line) => [line.customer, line.first_words, line.account_id, reason(line.reason), line.owner].join(" ").toLowerCase().includes(wanted));
  }

  #line(line) {
    const chosen = line.id === this.selected;
    const owner = line.owner_id === this.me.id ? "You" : line.owner;
    const due = line.live && !line.answered_at;
    return el(
      "li",
      {},
      el(
        "a",
        { href: `/console/cases/${line.id}`, class: chosen ? "chosen" : "", "aria-current": chosen ? "true" : null, onclick: (event) => (event.preventDefault(), this.open(line.id)) },
        el("span", { class: "line-top" }, el("b", { text: line.customer || "A stranger" }), el("span", { class: "figure", text: span(line.age_s) })),
        el("span", { class: "line-words", text: line.first_words || "Erased" }),
        el(
          "span",
          { class: "line-tags" },
          line.priority <= 2 && line.live && badge(priority(line.priority), line.priority === 1 ? "danger" : "warning"),
          badge(reason(line.reason)),
          line.state === "promised" && badge(caseState(line.state), "warning"),
        ),
        el(
          "span",
          { class: "line-tags" },
          due && el("span", { class: `due${line.overdue ? " late" : ""}` }, icon("clock"), line.overdue ? `late, due ${until(line.due_at, this.found.now)}` : `due ${until(line.due_at, this.found.now)}`),
          el("span", { class: "owner", text: owner || (line.live ? "unclaimed" : caseState(line.state).toLowerCase()) }),
        ),
      ),
    );
  }
}

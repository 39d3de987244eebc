// The middle and right panes: one conversation, its case if it has one, and all that belongs to it.

import { freshId, get, post } from "../shared/api.js";
import { button, el, table } from "../shared/dom.js";
import { exact, until } from "../shared/time.js";
import { Actions } from "./actions.js";
import { approval } from "./approval.js";
import { endCase, handOver } from "./closing.js";
import { Composer } from "./composer.js";
import { customer } from "./customer.js";
import { News } from "./news.js";
import { badge, loading, problem, quiet, section, toast } from "./parts.js";
import { takeWords } from "./promises.js";
import { record } from "./record.js";
import { plannedStep } from "./record_plan.js";
import { Suggestion } from "./suggestion.js";
import { Timeline } from "./timeline.js";
import { caseState, channel, language, plain, priority, reason } from "./words.js";

const PARTS = ["approvals", "packet", "promises", "customer", "records"];

// The signs of the customer's latest line; a page that asks for new entries only still gets all lines.
function latestSigns(lines, before) {
  const theirs = lines.filter((line) => line.language);
  return theirs.length ? theirs[theirs.length - 1].signs : before;
}

export class CaseView {
  constructor({ path, me, changed }) {
    Object.assign(this, { path, me, changed });
    const again = () => this.refresh();
    this.timeline = new Timeline({ why: (turn) => this.#why(turn), retries: me.works_on_cases, changed: again });
    this.suggestion = new Suggestion({ edit: (text, from) => this.composer.edit(text, from), sent: again, showActions: () => this.actions.focus() });
    this.actions = new Actions({ changed: () => this.refresh().then(() => this.#customer()) });
    this.news = new News(again);
    this.head = el("header", { class: "case-head" });
    this.middle = el("section", { class: "pane middle", "aria-label": "Conversation" }, loading());
    this.side = el("aside", { class: "pane side", "aria-label": "Customer and record" });
    this.parts = Object.fromEntries(PARTS.map((name) => [name, el("div")]));
    this.side.append(this.actions.node, ...Object.values(this.parts));
  }

  close() {
    this.news.close();
    this.closed = true;
  }

  // One reading at a time; a call during one is followed by another.
  async refresh() {
    this.again = Boolean(this.reading);
    this.reading ??= this.#read().finally(() => {
      this.reading = null;
      if (this.again && !this.closed) return this.refresh();
    });
    return this.reading;
  }

  async act(name, body) {
    try {
      this.#show(await post(`/console/api/cases/${this.found.case.id}/${name}?after=${this.timeline.last}`, body));
      this.changed();
      return true;
    } catch (error) {
      toast(error.message, "problem");
      await this.refresh();
      return false;
    }
  }

  claim() {
    if (this.found?.case?.state === "waiting" && this.me.works_on_cases) this.act("claim", {});
  }

  async #read() {
    try {
      this.#show(await get(`${this.path}?after=${this.timeline.last}`));
    } catch (error) {
      if (!this.found) this.middle.replaceChildren(problem(error));
    }
  }

  #show(found) {
    if (this.closed) return;
    const first = !this.found;
    this.found = found;
    const { case: item, conversation } = found;
    const held = item?.state === "claimed" && item.owner_id === this.me.id;
    if (first) this.#begin(found);
    this.timeline.draft = held ? (text) => this.#draft(text) : null;
    this.composer.allow({ reply: held, note: Boolean(item?.live && this.me.works_on_cases) }, item?.id);
    this.composer.speaks(this.me.translates ? conversation.language : "en");
    this.signs = latestSigns(found.lines, this.signs);
    this.#header(item, conversation, held);
    this.#taken(item, held);
    this.timeline.keeping(() => {
      this.timeline.add(found.entries, found.pressed);
      this.timeline.mark(found.lines);
      this.timeline.done(found.done);
    });
    this.#heard(found.entries);
    this.suggestion.follow(item?.id, { held, position: conversation.last_position, theirs: this.theirs, waits: this.waits });
    this.actions.follow(item?.id, { held, position: this.theirs });
    this.#packet(found.packet, item);
    this.#approvals(found);
    this.#promises(found.promises);
    if (found.entries.length && !first) this.#records(conversation.id);
  }

  #begin(found) {
    const note = (text) => this.act("note", { text, message_id: freshId() });
    this.composer = new Composer({ customer: found.customer, note, sent: () => this.refresh() });
    this.middle.replaceChildren(this.head, this.timeline.node, this.suggestion.node, this.composer.node);
    this.news.open(found.conversation.id);
    this.#customer();
    this.#records(found.conversation.id);
  }

  // Whether the customer's last words still wait for an answer, and where they stand.
  #heard(entries) {
    for (const entry of entries) {
      if (entry.author === "customer") [this.theirs, this.waits] = [entry.position, true];
      else if (entry.author === "agent" && !entry.internal) this.waits = false;
    }
  }

  #header(item, conversation, held) {
    const name = this.found.customer || conversation.contact_id || "A stranger";
    const tags = item
      ? [...(this.signs ?? []).map((sign) => badge(sign, sign === "Pleased" ? "success" : "warning")), badge(reason(item.reason)), badge(`Priority: ${priority(item.priority).toLowerCase()}`, item.priority === 1 ? "danger" : item.priority === 2 ? "warning" : ""), badge(caseState(item.state), item.state === "claimed" ? "success" : "")]
      : [badge(plain(conversation.state)), badge(conversation.holder === "bot" ? "With the assistant" : "With people")];
    const facts = [conversation.account_id ?? "No account", plain(conversation.assurance), channel(conversation.channel)];
    if (conversation.language !== "en") facts.push(`writes in ${language(conversation.language)}`);
    if (item) facts.push(item.owner ? `held by ${item.owner_id === this.me.id ? "you" : item.owner}` : "held by nobody");
    else facts.push(`began ${exact(conversation.started_at)}`);
    if (item?.live && !item.answered_at) facts.push(`first reply due ${until(item.due_at, this.found.now)}`);
    this.head.replaceChildren(
      el("div", { class: "case-title" }, el("h2", { text: name }), el("p", { class: "fine", text: facts.join(" · ") }), el("p", { class: "tags" }, tags)),
      el("div", { class: "buttons" }, ...this.#buttons(item, held)),
    );
  }

  // Words that an agent took over on the page of promises.
  #taken(item, held) {
    const words = held && takeWords(item.id);
    if (words) this.composer.edit(words);
  }

  #buttons(item, held) {
    if (!item?.live || !this.me.works_on_cases) return [];
    const act = (name, body) => this.act(name, body);
    if (item.state === "waiting") return [button("Claim", { kind: "primary", onclick: () => act("claim", {}), title: "c" })];
    if (!held) return [];
    const end = (name) => endCase(name, { caseId: item.id, promises: this.found.promises, now: this.found.now, me: this.me, act });
    return [
      button("Hand over", { kind: "quiet", onclick: () => handOver({ colleagues: this.me.colleagues, act }), title: "To a colleague, or back into the queue" }),
      button("Give back to assistant", { onclick: () => end("return") }),
      button("Resolve", { kind: "primary", onclick: () => end("resolve") }),
    ];
  }

  #packet(packet, item) {
    if (!packet) {
      this.parts.packet.replaceChildren(item ? section("Handover", el("p", { class: "fine", text: "Erased with its customer." })) : "");
      return;
    }
    const rows = [["Wanted", packet.intents.map(plain).join(", ")], ["Given", Object.entries(packet.slots).map(([name, value]) => `${plain(name)}: ${value}`).join(", ")], ["Planned", (packet.planned ?? []).map(plannedStep).join("; ")], ["Tried", packet.steps.map(plain).join("; ")], ["Mood", packet.mood <= -0.3 ? "Upset" : packet.mood >= 0.3 ? "Content" : "Neutral"], ["Policy", packet.policy_reasons.map(plain).join(", ")], ["Note", packet.note]];
    this.parts.packet.replaceChildren(section("Handover", el("p", { class: "summary", text: packet.summary }), table(rows.filter(([, value]) => value))));
  }

  #approvals({ approvals, now }) {
    const key = JSON.stringify(approvals);
    if (key === this.approvalsKey) return;
    if (this.approvalsKey) this.actions.again();
    this.approvalsKey = key;
    const shown = approvals.map((each) => approval(each, { now, done: () => this.refresh().then(this.changed) }));
    this.parts.approvals.replaceChildren(shown.length ? section("Approvals", shown) : "");
  }

  #promises(promises) {
    const lines = promises.map((each) => el("li", {}, el("span", { text: each.text }), el("span", { class: `fine${each.state === "broken" ? " late" : ""}`, text: [each.state === "broken" && "broken", each.due_at ? `due ${until(each.due_at, this.found.now)}` : "no time given", this.#seenToBy(each)].filter(Boolean).join(", ") })));
    this.parts.promises.replaceChildren(lines.length ? section("Open promises", el("ul", { class: "lines" }, lines)) : "");
  }

  #seenToBy({ owner_id: owner }) {
    if (!owner) return "nobody in particular";
    return owner === this.me.id ? "yours" : (this.me.colleagues.find((each) => each.id === owner)?.name ?? owner);
  }

  async #customer() {
    const { case: item, conversation, promises } = this.found;
    if (!conversation.account_id) {
      this.parts.customer.replaceChildren(section("Customer", quiet("Not verified", "Nothing of an account is shown for strangers.")));
      return;
    }
    const invite = this.me.chat_apps && this.me.decides.length > 0 ? conversation.contact_id : null;
    try {
      const found = await get(`/console/api/customer?wanted=${encodeURIComponent(item?.id ?? conversation.account_id)}`);
      this.parts.customer.replaceChildren(...customer(found, { invite, besides: promises.map((each) => each.text) }));
    } catch (error) {
      this.parts.customer.replaceChildren(section("Customer", problem(error)));
    }
  }

  async #records(conversation) {
    const found = await get(`/console/api/records/${conversation}`).catch(() => ({ records: [] }));
    const open = new Set([...this.parts.records.querySelectorAll("details.record[open]")].map((node) => node.id));
    const shown = found.records.reverse().map((each) => record(each, open.has(`turn-${each.id}`)));
    this.parts.records.replaceChildren(section("Decision record", shown.length ? shown : el("p", { class: "fine", text: "No turn was taken yet." })));
  }

  // Words for the composer, to be read and changed there: they stand on what customers may be told.
  async #draft(text) {
    try {
      const found = await post(`/console/api/cases/${this.found.case.id}/draft`, { text });
      if (found.sure) this.composer.edit(found.text);
      else toast(found.text);
    } catch (error) {
      toast(error.message, "problem");
    }
  }

  #why(turn) {
    const node = document.getElementById(`turn-${turn}`);
    if (!node) return toast("There is no record of this turn yet.");
    node.open = true;
    node.scrollIntoView({ block: "start", behavior: "smooth" });
    node.querySelector("summary").focus({ preventScroll: true });
  }
}

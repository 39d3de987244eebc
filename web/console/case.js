// The middle and right panes: one conversation, its case if it has one, and all that belongs to it.

import { get, post } from "../shared/api.js";
import { button, el, table } from "../shared/dom.js";
import { exact, until } from "../shared/time.js";
import { approval } from "./approval.js";
import { Composer } from "./composer.js";
import { badge, loading, problem, quiet, section, toast } from "./parts.js";
import { record } from "./record.js";
import { Timeline } from "./timeline.js";
import { plain, priority, reason } from "./words.js";

export class CaseView {
  constructor({ path, me, changed }) {
    Object.assign(this, { path, me, changed });
    this.timeline = new Timeline({ why: (turn) => this.#why(turn) });
    this.head = el("header", { class: "case-head" });
    this.middle = el("section", { class: "pane middle", "aria-label": "Conversation" }, loading());
    this.side = el("aside", { class: "pane side", "aria-label": "Customer and record" });
    this.parts = { packet: el("div"), approvals: el("div"), customer: el("div"), promises: el("div"), memories: el("div"), records: el("div") };
    this.side.append(...Object.values(this.parts));
  }

  async refresh() {
    try {
      this.#show(await get(`${this.path}?after=${this.timeline.last}`));
    } catch (error) {
      if (!this.found) this.middle.replaceChildren(problem(error));
    }
  }

  async act(name, text) {
    try {
      this.#show(await post(`/console/api/cases/${this.found.case.id}/${name}?after=${this.timeline.last}`, text === undefined ? {} : { text }));
      this.changed();
      return true;
    } catch (error) {
      toast(error.message, "problem");
      await this.refresh();
      return false;
    }
  }

  claim() {
    if (this.found?.case?.state === "waiting" && this.me.works_on_cases) this.act("claim");
  }

  #show(found) {
    const first = !this.found;
    this.found = found;
    const { case: item, conversation } = found;
    if (first) {
      this.composer = new Composer({ customer: found.customer, act: (kind, text) => this.act(kind, text) });
      this.middle.replaceChildren(this.head, this.timeline.node, this.composer.node);
      this.#loadSide(conversation);
    }
    const held = item?.state === "claimed" && item.owner_id === this.me.id;
    this.composer.allow({ reply: held, note: Boolean(item?.live && this.me.works_on_cases) });
    this.#header(item, conversation, held);
    this.timeline.add(found.entries, found.pressed);
    this.#packet(found.packet, item);
    this.#approvals(found);
    this.#promises(found.promises);
    if (found.entries.length && !first) this.#records(conversation.id);
  }

  #header(item, conversation, held) {
    const name = this.found.customer || conversation.contact_id || "A stranger";
    const facts = item
      ? [badge(reason(item.reason)), badge(`Priority: ${priority(item.priority).toLowerCase()}`, item.priority === 1 ? "danger" : item.priority === 2 ? "warning" : ""), badge(item.live ? plain(item.state) : `${plain(item.state)}`, item.state === "claimed" ? "success" : "")]
      : [badge(plain(conversation.state)), badge(conversation.holder === "bot" ? "With the assistant" : "With people")];
    const due = item?.live && !item.answered_at ? ` · first reply due ${until(item.due_at, this.found.now)}` : "";
    const note = `${conversation.account_id ?? "No account"} · ${plain(conversation.assurance)} · ${item?.owner ? `held by ${item.owner_id === this.me.id ? "you" : item.owner}` : "held by nobody"}${due}`;
    this.head.replaceChildren(
      el("div", { class: "case-title" }, el("h2", { text: name }), el("p", { class: "fine", text: item ? note : `${conversation.account_id ?? "No account"} · ${plain(conversation.assurance)} · began ${exact(conversation.started_at)}` }), el("p", { class: "tags" }, facts)),
      el("div", { class: "buttons" }, ...this.#buttons(item, held)),
    );
  }

  #buttons(item, held) {
    if (!item?.live || !this.me.works_on_cases) return [];
    if (item.state === "waiting") return [button("Claim", { kind: "primary", onclick: () => this.act("claim"), title: "c" })];
    if (!held) return [];
    return [
      button("Release", { kind: "quiet", onclick: () => this.act("release"), title: "Back into the queue" }),
      button("Give back to assistant", { onclick: () => this.#close("return", "Give back to the assistant", "What should colleagues know about how this went?", "Give back") }),
      button("Resolve", { kind: "primary", onclick: () => this.#close("resolve", "Resolve this case", "How was it solved? Staff only.", "Resolve") }),
    ];
  }

  // Both endings take a line for colleagues, and list what was promised.
  #close(name, title, hint, label) {
    const field = el("textarea", { rows: "3", placeholder: hint, "aria-label": hint, required: true });
    const open = this.found.promises.map((each) => el("li", { text: `${each.text}${each.due_at ? ` (${until(each.due_at, this.found.now)})` : ""}` }));
    const dialog = el("dialog", { class: "desk-dialog", "aria-label": title });
    const go = async (event) => {
      event.preventDefault();
      if (field.value.trim() && (await this.act(name, field.value))) dialog.close();
    };
    dialog.append(
      el("form", { onsubmit: go }, el("h2", { text: title }), open.length ? el("div", { class: "open-promises" }, el("p", { text: "Promised to this customer and still open:" }), el("ul", {}, open)) : null, field, el("div", { class: "buttons" }, button("Cancel", { onclick: () => dialog.close() }), el("button", { type: "submit", class: "button primary", text: label }))),
    );
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  #packet(packet, item) {
    if (!packet) {
      this.parts.packet.replaceChildren(item ? section("Handover", el("p", { class: "fine", text: "Erased with its customer." })) : "");
      return;
    }
    const rows = [["Wanted", packet.intents.map(plain).join(", ")], ["Given", Object.entries(packet.slots).map(([name, value]) => `${plain(name)}: ${value}`).join(", ")], ["Tried", packet.steps.map(plain).join("; ")], ["Mood", packet.mood <= -0.3 ? "Upset" : packet.mood >= 0.3 ? "Content" : "Neutral"], ["Policy", packet.policy_reasons.join(", ")], ["Note", packet.note]];
    this.parts.packet.replaceChildren(section("Handover", el("p", { class: "summary", text: packet.summary }), table(rows.filter(([, value]) => value))));
  }

  #approvals({ approvals, now }) {
    const shown = approvals.map((each) => approval(each, { now, done: () => this.refresh().then(this.changed) }));
    const key = JSON.stringify(approvals);
    if (key === this.approvalsKey) return;
    this.approvalsKey = key;
    this.parts.approvals.replaceChildren(shown.length ? section("Approvals", shown) : "");
  }

  #promises(promises) {
    const lines = promises.map((each) => el("li", {}, el("span", { text: each.text }), el("span", { class: "fine", text: each.due_at ? `due ${until(each.due_at, this.found.now)}` : "no time given" })));
    this.parts.promises.replaceChildren(lines.length ? section("Open promises", el("ul", { class: "lines" }, lines)) : "");
  }

  async #loadSide({ account_id: account, contact_id: contact, id }) {
    await Promise.all([this.#customer(account), this.#memories(contact), this.#records(id)]);
  }

  async #customer(account) {
    if (!account) {
      this.parts.customer.replaceChildren(section("Customer", quiet("Not verified", "Nothing of an account is shown for strangers.")));
      return;
    }
    const found = await get(`/console/api/customers/${encodeURIComponent(account)}`).catch((error) => error);
    if (found instanceof Error) {
      this.parts.customer.replaceChildren(section("Customer", problem(found)));
      return;
    }
    const tickets = found.tickets.map((each) => el("li", {}, el("span", { text: `${each.id}: ${each.subject}` }), el("span", { class: "fine", text: `${each.priority}, ${each.state}` })));
    this.parts.customer.replaceChildren(
      section("Customer", el("p", { class: "account" }, el("b", { text: found.name }), " ", el("span", { class: "fine", text: found.id })), found.flags.length ? el("p", { class: "tags" }, found.flags.map((flag) => badge(flag, "warning"))) : null, table(found.rows)),
      section("Open tickets", tickets.length ? el("ul", { class: "lines" }, tickets) : el("p", { class: "fine", text: "None" })),
    );
  }

  async #memories(contact) {
    if (!contact) return;
    const found = await get(`/console/api/memories/${encodeURIComponent(contact)}`).catch(() => ({ memories: [] }));
    const lines = found.memories.map((each) => el("li", {}, el("span", { text: each.text }), el("span", { class: "fine", text: `since ${exact(each.since)}` })));
    this.parts.memories.replaceChildren(section("Remembered", lines.length ? el("ul", { class: "lines" }, lines) : el("p", { class: "fine", text: "Nothing" })));
  }

  async #records(conversation) {
    const found = await get(`/console/api/records/${conversation}`).catch(() => ({ records: [] }));
    const open = new Set([...this.parts.records.querySelectorAll("details.record[open]")].map((node) => node.id));
    const shown = found.records.reverse().map((each) => record(each, open.has(`turn-${each.id}`)));
    this.parts.records.replaceChildren(section("Decision record", shown.length ? shown : el("p", { class: "fine", text: "No turn was taken yet." })));
  }

  #why(turn) {
    const node = document.getElementById(`turn-${turn}`);
    if (!node) return toast("There is no record of this turn yet.");
    node.open = true;
    node.scrollIntoView({ block: "start", behavior: "smooth" });
    node.querySelector("summary").focus({ preventScroll: true });
  }
}

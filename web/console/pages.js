// The desk's other pages: conversations, approvals, revenue signals, one message's trace and chain.

import { get } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { dayAndHour, exact } from "../shared/time.js";
import { approval } from "./approval.js";
import { badge, flat, loading, problem, quiet } from "./parts.js";
import { channel, percent, plain, revenue } from "./words.js";

export function page(title, lead, load) {
  const body = el("div", { class: "page-body" }, loading());
  const node = el("section", { class: "wide", "aria-label": title }, el("header", {}, el("h2", { text: title }), el("p", { class: "fine", text: lead })), body);
  let before = null;
  const refresh = async () => {
    try {
      const made = await load(refresh);
      if (before && made.isEqualNode(before)) return;
      before = made.cloneNode(true);
      body.replaceChildren(made);
    } catch (error) {
      before = null;
      body.replaceChildren(problem(error));
    }
  };
  return { node, refresh };
}

export function grid(heads, rows, empty) {
  if (!rows.length) return quiet("Nothing here yet", empty);
  return el("div", { class: "scroll" }, el("table", { class: "grid" }, el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col", text: head })))), el("tbody", {}, rows)));
}

export const cell = (content, className = "") => el("td", { class: className }, content);
const talk = (id, text) => el("a", { href: `/console/conversations/${id}`, text });

export const conversations = () =>
  page("Conversations", "The latest over all channels, also those that never needed a person.", async () => {
    const found = (await get("/console/api/conversations")).conversations;
    const holder = (each) => (each.state !== "open" ? "Ended" : each.holder === "bot" ? "Assistant" : "People");
    const rows = found.map((each) => el("tr", {}, cell(dayAndHour(each.last_activity_at), "figure"), cell(talk(each.id, each.customer || each.contact_id || "A stranger")), cell(each.last_words, "long"), cell(badge(holder(each), holder(each) === "People" ? "warning" : "")), cell(channel(each.channel))));
    return grid(["Last activity", "Customer", "Last words", "With", "Channel"], rows, "When somebody writes, it shows here.");
  });

// What was shown and is no longer waiting stays, as it was decided: nobody presses a button that is stale.
export function approvals() {
  const shown = new Set();
  const made = page("Approvals", "What waits for a yes or no that your roles may give. Nobody decides what they asked for themselves.", async (refresh) => {
    const { approvals: waiting, now } = await get("/console/api/approvals");
    const open = new Set(waiting.map((each) => each.id));
    const gone = [...shown].filter((id) => !open.has(id));
    const settled = (await Promise.all(gone.map((id) => get(`/console/api/approvals/${id}`)))).map((each) => each.approval);
    for (const id of open) shown.add(id);
    const cards = (listed) => el("div", { class: "approval-list" }, listed.map((each) => approval(each, { now, done: refresh, withLink: true })));
    return el("div", {}, waiting.length ? cards(waiting) : quiet("Nothing waits for you", "Requests above what the assistant may do alone show here."), settled.length ? [el("h3", { text: "No longer waiting" }), cards(settled)] : null);
  });
  return { ...made, live: true };
}

export const signals = () =>
  page("Revenue signals", "What the latest messages say about buying, staying and leaving. An offer is raised once at most, under policy.", async () => {
    const found = await get("/console/api/revenue");
    const kinds = { upsell: "success", cross_sell: "success", referral: "success", renewal: "info", churn_risk: "danger" };
    const messages = found.messages.map((each) => el("tr", {}, cell(dayAndHour(each.at), "figure"), cell(badge(revenue(each.label), kinds[each.label] ?? "")), cell(percent(each.confidence), "figure"), cell(each.item ? plain(each.item) : ""), cell(talk(each.conversation_id, each.text || "Open"), "long"), cell(each.account_id ?? "")));
    const offers = found.offers.map((each) => el("tr", {}, cell(dayAndHour(each.at), "figure"), cell(plain(each.what)), cell(revenue(each.kind)), cell(plain(each.item)), cell(talk(each.conversation_id, each.account_id ?? "Open"))));
    return el("div", {}, grid(["At", "Signal", "Confidence", "Item", "Message", "Account"], messages, "Each customer message gets a label here."), el("h3", { text: "Offers" }), grid(["At", "What", "Kind", "Item", "Account"], offers, "No offer was raised."));
  });

export const trace = (id) =>
  page("Trace", `All that came of the message with the correlation id ${id}.`, async () => {
    const found = await get(`/console/api/trace/${id}`);
    const whole = Math.max(1, ...found.spans.map((each) => each.began_ms + each.took_ms));
    const spans = found.spans.map((each) => {
      const bar = el("i");
      bar.style.marginInlineStart = `${(each.began_ms / whole) * 100}%`;
      bar.style.inlineSize = `${Math.max((each.took_ms / whole) * 100, 0.5)}%`;
      return el("tr", {}, cell(each.name), cell(el("span", { class: `bar${each.failed ? " failed" : ""}` }, bar)), cell(`${each.took_ms} ms`, "figure"), cell(flat(each.attributes), "long fine"));
    });
    const events = found.events.map((each) => el("tr", {}, cell(exact(each.at), "figure"), cell(plain(each.type)), cell(flat(each.data), "long fine")));
    return el("div", {}, grid(["Span", "When", "Took", "About"], spans, "This process no longer holds its spans; the journal below does."), el("h3", { text: "Journal" }), grid(["At", "Event", "About"], events, "The journal knows nothing of this id."));
  });

export const chain = (id) =>
  page("Why", `The whole chain behind ${id}.`, async () => {
    const found = await get(`/console/api/explain/${id}`);
    const rows = found.steps.map((each) => el("tr", {}, cell(exact(each.at), "figure"), cell(plain(each.what)), cell(flat(each.detail), "long fine")));
    return grid(["At", "Step", "Particulars"], rows, "Nothing is known of it.");
  });

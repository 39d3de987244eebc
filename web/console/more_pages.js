// Pages of the desk that belong to the copilot and the channels: what got stuck, customers, how suggestions do, and codes.

import { get, post } from "../shared/api.js";
import { button, el } from "../shared/dom.js";
import { dayAndHour } from "../shared/time.js";
import { copied, customer } from "./customer.js";
import { badge, loading, problem, quiet } from "./parts.js";
import { cell, grid, page } from "./pages.js";
import { sendAgain } from "./stuck.js";
import { channel, percent, plain } from "./words.js";

const ARRIVED = { failed: ["Not delivered", "danger"], unknown: ["Nobody knows", "warning"], waiting: ["On its way", "info"], delivered: ["Delivered", "success"] };

export const deliveries = (me) => ({
  ...page("Deliveries", "Messages that failed for good, and those of which nobody knows whether they arrived. The rest is tried again by itself.", async (refresh) => {
    const found = (await get("/console/api/deliveries")).deliveries;
    const rows = found.map((each) => {
      const [text, kind] = ARRIVED[each.arrived];
      const again = me.works_on_cases && button(each.again ? "Retry" : "Send again?", { onclick: () => sendAgain(each).then(refresh) });
      const where = each.case_id ? `/console/cases/${each.case_id}` : `/console/conversations/${each.conversation_id}`;
      const words = each.conversation_id || each.case_id ? el("a", { href: where, text: each.text || "Open" }) : each.text;
      return el("tr", {}, cell(dayAndHour(each.at), "figure"), cell(badge(text, kind)), cell(words, "long"), cell(channel(each.channel)), cell(each.error, "long fine"), cell(again));
    });
    return grid(["At", "State", "Message", "Channel", "What the channel said", ""], rows, "Everything that was sent has arrived.");
  }),
  live: true,
});

export function customers(me) {
  const field = el("input", { type: "search", required: true, maxlength: "200", placeholder: "An account's name or id, an e-mail address, or a case's id", "aria-label": "Whom do you look for?" });
  const shown = el("div", { class: "found-customer" }, quiet("Nobody chosen", "Type whom you look for, then press Enter."));
  const go = async (event) => {
    event.preventDefault();
    shown.replaceChildren(loading());
    try {
      shown.replaceChildren(...customer(await get(`/console/api/customer?wanted=${encodeURIComponent(field.value.trim())}`)));
    } catch (error) {
      shown.replaceChildren(problem(error));
    }
  };
  const form = el("form", { class: "ask-form", onsubmit: go }, field, el("button", { type: "submit", class: "button primary", text: "Look up" }));
  return page("Customers", `All round a customer, as far as ${me.name} may see it.`, async () => el("div", {}, form, shown));
}

const saved = (seconds) => (seconds >= 5_400 ? `${(seconds / 3_600).toFixed(1)} h` : seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds)} s`);
const share = (part, whole) => (whole ? percent(part / whole) : "none yet");

export const suggestions = () =>
  page("How suggestions do", "What became of the copilot's drafts, from the first one on.", async () => {
    const found = await get("/console/api/learned");
    const [all] = found.all;
    if (!all?.offered) return quiet("No suggestion yet", "Once drafts were offered in claimed cases, it shows here what became of them.");
    const used = all.accepted + all.edited;
    const figures = [["Offered", all.offered, ""], ["Sent as they were", share(all.accepted, all.offered), `${all.accepted} of ${all.offered}`], ["Sent after editing", share(all.edited, all.offered), `${all.edited} of ${all.offered}`], ["Dismissed", share(all.dismissed, all.offered), `${all.dismissed} of ${all.offered}`], ["Changed on average", used ? percent(all.distance) : "none yet", "of the text of those that were sent"], ["Time saved", saved(all.saved_s), "an estimate"]];
    const names = (tally) => found.titles[tally.name] ?? tally.name;
    return el(
      "div",
      {},
      el("dl", { class: "figures" }, figures.map(([label, value, note]) => el("div", {}, el("dt", { text: label }), el("dd", {}, el("b", { text: String(value) }), note && el("span", { class: "fine", text: note }))))),
      el("p", { class: "fine", text: `Time saved is estimated: typing a draft at ${found.typed_a_second} characters a second, less reading it at ${found.read_a_second}, times the share of it that was kept.` }),
      el("h3", { text: "Why they were dismissed" }),
      !all.dismissed ? el("p", { class: "fine", text: "None was dismissed." }) : grid(["Reason", "Times"], all.reasons.map(([code, times]) => el("tr", {}, cell(found.reasons[code] ?? plain(code)), cell(String(times), "figure"))), "No reason was given."),
      el("h3", { text: "By what was asked" }),
      tallies(found.intent, names, found.reasons),
      el("h3", { text: "By article" }),
      tallies(found.article, (tally) => el("a", { href: `/help/${encodeURIComponent(tally.name)}`, target: "_blank", text: plain(tally.name.replaceAll("-", " ")) }), found.reasons),
    );
  });

function tallies(listed, name, reasons) {
  const rows = listed.map((each) => {
    const why = each.reasons.map(([code, times]) => `${reasons[code] ?? plain(code)} (${times})`).join(", ");
    return el("tr", {}, cell(name(each)), cell(String(each.offered), "figure"), cell(share(each.accepted, each.offered), "figure"), cell(share(each.edited, each.offered), "figure"), cell(share(each.dismissed, each.offered), "figure"), cell(each.accepted + each.edited ? percent(each.distance) : "", "figure"), cell(saved(each.saved_s), "figure"), cell(why, "long fine"));
  });
  return grid(["What", "Offered", "As it was", "Edited", "Dismissed", "Changed", "Saved", "Why dismissed"], rows, "Nothing was offered yet.");
}

export function connect(me) {
  return page("Slack and Teams", "Work on cases where you are: your seat there is the one that you have here.", async () => {
    if (!me.chat_apps) return quiet("Neither is connected", "Ask an administrator to connect Slack or Teams; this page then gives you a code.");
    const shown = el("div", { class: "seat-code", "aria-live": "polite" });
    const give = button("Get a code", { kind: "primary", onclick: () => code(shown) });
    return el(
      "div",
      { class: "connect" },
      el("section", { "aria-label": "Your seat" }, el("h3", { text: "Your seat" }), el("p", { text: "A code says in Slack or Teams that you are who is signed in here. It works once, within a quarter of an hour. Give it to nobody." }), el("p", {}, give), shown),
      el("section", { "aria-label": "Customers" }, el("h3", { text: "Customers" }), el("p", { text: "A customer's contact is recognised by a verified e-mail address of their company, by a code that is mailed to them, or by an invitation: open their case and choose “Invite this contact”." })),
    );
  });
}

async function code(shown) {
  let made;
  try {
    made = await post("/console/api/connect/seat");
  } catch (error) {
    shown.replaceChildren(problem(error));
    return;
  }
  const line = (where, text) => {
    const field = el("input", { type: "text", readonly: true, "aria-label": `What to type in ${where}` });
    field.value = text;
    return el("div", { class: "copy-line" }, el("span", { text: where }), field, button("Copy", { onclick: () => copied(field) }));
  };
  shown.replaceChildren(line("Slack", `/rapport connect ${made.code}`), line("Teams", `connect ${made.code}`), el("p", { class: "fine", text: "In Slack type it anywhere; in Teams write it to the assistant in a personal chat." }));
}

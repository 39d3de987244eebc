// A customer all round: who they are, what they have, how they are doing, what is promised, remembered and was said lately.

import { post } from "../shared/api.js";
import { button, el, icon, table } from "../shared/dom.js";
import { exact } from "../shared/time.js";
import { badge, dialog, section, toast } from "./parts.js";
import { plain } from "./words.js";

const list = (values) => el("ul", { class: "lines" }, values.map((each) => el("li", { text: each })));
const none = (text) => el("p", { class: "fine", text });

// `invite` is the contact's id where an invitation may be made; `besides` are promises that stand elsewhere on the page.
export function customer(found, { invite = null, besides = [] } = {}) {
  const strained = !found.health.startsWith("Healthy");
  const promises = found.promises.filter((each) => !besides.includes(each.text));
  return [
    section(
      "Customer",
      el("p", { class: "account" }, el("b", { text: found.name }), " ", el("span", { class: "fine", text: [found.contact, found.account_id].filter(Boolean).join(" · ") })),
      found.flags.length > 0 && el("p", { class: "tags" }, found.flags.map((flag) => badge(flag, "warning"))),
      el("p", { class: `health ${strained ? "strained" : ""}`.trim() }, icon(strained ? "alert" : "check"), el("span", { text: found.health })),
      table(found.rows),
    ),
    section("Open tickets", found.tickets.length ? table(found.tickets, "rows stacked") : none("None")),
    promises.length > 0 && section("Promised elsewhere", el("ul", { class: "lines" }, promises.map((each) => el("li", {}, el("span", { text: each.text }), el("span", { class: "fine", text: `${plain(each.state)}, by ${each.made_by}${each.due_at ? `, due ${exact(each.due_at)}` : ""}` }))))),
    section("Remembered", found.memories.length ? list(found.memories) : none("Nothing")),
    section("Lately", found.recent.length ? list(found.recent) : none("Nothing")),
    found.consent.length > 0 && section("May be sent offers by", table(found.consent)),
    invite && section("Slack and Teams", button("Invite this contact", { onclick: () => invitation(invite) })),
  ].filter(Boolean);
}

async function invitation(contactId) {
  let made;
  try {
    made = await post("/console/api/connect/invitation", { contact_id: contactId });
  } catch (error) {
    toast(error.message, "problem");
    return;
  }
  const text = el("textarea", { rows: "6", readonly: true, "aria-label": "Text of the invitation" });
  text.value = made.text;
  const node = dialog("Invitation", el("p", { text: "Send this to the contact yourself, by a way you know to be theirs. Nobody was told yet." }), text, el("div", { class: "buttons" }, button("Close", { onclick: () => node.close() }), button("Copy", { kind: "primary", onclick: () => copied(text) })));
}

export async function copied(field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    toast("Copied.");
  } catch {
    toast("Selected: copy it with Ctrl or ⌘ and C.");
  }
}

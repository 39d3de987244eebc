// What customers were promised: due soon, open, broken and kept; and what an agent does about one.

import { get, post } from "../shared/api.js";
import { button, el } from "../shared/dom.js";
import { exact, until } from "../shared/time.js";
import { badge, dialog, toast } from "./parts.js";
import { cell, grid, page } from "./pages.js";

const LISTS = [
  ["broken", "Broken", "Nothing is overdue."],
  ["soon", "Due soon", "Nothing is due soon."],
  ["open", "Open", "Nothing else is promised."],
  ["kept", "Kept lately", "None was kept yet."],
];
const KINDS = { broken: "danger", soon: "warning", open: "", kept: "success" };

// Words for a customer that an agent took over from a moved promise, by case, until that case's page takes them.
const taken = new Map();
export const takeWords = (caseId) => {
  const words = taken.get(caseId);
  taken.delete(caseId);
  return words;
};

export const promises = (me, go) => ({
  ...page("Promises", "What customers were promised, by whom, and who sees to it. A case with an open promise doesn't count as resolved.", async (refresh) => {
    const found = await get("/console/api/promises");
    return el("div", { class: "promise-lists" }, LISTS.map(([name, title, empty]) => el("section", { "aria-label": title }, el("h3", {}, title, " ", badge(String(found[name].length), found[name].length ? KINDS[name] : "")), found[name].length ? grid(["Promise", "To", "Due", "Seen to by", ""], found[name].map((each) => line(each, { name, now: found.now, me, go, refresh }))) : el("p", { class: "fine", text: empty }))));
  }),
  live: true,
});

function line(promise, { name, now, me, go, refresh }) {
  const settle = { promise, now, me, go, done: refresh };
  const acts = me.works_on_cases && name !== "kept" && el("div", { class: "buttons" }, button("Kept", { onclick: () => act(promise, "keep", {}).then(refresh) }), button("Move…", { kind: "quiet", onclick: () => move(settle) }), button("Hand on…", { kind: "quiet", onclick: () => hand(settle) }));
  const where = promise.case_id ? `/console/cases/${promise.case_id}` : `/console/conversations/${promise.conversation_id}`;
  const due = promise.due_at ? `${exact(promise.due_at)} (${until(promise.due_at, now)})` : "no time given";
  const owner = promise.owner_id === me.id ? "you" : promise.owner;
  return el("tr", { dataset: { promise: promise.id } }, cell([el("a", { href: where, text: promise.text || "Erased with its customer" }), el("span", { class: "fine", text: ` made by ${promise.made_by}` })], "long"), cell(promise.customer), cell(name === "kept" && promise.closed_at ? `kept ${exact(promise.closed_at)}` : due), cell(owner), cell(acts));
}

async function act(promise, name, body) {
  try {
    return await post(`/console/api/promises/${promise.id}/${name}`, body);
  } catch (error) {
    toast(error.message, "problem");
    return null;
  }
}

// The customer isn't told by itself: the words for it are shown, to be taken into a reply or left.
function move({ promise, go, done }) {
  const at = el("input", { type: "datetime-local", required: true, "aria-label": "New time", value: local(promise.due_at) });
  const why = el("input", { type: "text", required: true, maxlength: "500", placeholder: "Why? Colleagues read it.", "aria-label": "Reason" });
  const body = el("div");
  const save = async (event) => {
    event.preventDefault();
    const moved = await act(promise, "move", { due_at: new Date(at.value).toISOString(), reason: why.value });
    if (!moved) return;
    done();
    const take = promise.case_id && button("Take into a reply", { kind: "primary", onclick: () => (taken.set(promise.case_id, moved.suggestion), node.close(), go(`/console/cases/${promise.case_id}`)) });
    body.replaceChildren(el("p", { text: "Moved. The customer wasn't told. You could write:" }), el("blockquote", { class: "outgoing", tabindex: "0", text: moved.suggestion }), el("div", { class: "buttons" }, button("Close", { onclick: () => node.close() }), ...(take ? [take] : [])));
  };
  body.append(el("form", { onsubmit: save }, el("p", { class: "summary", text: promise.text }), at, why, el("div", { class: "buttons" }, button("Cancel", { onclick: () => node.close() }), el("button", { type: "submit", class: "button primary", text: "Move" }))));
  const node = dialog("Move this promise", body);
}

function hand({ promise, me, done }) {
  const everybody = [{ id: me.id, name: `${me.name} (you)` }, ...me.colleagues];
  const to = el("select", { "aria-label": "Who sees to it" }, el("option", { value: "", text: "The queue" }), everybody.map((each) => el("option", { value: each.id, text: each.name, selected: each.id === promise.owner_id })));
  const save = async (event) => {
    event.preventDefault();
    if (await act(promise, "hand", to.value ? { to: to.value } : {})) (node.close(), done());
  };
  const node = dialog("Hand this promise on", el("form", { onsubmit: save }, el("p", { class: "summary", text: promise.text }), to, el("div", { class: "buttons" }, button("Cancel", { onclick: () => node.close() }), el("button", { type: "submit", class: "button primary", text: "Hand on" }))));
}

// A moment as a field for date and time takes it: in the reader's own zone, without saying so.
export function local(iso) {
  if (!iso) return "";
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

// The ways out of a case: resolve it with a summary, give it back to the assistant, or hand it to a colleague.

import { get } from "../shared/api.js";
import { button, el } from "../shared/dom.js";
import { until } from "../shared/time.js";
import { dialog } from "./parts.js";

const ENDINGS = {
  resolve: { title: "Resolve this case", hint: "How was it solved? Staff only.", label: "Resolve" },
  return: { title: "Give back to the assistant", hint: "What should colleagues know about how this went?", label: "Give back" },
};

// Both endings take a line for colleagues and list what was promised; resolving begins with a drafted summary.
export function endCase(name, { caseId, promises, now, me, act }) {
  const { title, hint, label } = ENDINGS[name];
  const field = el("textarea", { rows: "5", placeholder: hint, "aria-label": hint, required: true });
  const note = el("p", { class: "fine", role: "status" });
  const answers = new Map();
  const open = promises.map((each) => el("li", {}, el("span", { text: `${each.text}${each.due_at ? ` (${until(each.due_at, now)})` : ""}` }), name === "resolve" && answer(each, me, answers)));
  const go = async (event) => {
    event.preventDefault();
    if (field.value.trim() && (await act(name, { text: field.value, ...(name === "resolve" && answers.size ? { promises: Object.fromEntries([...answers].map(([id, to]) => [id, to.value])) } : {}) }))) node.close();
  };
  const promised = open.length > 0 && el("div", { class: "open-promises" }, el("p", { text: "Promised to this customer and still open:" }), el("ul", {}, open), name === "resolve" && el("p", { class: "fine", text: "With one left open the case doesn't count as resolved: it comes back when that is due." }));
  const node = dialog(title, el("form", { onsubmit: go }, promised, field, note, el("div", { class: "buttons" }, button("Cancel", { onclick: () => node.close() }), el("button", { type: "submit", class: "button primary", text: label }))));
  if (name === "resolve") summarise(caseId, field, note);
}

// What becomes of a promise: it stays open, was kept, or a colleague sees to it.
function answer(promise, me, answers) {
  const choices = [["open", "Leave it open"], ["kept", "It was kept"], ...[{ id: me.id, name: "me" }, ...me.colleagues].filter((each) => each.id !== promise.owner_id).map((each) => [each.id, `Hand on to ${each.name}`])];
  const to = el("select", { "aria-label": `What becomes of: ${promise.text}` }, choices.map(([value, text]) => el("option", { value, text })));
  answers.set(promise.id, to);
  return to;
}

async function summarise(caseId, field, note) {
  note.textContent = "Drafting a summary…";
  try {
    const { summary } = await get(`/console/api/cases/${caseId}/closing`);
    if (!field.value) field.value = summary;
    note.textContent = "Drafted from the conversation: correct it where it is wrong.";
  } catch (error) {
    note.textContent = error.message;
  }
}

export function handOver({ colleagues, act }) {
  const choices = colleagues.map((each) => el("option", { value: each.id, text: each.name }));
  const to = el("select", { "aria-label": "Colleague", required: true }, choices);
  const go = async (event) => {
    event.preventDefault();
    if (to.value ? await act("hand", { to: to.value }) : false) node.close();
  };
  const someone = choices.length > 0 ? [el("p", { text: "They speak to the customer from then on. The customer is told." }), to] : [el("p", { text: "Nobody else here works on cases. Put it back into the queue instead." })];
  const node = dialog("Hand this case over", el("form", { onsubmit: go }, someone, el("div", { class: "buttons" }, button("Cancel", { onclick: () => node.close() }), button("Back into the queue", { onclick: async () => (await act("release", {})) && node.close() }), choices.length > 0 && el("button", { type: "submit", class: "button primary", text: "Hand over" }))));
}

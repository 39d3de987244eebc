// Private answers with their sources, internal articles included. Nothing of it is sent to anybody.

import { post } from "../shared/api.js";
import { button, el, icon } from "../shared/dom.js";
import { badge, dialog, loading, problem, sources } from "./parts.js";
import { percent } from "./words.js";

export function ask() {
  const field = el("input", { type: "text", maxlength: "2000", required: true, placeholder: "Ask about products, policies or procedures", "aria-label": "Your question" });
  const answers = el("div", { class: "answers", "aria-live": "polite" });
  const go = async (event) => {
    event.preventDefault();
    const question = field.value.trim();
    if (!question) return;
    answers.replaceChildren(loading());
    try {
      answers.replaceChildren(answer(question, await post("/console/api/ask", { text: question })));
      field.select();
    } catch (error) {
      answers.replaceChildren(problem(error));
    }
  };
  const form = el("form", { class: "ask-form", onsubmit: go }, field, el("button", { type: "submit", class: "button primary", text: "Ask" }));
  const node = dialog("Ask Rapport", el("p", { class: "only-staff" }, icon("lock"), "Only you see the answer. It may stand on internal articles."), form, answers, el("div", { class: "buttons" }, button("Close", { onclick: () => node.close() })));
  node.classList.add("wide-dialog");
  field.focus();
}

function answer(question, found) {
  return el(
    "article",
    { class: "answer-card", "aria-label": "Answer" },
    el("p", { class: "fine", text: question }),
    el("p", { class: "draft", text: found.text }),
    sources(found.citations),
    el("p", { class: "tags" }, found.sure ? badge(`${percent(found.confidence)} sure`, "success") : badge("Not sure enough", "warning")),
  );
}

// The sheets behind the menu: verifying who one is, and what is remembered.

import { get, post, remove } from "../shared/api.js";
import { button, el, icon } from "../shared/dom.js";
import { exact } from "../shared/time.js";

export function sheet(title, ...content) {
  const close = el("button", { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => node.close() }, icon("close"));
  const node = el("dialog", { class: "sheet-dialog", "aria-label": title }, el("header", {}, el("h2", { text: title }), close), ...content);
  node.addEventListener("close", () => node.remove());
  document.body.append(node);
  node.showModal();
  return node;
}

function field(label, props) {
  const input = el("input", props);
  return [el("label", {}, el("span", { text: label }), input), input];
}

function form(fields, label, submit) {
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const go = el("button", { type: "submit", class: "button primary", text: label });
  const run = async (event) => {
    event.preventDefault();
    go.disabled = true;
    problem.hidden = true;
    try {
      await submit();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
    go.disabled = false;
  };
  return el("form", { onsubmit: run }, ...fields, problem, go);
}

export function verify(signedIn) {
  const [address, email] = field("E-mail address on your account", { type: "email", required: true, autocomplete: "email", maxlength: "254" });
  const [digits, code] = field("Six-digit code", { inputmode: "numeric", autocomplete: "one-time-code", required: true, maxlength: "7" });
  const lead = el("p", { class: "lead", text: "To read or change anything on an account, we first check that it is yours. We mail you a code." });
  const body = el("div", { class: "sheet-body" }, lead);
  const node = sheet("Verify your identity", body);

  const confirm = async (contact) => {
    const answer = await post("/api/verify/confirm", { code: code.value.trim(), ...(contact ? { contact } : {}) });
    if (answer.choose) body.replaceChildren(el("p", { class: "lead", text: "Which account is this about?" }), choose(answer.choose));
    else {
      node.close();
      signedIn(answer);
    }
  };
  const choose = (choices) => el("div", { class: "stack" }, choices.map((each) => button(each.account, { onclick: () => confirm(each.contact) })));
  const second = form([digits], "Confirm", () => confirm());
  const first = form([address], "Mail me a code", async () => {
    await post("/api/verify/start", { email: email.value });
    lead.textContent = `If ${email.value.trim()} is known to us, a code is on its way to it. It is good for 10 minutes.`;
    first.replaceWith(second);
    code.focus();
  });
  body.append(first);
  email.focus();
}

export async function memories() {
  const list = el("ul", { class: "memories" }, el("li", { class: "loading", text: "Loading…" }));
  const all = button("Forget everything", { kind: "danger", hidden: true });
  const lead = el("p", { class: "lead", text: "Lasting facts that you told us, kept to save you repeating them. Delete any of them; it is gone at once." });
  sheet("What we remember about you", el("div", { class: "sheet-body" }, lead, list, all));
  const show = async () => {
    try {
      const found = (await get("/api/memories")).memories;
      list.replaceChildren(...(found.length ? found.map(line) : [el("li", { class: "loading", text: "Nothing is remembered about you." })]));
      all.hidden = found.length === 0;
    } catch (error) {
      list.replaceChildren(el("li", { class: "loading", text: error.message }));
    }
  };
  const line = (fact) =>
    el(
      "li",
      {},
      el("div", {}, el("p", { text: fact.text }), el("p", { class: "since", text: `Since ${exact(fact.since)}` })),
      button("Delete", { kind: "quiet", "aria-label": `Delete: ${fact.text}`, onclick: () => remove(`/api/memories/${encodeURIComponent(fact.id)}`).then(show) }),
    );
  all.addEventListener("click", () => remove("/api/memories").then(show));
  await show();
}

// An approval: the exact arguments, the evidence, the rule, who asked, and until when. Decided once, not by who asked.

import { post } from "../shared/api.js";
import { button, el, table } from "../shared/dom.js";
import { exact, until } from "../shared/time.js";
import { badge, toast } from "./parts.js";
import { argument, argumentName, origin, plain } from "./words.js";

const KINDS = { open: "warning", granted: "success", executed: "success", refused: "danger", expired: "" };

export function approval(found, { now, done, withLink = false }) {
  const open = found.state === "open";
  const yes = button("Approve", { kind: "primary", onclick: () => decide(true) });
  const no = button("Deny", { kind: "danger", onclick: () => decide(false) });
  const decide = async (approve) => {
    yes.disabled = no.disabled = true;
    try {
      toast((await post(`/console/api/approvals/${found.id}`, { approve })).approval.result);
    } catch (error) {
      toast(error.message, "problem");
      yes.disabled = no.disabled = false;
    }
    done();
  };
  const decided = found.decided_at ? `${found.result} Decided by ${found.decided_by}, ${exact(found.decided_at)}.` : found.result;
  return el(
    "article",
    { class: "approval", "aria-label": `Approval: ${found.title}` },
    el("header", {}, el("h4", { text: found.title }), badge(plain(found.state), KINDS[found.state])),
    el("p", { class: "fine" }, found.account ? `${found.customer}, ${found.account}` : found.customer, ". ", `Asked for by ${found.requested_by}. `, open ? `Expires ${until(found.expires_at, now)}.` : ""),
    found.erased ? el("p", { class: "erased", text: "The request was erased with its customer." }) : table(found.rows, "rows exact"),
    found.reasons.map((why) => el("p", { class: "why", text: why })),
    found.evidence.length > 0 && el("details", {}, el("summary", { text: "What policy looked at" }), table(found.evidence)),
    !found.erased && origins(found),
    el("p", { class: "fine", text: `Rule: ${found.rules.join(", ") || "none"}. Needs ${plain(found.role).toLowerCase()}.` }),
    !open && el("p", { class: "why", text: decided }),
    withLink && el("p", { class: "fine" }, el("a", { href: found.case_id ? `/console/cases/${found.case_id}` : `/console/conversations/${found.conversation_id}`, text: found.case_id ? "Open the case" : "Open the conversation" })),
    found.own && open && el("p", { class: "fine", text: "You asked for this yourself: somebody else must decide." }),
    !found.may_decide && !found.own && open && el("p", { class: "fine", text: `Your roles do not decide this: it needs ${plain(found.role)} or above.` }),
    found.may_decide && el("div", { class: "buttons" }, yes, no),
  );
}

function origins(found) {
  const rows = found.arguments.map((each) => el("tr", {}, el("th", { scope: "row", text: argumentName(each.name) }), el("td", { class: "figure", text: argument(each, found.arguments) }), el("td", { class: "origin", text: origin(each.origin) })));
  return el("details", {}, el("summary", { text: "Where each value came from" }), el("table", {}, el("tbody", {}, rows)), el("p", { class: "fine", text: `Bound to arguments ${found.arguments_hash.slice(0, 12)}.` }));
}

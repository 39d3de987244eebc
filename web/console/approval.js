// An approval: the exact arguments, where each came from, the rule, and until when. Decided once, not by who asked.

import { post } from "../shared/api.js";
import { button, el } from "../shared/dom.js";
import { exact, until } from "../shared/time.js";
import { badge, toast } from "./parts.js";
import { argument, argumentName, origin, plain } from "./words.js";

const KINDS = { open: "warning", granted: "success", executed: "success", refused: "danger", expired: "" };

export function approval(found, { now, done, withLink = false }) {
  const rows = found.arguments.map((each) => el("tr", {}, el("th", { scope: "row", text: argumentName(each.name) }), el("td", { class: "figure", text: argument(each, found.arguments) }), el("td", { class: "origin", text: origin(each.origin) })));
  const yes = button("Approve", { kind: "primary", onclick: () => decide(true) });
  const no = button("Deny", { kind: "danger", onclick: () => decide(false) });
  const decide = async (approve) => {
    yes.disabled = no.disabled = true;
    try {
      const answer = await post(`/console/api/approvals/${found.id}`, { approve });
      toast(answer.told);
    } catch (error) {
      toast(error.message, "problem");
    }
    done();
  };
  return el(
    "article",
    { class: "approval", "aria-label": `Approval: ${found.title ?? plain(found.skill)}` },
    el("header", {}, el("h4", { text: found.title ?? plain(found.skill) }), badge(plain(found.state), KINDS[found.state])),
    found.erased ? el("p", { class: "erased", text: "The request was erased with its customer." }) : el("table", {}, el("tbody", {}, rows)),
    found.reasons.map((why) => el("p", { class: "why", text: why })),
    el("p", { class: "fine", text: `Rule ${found.rules.join(", ") || "none"}. Needs ${plain(found.role)}. ${found.state === "open" ? `Expires ${until(found.expires_at, now)}.` : found.decided_at ? `Decided by ${found.decided_by}, ${exact(found.decided_at)}.` : ""}` }),
    el("p", { class: "fine" }, `Bound to arguments ${found.arguments_hash.slice(0, 12)}. `, withLink && el("a", { href: `/console/conversations/${found.conversation_id}`, text: "Open the conversation" })),
    found.own && found.state === "open" && el("p", { class: "fine", text: "You asked for this yourself: somebody else must decide." }),
    !found.may_decide && !found.own && found.state === "open" && el("p", { class: "fine", text: `Your roles do not decide this: it needs ${plain(found.role)} or above.` }),
    found.may_decide && el("div", { class: "buttons" }, yes, no),
  );
}

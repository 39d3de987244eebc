// What a decision record says of the plan of several steps: each step, what policy says to it, and where it stands.

import { el } from "../shared/dom.js";
import { badge } from "./parts.js";
import { plain } from "./words.js";

const VERDICTS = { allow: "success", deny: "danger", needs_approval: "warning" };
const WHERE = {
  waiting: "still to do",
  now: "in hand",
  done: "done",
  failed: "failed",
  refused: "refused",
  awaiting_approval: "waits for approval",
  dropped: "let go by the customer",
  left_out: "left out: may not be asked for",
};
const STANDS = { asks: "a value is missing yet", refused: "the records refuse it as it is now", unknown: "can't be judged yet", barred: "may not be asked for here" };

export const where = (code) => WHERE[code] ?? plain(code);

// A step of a handover, as `add_seats: done`.
export function plannedStep(line) {
  const [skill, code = ""] = line.split(": ");
  return `${plain(skill)}: ${where(code)}`;
}

// Null for a turn without a plan.
export function ofPlan({ plan }) {
  if (!plan?.steps?.length) return null;
  const whole = plan.verdict ? el("p", { class: "fine" }, "As a whole ", badge(plain(plan.verdict), VERDICTS[plan.verdict])) : null;
  return el("div", {}, el("ol", { class: "planned", "aria-label": "Steps of the plan" }, plan.steps.map(step)), whole);
}

function step({ skill, where: code, verdict, stands, reasons = [], approver, after }) {
  const about = [STANDS[stands], reasons.length ? `Reasons: ${reasons.map(plain).join(", ")}` : "", approver ? `${plain(approver)} decides` : "", after ? `only after step ${after}` : ""].filter(Boolean).join(". ");
  return el("li", {}, el("b", { text: plain(skill) }), ` ${where(code)} `, verdict ? badge(plain(verdict), VERDICTS[verdict]) : null, about ? el("p", { class: "fine", text: `${about}.` }) : null);
}

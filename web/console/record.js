// A turn's decision record: understood, recalled, retrieved, allowed or denied and why, with versions.

import { el, table } from "../shared/dom.js";
import { exact, hour } from "../shared/time.js";
import { badge, flat } from "./parts.js";
import { OF_MODEL, isPrompt, ofModel, provenance } from "./record_model.js";
import { ofPlan } from "./record_plan.js";
import { percent, plain, revenue } from "./words.js";

const KINDS = { allow: "success", deny: "danger", needs_approval: "warning" };

export function record(found, open = false) {
  const top = found.understood.intents?.[0];
  const model = ofModel(found);
  const plan = ofPlan(found.understood);
  const title = top ? `${plain(top[0])}, ${percent(top[1])}` : plain(found.kind);
  return el(
    "details",
    { class: "record", id: `turn-${found.id}`, open },
    el("summary", {}, el("b", { text: title }), el("time", { datetime: found.at, title: exact(found.at), text: hour(found.at) })),
    part("Understood", understood(found.understood)),
    plan && part("Plan", plan),
    model && part("Model", model),
    part("Recalled", list(found.recalled)),
    part("Retrieved", list(found.retrieved)),
    part("Decided", found.decided.length ? found.decided.map(decided) : none()),
    part("Versions", rows(Object.fromEntries(Object.entries(found.versions).filter(([name]) => !isPrompt(name))))),
    part("Time", rows(found.timings_ms, (ms) => `${ms} ms`)),
    el("p", { class: "fine" }, el("a", { href: `/console/trace/${found.correlation_id}`, text: "Trace" }), " · ", el("a", { href: `/console/explain/${found.id}`, text: "Whole chain" })),
  );
}

const none = () => el("p", { class: "fine", text: "Nothing" });
const part = (title, content) => el("div", { class: "part" }, el("h5", { text: title }), content);
const list = (values) => (values.length ? el("ul", {}, values.map((value) => el("li", { text: flat(value) }))) : none());

function rows(values, shown = flat) {
  const pairs = Object.entries(values).map(([name, value]) => [plain(name), shown(value)]);
  return pairs.length ? table(pairs) : none();
}

function understood({ intents = [], revenue: signal, ...rest }) {
  const asked = intents.map(([name, confidence]) => [plain(name), percent(confidence)]);
  const sale = signal ? [["Revenue intent", `${revenue(signal[0])}, ${percent(signal[1])}${signal[2] ? `, ${plain(signal[2])}` : ""}`]] : [];
  const others = Object.entries(rest).filter(([name, value]) => value !== "" && value !== null && name !== "plan" && !OF_MODEL.includes(name)).map(([name, value]) => [plain(name), flat(value)]);
  return asked.length + sale.length + others.length ? table([...asked, ...sale, ...others]) : none();
}

function decided({ skill, decision, policies, why, outcome, facts, provenance: from, raised_by: by, ...rest }) {
  return el(
    "div",
    { class: "decided" },
    el("p", {}, el("b", { text: plain(skill) }), " ", badge(plain(decision), KINDS[decision])),
    (why ?? []).map((each) => el("p", { class: "why", text: each })),
    el("p", { class: "fine", text: [policies?.length ? `Rules: ${policies.join(", ")}` : "", outcome ? `Outcome: ${plain(outcome)}` : "", rest.policy_version ? `Policy ${String(rest.policy_version).slice(0, 12)}` : ""].filter(Boolean).join(". ") }),
    provenance(from),
    by === "model" ? el("p", { class: "fine", text: "Raised by the model, not by the customer." }) : null,
    facts && Object.keys(facts).length ? el("details", {}, el("summary", { text: "Facts it stood on" }), rows(facts)) : null,
  );
}

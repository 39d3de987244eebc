// What a decision record says of the language models: tools and verdicts, sentences that fell, tokens, time and cost, prompts.

import { el, table } from "../shared/dom.js";
import { badge } from "./parts.js";
import { milliseconds, money, number } from "./models.js";
import { origin, plain } from "./words.js";

const VERDICTS = { allow: "success", deny: "danger", needs_approval: "warning" };
const FELL = {
  uncited: "cites nothing",
  not_in_evidence: "says what no source says",
  against_evidence: "goes against its source",
  condition: "leaves out or makes a condition",
  belongs_elsewhere: "speaks of something else than its source",
  not_said: "not said by the customer",
  not_done: "claims what wasn't done",
  no_promise: "a promise that nothing stands behind",
  question: "a question that asserts",
  yes_or_no: "a yes or no that doesn't fit",
  link: "a foreign address",
  markup: "markup",
  secret: "asks for a secret",
  instructions: "speaks of instructions",
  rivals: "compares companies",
  legal: "commits in law",
  guarantee: "guarantees",
  empty: "says nothing",
  other: "another reason",
};

export const OF_MODEL = ["spent", "conversed", "from_memory", "model_down"];
export const isPrompt = (name) => name.startsWith("prompt.");

const share = (part, whole) => (whole ? ` (${Math.round((part / whole) * 100)}%)` : "");
const times = (codes) => Object.entries(codes ?? {}).map(([code, count]) => `${FELL[code] ?? plain(code)}${count > 1 ? ` ×${count}` : ""}`).join(", ");

// Null for a turn that no model answered and nobody counted.
export function ofModel({ understood, decided, versions }) {
  const { spent, conversed, from_memory: kept, model_down: down } = understood;
  if (!spent && !conversed && !kept && !down) return null;
  const rows = [...(conversed ? said(conversed) : []), ...(kept ? [["Answer", "kept from an earlier one to the same question"]] : []), ...(down ? [["Model", "didn't answer"]] : []), ...(spent ? cost(spent) : [])];
  const prompts = Object.entries(versions).filter(([name]) => isPrompt(name)).map(([name, label]) => [plain(name.slice("prompt.".length)), label]);
  return el("div", {}, table(rows), conversed?.calls?.length ? tools(conversed.calls, decided) : null, spent && prompts.length ? el("details", {}, el("summary", { text: "Prompts that were live" }), table(prompts)) : null);
}

function said({ rounds, mended, dropped, fell, cut, refused, first_sentence_ms: first }) {
  const rows = [["Rounds", String(rounds)], ["First checked sentence", first === null ? "none" : `after ${milliseconds(first)}`], ["Sentences dropped", String(dropped)], ["Sentences mended", String(mended)]];
  const why = times(fell);
  if (why) rows.push(["Why they fell", why]);
  if (cut) rows.push(["End", "cut off"]);
  if (refused) rows.push(["End", "the model refused"]);
  return rows;
}

function cost(spent) {
  return [
    ["Models", spent.models.join(", ")],
    ["Calls", `${number(spent.calls)}${spent.failed ? `, ${number(spent.failed)} failed` : ""}: ${spent.operations.map(plain).join(", ")}`],
    ["Tokens in", `${number(spent.input_tokens)}, ${number(spent.cached_tokens)} from the provider's cache${share(spent.cached_tokens, spent.input_tokens)}`],
    ["Tokens out", number(spent.output_tokens)],
    ["Cost", money(spent.cost_micros)],
    ["First piece", spent.first_ms === null ? "none" : milliseconds(spent.first_ms)],
  ];
}

// Each tool that was called, with what the gate said to it. Searching and handing over need no leave.
function tools(called, decided) {
  const listed = el("ul", { class: "tools-called", "aria-label": "Tools called" }, called.map((name) => {
    const verdict = decided.find((each) => each.skill === name)?.decision;
    return el("li", {}, plain(name), verdict ? [" ", badge(plain(verdict), VERDICTS[verdict])] : null);
  }));
  return [el("p", { class: "fine", text: "Tools called, and what the gate said" }), listed];
}

// Where each argument of a decided action came from.
export function provenance(found) {
  const pairs = Object.entries(found ?? {}).map(([name, from]) => `${plain(name)} ${origin(from)}`);
  return pairs.length ? el("p", { class: "fine", text: `Arguments: ${pairs.join("; ")}.` }) : null;
}

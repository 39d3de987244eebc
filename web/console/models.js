// The language models: who answers now, what each did and cost by day, what was spared, and which words are live.

import { get } from "../shared/api.js";
import { el } from "../shared/dom.js";
import { dayAndHour, exact, span } from "../shared/time.js";
import { badge, quiet } from "./parts.js";
import { cell, grid, page } from "./pages.js";
import { percent, plain } from "./words.js";

const EVERY_MS = 10_000;
const PERIODS = [[1, "Today"], [7, "7 days"], [30, "30 days"]];
const FAILED = { closed: "Given up", rate_limited: "Rate limited", overloaded: "Overloaded", timeout: "Too slow", unreachable: "Not reached", cut: "Broke off", garbage: "Unreadable", rejected: "Rejected", context_full: "Too long", spent: "No money left", refused: "Refused", failed: "Failed" };
const SPENT = { small: "Then each provider's small model goes on.", embedded: "Then the embedded model goes on.", person: "Then a person takes over." };

const figure = new Intl.NumberFormat("en-GB");
export const number = (value) => figure.format(Math.round(value));
export const milliseconds = (ms) => (ms === null || ms === undefined ? "" : ms >= 10_000 ? `${(ms / 1_000).toFixed(1)} s` : `${number(ms)} ms`);
export const failure = (code) => FAILED[code] ?? plain(code);

// Millionths of a dollar, with as many digits as say something.
export function money(micros) {
  const dollars = micros / 1_000_000;
  return `$${dollars.toFixed(dollars >= 1 || micros % 10_000 === 0 ? 2 : 4)}`;
}

export function models() {
  const asked = new URLSearchParams(location.search);
  if (asked.has("day")) return calls(asked);
  const days = PERIODS.some(([each]) => String(each) === asked.get("days")) ? asked.get("days") : "7";
  const made = page("Models", "Who answers, in which order; what that took, failed and cost, by the calls that were counted. Days are those of UTC.", async () => overview(await get(`/console/api/models?days=${days}`)));
  let looked = 0;
  const refresh = async () => {
    if (Date.now() - looked < EVERY_MS) return;
    looked = Date.now();
    await made.refresh();
  };
  return { node: made.node, refresh, live: true };
}

function overview(found) {
  const counted = found.chain.length > 0 || found.models.length > 0;
  return el(
    "div",
    { class: "models" },
    el("section", { "aria-label": "The chain now" }, el("h3", { text: "The chain now" }), chain(found.chain)),
    counted && el("p", { class: "periods", role: "group", "aria-label": "Period" }, PERIODS.map(([each, label]) => el("a", { href: `/console/models?days=${each}`, "aria-current": each === found.days ? "true" : null, text: label }))),
    counted && el("dl", { class: "figures" }, figures(found).map(([label, value, note]) => el("div", {}, el("dt", { text: label }), el("dd", {}, el("b", { text: value }), note && el("span", { class: "fine", text: note }))))),
    counted && el("section", { "aria-label": "By day and model" }, el("h3", { text: "By day and model" }), byModel(found.models)),
    counted && el("section", { "aria-label": "By day" }, el("h3", { text: "By day" }), byDay(found.totals)),
    el("section", { "aria-label": "Prompts" }, el("h3", { text: "Prompts that are live" }), prompts(found.prompts)),
    el("section", { "aria-label": "Procedures" }, el("h3", { text: "Procedures that are live" }), procedures(found.procedures)),
  );
}

function chain(lines) {
  if (!lines.length) return quiet("The embedded model answers alone", "It runs here, costs nothing and sends nothing out. Name a provider in models.chain to connect another.");
  const rows = lines.map((each, place) => el("tr", {}, cell(String(place + 1), "figure"), cell(each.name), cell(state(each)), cell(served(each), "long"), cell(each.embedded ? "stays here" : each.trusted ? badge("sent as it is", "warning") : "masked"), cell(each.unpriced.length ? `no price for ${each.unpriced.join(", ")}: counted as free` : "", "long fine")));
  return grid(["", "Model", "Now", "Serves", "Personal data", ""], rows, "");
}

function state(line) {
  if (line.rests_s > 0) return badge(`Left alone for ${line.rests_s < 60 ? `${line.rests_s} s` : span(line.rests_s)}`, "danger");
  if (!line.ready) return badge("Being tried again", "warning");
  if (!line.affordable) return badge("No money left", "warning");
  return badge(line.embedded ? "Always there" : "Answers", "success");
}

function served(line) {
  const names = new Map();
  for (const [role, model] of Object.entries(line.models)) names.set(model, [...(names.get(model) ?? []), role]);
  const whole = names.size === 1 ? [...names.keys()] : [...names].map(([model, roles]) => `${model} (${roles.join(", ")})`);
  return [...whole, ...(line.small ? [`${line.small} (when money runs short)`] : [])].join("; ");
}

function figures({ totals, budget, answers, models: each, days }) {
  const sum = (name) => totals.reduce((all, one) => all + one[name], 0);
  const turns = sum("turns");
  const input = each.reduce((all, one) => all + one.input_tokens, 0);
  const cached = each.reduce((all, one) => all + one.cached_tokens, 0);
  const left = budget && (budget.day === null ? ["Budget today", "No limit", `${money(budget.spent_today)} spent`] : ["Left of today's budget", money(Math.max(0, budget.day - budget.spent_today)), `of ${money(budget.day)}. ${SPENT[budget.when_spent]}`]);
  const limits = budget && [["a conversation", budget.conversation], ["a message", budget.turn]].filter(([, limit]) => limit !== null).map(([what, limit]) => `${money(limit)} for ${what}`);
  return [
    ["Cost", money(sum("cost_micros")), days === 1 ? "today" : `in ${days} days`],
    left && [left[0], left[1], [left[2], limits.length ? `At most ${limits.join(", ")}.` : ""].join(" ").trim()],
    ["Cost per turn", turns ? money(sum("cost_micros") / turns) : "none yet", `over ${number(turns)} turns`],
    ["Without a large model", turns ? percent(sum("without_large") / turns) : "none yet", `${number(sum("without_large"))} of ${number(turns)} turns`],
    ["Answers from the cache", answers.asked ? percent(answers.hits / answers.asked) : "none yet", `${number(answers.hits)} of ${number(answers.asked)} questions that might be`],
    ["Read from providers' caches", input ? percent(cached / input) : "none yet", `of ${number(input)} tokens that went in`],
  ].filter(Boolean);
}

const behind = (of, text) => el("a", { href: `/console/models?${new URLSearchParams(of)}`, text });

function byModel(lines) {
  const rows = lines.map((each) => {
    const of = { day: each.day, provider: each.provider, model: each.model };
    const failed = Object.entries(each.failed).map(([kind, times]) => behind({ ...of, outcome: kind }, `${failure(kind)} ${number(times)}`));
    const name = each.provider === each.model ? each.model : `${each.provider}: ${each.model}`;
    return el("tr", {}, cell(each.day, "figure"), cell(name), cell(behind(of, number(each.calls)), "figure"), cell(failed.length ? failed.flatMap((link, place) => (place ? [", ", link] : [link])) : "none"), cell(number(each.input_tokens), "figure"), cell(number(each.output_tokens), "figure"), cell(percent(each.cached_share), "figure"), cell(money(each.cost_micros), "figure"), cell(money(each.cost_per_turn), "figure"), cell(milliseconds(each.first_ms_p50), "figure"), cell(milliseconds(each.first_ms_p95), "figure"));
  });
  return grid(["Day", "Model", "Calls", "Failed", "Tokens in", "Tokens out", "Cached", "Cost", "A turn", "First piece, median", "95%"], rows, "When a customer writes, the calls show here.");
}

function byDay(totals) {
  const rows = totals.map((each) => el("tr", {}, cell(each.day, "figure"), cell(behind({ day: each.day }, number(each.calls)), "figure"), cell(number(each.turns), "figure"), cell(each.turns ? `${percent(each.without_large / each.turns)} (${number(each.without_large)})` : "", "figure"), cell(money(each.cost_micros), "figure"), cell(each.turns ? money(each.cost_per_turn) : "", "figure")));
  return grid(["Day", "Calls", "Turns", "Without a large model", "Cost", "A turn"], rows, "Nothing was counted yet.");
}

function prompts(found) {
  if (!found.length) return quiet("None", "The embedded model needs no prompt.");
  return grid(["Prompt", "Version", "Hash", "Live since"], found.map((each) => el("tr", {}, cell(plain(each.name)), cell(each.version, "figure"), cell(el("code", { text: each.hash })), cell(exact(each.since), "figure"))), "");
}

function procedures(found) {
  const rows = found.map((each) => el("tr", {}, cell(plain(each.name)), cell(String(each.version), "figure"), cell(el("code", { text: each.hash })), cell(exact(each.since), "figure"), cell(each.by)));
  return grid(["Procedure", "Version", "Hash", "Live since", "Published by"], rows, "No procedure is published: rapport procedure publish makes one live.");
}

function calls(of) {
  const words = [of.get("day"), of.get("provider") && of.get("model") ? `${of.get("provider")}: ${of.get("model")}` : "all models", of.get("outcome") && failure(of.get("outcome"))].filter(Boolean).join(", ");
  return page("Calls to models", words, async () => {
    const found = await get(`/console/api/models/calls?${of}`);
    const rows = found.calls.map((each) => {
      const what = each.conversation_id ? el("a", { href: `/console/conversations/${encodeURIComponent(each.conversation_id)}`, text: "Conversation" }) : "no conversation";
      const why = each.turn_id && el("a", { href: `/console/explain/${encodeURIComponent(each.turn_id)}`, text: "Why" });
      return el("tr", {}, cell(dayAndHour(each.at), "figure"), cell(each.model), cell(plain(each.operation)), cell(each.outcome === "ok" ? badge("Well", "success") : badge(failure(each.outcome), each.outcome === "closed" ? "" : "danger")), cell(number(each.input_tokens), "figure"), cell(number(each.output_tokens), "figure"), cell(number(each.cached), "figure"), cell(money(each.cost_micros), "figure"), cell(milliseconds(each.first_ms), "figure"), cell(milliseconds(each.took_ms), "figure"), cell([what, why ? " · " : "", why || ""]));
    });
    const most = found.calls.length === found.most && el("p", { class: "fine", text: `The latest ${number(found.most)} are shown.` });
    return el("div", { class: "models" }, el("p", { class: "back" }, el("a", { href: "/console/models", text: "All models" })), grid(["At", "Model", "For", "Outcome", "Tokens in", "Tokens out", "Cached", "Cost", "First piece", "Whole", ""], rows, "No call fits."), most);
  });
}

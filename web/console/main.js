// The desk: navigation, the three panes, keys, and a look at the server every few seconds.

import { get, post, useToken } from "../shared/api.js";
import { button, el } from "../shared/dom.js";
import { ask } from "./ask.js";
import { CaseView } from "./case.js";
import { connect, customers, deliveries, suggestions } from "./more_pages.js";
import { models } from "./models.js";
import { approvals, chain, conversations, signals, trace } from "./pages.js";
import { dialog, problem, quiet, toast } from "./parts.js";
import { promises } from "./promises.js";
import { Queue } from "./queue.js";
import { plain } from "./words.js";

const EVERY_MS = 2_500;
const TABS = [["/console", "Cases"], ["/console/conversations", "Conversations"], ["/console/customers", "Customers"], ["/console/approvals", "Approvals"], ["/console/promises", "Promises"], ["/console/deliveries", "Deliveries"], ["/console/suggestions", "Suggestions"], ["/console/revenue", "Revenue"], ["/console/models", "Models"], ["/console/connect", "Slack and Teams"]];
const KEYS = [["j / k", "Next or previous case"], ["c", "Claim the open case"], ["/", "Search cases"], ["s", "Look at the suggested reply, then send it"], ["e", "Edit the suggested reply"], ["r", "Write to the customer"], ["n", "Write an internal note"], ["a", "Ask Rapport"], ["?", "Show these keys"]];

const desk = document.getElementById("desk");
const main = el("main", { class: "desk-main" });
const counts = Object.fromEntries(["approvals", "promises", "undelivered"].map((name) => [name, el("span", { class: "count", hidden: true })]));
const COUNTED = { Approvals: counts.approvals, Promises: counts.promises, Deliveries: counts.undelivered };
let queue;
let view;

async function start() {
  let me;
  try {
    me = await get("/console/api/me");
  } catch (error) {
    desk.append(problem(error));
    return;
  }
  useToken(me.csrf);
  queue = new Queue({ me, open: (id) => go(`/console/cases/${id}`) });
  const tabs = TABS.map(([path, label]) => el("a", { href: path, dataset: { path } }, label, COUNTED[label]));
  const who = el("div", { class: "who-am-i" }, el("span", {}, el("b", { text: me.name }), el("span", { class: "fine", text: me.roles.map(plain).join(", ") })), me.decides.length > 0 && button("Ask Rapport", { icon: "spark", onclick: ask, title: "a", id: "ask" }), button("Sign out", { kind: "quiet", onclick: signOut }));
  desk.append(el("header", { class: "bar-top" }, el("span", { class: "brand", text: me.company }), el("nav", { class: "tabs-top", "aria-label": "Desk" }, tabs), who), main);
  window.addEventListener("popstate", () => show(me));
  document.addEventListener("click", follow);
  document.addEventListener("keydown", keys);
  show(me);
  await look();
  setInterval(look, EVERY_MS);
}

function go(path) {
  history.pushState(null, "", path);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

// Links of the desk change the view without loading the page anew.
function follow(event) {
  const link = event.target.closest?.("a[href^='/console']");
  if (!link || link.target || event.metaKey || event.ctrlKey || event.defaultPrevented) return;
  event.preventDefault();
  go(link.getAttribute("href"));
}

function show(me) {
  const [, , section = "", id = ""] = location.pathname.split("/");
  const changed = () => look();
  view?.close?.();
  for (const tab of desk.querySelectorAll(".tabs-top a")) {
    const mine = tab.dataset.path === "/console" ? ["", "cases"].includes(section) : tab.dataset.path.endsWith(`/${section}`);
    tab.toggleAttribute("aria-current", mine);
  }
  const pages = { approvals, promises: () => promises(me, go), deliveries: () => deliveries(me), suggestions, customers: () => customers(me), connect: () => connect(me), revenue: signals, models, trace: () => trace(id), explain: () => chain(id) };
  if (section === "conversations" && !id) pages.conversations = conversations;
  if (pages[section]) {
    view = pages[section]();
    main.className = "desk-main one";
    main.replaceChildren(view.node);
  } else if (section === "conversations") {
    view = new CaseView({ path: `/console/api/conversations/${id}`, me, changed });
    main.className = "desk-main two";
    main.replaceChildren(view.middle, view.side);
  } else if (id) {
    view = new CaseView({ path: `/console/api/cases/${id}`, me, changed });
    main.className = "desk-main three";
    queue.select(id);
    main.replaceChildren(queue.node, view.middle, view.side);
  } else {
    view = null;
    main.className = "desk-main three";
    queue.select(null);
    main.replaceChildren(queue.node, el("section", { class: "pane middle" }, quiet("Choose a case", "The most urgent one is first. Press j to open it.")), el("aside", { class: "pane side" }, quiet("Customer and record", "Plan, tickets, memories and the decision record of the chosen case show here.")));
  }
  view?.refresh();
}

async function look() {
  if (document.hidden) return;
  try {
    const found = await get("/console/api/queue");
    queue.update(found);
    for (const [name, node] of Object.entries(counts)) {
      node.hidden = !found[name];
      node.textContent = String(found[name]);
      if (name === "promises") node.title = `${found[name]} broken or due soon`;
    }
    if (view instanceof CaseView || view?.live) await view.refresh();
  } catch (error) {
    if (error.status === 401) toast("You are signed out. Use your sign-in link again.", "problem");
  }
}

async function signOut() {
  await post("/console/api/sign-out").catch(() => null);
  location.assign("/");
}

function keys(event) {
  if (event.metaKey || event.ctrlKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  const acts = {
    j: () => queue.move(1),
    k: () => queue.move(-1),
    c: () => view?.claim?.(),
    "/": () => queue.search.isConnected && queue.search.focus(),
    s: () => view?.suggestion?.send(),
    e: () => view?.suggestion?.startEdit(),
    a: () => document.getElementById("ask")?.click(),
    r: () => view?.composer?.may?.reply && view.composer.choose("reply"),
    n: () => view?.composer?.may?.note && view.composer.choose("note"),
    "?": help,
  };
  const act = acts[event.key];
  if (!act || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  act();
}

function help() {
  const node = dialog("Keys", el("dl", { class: "keys" }, KEYS.map(([key, what]) => el("div", {}, el("dt", {}, el("kbd", { text: key })), el("dd", { text: what })))), button("Close", { onclick: () => node.close() }));
}

await start();

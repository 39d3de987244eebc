// The chat: puts the pieces together and keeps them in step with the event stream.

import { freshId, get, post, remove, useToken } from "../shared/api.js";
import { button, el, icon } from "../shared/dom.js";
import { Composer } from "./composer.js";
import { Outbox } from "./outbox.js";
import { memories, verify } from "./sheets.js";
import { Sources } from "./sources.js";
import { Stream } from "./stream.js";
import { Thread } from "./thread.js";

const about = document.body.dataset;
const SCORES = [["1", "Very poor"], ["2", "Poor"], ["3", "Fair"], ["4", "Good"], ["5", "Very good"]];

// Whatever the assistant is called, it says what it is.
const note = (name) => (/\bAI\b/.test(name) ? `${about.company} support` : `AI assistant · ${about.company}`);

const sources = new Sources();
const thread = new Thread({
  openSource: (citation) => sources.open(citation),
  problem: (message) => say(message),
  retry: (id) => outbox.retry(id),
  discard: (id) => outbox.discard(id),
  decline: () => write("No thanks"),
});
const outbox = new Outbox(thread);
const composer = new Composer({ most: Number(about.most), send: (text) => write(text) });

const face = el("span", { class: "face" }, icon("spark"));
const speaker = el("h1", { text: about.bot });
const state = el("p", { class: "speaker-state", text: note(about.bot) });
const ask = button("Talk to a person", { kind: "quiet", onclick: () => askForPerson() });
const items = el("div", { class: "menu-items", role: "menu" });
const menu = el("details", { class: "menu" }, el("summary", { class: "icon-button", "aria-label": "More" }, icon("more")), items);
const banner = el("p", { class: "banner", role: "status", hidden: true });
const starters = el("div", { class: "starters" });
const rating = el("div", { class: "rating", hidden: true });

document.getElementById("chat").append(
  el(
    "main",
    { class: "widget" },
    el("header", { class: "top" }, face, el("div", { class: "speaker" }, speaker, state), ask, menu),
    banner,
    thread.node,
    starters,
    rating,
    composer.node,
  ),
  sources.node,
);

let me = { verified: false };
let connected = true;
let loading = "";
let told = "";

function say(message) {
  told = message;
  show();
  clearTimeout(say.timer);
  say.timer = setTimeout(() => {
    told = "";
    show();
  }, 8_000);
}

function show() {
  const message = told || (!connected && "Connection lost. Trying again…") || loading;
  banner.hidden = !message;
  banner.textContent = message || "";
  banner.classList.toggle("problem", Boolean(told) || !connected);
  starters.hidden = !thread.empty;
}

function write(text) {
  rating.hidden = true;
  outbox.send(text).then(show);
  show();
}

async function askForPerson() {
  ask.disabled = true;
  try {
    await post("/api/human", { client_msg_id: freshId() });
  } catch (error) {
    say(error.message);
  }
  ask.disabled = false;
}

function signIn(answer) {
  me = answer;
  useToken(answer.csrf);
  const item = (label, act) => el("button", { type: "button", role: "menuitem", text: label, onclick: () => (menu.removeAttribute("open"), act()) });
  const who = me.verified ? `Signed in as ${me.name}, ${me.account}` : "You have not verified who you are";
  items.replaceChildren(
    el("p", { class: "menu-note", text: who }),
    me.verified ? item("What we remember about you", memories) : item("Verify your identity", () => verify(entered)),
    el("a", { role: "menuitem", href: "/api/transcript", download: true, text: "Download this conversation" }),
    ...(me.verified ? [item("Sign out", async () => entered(await remove("/api/session"), true))] : []),
  );
}

// After a sign-in the same stream goes on under the new name; after a sign-out everything begins anew.
function entered(answer, anew = false) {
  signIn(answer);
  if (anew) thread.clear();
  if (anew) stream.restart();
  else stream.open();
  say(me.verified ? `Thank you, ${me.name}. You are verified.` : "You are signed out.");
}

function speak({ kind, name }) {
  const looks = { assistant: ["spark", name || about.bot, note(name || about.bot)], waiting: ["clock", "Waiting for a person", "The assistant is silent until then"], person: ["person", name, `A person · ${about.company}`] };
  const [mark, title, under] = looks[kind];
  face.replaceChildren(icon(mark));
  face.className = `face ${kind}`;
  speaker.textContent = title;
  state.textContent = under;
  ask.hidden = kind !== "assistant";
}

function askForRating(open) {
  rating.hidden = open || thread.empty;
  if (rating.hidden || rating.childNodes.length) return;
  const rate = async (score) => {
    try {
      await post("/api/csat", { score });
      rating.replaceChildren(el("p", { text: "Thank you for telling us." }));
    } catch (error) {
      rating.replaceChildren(el("p", { text: error.message }));
    }
  };
  const choices = SCORES.map(([score, label]) => el("button", { type: "button", class: "score", "aria-label": label, title: label, text: score, onclick: () => rate(score) }));
  rating.append(el("p", { text: "How was this conversation? 1 is very poor, 5 very good." }), el("div", { class: "scores" }, choices));
}

const stream = new Stream({
  connected: (yes) => {
    connected = yes;
    show();
  },
  begun: (_, again) => {
    thread.begin(again);
    rating.replaceChildren();
  },
  conversation: ({ open, speaker: who }) => {
    speak(who);
    askForRating(open);
    show();
  },
  entry: (entry) => {
    if (entry.body.message_id) outbox.arrived(entry.body.message_id);
    thread.add(entry);
    show();
  },
  pressed: ({ card_id, choice }) => thread.pressed(card_id, choice),
  activity: ({ text }) => thread.activity(text),
  status: ({ text }) => {
    loading = text;
    show();
  },
});

for (const question of JSON.parse(about.starters || "[]")) {
  starters.append(el("button", { type: "button", class: "starter", text: question, onclick: () => write(question) }));
}

document.addEventListener("click", (event) => !menu.contains(event.target) && menu.removeAttribute("open"));
document.addEventListener("keydown", (event) => event.key === "Escape" && menu.removeAttribute("open"));

try {
  signIn(await get("/api/session"));
  outbox.restore();
  stream.open();
  composer.focus();
} catch (error) {
  say(error.message);
}
show();

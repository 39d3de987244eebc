// Small pieces that all views of the desk share.

import { button, el, icon } from "../shared/dom.js";

export const badge = (text, kind = "") => el("span", { class: `badge ${kind}`.trim(), text });

export function quiet(title, text) {
  return el("div", { class: "quiet-state" }, el("p", { class: "quiet-title", text: title }), text && el("p", { text }));
}

export function problem(error) {
  const denied = error.status === 403 || error.status === 401;
  return el("div", { class: "quiet-state problem", role: "alert" }, icon(denied ? "lock" : "alert"), el("p", { class: "quiet-title", text: denied ? "Not for you" : "That did not work" }), el("p", { text: error.message }));
}

export function loading() {
  return el("div", { class: "skeleton", role: "status" }, el("span", { class: "unseen", text: "Loading…" }), el("i"), el("i"), el("i"));
}

export function section(title, ...content) {
  return el("section", { class: "side-section", "aria-label": title }, el("h3", { text: title }), ...content);
}

// A message at the lower edge, for what just happened.
export function toast(text, kind = "") {
  document.querySelector(".toast")?.remove();
  const node = el("p", { class: `toast ${kind}`.trim(), role: kind === "problem" ? "alert" : "status", text });
  (document.querySelector("dialog[open]") ?? document.body).append(node);
  setTimeout(() => node.remove(), 6_000);
}

// A dialog that removes itself once it is closed.
export function dialog(label, ...content) {
  const node = el("dialog", { class: "desk-dialog", "aria-label": label }, el("h2", { text: label }), ...content);
  node.addEventListener("close", () => node.remove());
  document.body.append(node);
  node.showModal();
  return node;
}

// Asks before something that can't be taken back.
export function asked(label, text, yes) {
  return new Promise((settle) => {
    const go = button(yes, { kind: "primary", onclick: () => (settle(true), node.close()) });
    const node = dialog(label, el("p", { text }), el("div", { class: "buttons" }, button("Cancel", { onclick: () => node.close() }), go));
    node.addEventListener("close", () => settle(false));
  });
}

export const helpPath = ({ article, start, end }) => `/help/${encodeURIComponent(article)}?start=${start}&end=${end}#cited`;

// Numbered sources with their headings; each opens the article with the passage marked.
export function sources(citations) {
  if (!citations.length) return null;
  const links = citations.map((each, place) => el("li", {}, el("a", { class: "source-link", href: helpPath(each), target: "_blank", title: each.quote }, el("span", { class: "source", text: String(place + 1) }), el("span", { text: each.heading || each.article }))));
  return el("ol", { class: "sources", "aria-label": "Sources" }, links);
}

// A value from a record as text: lists with commas, mappings as name and value.
export function flat(value) {
  if (Array.isArray(value)) return value.map(flat).join(", ");
  if (value && typeof value === "object") return Object.entries(value).map(([name, inner]) => `${name} ${flat(inner)}`).join("; ");
  if (typeof value === "number" && !Number.isInteger(value)) return String(Math.round(value * 1000) / 1000);
  if (/^[0-9a-f]{32,}$/.test(value)) return `${value.slice(0, 12)}…`;
  return value === null || value === undefined || value === "" ? "none" : String(value);
}

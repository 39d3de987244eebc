// Small pieces that all views of the desk share.

import { el, icon } from "../shared/dom.js";

export const badge = (text, kind = "") => el("span", { class: `badge ${kind}`.trim(), text });

export function quiet(title, text) {
  return el("div", { class: "quiet-state" }, el("p", { class: "quiet-title", text: title }), text && el("p", { text }));
}

export function problem(error) {
  const denied = error.status === 403 || error.status === 401;
  return el("div", { class: "quiet-state problem" }, icon(denied ? "lock" : "alert"), el("p", { class: "quiet-title", text: denied ? "Not for you" : "That did not work" }), el("p", { text: error.message }));
}

export function loading() {
  return el("div", { class: "skeleton", role: "status" }, el("span", { class: "unseen", text: "Loading…" }), el("i"), el("i"), el("i"));
}

export function section(title, ...content) {
  return el("section", { class: "side-section" }, el("h3", { text: title }), ...content);
}

// A message at the lower edge, for what just happened.
export function toast(text, kind = "") {
  document.querySelector(".toast")?.remove();
  const node = el("p", { class: `toast ${kind}`.trim(), role: kind === "problem" ? "alert" : "status", text });
  document.body.append(node);
  setTimeout(() => node.remove(), 6_000);
}

// A value from a record as text: lists with commas, mappings as name and value.
export function flat(value) {
  if (Array.isArray(value)) return value.map(flat).join(", ");
  if (value && typeof value === "object") return Object.entries(value).map(([name, inner]) => `${name} ${flat(inner)}`).join("; ");
  if (typeof value === "number" && !Number.isInteger(value)) return String(Math.round(value * 1000) / 1000);
  if (/^[0-9a-f]{32,}$/.test(value)) return `${value.slice(0, 12)}…`;
  return value === null || value === undefined || value === "" ? "none" : String(value);
}

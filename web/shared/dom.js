// Builds elements. Text always goes in as text: no markup is ever made from data.

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  send: "M8 13V3M3.5 7.5 8 3l4.5 4.5",
  close: "M4 4l8 8M12 4l-8 8",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  person: "M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8ZM2.75 13.5c.6-2.4 2.7-3.7 5.25-3.7s4.65 1.3 5.25 3.7",
  spark: "M8 2.5l1.3 3.7L13 7.5 9.3 8.800 8 12.5 6.7 8.800 3 7.5l3.7-1.3z",
  check: "M3.5 8.5 6.5 11.5 12.5 4.5",
  lock: "M4.5 7.5h7v5.5h-7zM5.75 7.5V5.5a2.25 2.25 0 0 1 4.5 0v2",
  alert: "M8 2.5 14 13H2zM8 6.5v3M8 11.3h.01",
  open: "M6.5 3.5h-3v9h9v-3M9 3.5h3.5V7M12.5 3.5 7.5 8.5",
  back: "M9.5 3.5 5 8l4.5 4.5",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 5v3.2L10 9.5",
};

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "dataset") Object.assign(node.dataset, value);
    else if (name === "href") node.setAttribute("href", ownAddress(value));
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

// Links stay on this server: anything else becomes a link to the top of the page. A path that begins with two slashes would
// be read as another server's name.
export function ownAddress(value) {
  try {
    const url = new URL(value, location.origin);
    const own = url.origin === location.origin && url.protocol.startsWith("http");
    return own ? url.pathname.replace(/^\/+/, "/") + url.search + url.hash : "#";
  } catch {
    return "#";
  }
}

export function button(label, { kind = "", icon: mark = null, ...props } = {}) {
  return el("button", { type: "button", class: `button ${kind}`.trim(), ...props }, mark && icon(mark), label);
}

export function table(rows, className = "rows") {
  return el("dl", { class: className }, rows.map(([label, value]) => el("div", {}, el("dt", { text: label }), el("dd", { text: value }))));
}

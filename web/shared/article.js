// Copies an article into a page, element by element: known tags, no attributes but the cited mark and links of this server.

import { el, ownAddress } from "./dom.js";

const KNOWN = new Set(
  "H1 H2 H3 H4 P UL OL LI TABLE THEAD TBODY TR TH TD STRONG EM B I CODE PRE BLOCKQUOTE A BR HR MARK SPAN DIV SECTION".split(" "),
);
const DROPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "EMBED", "SVG", "MATH"]);

function copy(node) {
  if (node.nodeType === Node.TEXT_NODE) return document.createTextNode(node.data);
  if (node.nodeType !== Node.ELEMENT_NODE || DROPPED.has(node.tagName.toUpperCase())) return null;
  const children = Array.from(node.childNodes, copy).filter(Boolean);
  if (!KNOWN.has(node.tagName)) {
    const loose = document.createDocumentFragment();
    loose.append(...children);
    return loose;
  }
  const made = document.createElement(node.tagName);
  if (node.tagName === "A") made.setAttribute("href", ownAddress(node.getAttribute("href") ?? ""));
  if (node.id === "cited") made.id = "cited";
  made.append(...children);
  return made;
}

export function article(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return el("div", { class: "prose" }, Array.from(parsed.body.childNodes, copy).filter(Boolean));
}

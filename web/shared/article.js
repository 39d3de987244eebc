// Copies an article into a page, element by element: known tags, no attributes but the cited mark and links of this server.

import { el, ownAddress } from "./dom.js";

const KNOWN = new Set(
  "H1 H2 H3 H4 P UL OL LI TABLE THEAD TBODY TR TH TD STRONG EM B I CODE PRE BLOCKQUOTE A BR HR MARK SPAN DIV SECTION".split(" "),
);
const DROPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "EMBED", "SVG", "MATH"]);

// Forms and documents hold what is named in them under its name, be it that of a property: these ask the prototypes.
const asked = (kind, name) => Object.getOwnPropertyDescriptor(kind.prototype, name).get;
const [tagName, childNodes, body] = [asked(Element, "tagName"), asked(Node, "childNodes"), asked(Document, "body")];

function copy(node) {
  if (node instanceof Text) return document.createTextNode(node.data);
  if (!(node instanceof Element)) return null;
  const tag = tagName.call(node).toUpperCase();
  if (DROPPED.has(tag)) return null;
  const children = Array.from(childNodes.call(node), copy).filter(Boolean);
  if (!KNOWN.has(tag)) {
    const loose = document.createDocumentFragment();
    loose.append(...children);
    return loose;
  }
  const made = document.createElement(tag);
  if (tag === "A") made.setAttribute("href", ownAddress(node.getAttribute("href") ?? ""));
  if (node.id === "cited") made.id = "cited";
  made.append(...children);
  return made;
}

export function article(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  return el("div", { class: "prose" }, Array.from(childNodes.call(body.call(parsed)), copy).filter(Boolean));
}

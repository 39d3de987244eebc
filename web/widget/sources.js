// The sources panel: the article that an answer stands on, opened at the highlighted span.

import { article } from "../shared/article.js";
import { get } from "../shared/api.js";
import { el, icon } from "../shared/dom.js";

export class Sources {
  constructor() {
    this.title = el("h2", { id: "source-title" });
    this.body = el("div", { class: "source-body", tabindex: "0" });
    this.link = el("a", { class: "source-link", href: "#", target: "_blank" }, "Open the article", icon("open"));
    const close = el("button", { type: "button", class: "icon-button", "aria-label": "Close source", onclick: () => this.close() }, icon("close"));
    const head = el("header", {}, el("div", {}, el("p", { class: "kicker", text: "Source" }), this.title), close);
    this.node = el("aside", { class: "panel", "aria-labelledby": "source-title", hidden: true }, head, this.body, el("footer", {}, this.link));
    this.node.addEventListener("keydown", (event) => event.key === "Escape" && this.close());
    this.closeButton = close;
  }

  async open(citation) {
    this.from = document.activeElement;
    this.node.hidden = false;
    this.title.textContent = citation.heading;
    this.body.replaceChildren(el("p", { class: "loading", text: "Opening the article…" }));
    const query = `start=${citation.start}&end=${citation.end}`;
    const name = encodeURIComponent(citation.article);
    this.link.setAttribute("href", `/help/${name}?${query}#cited`);
    this.closeButton.focus();
    try {
      const found = await get(`/api/articles/${name}?${query}`);
      this.title.textContent = found.title;
      this.body.replaceChildren(article(found.html));
      this.body.querySelector("#cited")?.scrollIntoView({ block: "center" });
    } catch (error) {
      this.body.replaceChildren(el("blockquote", { text: citation.quote }), el("p", { class: "loading", text: error.message }));
    }
  }

  close() {
    this.node.hidden = true;
    this.from?.focus?.();
  }
}

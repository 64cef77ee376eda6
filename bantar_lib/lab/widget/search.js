// Searching in the document.

import { h, Shown } from "./elements.js";

const MOST_HITS = 2000;

/** The field, its buttons and the hits; `chosen` is called with the hit that is to be selected. */
export class Search {
  constructor(view, { t, chosen }) {
    Object.assign(this, { view, t, chosen, hits: [], hit: -1 });
    this.shown = { hits: new Shown("hits"), hit: new Shown("hit") };
    this.query = h("input", {
      type: "search", class: "bc-search", placeholder: t("search"), "aria-label": t("search"),
      oninput: () => this.later(), onkeydown: (event) => this.key(event),
    });
    this.line = h("span", { class: "bc-hits", "aria-live": "polite" });
    this.nodes = [
      this.query,
      h("button", { type: "button", class: "bc-button", "aria-label": t("search_previous"), onclick: () => this.go(-1) }, "↑"),
      h("button", { type: "button", class: "bc-button", "aria-label": t("search_next"), onclick: () => this.go(1) }, "↓"),
      this.line,
    ];
  }

  dispose() {
    clearTimeout(this.timer);
    for (const shown of Object.values(this.shown)) shown.set([]);
  }

  /** Search anew after the document was drawn anew. */
  again() {
    if (this.query.value) this.later();
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.find(), 150);
  }

  find() {
    const words = this.query.value.trim();
    this.hits = [];
    this.hit = -1;
    this.hitsOf = this.query.value;
    if (words) {
      const pattern = new RegExp(words.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&").replace(/\s+/g, "\\s+"), "gi");
      this.view.text.paragraphs.some(({ text }, n) => {
        for (const { index, 0: found } of text.matchAll(pattern)) {
          this.hits.push({ start: this.view.text.point(n, index), end: this.view.text.point(n, index + found.length) });
        }
        return this.hits.length >= MOST_HITS;
      });
    }
    this.shown.hits.set(this.hits.map((hit) => this.view.rangeOf(hit)));
    this.shown.hit.set([]);
    this.line.textContent = words ? (this.hits.length ? this.t("hits", { n: "–", all: this.hits.length }) : this.t("no_hits")) : "";
  }

  go(step) {
    if (this.hitsOf !== this.query.value) {
      clearTimeout(this.timer);
      this.find();
    }
    if (!this.hits.length) return;
    this.hit = (this.hit + step + (this.hit < 0 && step < 0 ? 1 : 0) + this.hits.length) % this.hits.length;
    const hit = this.hits[this.hit];
    this.view.scrollTo(this.view.text.at(hit.start));
    this.shown.hit.set([this.view.rangeOf(hit)]);
    this.line.textContent = this.t("hits", { n: this.hit + 1, all: this.hits.length });
  }

  key(event) {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.go(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape" && this.hits[this.hit]) {
      event.preventDefault();
      event.stopPropagation();
      this.chosen(this.hits[this.hit]);
    }
  }
}

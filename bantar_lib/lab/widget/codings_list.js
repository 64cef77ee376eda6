// The list of codings below the document.

import { button, h, short, SIGNS } from "./elements.js";

/** The coder's own codings, with what can be done to them, and those of others. */
export class CodingsList {
  /** `acts` (go, edit, remove, confirm) are called with a coding, `quote` with two points. */
  constructor({ t, label, quote, acts, blind }) {
    Object.assign(this, { t, label, quote, acts });
    this.title = h("h4", { tabindex: "-1" });
    this.own = h("ol", { class: "bc-list" });
    this.othersTitle = h("h4", {});
    this.others = h("ul", { class: "bc-list bc-others" });
    this.node = h("div", { class: "bc-codings" }, this.title, this.own,
      blind ? null : this.othersTitle, blind ? null : this.others);
  }

  show(codings, others) {
    this.title.textContent = this.t("codings", { n: codings.length });
    this.own.replaceChildren(...codings.map((coding) => this.item(coding)));
    if (!codings.length) this.own.replaceChildren(h("li", { class: "bc-empty" }, this.t("no_codings")));
    this.othersTitle.textContent = this.t("others", { n: others.length });
    this.others.replaceChildren(...others.map((coding) => h("li", {},
      h("strong", {}, `${coding.coder}: `), ...this.said(coding))));
  }

  /** Return a button of the `n`-th coding, counted from 1, or of the last one. */
  buttonOf(n) {
    return this.own.children[Math.min(n, this.own.children.length) - 1]?.querySelector("button");
  }

  said(coding) {
    const valence = this.t(`valence_${coding.valence}`);
    return [
      h("span", { class: `bc-tag bc-${coding.valence}` }, h("span", { "aria-hidden": "true" }, SIGNS[coding.valence] ?? ""), ` ${valence}`),
      " ", h("strong", {}, coding.label || this.label(coding.code)), " ",
      h("q", {}, short(coding.quote.replace(/\s+/g, " "), 160)),
      coding.memo ? h("span", { class: "bc-note" }, coding.memo) : null,
    ];
  }

  item(coding) {
    const { n, status } = coding;
    const place = coding.start !== null && status === "exact";
    const { go, edit, remove, confirm } = this.acts;
    const buttons = [
      place ? h("button", { type: "button", class: "bc-button", "aria-label": this.t("go", { n }), title: this.t("go", { n }), onclick: () => go(coding) }, "→") : null,
      button(this.t, "edit", () => edit(coding), { "aria-label": this.t("edit_name", { n }) }),
      button(this.t, "delete", () => remove(coding), { "aria-label": this.t("delete_name", { n }) }),
      !place && coding.start !== null
        ? button(this.t, "confirm", () => confirm(coding), { "aria-label": this.t("confirm_name", { n }) }) : null,
    ];
    const edited = place ? null : h("span", { class: "bc-note bc-edited" }, this.t(status, { quote: coding.quote }),
      coding.start === null ? "" : ` “${short(this.quote(coding.start, coding.end), 120)}”`);
    return h("li", { "data-coding": coding.id }, h("span", { class: "bc-number" }, String(n)),
      h("span", { class: "bc-said" }, ...this.said(coding), edited), h("span", { class: "bc-actions" }, ...buttons.filter(Boolean)));
  }
}

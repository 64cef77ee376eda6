// The codes, what they mean, and where words of the codebook stand.

import { button, h } from "./elements.js";

/** The list of codes (`node`) and, in a place of its own, the definition of one (`about`). */
export class Codebook {
  /** `choose` and `match` are called with a code, `make` with what a new one is called and stands under. */
  constructor(opened, { id, t, hint, choose, make, match }) {
    Object.assign(this, { id, t, hint, choose, make, dimensions: opened.dimensions, codes: [], chosen: "" });
    this.node = h("fieldset", { class: "bc-codebook" });
    this.definition = h("div", {});
    this.matchButton = button(t, "matches", () => match(this.chosen));
    this.matches = h("div", { class: "bc-matches" }, this.matchButton);
    this.about = h("div", { class: "bc-definition", role: "group", "aria-label": t("definition"), tabindex: "0" },
      this.matches, this.definition);
  }

  indicators() {
    return this.dimensions.flatMap(({ indicators }) => indicators);
  }

  label(code) {
    for (const dimension of this.dimensions) {
      for (const indicator of dimension.indicators) if (indicator.id === code) return indicator.label;
    }
    return this.codes.find(({ id }) => id === code)?.label ?? code;
  }

  /** Draw the list with the codes that the coder made. */
  draw(codes) {
    const known = JSON.stringify(codes);
    if (this.drawn === known) return;
    Object.assign(this, { drawn: known, codes });
    let number = 0;
    const under = (parent, depth) => this.codes.filter((code) => code.under === parent)
      .flatMap((code) => [row(code.id, code.label, depth), ...under(code.id, depth + 1)]);
    const row = (id, label, depth) => {
      number += 1;
      const says = this.describe(id);
      const about = `${this.id}-def-${number}`;
      const digit = this.indicators().findIndex((i) => i.id === id) + 1; // making a code moves none
      const input = h("input", { type: "radio", name: `${this.id}-code`, value: id, "aria-describedby": about,
        onchange: () => this.choose(id), onfocus: () => this.showDefinition(id) });
      return h("label", { class: "bc-code", style: depth ? `--bc-depth:${depth}` : null,
        onpointerenter: () => this.showDefinition(id), onpointerleave: () => this.showDefinition() },
      input, h("span", { class: "bc-number", "aria-hidden": "true" }, digit && digit < 10 ? String(digit) : ""),
      h("span", {}, label), h("span", { id: about, hidden: true }, says.definition));
    };
    const groups = this.dimensions.map((dimension, n) => h("div", { role: "group", "aria-labelledby": `${this.id}-dim-${n}` },
      h("div", { class: "bc-dimension", id: `${this.id}-dim-${n}`, title: dimension.definition }, dimension.label),
      ...dimension.indicators.flatMap((i) => [row(i.id, i.label, 0), ...under(i.id, 1)])));
    const free = under("", 0);
    if (free.length) {
      groups.push(h("div", { role: "group", "aria-label": this.t("own_codes") },
        h("div", { class: "bc-dimension" }, this.t("own_codes")), ...free));
    }
    this.node.replaceChildren(h("legend", {}, this.t("code")), this.hint, ...groups, this.buildMaker());
  }

  buildMaker() {
    const label = h("input", { type: "text", "aria-label": this.t("new_label"), placeholder: this.t("new_label") });
    const under = h("select", { "aria-label": this.t("new_under") }, h("option", { value: "" }, this.t("new_free")),
      ...[...this.indicators(), ...this.codes].map(({ id, label: name }) => h("option", { value: id }, name)));
    const make = async () => {
      if (!label.value.trim()) return label.focus();
      const code = await this.make(label.value, under.value);
      if (code) this.choose(code);
      return undefined;
    };
    label.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
      event.preventDefault(); // it is the coding's form that Enter would send
      make();
    });
    return h("details", { class: "bc-maker" }, h("summary", {}, this.t("new_code")),
      h("div", {}, label, under, button(this.t, "make", make)));
  }

  describe(code) {
    const found = this.indicators().find(({ id }) => id === code);
    if (found) return found;
    const own = this.codes.find(({ id }) => id === code);
    return { label: own?.label ?? code, definition: own?.memo || this.t("own_definition"), examples: {} };
  }

  showDefinition(code = this.chosen) {
    if (!code) {
      this.definition.replaceChildren(h("p", { class: "bc-empty" }, this.t("no_definition")));
      return;
    }
    const { label, definition, include, exclude, examples } = this.describe(code);
    const more = [["include", include], ["exclude", exclude],
      ...Object.entries(examples).map(([valence, text]) => [`example_${valence}`, text])];
    this.definition.replaceChildren(
      h("p", {}, h("strong", {}, label), " ", definition),
      ...more.filter(([, text]) => text).map(([key, text]) => h("p", {}, h("em", {}, `${this.t(key)}: `), text)));
  }

  /** Show which code is chosen. */
  show(code) {
    this.chosen = code;
    for (const input of this.inputs()) input.checked = input.value === code;
    this.reveal();
    this.showDefinition();
    this.matchButton.hidden = !code;
  }

  /** Scroll the codes, and only them, to the one that is chosen. */
  reveal() {
    const chosen = this.node.querySelector("input:checked")?.closest("label");
    if (!chosen) return;
    const [row, frame] = [chosen.getBoundingClientRect(), this.node.getBoundingClientRect()];
    this.node.scrollTop += Math.min(0, row.top - frame.top) + Math.max(0, row.bottom - frame.bottom);
  }

  inputs() {
    return [...this.node.querySelectorAll("input[type=radio]")];
  }

  focus() {
    const inputs = this.inputs();
    (inputs.find((input) => input.checked) ?? inputs[0])?.focus();
  }

  /** Show where words of the codebook stand; `go` is called with the number of a paragraph. */
  showMatches(found, paragraphs, go) {
    const items = found.map(([n, words]) => h("li", {},
      h("button", { type: "button", class: "bc-link", onclick: () => go(n) },
        this.t("paragraph", { n: n + 1, all: paragraphs })), ` ${words.join(", ")}`));
    const about = this.t(items.length ? "matches_about" : "matches_none");
    this.matches.replaceChildren(h("p", {}, about), h("ul", {}, ...items));
    return about;
  }

  forgetMatches() {
    this.matches.replaceChildren(this.matchButton);
  }
}

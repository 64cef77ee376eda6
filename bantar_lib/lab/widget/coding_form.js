// The form in which a selection gets its code, its valence and a memo.

import { Codebook } from "./codebook.js";
import { button, h, short, SIGNS } from "./elements.js";

/** What is chosen so far: `span`, `code`, `valence`, and `editing`, the coding to be changed. */
export class CodingForm {
  /** `kept` is called after every change. */
  constructor(opened, { id, t, view, kept, save, cancel, make, match }) {
    Object.assign(this, { id, t, view, kept, codings: [], span: null, code: "", valence: "", editing: "" });
    this.formTitle = h("h4", { id: `${id}-form` });
    this.quoteLine = h("blockquote", { class: "bc-quote", id: `${id}-about` });
    // What is lacking is said, and read aloud, where it is to be mended.
    const hint = () => h("p", { class: "bc-hint", role: "status" });
    this.hints = { need_selection: hint(), need_code: hint(), need_valence: hint() };
    this.codebook = new Codebook(opened, {
      id, t, make, match, hint: this.hints.need_code, choose: (code) => this.choose({ code }),
    });
    this.memo = h("textarea", { id: `${id}-memo`, rows: 2, oninput: kept });
    this.saveButton = h("button", { type: "submit", class: "bc-button bc-primary" });
    this.cancelButton = button(t, "cancel", cancel);
    const valences = Object.keys(SIGNS).map((valence) => {
      const input = h("input", { type: "radio", name: `${id}-valence`, value: valence,
        onchange: () => this.choose({ valence }) });
      return h("label", { class: `bc-valence bc-${valence}` }, input,
        h("span", { class: "bc-sign", "aria-hidden": "true" }, SIGNS[valence]), t(`valence_${valence}`));
    });
    this.valences = h("fieldset", { class: "bc-valences" }, h("legend", {}, t("valence")),
      this.hints.need_valence, ...valences);
    this.node = h("form", {
      class: "bc-form", "aria-labelledby": `${id}-form`,
      onsubmit: (event) => { event.preventDefault(); save(); },
    },
    h("div", { class: "bc-form-head" }, this.formTitle, this.hints.need_selection),
    this.quoteLine, this.codebook.node, this.codebook.about, this.valences,
    h("label", { class: "bc-memo", for: `${id}-memo` }, t("memo")), this.memo,
    h("div", { class: "bc-actions" }, this.saveButton, this.cancelButton));
  }

  draw(codes, codings) {
    this.codings = codings;
    this.codebook.draw(codes);
    this.show();
  }

  setSpan(span) {
    if (this.span?.start === span?.start && this.span?.end === span?.end) return;
    this.span = span;
    this.showSelection();
    this.kept();
  }

  showSelection() {
    const { span } = this;
    this.view.show(span);
    if (!span) this.quoteLine.textContent = this.t("nothing_selected");
    else {
      this.hints.need_selection.textContent = "";
      const letters = span.end - span.start;
      const quote = letters > 5000 ? this.t("selected_letters", { n: letters })
        : this.t("selected", { quote: short(this.view.text.quote(span.start, span.end), 240) });
      this.quoteLine.textContent = quote;
    }
    this.quoteLine.classList.toggle("bc-empty", !span);
  }

  /** Choose a code or a valence. */
  choose(chosen) {
    Object.assign(this, chosen);
    if (chosen.code) this.codebook.forgetMatches();
    this.show();
    this.kept();
  }

  show() {
    const { code, valence, editing } = this;
    const held = this.codings.find(({ id }) => id === editing);
    for (const input of this.valences.querySelectorAll("input")) input.checked = input.value === valence;
    this.formTitle.textContent = held ? this.t("form_edit", { n: held.n }) : this.t("form");
    this.saveButton.textContent = this.t(held ? "save_edit" : "save");
    this.cancelButton.hidden = !held;
    if (code) this.hints.need_code.textContent = "";
    if (valence) this.hints.need_valence.textContent = "";
    this.codebook.show(code);
    this.showSelection();
  }

  /** Say what is lacking, where it is to be mended. */
  lack(key) {
    this.unlack();
    this.hints[key].textContent = this.t(key);
  }

  unlack() {
    for (const hint of Object.values(this.hints)) hint.textContent = "";
  }

  clear() {
    if (this.editing) this.memo.value = "";
    Object.assign(this, { span: null, code: "", valence: "", editing: "" });
    this.codebook.forgetMatches();
    this.unlack();
    this.show();
    this.kept();
  }
}

// The page's side of SpanCoder: it shows the document and asks the kernel to write to the log.
//
// Places go to and fro as Unicode code points over the whole text; the browser counts UTF-16
// units within one paragraph.

import { CodingForm } from "./coding_form.js";
import { CodingsList } from "./codings_list.js";
import { DocumentView } from "./document_view.js";
import { button, h, short } from "./elements.js";
import { Kernel } from "./kernel.js";
import { Search } from "./search.js";

const KEYS_OF_VALENCE = { "+": "supports", "-": "inhibits", "*": "mixed", 0: "neutral" };

class Coder {
  constructor(model, el) {
    this.model = model;
    this.id = `bantar-coder-${Math.random().toString(36).slice(2, 8)}`;
    this.control = new AbortController();
    this.t = this.t.bind(this); // the parts of the widget speak with it too
    this.codings = [];
    this.others = [];
    this.root = h("div", {
      class: "bantar-coder", lang: model.get("lang"), role: "region", "aria-label": this.t("loading"),
      // JupyterLab looks for this before it takes a key for one of its shortcuts.
      "data-lm-suppress-shortcuts": "true",
      onkeydown: (event) => this.rootKey(event),
    });
    this.status = h("div", { class: "bc-status", role: "status" });
    this.banner = h("div", { class: "bc-banner", role: "alert" });
    this.root.append(this.banner, this.status);
    el.append(this.root);
    this.kernel = new Kernel(model, (answer) => this.heard(answer));
    this.open();
  }

  t(key, values = {}) {
    const text = this.model.get("words")[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
  }

  dispose() {
    this.control.abort();
    this.kernel.dispose();
    this.view?.dispose();
    this.search?.dispose();
    this.root.remove();
  }

  // What is kept of an unfinished step, in this tab only and until it is closed.

  keep() {
    const { span, code, valence, editing } = this.form;
    const memo = this.form.memo.value;
    const draft = memo.trim() || editing ? { span, code, valence, editing, memo } : null;
    const kept = { draft, unsaved: this.unsaved ?? null };
    try {
      if (draft || kept.unsaved) sessionStorage.setItem(this.place, JSON.stringify(kept));
      else sessionStorage.removeItem(this.place);
    } catch {
      // A browser that forbids storage keeps nothing over a reload; saving does not need it.
    }
  }

  kept() {
    try {
      return JSON.parse(sessionStorage.getItem(this.place)) ?? {};
    } catch {
      return {};
    }
  }

  async open() {
    this.say(this.t("loading"));
    let answer;
    try {
      answer = await this.kernel.ask({ do: "open" });
    } catch {
      if (!this.control.signal.aborted) this.warn(this.t("never_opened"), [[this.t("retry"), () => this.open()]]);
      return;
    }
    this.warn(answer.fault ?? "");
    if (!answer.ok) return;
    this.build(answer.opened);
    this.apply(answer.opened);
    this.say((answer.notes ?? []).join(" "));
    this.restore();
  }

  restore() {
    const { draft, unsaved } = this.kept();
    if (draft) {
      Object.assign(this.form, { code: draft.code, valence: draft.valence });
      const held = this.codings.some((coding) => coding.id === draft.editing);
      this.form.editing = held ? draft.editing : "";
      this.form.memo.value = draft.memo;
      if (draft.span) this.form.setSpan(draft.span);
      this.form.show();
      this.say(this.t("draft_kept"));
    }
    if (unsaved) {
      this.unsaved = unsaved;
      this.offerAgain(this.t("unsaved_old", { what: unsaved.what }));
    }
  }

  // Messages

  say(text) {
    this.status.textContent = text;
  }

  warn(text, buttons = []) {
    this.banner.replaceChildren();
    if (!text) return;
    this.banner.append(
      h("span", {}, text),
      ...buttons.map(([label, act]) => h("button", { type: "button", class: "bc-button", onclick: act }, label)),
    );
  }

  offerAgain(text) {
    this.warn(text, [
      [this.t("retry"), () => this.again()],
      [this.t("discard"), () => this.discard()],
    ]);
  }

  again() {
    const { request, what } = this.unsaved;
    this.unsaved = null;
    this.act(request, what);
  }

  discard() {
    this.unsaved = null;
    this.keep();
    this.warn("");
    this.view.editor.focus();
  }

  /** Ask for a step that is written to the log; return the answer where it was written. */
  async act(request, what) {
    if (this.unsaved) {
      this.say(this.t("waiting_first"));
      this.banner.querySelector("button")?.focus();
      return null;
    }
    this.unsaved = { request, what };
    this.keep();
    this.root.setAttribute("aria-busy", "true");
    this.say(this.t("saving"));
    let answer = null;
    try {
      answer = await this.kernel.ask(request, () => this.say(this.t("busy")));
    } catch {
      if (!this.control.signal.aborted) {
        this.say("");
        this.offerAgain(`${this.t("no_kernel")} ${this.t("unsaved", { what })}`);
      }
    }
    this.root.removeAttribute("aria-busy");
    return answer ? this.settled(answer) : null;
  }

  settled(answer) {
    this.unsaved = null;
    this.keep();
    this.warn([answer.fault, ...(answer.notes ?? [])].filter(Boolean).join(" "));
    if (answer.state) this.apply(answer.state);
    this.say(answer.ok ? answer.said : "");
    return answer.ok ? answer : null;
  }

  /** Take in an answer that nobody waits for: to another view of this cell, or a late one. */
  heard(answer) {
    if (!this.view) return;
    if (this.unsaved && answer.to === this.unsaved.request.number) this.settled(answer);
    else if (answer.state) this.apply(answer.state);
  }

  async refresh() {
    if (!this.view || this.unsaved || document.hidden) return;
    try {
      const answer = await this.kernel.ask({ do: "refresh" });
      if (answer.state) this.apply(answer.state);
    } catch {
      if (!this.control.signal.aborted && !this.unsaved) this.warn(this.t("no_kernel"));
    }
  }

  // Building

  build(opened) {
    this.opened = opened;
    this.place = `bantar-coder:${opened.path}:${opened.document}`;
    this.view = new DocumentView(opened, {
      t: this.t, about: `${this.id}-about`, label: (code) => this.form.codebook.label(code),
      onkeydown: (event) => this.documentKey(event), redrawn: () => this.search.again(),
    });
    this.search = new Search(this.view, { t: this.t, chosen: (hit) => this.selectAndSay(hit) });
    this.form = new CodingForm(opened, {
      id: this.id, t: this.t, view: this.view, kept: () => this.keep(), save: () => this.save(), cancel: () => this.cancel(),
      make: (label, under) => this.make(label, under), match: (code) => this.findMatches(code),
    });
    this.list = new CodingsList({
      t: this.t, blind: opened.blind, label: (code) => this.form.codebook.label(code),
      quote: (start, end) => this.view.text.quote(start, end),
      acts: {
        go: ({ start, end }) => this.selectAndSay({ start, end }), edit: (coding) => this.edit(coding),
        remove: (coding) => this.remove(coding), confirm: (coding) => this.confirm(coding),
      },
    });
    this.root.setAttribute("aria-label", this.t("title", { document: opened.document }));
    this.root.replaceChildren(
      this.buildHead(), this.buildBar(), this.banner,
      h("div", { class: "bc-main" }, this.view.editor, this.form.node),
      this.status, this.list.node,
    );
    const { signal } = this.control;
    document.addEventListener("selectionchange", () => this.selectionChanged(), { signal });
    document.addEventListener("visibilitychange", () => this.refresh(), { signal });
  }

  buildHead() {
    const { coder, path, blind, described, district } = this.opened;
    const lines = [
      this.t("about", { coder, path }),
      district && this.t("district", { district }),
      this.opened.private && this.t("private"),
      this.t(blind ? "blind" : "open_eyes"),
      !described && this.t("undescribed", { coder }),
    ];
    return h("div", { class: "bc-head" },
      h("strong", { class: "bc-title" }, this.opened.document),
      ...lines.filter(Boolean).map((line) => h("span", {}, line)));
  }

  buildBar() {
    this.undoButton = button(this.t, "undo", () => this.turn("undo"));
    this.redoButton = button(this.t, "redo", () => this.turn("redo"));
    this.help = this.buildHelp();
    return h("div", { class: "bc-bar" },
      ...this.search.nodes,
      h("span", { class: "bc-room" }),
      button(this.t, "next_uncoded", () => this.nextUncoded()),
      this.undoButton, this.redoButton, this.help);
  }

  buildHelp() {
    const control = this.t("key_control");
    const rows = [
      [this.t("key_up_down"), "keys_arrows"], [`${control} ← →`, "keys_words"], ["S", "keys_sentence"],
      ["P", "keys_paragraph"], ["1 … 9", "keys_codes"], ["+  -  *  0", "keys_valence"],
      ["Enter", "keys_enter"], [`${control} Enter`, "keys_save"], ["C", "keys_form"],
      ["N", "keys_uncoded"], ["/", "keys_search"], [`${control} Z`, "keys_undo"],
      ["Esc", "keys_escape"], ["Tab", "keys_tab"], ["?", "keys_help"],
    ];
    const list = h("dl", {}, ...rows.map(([key, says]) =>
      h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, this.t(says)))));
    return h("details", { class: "bc-help" },
      h("summary", { class: "bc-button" }, this.t("help")),
      h("div", { class: "bc-keys" }, h("strong", {}, this.t("keys_title")), list));
  }

  // What holds, from the kernel

  apply(state) {
    this.codings = state.codings;
    if (state.others) this.others = state.others;
    Object.assign(this, { undoable: state.undo, redoable: state.redo });
    this.undoButton.disabled = !state.undo;
    this.redoButton.disabled = !state.redo;
    if (this.form.editing && !this.codings.some(({ id }) => id === this.form.editing)) this.form.clear();
    this.codings.forEach((coding, n) => { coding.n = n + 1; });
    this.form.draw(state.codes, this.codings);
    this.list.show(this.codings, this.others);
    this.view.draw(this.codings, this.others);
  }

  // Selecting

  selectionChanged() {
    const span = this.view.selected();
    // A caret gives the selection up, but not the coding that is being changed.
    if (span === undefined || (this.form.editing && !span)) return;
    if (this.form.editing) this.form.clear();
    this.form.setSpan(span);
  }

  // Keys

  rootKey(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      this.say(this.t("notebook_saved"));
    } else if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && this.view) {
      event.preventDefault();
      this.save();
    } else if (event.key === "Escape" && this.view && event.target !== this.view.editor) {
      this.help.open = false;
      this.view.editor.focus();
    }
    event.stopPropagation();
  }

  documentKey(event) {
    const control = event.ctrlKey || event.metaKey;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    let act = null;
    if (control && key === "z") act = () => this.turn(event.shiftKey ? "redo" : "undo");
    else if (control && key === "y") act = () => this.turn("redo");
    else if (!control && !event.altKey) act = this.plainKey(key);
    if (!act) return;
    event.preventDefault();
    // The browser tells of a selection a moment after it is made; a quick hand is faster.
    if (!this.form.editing) this.selectionChanged();
    act();
  }

  plainKey(key) {
    if (/^[1-9]$/.test(key)) {
      const indicator = this.form.codebook.indicators()[Number(key) - 1];
      return () => indicator && this.choose({ code: indicator.id });
    }
    if (key in KEYS_OF_VALENCE) return () => this.choose({ valence: KEYS_OF_VALENCE[key] });
    return {
      s: () => this.selectSentence(),
      p: () => this.selectParagraph(),
      c: () => this.form.codebook.focus(),
      n: () => this.nextUncoded(),
      "/": () => this.search.query.focus(),
      "?": () => { this.help.open = !this.help.open; },
      Enter: () => this.save(),
      Escape: () => this.cancel(),
    }[key] ?? null;
  }

  selectSentence() {
    const point = this.view.caret() ?? 0;
    const { span } = this.form;
    const sentences = this.opened.sentences;
    let n = sentences.findIndex(([, end]) => (span ? end >= span.end : end > point));
    if (n < 0) n = sentences.length - 1;
    const whole = span && span.end === sentences[n][1] && sentences.some(([start]) => start === span.start);
    if (whole && n + 1 < sentences.length) n += 1;
    const start = whole ? span.start : Math.min(sentences[n][0], span?.start ?? Infinity);
    this.selectAndSay({ start, end: sentences[n][1] });
  }

  selectParagraph() {
    const { start, end } = this.view.text.paragraphs[this.view.text.at(this.form.span?.start ?? this.view.caret() ?? 0)];
    this.selectAndSay(this.view.text.trim(start, end));
  }

  selectAndSay(span) {
    this.view.editor.focus({ preventScroll: true });
    this.view.select(span);
    this.form.setSpan(span);
    this.say(this.t("selected", { quote: short(this.view.text.quote(span.start, span.end), 240) }));
  }

  nextUncoded() {
    const n = this.view.uncoded(this.form.span?.start ?? this.view.caret());
    if (n < 0) {
      this.say(this.t("all_coded"));
      return;
    }
    const { start, text } = this.view.text.paragraphs[n];
    this.view.editor.focus({ preventScroll: true });
    this.view.scrollTo(n);
    document.getSelection().collapse(...this.view.nodeAt(start, false));
    this.say(`${this.t("paragraph", { n: n + 1, all: this.view.nodes.length })}: ${short(text, 120)}`);
  }

  // Choosing a code and a valence

  /** Choose by a key, and say so, for who does not see the buttons. */
  choose(chosen) {
    this.form.choose(chosen);
    this.say(this.t("chosen", { code: chosen.code ? this.form.codebook.label(chosen.code) : this.t(`valence_${chosen.valence}`) }));
  }

  async findMatches(code) {
    if (!this.form.codebook.indicators().some(({ id }) => id === code)) {
      this.say(this.t("matches_own"));
      return;
    }
    let answer;
    try {
      answer = await this.kernel.ask({ do: "matches", code }, () => this.say(this.t("busy")));
    } catch {
      this.warn(this.t("no_kernel"));
      return;
    }
    if (!answer.ok) {
      this.warn(answer.fault);
      return;
    }
    this.say(this.form.codebook.showMatches(answer.matches, this.view.nodes.length, (n) => this.showParagraph(n)));
  }

  showParagraph(n) {
    const { start, end } = this.view.text.paragraphs[n];
    this.selectAndSay(this.view.text.trim(start, end));
  }

  // Steps that are written

  async make(label, under) {
    const what = this.t("what_make", { label: label.trim() });
    return (await this.act({ do: "make", label, under }, what))?.code;
  }

  async save() {
    const { span, code, valence, editing } = this.form;
    if (!span && !editing) return this.lack("need_selection", this.view.editor);
    if (!code) return this.lack("need_code", null);
    if (!valence) return this.lack("need_valence", this.form.valences.querySelector("input"));
    const memo = this.form.memo.value;
    const held = this.codings.find(({ id }) => id === editing);
    const quote = short(held ? held.quote : this.view.text.quote(span.start, span.end), 60);
    const values = { quote, code: this.form.codebook.label(code), valence: this.t(`valence_${valence}`) };
    const answer = held
      ? await this.act({ do: "edit", of: editing, code, valence, memo }, this.t("what_edit", values))
      : await this.act({ do: "code", ...span, code, valence, memo }, this.t("what_code", values));
    if (!answer) return undefined;
    // What was typed while the answer was under way belongs to the next coding.
    if (this.form.memo.value === memo) this.form.memo.value = "";
    this.form.clear();
    this.view.editor.focus({ preventScroll: true });
    if (span) this.view.collapseTo(span.end);
    return undefined;
  }

  lack(key, node) {
    this.say("");
    this.form.lack(key);
    if (node) node.focus();
    else this.form.codebook.focus();
  }

  cancel() {
    if (this.form.editing) this.form.memo.value = "";
    this.form.clear();
    this.view.editor.focus({ preventScroll: true });
  }

  edit(coding) {
    Object.assign(this.form, { editing: coding.id, code: coding.code, valence: coding.valence });
    this.form.span = coding.status === "exact" ? { start: coding.start, end: coding.end } : null;
    this.form.memo.value = coding.memo;
    this.form.codebook.forgetMatches();
    this.form.show();
    this.keep();
    this.form.codebook.focus();
  }

  async remove(coding) {
    const answer = await this.act({ do: "delete", of: coding.id }, this.t("what_delete", { quote: short(coding.quote, 60) }));
    if (!answer) return;
    (this.list.buttonOf(coding.n) ?? this.view.editor).focus();
  }

  confirm(coding) {
    return this.act({ do: "confirm", of: coding.id }, this.t("what_confirm", { quote: short(coding.quote, 60) }));
  }

  turn(way) {
    const of = way === "undo" ? this.undoable : this.redoable;
    if (of) this.act({ do: way, of }, this.t(`what_${way}`));
  }
}

export default {
  render({ model, el }) {
    const coder = new Coder(model, el);
    return () => coder.dispose();
  },
};

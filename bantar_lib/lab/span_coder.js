// The page's side of SpanCoder: it shows the document and asks the kernel to write to the log.
//
// Places go to and fro as Unicode code points over the whole text; the browser counts UTF-16
// units within one paragraph. What comes from data is only ever set as text, never as markup.

const PATIENCE = 5000; // milliseconds without an answer before an idle kernel counts as gone
const SIGNS = { supports: "+", inhibits: "−", mixed: "±", neutral: "○" };
const KEYS_OF_VALENCE = { "+": "supports", "-": "inhibits", "*": "mixed", 0: "neutral" };
const MOST_HITS = 2000;

// ---------------------------------------------------------------- places in a text

/** Return how many code points the first `units` UTF-16 units of `text` hold. */
export function toPoints(text, units) {
  let points = 0;
  for (let n = 0; n < units && n < text.length; n += text.codePointAt(n) > 0xffff ? 2 : 1) points++;
  return points;
}

/** Return how many UTF-16 units the first `points` code points of `text` take. */
export function toUnits(text, points) {
  let units = 0;
  for (let n = 0; n < points && units < text.length; n++) {
    units += text.codePointAt(units) > 0xffff ? 2 : 1;
  }
  return units;
}

const graphemes = Intl.Segmenter ? new Intl.Segmenter(undefined, { granularity: "grapheme" }) : null;

/** Return the start (or end) of the letter, as readers see letters, in which `units` falls. */
export function wholeLetter(text, units, end) {
  if (units <= 0 || units >= text.length || !graphemes) return units;
  const held = graphemes.segment(text).containing(units);
  if (!held || held.index === units) return units;
  return end ? held.index + held.segment.length : held.index;
}

/** Give each coding a lane of its own beside those it overlaps; the same for the same codings. */
export function lanes(codings) {
  const ends = [];
  const found = new Map();
  for (const coding of codings) {
    let lane = ends.findIndex((end) => end <= coding.start);
    if (lane < 0) lane = ends.length;
    ends[lane] = coding.end;
    found.set(coding.id, lane);
  }
  return found;
}

/** A document in paragraphs; finds places in it. */
export class Text {
  constructor(paragraphs) {
    this.paragraphs = paragraphs.map(([start, text, gap]) => {
      const simple = !/[\ud800-\udfff]/.test(text);
      const points = simple ? text.length : toPoints(text, text.length);
      return { start, text, gap, simple, end: start + points };
    });
  }

  /** Return the number of the paragraph that holds a point, or of the one before it. */
  at(point) {
    let low = 0;
    let high = this.paragraphs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.paragraphs[middle].start <= point) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  point(n, units) {
    const { start, text, simple } = this.paragraphs[n];
    return start + (simple ? Math.min(units, text.length) : toPoints(text, units));
  }

  units(n, point) {
    const { start, end, text, simple } = this.paragraphs[n];
    const points = Math.max(0, Math.min(point, end) - start);
    return simple ? points : toUnits(text, points);
  }

  /** Return the words from one point to another, paragraphs joined by a space. */
  quote(start, end) {
    const parts = [];
    for (let n = this.at(start); n < this.paragraphs.length; n++) {
      if (this.paragraphs[n].start >= end) break;
      parts.push(this.paragraphs[n].text.slice(this.units(n, start), this.units(n, end)));
    }
    return parts.join(" ").trim();
  }

  /** Shrink a stretch to its words and widen it to whole letters; null where none are in it. */
  trim(from, to) {
    let [a, b] = [this.at(from), this.at(to)];
    let [start, end] = [this.units(a, from), this.units(b, to)];
    start = wholeLetter(this.paragraphs[a].text, start, false);
    end = wholeLetter(this.paragraphs[b].text, end, true);
    while (a < b && !this.paragraphs[a].text.slice(start).trim()) [a, start] = [a + 1, 0];
    while (b > a && !this.paragraphs[b].text.slice(0, end).trim()) {
      b -= 1;
      end = this.paragraphs[b].text.length;
    }
    const [first, last] = [this.paragraphs[a].text, this.paragraphs[b].text];
    if (a === b && !first.slice(start, end).trim()) return null;
    start += first.slice(start).length - first.slice(start).trimStart().length;
    end = last.slice(0, end).trimEnd().length;
    return { start: this.point(a, start), end: this.point(b, end) };
  }
}

// ---------------------------------------------------------------- the kernel

let views = 0;

/** Asks the kernel and waits for its answer, or finds that there is none to give it. */
class Kernel {
  constructor(model, heard) {
    Object.assign(this, { model, heard, waiting: new Map(), asked: 0 });
    this.view = `${Date.now().toString(36)}-${++views}`;
    this.receive = (answer) => {
      const held = this.waiting.get(answer.to);
      this.waiting.delete(answer.to);
      if (held) held.resolve(answer);
      else this.heard(answer); // another view's, or one that came too late
    };
    this.changed = () => this.status() !== "busy" && this.giveUp();
    model.on("msg:custom", this.receive);
    model.on("comm_live_update", this.changed);
  }

  status() {
    return this.model.widget_manager?.kernel?.status ?? "unknown";
  }

  ask(request, busy = () => {}) {
    const number = `${this.view}-${++this.asked}`;
    return new Promise((resolve, reject) => {
      const since = Date.now();
      const clock = setInterval(() => {
        const status = this.status();
        if (status === "busy") busy();
        else if (status === "dead" || Date.now() - since > PATIENCE) held.reject();
      }, 500);
      const end = (call) => (value) => {
        clearInterval(clock);
        this.waiting.delete(number);
        call(value);
      };
      const held = { resolve: end(resolve), reject: end(() => reject(new Error("no kernel"))) };
      this.waiting.set(number, held);
      request.number = number;
      try {
        this.model.send(request);
      } catch {
        held.reject();
      }
    });
  }

  giveUp() {
    for (const held of [...this.waiting.values()]) held.reject();
  }

  dispose() {
    this.giveUp();
    this.model.off("msg:custom", this.receive);
    this.model.off("comm_live_update", this.changed);
  }
}

// ---------------------------------------------------------------- small things

function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const short = (text, most = 90) => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text);
const smooth = () => !matchMedia("(prefers-reduced-motion: reduce)").matches;

function highlight(name) {
  if (!globalThis.Highlight || !CSS.highlights) return { add() {}, delete() {} };
  if (!CSS.highlights.has(name)) CSS.highlights.set(name, new Highlight());
  return CSS.highlights.get(name);
}

/** Ranges shown under one name of the style sheet; other widgets of the page share the name. */
class Shown {
  constructor(name) {
    this.highlight = highlight(`bantar-coder-${name}`);
    this.ranges = [];
  }

  set(ranges) {
    for (const range of this.ranges) this.highlight.delete(range);
    this.ranges = ranges.filter(Boolean);
    for (const range of this.ranges) this.highlight.add(range);
  }
}

// ---------------------------------------------------------------- the widget

class Coder {
  constructor(model, el) {
    this.model = model;
    this.id = `bantar-coder-${Math.random().toString(36).slice(2, 8)}`;
    this.control = new AbortController();
    this.shown = { selection: new Shown("selection"), hits: new Shown("hits"), hit: new Shown("hit") };
    this.form = { span: null, code: "", valence: "", editing: "" };
    this.codings = [];
    this.others = [];
    this.codes = [];
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
    clearTimeout(this.timer);
    for (const shown of Object.values(this.shown)) shown.set([]);
    this.root.remove();
  }

  // What is kept of an unfinished step, in this tab only and until it is closed.

  keep() {
    const { span, code, valence, editing } = this.form;
    const memo = this.memo.value;
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
      this.memo.value = draft.memo;
      if (draft.span) this.setSpan(draft.span);
      this.showForm();
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
    this.editor.focus();
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
    if (!this.editor) return;
    if (this.unsaved && answer.to === this.unsaved.request.number) this.settled(answer);
    else if (answer.state) this.apply(answer.state);
  }

  async refresh() {
    if (!this.editor || this.unsaved || document.hidden) return;
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
    this.text = new Text(opened.paragraphs);
    this.root.setAttribute("aria-label", this.t("title", { document: opened.document }));
    this.root.replaceChildren(
      this.buildHead(), this.buildBar(), this.banner,
      h("div", { class: "bc-main" }, this.buildEditor(), this.buildForm()),
      this.status, this.buildList(),
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

  button(key, act, more = {}) {
    return h("button", { type: "button", class: "bc-button", onclick: act, ...more }, this.t(key));
  }

  buildBar() {
    this.query = h("input", {
      type: "search", class: "bc-search", placeholder: this.t("search"), "aria-label": this.t("search"),
      oninput: () => this.search(), onkeydown: (event) => this.searchKey(event),
    });
    this.hitsLine = h("span", { class: "bc-hits", "aria-live": "polite" });
    this.undoButton = this.button("undo", () => this.turn("undo"));
    this.redoButton = this.button("redo", () => this.turn("redo"));
    this.help = this.buildHelp();
    return h("div", { class: "bc-bar" },
      this.query,
      h("button", { type: "button", class: "bc-button", "aria-label": this.t("search_previous"), onclick: () => this.goHit(-1) }, "↑"),
      h("button", { type: "button", class: "bc-button", "aria-label": this.t("search_next"), onclick: () => this.goHit(1) }, "↓"),
      this.hitsLine,
      h("span", { class: "bc-room" }),
      this.button("next_uncoded", () => this.nextUncoded()),
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

  buildEditor() {
    // Text that can be edited has a caret and every key of the system for moving it and for
    // selecting; whatever would change the text is refused.
    this.editor = h("div", {
      class: "bc-text", role: "textbox", contenteditable: "true", "aria-multiline": "true",
      "aria-readonly": "true", "aria-label": `${this.t("document")}: ${this.opened.document}`,
      "aria-describedby": `${this.id}-about`, inputmode: "none", spellcheck: "false",
      autocorrect: "off", autocapitalize: "off", translate: "no", "data-gramm": "false", tabindex: "0",
      onkeydown: (event) => this.documentKey(event),
      onbeforeinput: (event) => event.preventDefault(),
      ondragstart: (event) => event.preventDefault(),
      ondrop: (event) => event.preventDefault(),
      oninput: () => this.drawAll(), // an input method may have written in spite of that
    });
    this.drawn = [];
    this.nodes = this.text.paragraphs.map(({ gap }, n) =>
      h("p", { dir: "auto", "data-n": n, class: gap ? "bc-gap" : "" }));
    this.editor.append(...this.nodes);
    return this.editor;
  }

  buildForm() {
    this.formTitle = h("h4", { id: `${this.id}-form` });
    this.quoteLine = h("blockquote", { class: "bc-quote", id: `${this.id}-about` });
    // What is lacking is said, and read aloud, where it is to be mended.
    const hint = () => h("p", { class: "bc-hint", role: "status" });
    this.hints = { need_selection: hint(), need_code: hint(), need_valence: hint() };
    this.codebook = h("fieldset", { class: "bc-codebook" });
    this.definition = h("div", {});
    this.matches = h("div", { class: "bc-matches" });
    this.memo = h("textarea", { id: `${this.id}-memo`, rows: 2, oninput: () => this.keep() });
    this.saveButton = h("button", { type: "submit", class: "bc-button bc-primary" });
    this.cancelButton = this.button("cancel", () => this.cancel());
    const valences = Object.keys(SIGNS).map((valence) => {
      const input = h("input", { type: "radio", name: `${this.id}-valence`, value: valence,
        onchange: () => this.choose({ valence }, false) });
      return h("label", { class: `bc-valence bc-${valence}` }, input,
        h("span", { class: "bc-sign", "aria-hidden": "true" }, SIGNS[valence]), this.t(`valence_${valence}`));
    });
    this.valences = h("fieldset", { class: "bc-valences" }, h("legend", {}, this.t("valence")),
      this.hints.need_valence, ...valences);
    return h("form", {
      class: "bc-form", "aria-labelledby": `${this.id}-form`,
      onsubmit: (event) => { event.preventDefault(); this.save(); },
    },
    h("div", { class: "bc-form-head" }, this.formTitle, this.hints.need_selection),
    this.quoteLine, this.codebook,
    h("div", { class: "bc-definition", role: "group", "aria-label": this.t("definition"), tabindex: "0" },
      this.matches, this.definition),
    this.valences,
    h("label", { class: "bc-memo", for: `${this.id}-memo` }, this.t("memo")), this.memo,
    h("div", { class: "bc-actions" }, this.saveButton, this.cancelButton));
  }

  buildList() {
    this.listTitle = h("h4", { tabindex: "-1" });
    this.list = h("ol", { class: "bc-list" });
    this.othersTitle = h("h4", {});
    this.othersList = h("ul", { class: "bc-list bc-others" });
    return h("div", { class: "bc-codings" }, this.listTitle, this.list,
      this.opened.blind ? null : this.othersTitle, this.opened.blind ? null : this.othersList);
  }

  // What holds, from the kernel

  apply(state) {
    this.codings = state.codings;
    this.codes = state.codes;
    if (state.others) this.others = state.others;
    Object.assign(this, { undoable: state.undo, redoable: state.redo });
    this.undoButton.disabled = !state.undo;
    this.redoButton.disabled = !state.redo;
    if (this.form.editing && !this.codings.some(({ id }) => id === this.form.editing)) this.clear();
    this.codings.forEach((coding, n) => { coding.n = n + 1; });
    this.showCodebook();
    this.showForm();
    this.showList();
    this.draw();
  }

  label(code) {
    for (const dimension of this.opened.dimensions) {
      for (const indicator of dimension.indicators) if (indicator.id === code) return indicator.label;
    }
    return this.codes.find(({ id }) => id === code)?.label ?? code;
  }

  // Drawing

  draw() {
    const own = this.codings.filter(({ start, status }) => start !== null && status === "exact");
    const strange = this.others.filter(({ start, status }) => start !== null && status === "exact");
    const all = [...own, ...strange].sort((a, b) => a.start - b.start || b.end - a.end);
    const lane = lanes(all);
    const inside = new Map();
    for (const coding of all) {
      for (let n = this.text.at(coding.start); n < this.nodes.length; n++) {
        if (this.text.paragraphs[n].start >= coding.end) break;
        if (!inside.has(n)) inside.set(n, []);
        inside.get(n).push({ ...coding, lane: lane.get(coding.id) });
      }
    }
    const selected = this.form.span;
    const caret = document.activeElement === this.editor ? this.caret() : null;
    let changed = false;
    this.nodes.forEach((node, n) => {
      const codings = inside.get(n) ?? [];
      const key = JSON.stringify(codings.map((c) => [c.id, c.n, c.start, c.end, c.valence, c.lane]));
      if (this.drawn[n] === key) return;
      this.drawn[n] = key;
      this.drawParagraph(node, n, codings);
      changed = true;
    });
    // Drawing anew takes the caret's node away.
    if (changed && caret !== null) {
      if (selected) this.select(selected, false);
      else this.collapseTo(caret);
    }
    if (changed) this.showSelection();
    if (changed && this.query.value) this.search();
  }

  drawAll() {
    this.drawn = [];
    this.nodes.forEach((node) => node.replaceChildren());
    this.editor.replaceChildren(...this.nodes);
    this.draw();
  }

  drawParagraph(node, n, codings) {
    const { text } = this.text.paragraphs[n];
    const places = codings.map((coding) => ({
      coding, start: this.text.units(n, coding.start), end: this.text.units(n, coding.end),
      ends: coding.end <= this.text.paragraphs[n].end,
    }));
    const edges = [...new Set([0, text.length, ...places.flatMap(({ start, end }) => [start, end])])]
      .sort((a, b) => a - b);
    const most = Math.max(-1, ...codings.map(({ lane }) => lane));
    node.style.lineHeight = most > 0 ? `calc(1.6em + ${4 * (most + 1)}px)` : "";
    node.replaceChildren(...edges.slice(0, -1).map((from, k) => {
      const to = edges[k + 1];
      const over = places.filter(({ start, end }) => start <= from && end >= to);
      if (!over.length) return text.slice(from, to);
      return this.mark(text.slice(from, to), over.map(({ coding }) => coding),
        over.filter(({ end, ends }) => end === to && ends).map(({ coding }) => coding));
    }));
  }

  mark(words, codings, ending) {
    const own = (coding) => (coding.n ? `${coding.n}${SIGNS[coding.valence] ?? ""}` : coding.coder);
    const mark = h("mark", {
      class: "bc-mark", "data-badge": ending.map(own).join(" ") || undefined,
      title: codings.map((c) => `${own(c)} ${c.label || this.label(c.code)}: ${this.t(`valence_${c.valence}`)}`).join("\n"),
    }, words);
    const line = (coding) => (coding.n ? `var(--bc-line-${coding.valence})` : "var(--bc-line-other)");
    mark.style.backgroundImage = codings.map(line).join(", ");
    mark.style.backgroundPosition = codings.map(({ lane }) => `0 calc(100% - ${lane * 4}px)`).join(", ");
    mark.style.paddingBottom = `${4 * (Math.max(...codings.map(({ lane }) => lane)) + 1)}px`;
    return mark;
  }

  // Selecting

  paragraphOf(node) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    return element.closest?.("p[data-n]");
  }

  /** Return the point of a place in the editor's nodes. */
  pointOf(node, offset) {
    if (node === this.editor) {
      const next = this.editor.childNodes[offset];
      if (next) return this.text.paragraphs[Number(next.dataset.n)].start;
      return this.text.paragraphs.at(-1).end;
    }
    const paragraph = this.paragraphOf(node);
    if (!paragraph) return null;
    const before = document.createRange();
    before.setStart(paragraph, 0);
    before.setEnd(node, offset);
    return this.text.point(Number(paragraph.dataset.n), before.toString().length);
  }

  /** Return the node and offset of a point. */
  nodeAt(point, end) {
    let n = this.text.at(point);
    if (end && n > 0 && point === this.text.paragraphs[n].start) n -= 1;
    let left = this.text.units(n, point);
    const walker = document.createTreeWalker(this.nodes[n], NodeFilter.SHOW_TEXT);
    let node = walker.nextNode();
    while (node && left > node.length) {
      left -= node.length;
      node = walker.nextNode();
    }
    return node ? [node, left] : [this.nodes[n], 0];
  }

  rangeOf({ start, end }) {
    const range = document.createRange();
    range.setStart(...this.nodeAt(start, false));
    range.setEnd(...this.nodeAt(end, true));
    return range;
  }

  caret() {
    const selection = document.getSelection();
    if (!selection.rangeCount || !this.editor.contains(selection.focusNode)) return null;
    return this.pointOf(selection.focusNode, selection.focusOffset);
  }

  selectionChanged() {
    const selection = document.getSelection();
    if (!selection.rangeCount || selection.isCollapsed) {
      // A click or caret move in the document gives the selection up; leaving it does not.
      if (selection.rangeCount && this.editor.contains(selection.anchorNode) && !this.form.editing) this.setSpan(null);
      return;
    }
    if (!this.editor.contains(selection.anchorNode) || !this.editor.contains(selection.focusNode)) return;
    const range = selection.getRangeAt(0);
    const from = this.pointOf(range.startContainer, range.startOffset);
    const to = this.pointOf(range.endContainer, range.endOffset);
    if (from === null || to === null) return;
    if (this.form.editing) this.clear();
    this.setSpan(this.text.trim(from, to));
  }

  setSpan(span) {
    const old = this.form.span;
    if (old?.start === span?.start && old?.end === span?.end) return;
    this.form.span = span;
    this.showSelection();
    this.keep();
  }

  showSelection() {
    const { span } = this.form;
    this.shown.selection.set(span ? [this.rangeOf(span)] : []);
    if (!span) this.quoteLine.textContent = this.t("nothing_selected");
    else {
      this.hints.need_selection.textContent = "";
      const letters = span.end - span.start;
      const quote = letters > 5000 ? this.t("selected_letters", { n: letters })
        : this.t("selected", { quote: short(this.text.quote(span.start, span.end), 240) });
      this.quoteLine.textContent = quote;
    }
    this.quoteLine.classList.toggle("bc-empty", !span);
  }

  select(span, reveal = true) {
    if (reveal) this.scrollTo(this.text.at(span.start));
    const [from, to] = [this.nodeAt(span.start, false), this.nodeAt(span.end, true)];
    document.getSelection().setBaseAndExtent(...from, ...to);
  }

  scrollTo(n) {
    const [node, frame] = [this.nodes[n], this.editor].map((one) => one.getBoundingClientRect());
    if (node.top < frame.top || node.bottom > frame.bottom) {
      this.editor.scrollBy({ top: node.top - frame.top - frame.height / 4, behavior: "instant" });
    }
    if (smooth()) this.nodes[n].animate([{ background: "var(--bc-flash)" }, {}], 700);
  }

  // Keys

  rootKey(event) {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      this.say(this.t("notebook_saved"));
    } else if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && this.editor) {
      event.preventDefault();
      this.save();
    } else if (event.key === "Escape" && this.editor && event.target !== this.editor) {
      this.help.open = false;
      this.editor.focus();
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
      const indicator = this.indicators()[Number(key) - 1];
      return () => indicator && this.choose({ code: indicator.id });
    }
    if (key in KEYS_OF_VALENCE) return () => this.choose({ valence: KEYS_OF_VALENCE[key] });
    return {
      s: () => this.selectSentence(),
      p: () => this.selectParagraph(),
      c: () => this.focusCodes(),
      n: () => this.nextUncoded(),
      "/": () => this.query.focus(),
      "?": () => { this.help.open = !this.help.open; },
      Enter: () => this.save(),
      Escape: () => this.cancel(),
    }[key] ?? null;
  }

  selectSentence() {
    const point = this.caret() ?? 0;
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
    const { start, end } = this.text.paragraphs[this.text.at(this.form.span?.start ?? this.caret() ?? 0)];
    this.selectAndSay(this.text.trim(start, end));
  }

  selectAndSay(span) {
    this.editor.focus({ preventScroll: true });
    this.select(span);
    this.setSpan(span);
    this.say(this.t("selected", { quote: short(this.text.quote(span.start, span.end), 240) }));
  }

  // Choosing a code and a valence

  indicators() {
    return this.opened.dimensions.flatMap(({ indicators }) => indicators);
  }

  showCodebook() {
    const known = JSON.stringify(this.codes);
    if (this.codebookDrawn === known) return;
    this.codebookDrawn = known;
    let number = 0;
    const under = (parent, depth) => this.codes.filter((code) => code.under === parent)
      .flatMap((code) => [row(code.id, code.label, depth), ...under(code.id, depth + 1)]);
    const row = (id, label, depth) => {
      number += 1;
      const says = this.describe(id);
      const about = `${this.id}-def-${number}`;
      const digit = this.indicators().findIndex((i) => i.id === id) + 1; // making a code moves none
      const input = h("input", { type: "radio", name: `${this.id}-code`, value: id, "aria-describedby": about,
        onchange: () => this.choose({ code: id }, false), onfocus: () => this.showDefinition(id) });
      return h("label", { class: "bc-code", style: depth ? `--bc-depth:${depth}` : null,
        onpointerenter: () => this.showDefinition(id), onpointerleave: () => this.showDefinition() },
      input, h("span", { class: "bc-number", "aria-hidden": "true" }, digit && digit < 10 ? String(digit) : ""),
      h("span", {}, label), h("span", { id: about, hidden: true }, says.definition));
    };
    const groups = this.opened.dimensions.map((dimension, n) => h("div", { role: "group", "aria-labelledby": `${this.id}-dim-${n}` },
      h("div", { class: "bc-dimension", id: `${this.id}-dim-${n}`, title: dimension.definition }, dimension.label),
      ...dimension.indicators.flatMap((i) => [row(i.id, i.label, 0), ...under(i.id, 1)])));
    const free = under("", 0);
    if (free.length) {
      groups.push(h("div", { role: "group", "aria-label": this.t("own_codes") },
        h("div", { class: "bc-dimension" }, this.t("own_codes")), ...free));
    }
    this.codebook.replaceChildren(h("legend", {}, this.t("code")), this.hints.need_code, ...groups, this.buildMaker());
  }

  buildMaker() {
    const label = h("input", { type: "text", "aria-label": this.t("new_label"), placeholder: this.t("new_label") });
    const under = h("select", { "aria-label": this.t("new_under") }, h("option", { value: "" }, this.t("new_free")),
      ...[...this.indicators(), ...this.codes].map(({ id, label: name }) => h("option", { value: id }, name)));
    const make = async () => {
      if (!label.value.trim()) return label.focus();
      const what = this.t("what_make", { label: label.value.trim() });
      const answer = await this.act({ do: "make", label: label.value, under: under.value }, what);
      if (answer) this.choose({ code: answer.code }, false);
      return undefined;
    };
    label.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
      event.preventDefault(); // it is the coding's form that Enter would send
      make();
    });
    return h("details", { class: "bc-maker" }, h("summary", {}, this.t("new_code")),
      h("div", {}, label, under, this.button("make", make)));
  }

  describe(code) {
    const found = this.indicators().find(({ id }) => id === code);
    if (found) return found;
    const own = this.codes.find(({ id }) => id === code);
    return { label: own?.label ?? code, definition: own?.memo || this.t("own_definition"), examples: {} };
  }

  showDefinition(code = this.form.code) {
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

  /** Choose a code or a valence; said where a key chose it, for who does not see the buttons. */
  choose(chosen, say = true) {
    Object.assign(this.form, chosen);
    if (chosen.code) this.matches.replaceChildren();
    this.showForm();
    this.keep();
    if (say) this.say(this.t("chosen", { code: chosen.code ? this.label(chosen.code) : this.t(`valence_${chosen.valence}`) }));
  }

  showForm() {
    const { code, valence, editing } = this.form;
    const held = this.codings.find(({ id }) => id === editing);
    for (const input of this.codebook.querySelectorAll("input[type=radio]")) input.checked = input.value === code;
    for (const input of this.valences.querySelectorAll("input")) input.checked = input.value === valence;
    this.formTitle.textContent = held ? this.t("form_edit", { n: held.n }) : this.t("form");
    this.saveButton.textContent = this.t(held ? "save_edit" : "save");
    this.cancelButton.hidden = !held;
    if (code) this.hints.need_code.textContent = "";
    if (valence) this.hints.need_valence.textContent = "";
    this.showChosen();
    this.showDefinition();
    this.showSelection();
    if (!this.matches.childElementCount) {
      this.matches.replaceChildren(this.button("matches", () => this.findMatches(), { hidden: !code }));
    }
  }

  /** Scroll the codes, and only them, to the one that is chosen. */
  showChosen() {
    const chosen = this.codebook.querySelector("input:checked")?.closest("label");
    if (!chosen) return;
    const [row, frame] = [chosen.getBoundingClientRect(), this.codebook.getBoundingClientRect()];
    this.codebook.scrollTop += Math.min(0, row.top - frame.top) + Math.max(0, row.bottom - frame.bottom);
  }

  focusCodes() {
    const inputs = [...this.codebook.querySelectorAll("input[type=radio]")];
    (inputs.find((input) => input.checked) ?? inputs[0])?.focus();
  }

  async findMatches() {
    const { code } = this.form;
    if (!this.indicators().some(({ id }) => id === code)) {
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
    const items = answer.matches.map(([n, words]) => h("li", {},
      h("button", { type: "button", class: "bc-link", onclick: () => this.showParagraph(n) },
        this.t("paragraph", { n: n + 1, all: this.nodes.length })), ` ${words.join(", ")}`));
    const about = this.t(items.length ? "matches_about" : "matches_none");
    this.matches.replaceChildren(h("p", {}, about), h("ul", {}, ...items));
    this.say(about);
  }

  showParagraph(n) {
    const { start, end } = this.text.paragraphs[n];
    this.selectAndSay(this.text.trim(start, end));
  }

  // Steps that are written

  async save() {
    const { span, code, valence, editing } = this.form;
    if (!span && !editing) return this.lack("need_selection", this.editor);
    if (!code) return this.lack("need_code", null);
    if (!valence) return this.lack("need_valence", this.valences.querySelector("input"));
    const memo = this.memo.value;
    const held = this.codings.find(({ id }) => id === editing);
    const quote = short(held ? held.quote : this.text.quote(span.start, span.end), 60);
    const values = { quote, code: this.label(code), valence: this.t(`valence_${valence}`) };
    const answer = held
      ? await this.act({ do: "edit", of: editing, code, valence, memo }, this.t("what_edit", values))
      : await this.act({ do: "code", ...span, code, valence, memo }, this.t("what_code", values));
    if (!answer) return undefined;
    // What was typed while the answer was under way belongs to the next coding.
    if (this.memo.value === memo) this.memo.value = "";
    this.clear();
    this.editor.focus({ preventScroll: true });
    if (span) this.collapseTo(span.end);
    return undefined;
  }

  lack(key, node) {
    this.say("");
    this.unlack();
    this.hints[key].textContent = this.t(key);
    if (node) node.focus();
    else this.focusCodes();
  }

  unlack() {
    for (const hint of Object.values(this.hints)) hint.textContent = "";
  }

  collapseTo(point) {
    document.getSelection().collapse(...this.nodeAt(point, true));
  }

  clear() {
    if (this.form.editing) this.memo.value = "";
    Object.assign(this.form, { span: null, code: "", valence: "", editing: "" });
    this.matches.replaceChildren();
    this.unlack();
    this.showForm();
    this.keep();
  }

  cancel() {
    if (this.form.editing) this.memo.value = "";
    this.clear();
    this.editor.focus({ preventScroll: true });
  }

  edit(coding) {
    Object.assign(this.form, { editing: coding.id, code: coding.code, valence: coding.valence });
    this.form.span = coding.status === "exact" ? { start: coding.start, end: coding.end } : null;
    this.memo.value = coding.memo;
    this.matches.replaceChildren();
    this.showForm();
    this.showSelection();
    this.keep();
    this.focusCodes();
  }

  async remove(coding) {
    const answer = await this.act({ do: "delete", of: coding.id }, this.t("what_delete", { quote: short(coding.quote, 60) }));
    if (!answer) return;
    const next = this.list.children[Math.min(coding.n, this.codings.length) - 1];
    (next?.querySelector("button") ?? this.editor).focus();
  }

  confirm(coding) {
    return this.act({ do: "confirm", of: coding.id }, this.t("what_confirm", { quote: short(coding.quote, 60) }));
  }

  turn(way) {
    const of = way === "undo" ? this.undoable : this.redoable;
    if (of) this.act({ do: way, of }, this.t(`what_${way}`));
  }

  // The list

  showList() {
    this.listTitle.textContent = this.t("codings", { n: this.codings.length });
    this.list.replaceChildren(...this.codings.map((coding) => this.item(coding)));
    if (!this.codings.length) this.list.replaceChildren(h("li", { class: "bc-empty" }, this.t("no_codings")));
    this.othersTitle.textContent = this.t("others", { n: this.others.length });
    this.othersList.replaceChildren(...this.others.map((coding) => h("li", {},
      h("strong", {}, `${coding.coder}: `), ...this.said(coding))));
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
    const go = () => this.selectAndSay({ start: coding.start, end: coding.end });
    const buttons = [
      place ? h("button", { type: "button", class: "bc-button", "aria-label": this.t("go", { n }), title: this.t("go", { n }), onclick: go }, "→") : null,
      this.button("edit", () => this.edit(coding), { "aria-label": this.t("edit_name", { n }) }),
      this.button("delete", () => this.remove(coding), { "aria-label": this.t("delete_name", { n }) }),
      !place && coding.start !== null
        ? this.button("confirm", () => this.confirm(coding), { "aria-label": this.t("confirm_name", { n }) }) : null,
    ];
    const edited = place ? null : h("span", { class: "bc-note bc-edited" }, this.t(status, { quote: coding.quote }),
      coding.start === null ? "" : ` “${short(this.text.quote(coding.start, coding.end), 120)}”`);
    return h("li", { "data-coding": coding.id }, h("span", { class: "bc-number" }, String(n)),
      h("span", { class: "bc-said" }, ...this.said(coding), edited), h("span", { class: "bc-actions" }, ...buttons.filter(Boolean)));
  }

  // Moving about

  nextUncoded() {
    const coded = new Set();
    for (const { start, end, status } of [...this.codings, ...this.others]) {
      if (start === null || status !== "exact") continue;
      for (let n = this.text.at(start); n < this.nodes.length && this.text.paragraphs[n].start < end; n++) coded.add(n);
    }
    const point = this.form.span?.start ?? this.caret();
    const from = point === null ? -1 : this.text.at(point);
    for (let n = from + 1; n < this.nodes.length; n++) {
      if (coded.has(n)) continue;
      this.editor.focus({ preventScroll: true });
      this.scrollTo(n);
      document.getSelection().collapse(...this.nodeAt(this.text.paragraphs[n].start, false));
      this.say(`${this.t("paragraph", { n: n + 1, all: this.nodes.length })}: ${short(this.text.paragraphs[n].text, 120)}`);
      return;
    }
    this.say(this.t("all_coded"));
  }

  search() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.findHits(), 150);
  }

  findHits() {
    const words = this.query.value.trim();
    this.hits = [];
    this.hit = -1;
    this.hitsOf = this.query.value;
    if (words) {
      const pattern = new RegExp(words.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&").replace(/\s+/g, "\\s+"), "gi");
      this.text.paragraphs.some(({ text }, n) => {
        for (const { index, 0: found } of text.matchAll(pattern)) {
          this.hits.push({ start: this.text.point(n, index), end: this.text.point(n, index + found.length) });
        }
        return this.hits.length >= MOST_HITS;
      });
    }
    this.shown.hits.set(this.hits.map((hit) => this.rangeOf(hit)));
    this.shown.hit.set([]);
    this.hitsLine.textContent = words ? (this.hits.length ? this.t("hits", { n: "–", all: this.hits.length }) : this.t("no_hits")) : "";
  }

  goHit(step) {
    if (this.hitsOf !== this.query.value) {
      clearTimeout(this.timer);
      this.findHits();
    }
    if (!this.hits?.length) return;
    this.hit = (this.hit + step + (this.hit < 0 && step < 0 ? 1 : 0) + this.hits.length) % this.hits.length;
    const hit = this.hits[this.hit];
    this.scrollTo(this.text.at(hit.start));
    this.shown.hit.set([this.rangeOf(hit)]);
    this.hitsLine.textContent = this.t("hits", { n: this.hit + 1, all: this.hits.length });
  }

  searchKey(event) {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.goHit(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape" && this.hits?.[this.hit]) {
      event.preventDefault();
      event.stopPropagation();
      this.selectAndSay(this.hits[this.hit]);
    }
  }
}

export default {
  render({ model, el }) {
    const coder = new Coder(model, el);
    return () => coder.dispose();
  },
};

// The document as it is shown: its paragraphs, the codings marked in them, the selection.

import { h, Shown, SIGNS, smooth } from "./elements.js";
import { lanes, Text } from "./places.js";

/** Shows a document; knows where in it a point, the caret and the selection are. */
export class DocumentView {
  /** `label` names a code, `redrawn` is called when paragraphs were drawn anew. */
  constructor(opened, { t, label, about, onkeydown, redrawn }) {
    Object.assign(this, { t, label, redrawn, codings: [], others: [], span: null, drawn: [] });
    this.text = new Text(opened.paragraphs);
    this.shown = new Shown("selection");
    // Text that can be edited has a caret and every key of the system for moving it and for
    // selecting; whatever would change the text is refused.
    this.editor = h("div", {
      class: "bc-text", role: "textbox", contenteditable: "true", "aria-multiline": "true",
      "aria-readonly": "true", "aria-label": `${this.t("document")}: ${opened.document}`,
      "aria-describedby": about, inputmode: "none", spellcheck: "false",
      autocorrect: "off", autocapitalize: "off", translate: "no", "data-gramm": "false", tabindex: "0",
      onkeydown,
      onbeforeinput: (event) => event.preventDefault(),
      ondragstart: (event) => event.preventDefault(),
      ondrop: (event) => event.preventDefault(),
      oninput: () => this.drawAll(), // an input method may have written in spite of that
    });
    this.nodes = this.text.paragraphs.map(({ gap }, n) =>
      h("p", { dir: "auto", "data-n": n, class: gap ? "bc-gap" : "" }));
    this.editor.append(...this.nodes);
  }

  dispose() {
    this.shown.set([]);
  }

  draw(codings = this.codings, others = this.others) {
    Object.assign(this, { codings, others });
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
      if (this.span) this.select(this.span, false);
      else this.collapseTo(caret);
    }
    if (changed) {
      this.show(this.span);
      this.redrawn();
    }
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

  /** Return the selected span, null for a mere caret, undefined where neither is in the document. */
  selected() {
    const selection = document.getSelection();
    if (!selection.rangeCount || !this.editor.contains(selection.anchorNode)) return undefined;
    if (selection.isCollapsed) return null;
    if (!this.editor.contains(selection.focusNode)) return undefined;
    const range = selection.getRangeAt(0);
    const from = this.pointOf(range.startContainer, range.startOffset);
    const to = this.pointOf(range.endContainer, range.endOffset);
    return from === null || to === null ? undefined : this.text.trim(from, to);
  }

  /** Show which span is to be coded, also while the focus is elsewhere. */
  show(span) {
    this.span = span;
    this.shown.set(span ? [this.rangeOf(span)] : []);
  }

  select(span, reveal = true) {
    if (reveal) this.scrollTo(this.text.at(span.start));
    const [from, to] = [this.nodeAt(span.start, false), this.nodeAt(span.end, true)];
    document.getSelection().setBaseAndExtent(...from, ...to);
  }

  collapseTo(point) {
    document.getSelection().collapse(...this.nodeAt(point, true));
  }

  scrollTo(n) {
    const [node, frame] = [this.nodes[n], this.editor].map((one) => one.getBoundingClientRect());
    if (node.top < frame.top || node.bottom > frame.bottom) {
      this.editor.scrollBy({ top: node.top - frame.top - frame.height / 4, behavior: "instant" });
    }
    if (smooth()) this.nodes[n].animate([{ background: "var(--bc-flash)" }, {}], 700);
  }

  /** Return the first paragraph after a point (null: the first of all) that nobody coded, or -1. */
  uncoded(point) {
    const coded = new Set();
    for (const { start, end, status } of [...this.codings, ...this.others]) {
      if (start === null || status !== "exact") continue;
      for (let n = this.text.at(start); n < this.nodes.length && this.text.paragraphs[n].start < end; n++) coded.add(n);
    }
    const from = point === null ? -1 : this.text.at(point);
    return this.nodes.findIndex((_, n) => n > from && !coded.has(n));
  }
}

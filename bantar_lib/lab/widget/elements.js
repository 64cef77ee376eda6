// Elements, buttons, highlights: what every part of the widget is made of.

export const SIGNS = { supports: "+", inhibits: "−", mixed: "±", neutral: "○" };

/** Make an element; what comes from data is only ever set as text, never as markup. */
export function h(tag, attributes = {}, ...children) {
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

export const short = (text, most = 90) => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text);
export const smooth = () => !matchMedia("(prefers-reduced-motion: reduce)").matches;

function highlight(name) {
  if (!globalThis.Highlight || !CSS.highlights) return { add() {}, delete() {} };
  if (!CSS.highlights.has(name)) CSS.highlights.set(name, new Highlight());
  return CSS.highlights.get(name);
}

/** Ranges shown under one name of the style sheet; other widgets of the page share the name. */
export class Shown {
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

/** Make a button with the words `t` has for `key`. */
export function button(t, key, act, more = {}) {
  return h("button", { type: "button", class: "bc-button", onclick: act, ...more }, t(key));
}

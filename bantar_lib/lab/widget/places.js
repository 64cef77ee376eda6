// Places in a text: code points over the whole of it, and UTF-16 units within a paragraph.

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

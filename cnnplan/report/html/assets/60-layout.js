"use strict";
// What stands in the graph: blocks folded to boxes, unfolded ones as frames, and what flows between them.

const MOST_BOXES = 60;
const MOST_FRAMED = 220;  // with frames around them, more boxes than these take the layout too long
const CHAR = 6.6;

/** The boxes of a structure in which these blocks are open, the frames around them, and what flows. */
class Layout {
  constructor(structure, open, direction) {
    this.structure = structure;
    this.open = open;
    this.layersOf = new Map();
    structure.inputs.forEach((input) => this.layersOf.set(input.name, []));
    structure.layers.forEach((layer, i) => this.hold(this.box(layer[0]), i));
    const groups = structure.tree.groups;
    const frames = this.layersOf.size > MOST_FRAMED ? [] : [...open].filter((name) => groups.get(name).children.length > 1);
    this.framed = new Set(frames);
    const boxes = [...this.layersOf.keys()].map((name) => this.sized(name));
    const flows = this.flowing();
    const placed = place({ boxes, frames: frames.map((name) => ({ name, inside: this.inside(name) })), direction,
      arrows: flows.map(({ from, to }) => ({ source: from, target: to })) });
    this.size = { width: placed.width, height: placed.height };
    this.boxes = boxes.map((box, i) => ({ ...box, ...placed.boxes[i] }));
    this.frames = placed.frames;
    this.flows = flows.map((flow, i) => ({ ...flow, ...placed.arrows[i], text: drawn("text", { class: "shape" }) }));
    this.spots = new Map([...this.boxes, ...this.frames].map((spot) => [spot.name, spot]));
  }

  hold(name, layer) {
    if (!this.layersOf.has(name)) this.layersOf.set(name, []);
    this.layersOf.get(name).push(layer);
  }

  /** The box in which a layer is drawn: its outermost folded block, or itself. */
  box(name) {
    return ancestors(name).find((group) => !this.open.has(group)) || name;
  }

  /** The innermost frame around a box or another frame. */
  inside(name) {
    return ancestors(name).filter((group) => this.framed.has(group)).pop() || null;
  }

  sized(name) {
    const layers = this.layersOf.get(name);
    const alone = layers.length === 1 && this.structure.layers[layers[0]][0] === name;
    const leaf = name.slice(name.lastIndexOf(".") + 1);
    const called = !this.framed.size && name.length < 26 ? name : leaf;
    const op = alone ? this.structure.kinds[this.structure.layers[layers[0]][1]].op : "";
    const named = leaf.replace(/\d+$/, "") === op ? called : `${called} (${op})`;
    const lines = alone ? [named] : layers.length ? [called, `${layers.length} layers`] : [leaf];
    const kind = alone ? family(op) : layers.length ? "block" : "input";
    const width = Math.max(54, ...lines.map((line) => line.length * CHAR + 18)) + (kind === "block" ? 20 : 0);
    return { name, layers, lines, kind, alone, width, height: 10 + 15 * lines.length, inside: this.inside(name) };
  }

  /** From which box to which something flows; what comes of two layers of a block, twice. */
  flowing() {
    const found = new Map();
    for (const layer of this.structure.layers) {
      const to = this.box(layer[0]);
      for (const source of layer[2]) {
        const from = this.structure.index.has(source) ? this.box(source) : source;
        if (from !== to) found.set(`${from}|${to}|${source}`, { source, from, to });
      }
    }
    return [...found.values()];
  }

  /** The middle of a box or frame; of what is neither, undefined. */
  at(name) {
    return this.spots.get(name);
  }
}

/** The blocks that a layer stands in, the outermost first. */
function ancestors(name) {
  const parts = name.split(".");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("."));
}

/** A curve through the points of an arrow. */
function smooth(points) {
  const at = ([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`;
  const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
  const turns = points.slice(1, -1).map((point, i) => `Q${at(point)} ${at(i === points.length - 3 ? points[points.length - 1] : middle(point, points[i + 2]))}`);
  return turns.length ? `M${at(points[0])} ${turns.join(" ")}` : `M${points.map(at).join(" L")}`;
}

"use strict";
// Where boxes, frames and arrows are: blocks folded to boxes, unfolded ones as frames, laid out by dagre.

const MOST_BOXES = 60;
const MOST_FRAMED = 220;  // with frames around them, more boxes than these take dagre too long
const CHAR = 6.6;

/** The boxes of a structure in which these blocks are open, the frames around them, and what flows. */
class Layout {
  constructor(structure, open, direction) {
    this.structure = structure;
    this.open = open;
    this.boxes = new Map();
    this.flows = new Map();
    structure.inputs.forEach((input) => this.add(input.name, null));
    structure.layers.forEach((layer, i) => this.add(this.box(layer[0]), i));
    this.frames = this.boxes.size > MOST_FRAMED ? [] : [...open].filter((name) => structure.tree.groups.get(name).children.length > 1);
    const compound = this.frames.length > 0;
    const graph = new dagre.graphlib.Graph({ multigraph: true, compound });
    graph.setGraph({ rankdir: direction, nodesep: 16, ranksep: 22, edgesep: 10, marginx: 14, marginy: 14,
      ranker: this.boxes.size > 150 ? "longest-path" : "network-simplex" });
    this.boxes.forEach((box) => graph.setNode(box.name, this.sized(box)));
    if (compound) this.nest(graph);
    structure.layers.forEach((layer) => layer[2].forEach((source) => this.flow(graph, source, this.box(layer[0]))));
    dagre.layout(graph);
    this.graph = graph;
    this.size = graph.graph();
  }

  add(name, index) {
    const box = this.boxes.get(name) || { name, layers: [] };
    if (index !== null) box.layers.push(index);
    this.boxes.set(name, box);
  }

  /** The box in which a layer is drawn: its outermost folded block, or itself. */
  box(name) {
    return ancestors(name).find((group) => !this.open.has(group)) || name;
  }

  /** Each box and frame in the innermost frame that holds it. */
  nest(graph) {
    const framed = new Set(this.frames);
    this.frames.forEach((name) => graph.setNode(name, { frame: true }));
    for (const name of [...this.boxes.keys(), ...this.frames]) {
      const inside = ancestors(name).filter((group) => framed.has(group)).pop();
      if (inside) graph.setParent(name, inside);
    }
  }

  sized(box) {
    const [only] = box.layers;
    const alone = box.layers.length === 1 && this.structure.layers[only][0] === box.name;
    const leaf = box.name.slice(box.name.lastIndexOf(".") + 1);
    const framed = !this.frames.length && box.name.length < 26 ? box.name : leaf;
    const op = alone ? this.structure.kinds[this.structure.layers[only][1]].op : "";
    const named = leaf.replace(/\d+$/, "") === op ? framed : `${framed} (${op})`;
    const lines = alone ? [named] : box.layers.length ? [framed, `${box.layers.length} layers`] : [leaf];
    const kind = alone ? family(op) : box.layers.length ? "block" : "input";
    const width = Math.max(54, ...lines.map((line) => line.length * CHAR + 18)) + (kind === "block" ? 20 : 0);
    return { ...box, lines, kind, alone, width, height: 10 + 15 * lines.length };
  }

  flow(graph, source, target) {
    const from = this.structure.index.has(source) ? this.box(source) : source;
    const key = `${from}|${target}|${source}`;
    if (from === target || this.flows.has(key)) return;
    this.flows.set(key, { source, text: drawn("text", { class: "shape" }) });
    graph.setEdge(from, target, { width: 74, height: 14, labelpos: "c", key }, key);
  }

  /** The middle of a box or frame; of what is in neither, null. */
  at(name) {
    return this.graph.hasNode(name) ? this.graph.node(name) : null;
  }
}

/** The blocks that a layer stands in, the outermost first. */
function ancestors(name) {
  const parts = name.split(".");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("."));
}

/** A curve through the points of an edge. */
function smooth(points) {
  const at = ({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`;
  const middle = (a, b) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const turns = points.slice(1, -1).map((point, i) => `Q${at(point)} ${at(i === points.length - 3 ? points[points.length - 1] : middle(point, points[i + 2]))}`);
  return turns.length ? `M${at(points[0])} ${turns.join(" ")}` : `M${points.map(at).join(" L")}`;
}

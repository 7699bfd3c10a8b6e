"use strict";
// The graph: blocks folded until it fits, laid out by dagre, to be zoomed, moved and unfolded.

const MOST_BOXES = 60;
const CHAR = 6.6;
const PAGE = 1.3;  // how much higher than wide a sheet of paper is

class Graph {
  constructor(place, links) {
    this.links = links;
    this.view = { x: 0, y: 0, k: 1 };
    const button = (text, title, act) => element("button", { type: "button", title, "aria-label": title, onclick: act }, text);
    this.picture = drawn("svg", { class: "graph", role: "group", "aria-label": "The layers and what flows between them" });
    this.layer = drawn("g");
    this.picture.append(this.layer);
    place.append(element("div", { class: "tools" }, button("−", "Smaller", () => this.zoom(0.8)), button("+", "Larger", () => this.zoom(1.25)),
      button("fit", "Fit the width", () => this.fit()), button("fold", "Fold blocks by one level", () => this.level(-1)),
      button("unfold", "Unfold blocks by one level", () => this.level(1)), this.note = element("small")), this.picture, this.sheets = element("div", { class: "sheets" }));
    this.listen();
    window.addEventListener("beforeprint", () => this.print());
    window.addEventListener("afterprint", () => this.sheets.replaceChildren());
  }

  listen() {
    let from = null;
    this.picture.addEventListener("wheel", (event) => {
      if (event.ctrlKey || event.metaKey) this.zoom(event.deltaY < 0 ? 1.1 : 0.9, event);
      else if (!this.scroll(event.deltaX, event.deltaY)) return;
      event.preventDefault();
    }, { passive: false });
    this.picture.addEventListener("pointerdown", (event) => (from = [event.clientX, event.clientY]));
    window.addEventListener("pointerup", () => (from = null));
    this.picture.addEventListener("pointermove", (event) => {
      if (!from || !event.buttons) return;
      this.move(event.clientX - from[0], event.clientY - from[1]);
      from = [event.clientX, event.clientY];
    });
  }

  build(structure) {
    this.structure = structure;
    this.figures = null;
    const names = structure.layers.map((layer) => layer[0]);
    this.deepest = Math.max(1, ...names.map((name) => name.split(".").length));
    let depth = this.deepest;
    while (depth > 1 && this.boxesAt(names, depth) > MOST_BOXES) depth--;
    this.unfold(depth);
  }

  boxesAt(names, depth) {
    return new Set(names.map((name) => name.split(".").slice(0, depth).join("."))).size;
  }

  unfold(depth) {
    this.depth = Math.max(1, Math.min(this.deepest, depth));
    this.open = new Set([...this.structure.tree.groups.keys()].filter((name) => name && name.split(".").length < this.depth));
    this.lay();
    this.fit();
  }

  level(by) {
    this.unfold(this.depth + by);
    if (this.figures) this.update(this.figures);
  }

  /** The box in which a layer is drawn: its outermost folded block, or itself. */
  box(name) {
    const parts = name.split(".");
    for (let i = 1; i < parts.length; i++) {
      const group = parts.slice(0, i).join(".");
      if (!this.open.has(group)) return group;
    }
    return name;
  }

  lay() {
    const { structure } = this;
    const layout = new dagre.graphlib.Graph({ multigraph: true });
    const boxes = new Map();
    const add = (name, index) => {
      const box = boxes.get(name) || { name, layers: [] };
      if (index !== null) box.layers.push(index);
      boxes.set(name, box);
    };
    structure.inputs.forEach((input) => add(input.name, null));
    structure.layers.forEach((layer, i) => add(this.box(layer[0]), i));
    layout.setGraph({ nodesep: 16, ranksep: 22, edgesep: 10, marginx: 12, marginy: 12, ranker: boxes.size > 150 ? "longest-path" : "network-simplex" });
    boxes.forEach((box) => layout.setNode(box.name, this.sized(box)));
    this.flows = new Map();
    structure.layers.forEach((layer) => layer[2].forEach((source) => this.flow(layout, source, this.box(layer[0]))));
    dagre.layout(layout);
    this.size = layout.graph();
    this.layout = layout;
    this.draw(layout);
    write(this.note, `${boxes.size - structure.inputs.length} boxes, ${structure.layers.length} layers`);
  }

  sized(box) {
    const [only] = box.layers;
    const alone = box.layers.length === 1 && this.structure.layers[only][0] === box.name;
    const leaf = box.name.slice(box.name.lastIndexOf(".") + 1);
    const op = alone ? this.structure.kinds[this.structure.layers[only][1]].op : "";
    const called = box.name.length < 26 ? box.name : leaf;
    const lines = alone ? [leaf.replace(/\d+$/, "") === op ? leaf : `${leaf} (${op})`] : box.layers.length ? [called, `${box.layers.length} layers`] : [leaf];
    const kind = alone ? family(op) : box.layers.length ? "block" : "input";
    const width = Math.max(54, ...lines.map((line) => line.length * CHAR + 18)) + (kind === "block" ? 20 : 0);
    return { ...box, lines, kind, alone, width, height: 10 + 15 * lines.length };
  }

  flow(layout, source, target) {
    const from = this.structure.index.has(source) ? this.box(source) : source;
    const key = `${from}|${target}|${source}`;
    if (from === target || this.flows.has(key)) return;
    this.flows.set(key, { source, text: drawn("text", { class: "shape" }) });
    layout.setEdge(from, target, { width: 74, height: 14, labelpos: "c", key }, key);
  }

  draw(layout) {
    this.drawnBoxes = new Map();
    const edges = layout.edges().map((edge) => {
      const { points, x, y, key } = layout.edge(edge);
      const { text } = this.flows.get(key);
      text.setAttribute("x", x);
      text.setAttribute("y", y + 4);
      return drawn("g", { class: "flow" }, drawn("path", { d: smooth(points), "marker-end": "url(#tip)" }), text);
    });
    const boxes = layout.nodes().map((name) => this.drawBox(layout.node(name)));
    const tip = drawn("defs", {}, drawn("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
      drawn("path", { d: "M0,0 8,4 0,8z" })));
    this.layer.replaceChildren(tip, ...edges, ...boxes);
  }

  drawBox(box) {
    const { x, y, width, height, lines, kind, alone, name } = box;
    const act = () => box.layers.length && this.links.choose(name, "graph");
    const texts = lines.map((line, i) => drawn("text", { x, y: y - height / 2 + 16 + 15 * i, class: i ? "small" : "" }, line));
    const toggle = !alone && box.layers.length ? drawn("text", { x: x + width / 2 - 9, y: y - height / 2 + 14, class: "toggle", role: "button",
      onclick: (event) => this.toggle(name, event) }, "+") : null;
    const made = drawn("g", { class: `box ${kind}`, tabindex: box.layers.length ? 0 : null, role: "button", "aria-label": name, "data-box": name, onclick: act,
      ondblclick: (event) => !alone && this.toggle(name, event),
      onkeydown: (event) => {
        if (event.key === "Enter") act();
        if (event.key === " ") this.toggle(name, event);
      } }, drawn("title", {}, name), drawn("rect", { x: x - width / 2, y: y - height / 2, width, height, rx: 6 }), texts, toggle);
    this.drawnBoxes.set(name, made);
    return made;
  }

  /** Unfold a block where it stands; of a layer, fold the block that it stands in. */
  toggle(name, event) {
    event.preventDefault();
    event.stopPropagation();
    const group = this.structure.tree.groups.has(name) ? name : name.slice(0, Math.max(0, name.lastIndexOf(".")));
    if (!group) return;
    if (this.open.has(group)) this.open.delete(group);
    else this.open.add(group);
    this.lay();
    if (this.figures) this.update(this.figures);
    this.choose(name);
  }

  update(figures) {
    this.figures = figures;
    const inputs = new Map(figures.structure.inputs.map((input) => [input.name, input.shape.map(figures.look)]));
    for (const { source, text } of this.flows.values()) {
      const index = figures.structure.index.get(source);
      write(text, inner(index === undefined ? inputs.get(source) || [] : figures.shape(index)));
    }
  }

  choose(name) {
    this.layer.querySelectorAll(".chosen").forEach((each) => each.classList.remove("chosen"));
    const box = this.drawnBoxes.get(this.drawnBoxes.has(name) ? name : this.box(name));
    if (!box) return;
    box.classList.add("chosen");
    const { x, y } = this.layout.node(box.dataset.box);
    const { clientWidth: width, clientHeight: height } = this.picture;
    const [left, top] = [this.view.x + x * this.view.k, this.view.y + y * this.view.k];
    if (left < 40 || left > width - 40 || top < 30 || top > height - 30) {
      this.place(width / 2 - x * this.view.k, height / 2 - y * this.view.k, this.view.k);
    }
  }

  /** On paper the whole of it, a long one cut between its boxes and put side by side. */
  print() {
    if (!this.layout) return;
    const { width, height } = this.size;
    const boxes = this.layout.nodes().map((name) => this.layout.node(name));
    const tops = boxes.map((box) => box.y - box.height / 2 - 3).filter((y) => boxes.every((box) => Math.abs(box.y - y) >= box.height / 2));
    const columns = Math.max(1, Math.min(8, Math.round(Math.sqrt(height / width / PAGE))));
    const cuts = Array.from({ length: columns - 1 }, (_, i) => Math.min(height, ...tops.filter((y) => y >= (height * (i + 1)) / columns)));
    const ends = [...new Set([0, ...cuts, height])];
    this.sheets.replaceChildren(...ends.slice(1).map((end, i) => {
      const copy = this.layer.cloneNode(true);
      copy.removeAttribute("transform");
      return drawn("svg", { viewBox: `0 ${ends[i]} ${width} ${end - ends[i]}` }, copy);
    }));
  }

  fit() {
    const width = this.picture.clientWidth || 500;
    const k = Math.max(0.35, Math.min(1.15, (width - 8) / this.size.width));
    this.place((width - this.size.width * k) / 2, 4, k);
  }

  zoom(by, event) {
    const box = this.picture.getBoundingClientRect();
    const [x, y] = event ? [event.clientX - box.left, event.clientY - box.top] : [box.width / 2, box.height / 2];
    const k = Math.max(0.05, Math.min(4, this.view.k * by));
    this.place(x - ((x - this.view.x) * k) / this.view.k, y - ((y - this.view.y) * k) / this.view.k, k);
  }

  /** Move by the wheel while there is more to see that way; beyond, the page scrolls. */
  scroll(x, y) {
    const end = this.view.y + this.size.height * this.view.k;
    const more = y > 0 ? end > this.picture.clientHeight : this.view.y < 0;
    if (more) this.move(-x, -y);
    return more;
  }

  move(x, y) {
    this.place(this.view.x + x, this.view.y + y, this.view.k);
  }

  place(x, y, k) {
    this.view = { x, y, k };
    this.layer.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)}) scale(${k.toFixed(4)})`);
  }
}

/** A curve through the points of an edge. */
function smooth(points) {
  const at = ({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`;
  const middle = (a, b) => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const turns = points.slice(1, -1).map((point, i) => `Q${at(point)} ${at(i === points.length - 3 ? points[points.length - 1] : middle(point, points[i + 2]))}`);
  return turns.length ? `M${at(points[0])} ${turns.join(" ")}` : `M${points.map(at).join(" L")}`;
}

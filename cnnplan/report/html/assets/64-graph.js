"use strict";
// The graph: blocks that fold and unfold one at a time, searched, chosen, seen whole or in the full window.

const HEAD = 12;  // the room for the name of a frame
const SHEET = { across: 18, most: 11, wide: 700, pieces: 24 };  // a piece on paper: centimeters, and what is wide on a screen

class Graph {
  constructor(place, links) {
    this.links = links;
    this.direction = "TB";
    this.picture = drawn("svg", { class: "graph", role: "group", "aria-label": "The layers and what flows between them" });
    this.layer = drawn("g");
    this.picture.append(this.layer);
    this.map = drawn("svg", { class: "map", "aria-hidden": "true" });
    this.view = new View(this.picture, this.layer, this.map, () => this.refresh());
    this.panel = place.parentNode;
    this.note = element("small");
    this.sheets = element("div", { class: "sheets" });
    this.legend = element("div", { class: "legend" });
    place.append(this.tools(), element("div", { class: "stage" }, this.picture, this.map), this.legend, this.sheets);
    new Roving(this.layer, ".box[role=button]");
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.panel.classList.contains("full") && this.full());
    window.addEventListener("beforeprint", () => this.print());
    window.addEventListener("afterprint", () => this.sheets.replaceChildren());
  }

  tools() {
    const button = (text, title, act) => element("button", { type: "button", title, "aria-label": title, onclick: act }, text);
    this.search = element("input", { type: "search", placeholder: "find a layer", "aria-label": "Find a layer in the graph",
      oninput: () => this.find(0), onkeydown: (event) => event.key === "Enter" && this.find(event.shiftKey ? -1 : 1) });
    this.turned = button("→", "From left to right", () => this.turn());
    this.filled = button("full", "The full window", () => this.full());
    const acts = element("div", { class: "tools", role: "toolbar", "aria-label": "The graph" }, button("−", "Smaller", () => this.view.zoom(0.8)), button("+", "Larger", () => this.view.zoom(1.25)),
      button("fit", "Fit the width", () => this.view.fitWidth()), button("whole", "Fit the whole", () => this.view.fitWhole()),
      this.turned, button("fold", "Fold blocks by one level", () => this.level(-1)), button("unfold", "Unfold blocks by one level", () => this.level(1)),
      this.filled, ...saving(() => `${this.structure.network.name}-graph`, () => ({ svg: this.layer.parentNode, box: this.whole() })));
    new Roving(acts, "button");
    return element("div", { class: "tools" }, this.search, acts, this.note);
  }

  /** The whole of the drawing as a saved picture has it. */
  whole() {
    this.refresh(true);
    return { x: 0, y: 0, width: this.layout.size.width, height: this.layout.size.height };
  }

  build(structure) {
    this.structure = structure;
    this.figures = null;
    this.search.value = "";
    const names = structure.layers.map((layer) => layer[0]);
    this.deepest = Math.max(1, ...names.map((name) => name.split(".").length));
    let depth = this.deepest;
    while (depth > 1 && new Set(names.map((name) => name.split(".").slice(0, depth).join("."))).size > MOST_BOXES) depth--;
    const families = new Set(structure.kinds.map((kind) => family(kind.op)));
    this.legend.replaceChildren(...Object.entries(CALLED).filter(([name]) => families.has(name)).map(([name, text]) =>
      element("span", {}, element("i", { class: `chip ${name}` }), text)));
    this.unfold(depth);
  }

  unfold(depth) {
    this.depth = Math.max(1, Math.min(this.deepest, depth));
    this.reopen([...this.structure.tree.groups.keys()].filter((name) => name && name.split(".").length < this.depth));
  }

  /** Show with these blocks open, the width fitted. */
  reopen(names) {
    this.open = new Set(names.filter((name) => this.structure.tree.groups.has(name)));
    this.lay();
    this.view.fitWidth();
  }

  level(by) {
    this.unfold(this.depth + by);
    this.links.changed();
  }

  turn() {
    this.direction = this.direction === "TB" ? "LR" : "TB";
    write(this.turned, this.direction === "TB" ? "→" : "↓");
    this.turned.title = this.direction === "TB" ? "From left to right" : "From top to bottom";
    this.turned.setAttribute("aria-label", this.turned.title);
    this.lay();
    this.view.fitWhole();
    this.links.changed();
  }

  full() {
    const full = this.panel.classList.toggle("full");
    this.filled.title = full ? "Back to the page" : "The full window";
    this.filled.setAttribute("aria-label", this.filled.title);
    this.view.fitWhole();
  }

  lay() {
    const { structure } = this;
    this.layout = new Layout(structure, this.open, this.direction);
    this.draw();
    if (this.figures) this.update(this.figures);
    write(this.note, `${this.layout.boxes.length - structure.inputs.length} boxes, ${structure.layers.length} layers`);
    if (this.name) this.choose(this.name, false);
  }

  draw() {
    const { boxes, frames, flows, size } = this.layout;
    this.drawnBoxes = new Map();
    const arrows = flows.map(({ points, x, y, text }) => {
      text.setAttribute("x", x);
      text.setAttribute("y", y + 4);
      return drawn("g", { class: "flow" }, drawn("path", { d: smooth(points), "marker-end": "url(#tip)" }), text);
    });
    const outer = [...frames].sort((a, b) => a.name.length - b.name.length);
    const tip = drawn("defs", {}, drawn("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
      drawn("path", { d: "M0,0 8,4 0,8z" })));
    this.layer.replaceChildren(tip, ...outer.map((frame) => this.drawFrame(frame)), ...arrows, ...boxes.map((box) => this.drawBox(box)));
    this.view.show(size, boxes);
  }

  drawFrame({ x, y, width, height, name }) {
    const [left, top] = [x - width / 2, y - height / 2 - HEAD];
    const label = name.slice(name.lastIndexOf(".") + 1);
    return drawn("g", { class: "frame", "data-frame": name }, drawn("title", {}, name),
      drawn("rect", { x: left, y: top, width, height: height + HEAD, rx: 8 }),
      drawn("text", { x: left + 22, y: top + 13, class: "start" }, label),
      drawn("text", { x: left + 11, y: top + 14, class: "toggle", onclick: (event) => this.toggle(name, event) }, drawn("title", {}, `fold ${name}`), "−"));
  }

  drawBox(box) {
    const { x, y, width, height, lines, kind, alone, name } = box;
    const act = () => box.layers.length && this.links.choose(name, "graph");
    const texts = lines.map((line, i) => drawn("text", { x, y: y - height / 2 + 16 + 15 * i, class: i ? "small" : "" }, line));
    const toggle = !alone && box.layers.length ? drawn("text", { x: x + width / 2 - 9, y: y - height / 2 + 14, class: "toggle",
      onclick: (event) => this.toggle(name, event) }, drawn("title", {}, `unfold ${name}`), "+") : null;
    const made = drawn("g", { class: `box ${kind}`, role: box.layers.length ? "button" : "img", "data-box": name, onclick: act,
      ondblclick: (event) => !alone && this.toggle(name, event),
      onkeydown: (event) => {
        if (event.key === "Enter") act();
        if (event.key === " ") this.toggle(name, event);
      } }, drawn("title", {}, name), drawn("rect", { x: x - width / 2, y: y - height / 2, width, height, rx: 6 }), texts, toggle);
    this.drawnBoxes.set(name, made);
    return made;
  }

  /** Unfold a block where it stands, or fold it; of a layer, fold the block that it stands in. What is looked at stays. */
  toggle(name, event) {
    event.preventDefault();
    event.stopPropagation();
    const group = this.structure.tree.groups.has(name) ? name : ancestors(name).pop();
    if (!group) return;
    const point = this.layout.at(group) || this.layout.at(name);
    const before = point && this.view.seen(point);
    if (this.open.has(group)) for (const each of [...this.open]) (each === group || each.startsWith(`${group}.`)) && this.open.delete(each);
    else [...ancestors(group), group].forEach((each) => this.open.add(each));
    this.lay();
    const now = this.layout.at(group) || this.layout.at(this.layout.box(this.structure.layers[this.structure.tree.groups.get(group).layers[0]][0]));
    if (before && now) this.view.keep(now, before);
    this.links.choose(group, "graph");
    this.links.changed();
  }

  update(figures) {
    this.figures = figures;
    this.refresh();
  }

  /** Write the sizes that are seen, or all of them; what comes into sight later is written then. */
  refresh(all = false) {
    const { figures, layout, view } = this;
    if (!figures || !layout) return;
    const [low, high] = [view.inside({ x: 0, y: 0 }), view.inside({ x: view.room.width, y: view.room.height })];
    for (const flow of layout.flows) {
      const { x, y } = flow;
      const seen = all || (x > low.x - 60 && x < high.x + 60 && y > low.y - 20 && y < high.y + 20);
      if (!seen || flow.at === figures) continue;
      flow.at = figures;
      const index = figures.structure.index.get(flow.source);
      const input = figures.structure.inputs.find((each) => each.name === flow.source);
      write(flow.text, inner(index === undefined ? (input?.shape || []).map(figures.look) : figures.shape(index)));
    }
  }

  /** Mark the boxes of the layers whose name has these letters, and look at the next one. */
  find(by) {
    const words = this.search.value.trim().toLowerCase();
    const found = words ? this.structure.layers.filter((layer) => [layer[0], layer[8] || ""].some((name) => name.toLowerCase().includes(words))).map((layer) => layer[0]) : [];
    const boxes = new Set(found.map((name) => this.layout.box(name)));
    this.drawnBoxes.forEach((box, name) => box.classList.toggle("found", boxes.has(name)));
    write(this.note, words ? `${found.length} found` : `${this.drawnBoxes.size - this.structure.inputs.length} boxes, ${this.structure.layers.length} layers`);
    if (!by || !found.length) return;
    this.next = ((this.next ?? (by > 0 ? -1 : 0)) + by + found.length) % found.length;
    this.links.choose(found[this.next], "");
  }

  choose(name, reveal = true) {
    this.name = name;
    this.layer.querySelectorAll(".chosen").forEach((each) => each.classList.remove("chosen"));
    const known = this.drawnBoxes.has(name) || this.layout.at(name) ? name : this.layout.box(name);
    const made = this.drawnBoxes.get(known) || this.layer.querySelector(`[data-frame="${CSS.escape(known)}"]`);
    if (!made) return;
    made.classList.add("chosen");
    if (reveal) this.view.reveal(this.layout.at(known));
  }

  /** On paper the whole of it, a long one cut between its boxes and put side by side. */
  print() {
    if (!this.layout) return;
    this.refresh(true);
    const { width, height } = this.layout.size;
    const { boxes } = this.layout;
    const tops = boxes.map((box) => box.y - box.height / 2 - 3).filter((y) => boxes.every((box) => Math.abs(box.y - y) >= box.height / 2));
    const across = Math.max(1, Math.min(3, Math.round((2 * SHEET.wide) / width)));
    const pieces = Math.max(1, Math.min(SHEET.pieces, Math.ceil((height / width) * (SHEET.across / across / SHEET.most))));
    const cuts = Array.from({ length: pieces - 1 }, (_, i) => Math.min(height, ...tops.filter((y) => y >= (height * (i + 1)) / pieces)));
    this.sheets.style.setProperty("--across", Math.min(across, pieces));
    const ends = [...new Set([0, ...cuts, height])];
    this.sheets.replaceChildren(...ends.slice(1).map((end, i) => {
      const copy = this.layer.cloneNode(true);
      copy.removeAttribute("transform");
      return drawn("svg", { viewBox: `0 ${ends[i]} ${width} ${end - ends[i]}` }, copy);
    }));
  }
}

"use strict";
// One choice for the whole page: the layer that is looked at, in every picture, the table and the source.

class Links {
  /** `changed` is told of everything that a link to this page would hold. */
  constructor(changed) {
    this.views = {};
    this.changed = changed;
  }

  /** Look at a layer or a block. */
  choose(name, from) {
    const { structure } = this;
    if (!structure || !(structure.index.has(name) || structure.tree.groups.has(name))) return;
    this.chosen = name;
    for (const [id, view] of Object.entries(this.views)) view.choose(name, id !== from);
    this.changed();
  }

  /** Look at a line of the source, and at the first layer that it made. */
  line(file, line) {
    if (this.views.source) this.views.source.show(file, line, true);
  }
}

/** Everything about one layer. */
class Detail {
  constructor(panel, links) {
    this.panel = panel;
    this.links = links;
  }

  build(structure) {
    this.structure = structure;
    this.figures = null;
    this.panel.hidden = true;
  }

  choose(name) {
    this.name = name;
    this.panel.hidden = false;
    if (this.figures) this.update(this.figures);
  }

  update(figures) {
    this.figures = figures;
    if (this.panel.hidden || !this.name) return;
    const { structure } = figures;
    const index = structure.index.get(this.name);
    const rows = index === undefined ? this.group(figures) : this.layer(figures, index);
    this.panel.firstElementChild.replaceChildren(this.name, element("small", {}, index === undefined ? " block" : ` ${figures.kind(index).op}`));
    this.panel.lastElementChild.replaceChildren(element("dl", {}, rows.filter(Boolean).flatMap(([head, ...values]) => [element("dt", {}, head), element("dd", {}, ...values)])));
  }

  group(figures) {
    const { layers } = figures.structure.tree.groups.get(this.name);
    return [["layers", String(layers.length)], ["output", times(figures.shape(layers[layers.length - 1]))],
      ["parameters", grouped(figures.sum(layers, "params"))], ["MACs", grouped(figures.sum(layers, "macs"))],
      ["activations", bytes(figures.sum(layers, "bytes"))]];
  }

  layer(figures, index) {
    const { structure } = figures;
    const kind = figures.kind(index);
    const [, , inputs, own, , field, file, line, origin] = structure.layers[index];
    const counted = (what) => (structure.formula(kind[what])[1] !== null
      ? [element("strong", {}, grouped(figures.count(index, what))), " = ", formula(structure, kind[what]), " ", ...copying(structure, kind[what])]
      : [element("strong", {}, grouped(figures.count(index, what)))]);
    const shape = kind.shape.map((number, i) => [i ? " × " : "", formula(structure, number)]).flat();
    const source = structure.network.sources[file];
    const jump = field && figures.look(field[1]);
    return [
      origin ? ["called there", origin] : null,
      kind.args.length ? ["arguments", kind.args.map(([name, value]) => `${name} ${value}`).join(", ")] : null,
      ["reads", ...inputs.flatMap((input, i) => [i ? ", " : "", this.link(input)])],
      ["output", element("strong", {}, times(figures.shape(index))), " = ", ...shape],
      ["parameters", ...(own ? counted("params") : ["shared with an earlier layer"])],
      ["MACs", ...counted("macs")],
      ["FLOPs", ...counted("flops")],
      ["alive meanwhile", `${bytes(figures.count(index, "live"))}, of which ${bytes(figures.count(index, "bytes"))} are its output`],
      ["receptive field", field ? `${grouped(figures.look(field[0]))}${jump ? `, moves by ${jump}` : ""}` : "all of the input"],
      ...kind.needs.map((need) => ["needs", `${need.needs || need.why} `, element("span", { class: figures.test(need.when) ? "good" : "bad" }, figures.test(need.when) ? "✓" : "✗")]),
      source ? ["written at", element("a", { href: "#source", onclick: (event) => {
        event.preventDefault();
        this.links.line(source.file, line);
      } }, `${source.file}:${line}`)] : null,
    ];
  }

  link(name) {
    if (!this.structure.index.has(name)) return name;
    return element("button", { type: "button", class: "plain", onclick: () => this.links.choose(name, "layer") }, name);
  }
}

/** The text of the spec; lines that made layers lead to them. */
class Source {
  constructor(place, links) {
    this.place = place;
    this.links = links;
    new Roving(place, ".line.made");
  }

  build(structure) {
    this.structure = structure;
    this.lines = new Map();
    const made = new Map();
    structure.layers.forEach((layer) => {
      const key = `${layer[6]}:${layer[7]}`;
      if (!made.has(key)) made.set(key, []);
      made.get(key).push(layer[0]);
    });
    const { sources } = structure.network;
    this.place.parentNode.hidden = sources.every((source) => !source.lines.length);
    this.place.replaceChildren(...sources.map((source, file) => {
      const rows = source.lines.map((text, i) => this.line(file, i + 1, text, made.get(`${file}:${i + 1}`)));
      return element("figure", {}, element("figcaption", {}, source.file), element("pre", {}, rows));
    }));
  }

  line(file, number, text, layers) {
    const row = element("span", { class: layers ? "line made" : "line", "data-line": number, role: layers ? "button" : null,
      title: layers ? `${layers.length} layer${layers.length > 1 ? "s" : ""}: ${layers.slice(0, 6).join(", ")}` : null },
    element("b", {}, String(number)), element("code", {}, text || " "));
    if (layers) {
      const act = () => {
        const at = layers.indexOf(this.links.chosen);
        this.links.choose(layers[(at + 1) % layers.length], "source");
        this.show(this.structure.network.sources[file].file, number, false);
      };
      row.addEventListener("click", act);
      row.addEventListener("keydown", (event) => event.key === "Enter" && act());
    }
    this.lines.set(`${this.structure.network.sources[file].file}:${number}`, row);
    return row;
  }

  show(file, number, scroll) {
    this.place.querySelectorAll(".chosen").forEach((each) => each.classList.remove("chosen"));
    const row = this.lines.get(`${file}:${number}`);
    if (!row) return;
    row.classList.add("chosen");
    if (scroll) row.scrollIntoView({ block: "center", behavior: "smooth" });
  }

  choose(name) {
    const index = this.structure.index.get(name) ?? this.structure.tree.groups.get(name).layers[0];
    const layer = this.structure.layers[index];
    const source = this.structure.network.sources[layer[6]];
    if (source) this.show(source.file, layer[7], false);
  }
}

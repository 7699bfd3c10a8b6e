"use strict";
// The pyramid of feature maps, and bars of where parameters, arithmetic and memory go.

/** The groups of layers that a picture has room for: the deepest level with at most so many. */
function stages(structure, most) {
  const cut = (depth) => {
    const found = [];
    const visit = (node) => node.children.forEach((child) =>
      (child.children && child.depth < depth ? visit(child) : found.push(child)));
    visit(structure.tree);
    return found;
  };
  for (let depth = 6; depth > 1; depth--) {
    const found = cut(depth);
    if (found.length <= most) return found;
  }
  return cut(1);
}

/** Layers in a row whose feature maps are alike, one slab each. */
function slabs(figures) {
  const { structure } = figures;
  const inputs = structure.inputs.map((input) => ({ name: input.name, shape: input.shape.map(figures.look), first: null }));
  const tokens = inputs.some((input) => input.shape.length > 3);
  const outputs = stages(structure, 48).filter((stage) => !aside(figures, stage, tokens)).map((stage) => {
    const last = stage.layers[stage.layers.length - 1];
    return { name: stage.name, shape: figures.shape(last), first: last, tokens };
  });
  const all = [...inputs.slice(0, 1), ...outputs];
  return all.filter((slab, i) => i === 0 || String(slab.shape) !== String(all[i - 1].shape));
}

/** What is no feature map of its own: a trained tensor, or how an image becomes tokens, half way. */
function aside(figures, stage, tokens) {
  if (stage.index === undefined) return false;
  const { op } = figures.kind(stage.index);
  return /^(parameter|expand)$/.test(op) || (tokens && figures.shape(stage.index).length === 3 && /^(flatten|reshape|permute|transpose)$/.test(op));
}

class Pyramid {
  constructor(place, links) {
    this.place = place;
    this.links = links;
    new Roving(place, ".slab[role=button]");
  }

  update(figures) {
    const shown = slabs(figures).map((slab) => ({ ...slab, ...extents(slab.shape, slab.tokens) }));
    const widest = Math.max(...shown.map((slab) => slab.space), 1);
    const deepest = Math.max(...shown.map((slab) => slab.channels), 1);
    const room = Math.max(10, Math.min(64, 760 / shown.length));
    for (const slab of shown) {
      slab.tall = slab.space > 1 ? 12 + 120 * Math.sqrt(slab.space / widest) : 9;
      slab.thick = 4 + room * Math.pow(slab.channels / deepest, 0.6);
      slab.slant = slab.tall * 0.3;
    }
    const filled = shown.reduce((sum, slab) => sum + slab.thick + slab.slant, 0);
    const gap = Math.max(14, Math.min(80, (1180 - filled) / shown.length));
    let x = gap / 2;
    const pieces = shown.map((slab) => {
      const piece = this.slab(slab, x);
      x += Math.max(slab.thick + slab.slant, 34) + gap;
      return piece;
    });
    const picture = drawn("svg", { viewBox: `0 0 ${x.toFixed(0)} 232`, style: `min-width: ${Math.round(x * 0.75)}px; max-width: ${Math.round(x * 1.15)}px`,
      role: "group", "aria-label": "Sizes of the feature maps along the network" }, pieces);
    this.place.replaceChildren(picture);
    this.take ??= this.place.parentNode.querySelector("h2").appendChild(element("span", { class: "takes" },
      saving(() => `${figures.structure.network.name}-pyramid`, () => ({ svg: this.place.firstChild, box: this.place.firstChild.viewBox.baseVal }))));
  }

  /** A block in oblique projection: its front, its side going back, its lid. */
  slab(slab, x) {
    const { tall, thick, slant } = slab;
    const top = 96 - (tall - slant) / 2;
    const side = `M${x + thick},${top} l${slant},${-slant} v${tall} l${-slant},${slant} z`;
    const lid = `M${x},${top} l${slant},${-slant} h${thick} l${-slant},${slant} z`;
    const lines = [String(slab.channels), slab.label];
    const center = x + (thick + slant) / 2;
    const texts = lines.map((line, i) => drawn("text", { x: center, y: 204 + i * 15, class: i ? "small" : "strong" }, line));
    const act = () => slab.first !== null && this.links.choose(slab.name, "pyramid");
    return drawn("g", { class: "slab", role: slab.first === null ? "img" : "button", onclick: act,
      onkeydown: (event) => event.key === "Enter" && act() },
    drawn("title", {}, `${slab.name}: ${times(slab.shape)}`),
    drawn("rect", { x, y: top, width: thick, height: tall, class: "front" }),
    drawn("path", { d: side, class: "edge" }), drawn("path", { d: lid, class: "lid" }), texts);
  }
}

/** How wide and how deep a feature map is drawn, and what is written under it; of an image's tokens as many as they are. */
function extents(shape, tokens) {
  if (tokens && shape.length === 3) return { space: Math.sqrt(Number(shape[1])), channels: Number(shape[2]), label: `${shape[1]} token${shape[1] === 1n ? "" : "s"}` };
  const spatial = shape.slice(2).map(Number);
  const space = spatial.length ? Math.pow(spatial.reduce((a, b) => a * b, 1), 1 / spatial.length) : 1;
  const label = spatial.length ? [...new Set(spatial)].length === 1 && spatial.length > 1 ? `${spatial[0]}${"²³"[spatial.length - 2] || ""}` : spatial.join("×") : "";
  return { space, channels: Number(shape[1] ?? shape[0] ?? 1), label };
}

const SHARES = [
  { name: "params", title: "parameters" },
  { name: "macs", title: "MACs" },
  { name: "bytes", title: "activations" },
];

class Bars {
  constructor(place, links) {
    this.place = place;
    this.links = links;
    new Roving(place, ".bars button");
  }

  build(structure) {
    const heads = ["layers", ...SHARES.map((each) => each.title)].map((text) => element("th", { scope: "col" }, text));
    this.rows = stages(structure, 26).map((stage) => {
      const cells = SHARES.map(({ name }) => ({ bar: element("i", { class: name }), text: element("span") }));
      const label = element("button", { type: "button", class: "plain", onclick: () => this.links.choose(stage.name, "bars") }, breakable(stage.name));
      return { stage, cells, row: element("tr", {}, element("th", { scope: "row" }, label),
        cells.map(({ bar, text }) => element("td", {}, element("span", { class: "meter" }, bar), text))) };
    });
    this.place.replaceChildren(element("table", { class: "bars" }, element("thead", {}, element("tr", {}, heads)),
      element("tbody", {}, this.rows.map((each) => each.row))));
  }

  update(figures) {
    SHARES.forEach(({ name }, column) => {
      const sums = this.rows.map(({ stage }) => figures.sum(stage.layers, name));
      const total = sums.reduce((a, b) => a + b, 0n);
      const most = sums.reduce((a, b) => (b > a ? b : a), 1n);
      sums.forEach((sum, row) => {
        const { bar, text } = this.rows[row].cells[column];
        bar.style.width = `${Number((sum * 1000n) / most) / 10}%`;
        write(text, share(sum, total));
        text.parentNode.title = IN_BYTES.has(name) ? bytes(sum) : grouped(sum);
      });
    });
  }
}

"use strict";
// The layers as a table: a tree that folds by block, or a list that is sorted or searched.

const COLUMNS = [
  { name: "name", title: "layer" },
  { name: "shape", title: "output" },
  { name: "params", title: "params", number: true },
  { name: "macs", title: "MACs", number: true },
  { name: "share", title: "share", number: true, from: "macs" },
  { name: "bytes", title: "activations", number: true },
  { name: "field", title: "field", number: true },
];

class Table {
  constructor(place, links) {
    this.links = links;
    this.sort = { name: "order", down: false };
    this.search = element("input", { type: "search", placeholder: "search layers", "aria-label": "Search layers", oninput: () => this.arrange() });
    const all = (folded) => () => this.foldAll(folded);
    this.note = element("small");
    this.heads = COLUMNS.map((column) => element("th", { scope: "col", class: column.number ? "number" : "", "data-column": column.name, "data-title": column.title },
      element("button", { type: "button", class: "plain", onclick: () => this.sortBy(column.name) }, column.title)));
    this.body = element("tbody");
    place.append(element("div", { class: "tools" }, this.search, element("button", { type: "button", onclick: all(true) }, "fold"),
      element("button", { type: "button", onclick: all(false) }, "unfold"),
      element("button", { type: "button", class: "take", title: "Save every layer as CSV", onclick: () => save(`${this.structure.network.name}.csv`, csv(this.figures), "text/csv") }, "CSV"), this.note),
    element("div", { class: "scroll rows" }, element("table", {}, element("colgroup", {}, COLUMNS.map((column) => element("col", { class: `of-${column.name}` }))), element("thead", {}, element("tr", {}, this.heads)), this.body)));
    new Roving(this.body, "tr");
    new Roving(this.body.previousSibling, "button");
    this.body.addEventListener("keydown", (event) => this.key(event));
    this.frame = this.body.closest(".rows");
    this.frame.addEventListener("scroll", () => this.refresh());
    window.addEventListener("resize", () => this.measure());
    this.paper();
  }

  build(structure) {
    this.structure = structure;
    this.folded = new Set();
    this.figures = null;
    this.rows = [];
    const visit = (node, above) => node.children.forEach((child) => {
      this.rows.push(this.row(child, above));
      if (child.children) visit(child, [...above, child.name]);
    });
    visit(structure.tree, []);
    this.byName = new Map(this.rows.map((row) => [row.node.name, row]));
    if (structure.layers.length > 40) this.foldAll(true);
    else this.arrange();
  }

  row(node, above) {
    const group = Boolean(node.children);
    const kind = group ? null : this.structure.kinds[this.structure.layers[node.index][1]];
    const fold = group ? element("button", { type: "button", class: "fold", tabindex: -1, "aria-label": `fold ${node.name}`, onclick: (event) => {
      event.stopPropagation();
      this.toggle(node.name);
    } }, "▾") : element("span", { class: `chip ${family(kind.op)}` });
    const label = element("span", { class: "label" }, node.label);
    const op = element("small", {}, group ? ` ${node.layers.length} layers` : ` ${described(kind, node.label)}`);
    const cells = Object.fromEntries(COLUMNS.slice(1).map((column) => [column.name, element("td", { class: column.number ? "number" : "shape" })]));
    const bar = element("i");
    const text = element("span");
    cells.share.append(text, element("span", { class: "meter" }, bar));
    const head = element("th", { scope: "row" }, element("span", { class: "name" }, fold, label, op));
    head.firstChild.style.setProperty("--depth", node.depth - 1);
    const tr = element("tr", { class: group ? "group" : "", "data-layer": node.name, onclick: () => this.links.choose(node.name, "table") },
      head, Object.values(cells));
    return { node, above, tr, cells, bar, text, fold, group, label, full: `${node.name} ${kind ? kind.op : ""}`.toLowerCase() };
  }

  /** On paper every row, as the search and the order have them. */
  paper() {
    window.addEventListener("beforeprint", () => {
      this.kept = this.folded;
      this.folded = new Set();
      this.arrange();
      this.refresh(true);
    });
    window.addEventListener("afterprint", () => {
      this.folded = this.kept;
      this.arrange();
    });
  }

  toggle(name) {
    if (this.folded.has(name)) this.folded.delete(name);
    else this.folded.add(name);
    this.arrange();
  }

  foldAll(folded) {
    this.folded = new Set(folded ? this.rows.filter((row) => row.group).map((row) => row.node.name) : []);
    this.arrange();
  }

  sortBy(name) {
    const same = this.sort.name === name;
    if (same && (this.sort.down || name === "name")) this.sort = { name: "order", down: false };
    else this.sort = { name, down: name !== "name" };
    this.arrange();
  }

  /** Put the rows that are to be seen in their order. */
  arrange() {
    const words = this.search.value.trim().toLowerCase();
    const flat = words || this.sort.name !== "order";
    let shown = this.rows;
    if (flat) {
      shown = shown.filter((row) => !row.group && row.full.includes(words));
      if (this.sort.name !== "order") shown = this.sorted(shown);
    } else shown = shown.filter((row) => !row.above.some((name) => this.folded.has(name)));
    this.heads.forEach((head) => head.setAttribute("aria-sort",
      head.dataset.column !== this.sort.name ? "none" : this.sort.down ? "descending" : "ascending"));
    for (const row of this.rows) {
      write(row.label, flat ? row.node.name : row.node.label);
      if (row.group) {
        write(row.fold, this.folded.has(row.node.name) ? "▸" : "▾");
        row.fold.setAttribute("aria-expanded", String(!this.folded.has(row.node.name)));
      }
    }
    this.body.classList.toggle("flat", Boolean(flat));
    this.body.replaceChildren(...shown.map((row) => row.tr));
    write(this.note, flat ? `${shown.length} of ${this.structure.layers.length} layers` : `${this.structure.layers.length} layers`);
    this.shown = shown;
    this.measure();
    this.refresh();
  }

  sorted(rows) {
    const { name } = this.sort;
    const column = COLUMNS.find((each) => each.name === name);
    const key = (row) => (name === "name" ? row.node.name : name === "field" ? this.figures.field(row.node.index) ?? 1n << 62n
      : name === "shape" ? this.figures.shape(row.node.index).reduce((a, b) => a * (b ?? 1n), 1n)
        : this.figures.count(row.node.index, column.from || name) ?? 0n);
    const keyed = rows.map((row, i) => ({ row, i, key: key(row) }));
    const way = this.sort.down ? -1 : 1;
    keyed.sort((a, b) => (a.key < b.key ? -way : a.key > b.key ? way : a.i - b.i));
    return keyed.map((each) => each.row);
  }

  /** Room for the longest number of a column, that of all layers together; a comma is half as wide as a digit. */
  widen(figures) {
    const wide = (text) => text.length - 0.5 * Math.floor((text.length - 1) / 4);
    const digits = ["params", "macs"].map((name) => wide(grouped(figures.total(name) ?? 0n)));
    if (String(digits) === String(this.digits)) return;
    this.digits = digits;
    const rows = this.frame.querySelector("table");
    rows.style.setProperty("--wide-params", `${Math.max(9, digits[0])}ch`);
    rows.style.setProperty("--wide-macs", `${Math.max(11, digits[1])}ch`);
    this.measure();
  }

  update(figures) {
    this.figures = figures;
    this.widen(figures);
    this.refresh();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.refresh(true), 250);
  }

  /** How high a row and the frame are, asked for once, since asking makes the browser lay out the page. */
  measure() {
    const height = this.shown.length ? Math.max(18, this.shown[0].tr.offsetHeight) : 24;
    this.measured = { height, room: this.frame.clientHeight || 700 };
  }

  /** Write the rows that are seen at once; all the others when nobody moves anything. */
  refresh(all = false) {
    if (!this.figures || !this.shown) return;
    const { height, room } = this.measured;
    const first = all ? 0 : Math.max(0, Math.floor(this.frame.scrollTop / height) - 4);
    const last = all ? this.shown.length : first + Math.ceil(room / height) + 10;
    const total = this.figures.total("macs");
    this.shown.slice(first, last).forEach((row) => row.at !== this.figures && this.fill(row, this.figures, total));
  }

  fill(row, figures, total) {
    const { node, cells, bar, text } = row;
    const last = node.layers[node.layers.length - 1];
    const macs = figures.sum(node.layers, "macs");
    const field = figures.field(last);
    row.at = figures;
    write(cells.shape, inner(figures.shape(last)));
    cells.shape.title = times(figures.shape(last));
    write(cells.params, grouped(figures.sum(node.layers, "params")));
    write(cells.macs, grouped(macs));
    write(text, share(macs, total));
    bar.style.width = total ? `${Number((macs * 1000n) / total) / 10}%` : "0";
    write(cells.bytes, bytes(figures.sum(node.layers, "bytes")));
    write(cells.field, field === null ? "all" : String(field));
  }

  choose(name, reveal) {
    this.body.querySelectorAll(".chosen").forEach((each) => each.classList.remove("chosen"));
    let row = this.byName.get(name);
    if (!row) return;
    if (reveal && !row.tr.isConnected) {
      row.above.forEach((above) => this.folded.delete(above));
      this.arrange();
    }
    row = row.tr.isConnected ? row : this.byName.get(row.above.find((above) => this.byName.get(above).tr.isConnected));
    if (!row) return;
    row.tr.classList.add("chosen");
    const [top, height] = [row.tr.offsetTop, this.frame.clientHeight];
    if (top < this.frame.scrollTop + 30 || top > this.frame.scrollTop + height - 30) this.frame.scrollTop = top - height / 2;
    this.refresh();
  }

  key(event) {
    const tr = event.target.closest("tr");
    if (!tr || event.target.tagName === "BUTTON") return;
    const next = { ArrowDown: tr.nextElementSibling, ArrowUp: tr.previousElementSibling }[event.key];
    if (next) {
      next.focus();
      event.preventDefault();
    }
    const row = this.byName.get(tr.dataset.layer);
    if (event.key === "Enter") this.links.choose(row.node.name, "table");
    if (row.group && (event.key === "ArrowRight") === this.folded.has(row.node.name) && event.key.startsWith("Arrow") && !next) {
      this.toggle(row.node.name);
      tr.focus();
    }
  }
}

/** The operator, where the name does not say it, and its arguments in short. */
function described(kind, label) {
  const op = label.replace(/\d+$/, "") === kind.op ? [] : [kind.op];
  const shorts = { kernel_size: "k", stride: "s", padding: "p", dilation: "d", groups: "g", out_channels: "", out_features: "" };
  const args = kind.args.filter(([name]) => name in shorts).map(([name, value]) => `${shorts[name]}${value}`);
  return [...op, ...args].join(" ");
}

"use strict";
// What changes from layer to layer, as a line of steps: memory with its peak, the receptive field.

const FEWEST = 3;  // layers with a value, for a curve to say something
const WIDE = { least: 300, most: 640 };  // as wide as its panel, so that its words stay as large as all others
const LETTER = 6.8;  // the width of one of them
const HIGH = 190;
const EDGE = { left: 62, right: 14, top: 18, bottom: 26 };

class Curve {
  /** `value` gives the number of a layer, `limit` a line to hold it against. */
  constructor(place, links, options) {
    Object.assign(this, options, { place, links });
    this.readout = element("p", { class: "readout" }, " ");
  }

  update(figures) {
    const names = figures.structure.layers.map((layer) => layer[0]);
    const values = names.map((_, i) => this.value(figures, i));
    const known = values.filter((value) => value !== null).map(Number);
    if (known.length < FEWEST) {
      const from = names.find((_, i) => values[i] === null);
      const told = from === undefined ? "There are too few layers for a curve." : known.length ? `From ${from} on every layer looks at all of its input.` : "Every layer looks at all of its input.";
      this.place.replaceChildren(element("p", { class: "note" }, told));
      return;
    }
    const limit = this.limit(figures);
    const highest = Math.max(...known, 1);
    const most = limit && Number(limit.value) < 1.6 * highest ? Math.max(highest, Number(limit.value)) : highest;
    const wide = (this.wide = Math.max(WIDE.least, Math.min(WIDE.most, this.place.clientWidth || WIDE.most)));
    const x = (i) => EDGE.left + ((wide - EDGE.left - EDGE.right) * i) / Math.max(1, names.length);
    const y = (value) => HIGH - EDGE.bottom - ((HIGH - EDGE.top - EDGE.bottom) * Number(value)) / most;
    const picture = drawn("svg", { viewBox: `0 0 ${wide} ${HIGH}`, role: "img", "aria-label": this.title },
      this.axes(y, most), this.area(values, x, y), this.marks(figures, values, names, x, y, limit));
    picture.addEventListener("pointermove", (event) => this.read(event, picture, names, values, x));
    picture.addEventListener("click", (event) => this.links.choose(names[this.under(event, picture, names)], this.place.parentNode.id));
    this.place.replaceChildren(picture, this.readout);
    write(this.readout, " ");
  }

  axes(y, most) {
    const marks = ticks(most, this.binary);
    const bottom = drawn("text", { x: (this.wide + EDGE.left) / 2, y: HIGH - 6, class: "small" }, "layers, in order");
    return [bottom, ...marks.flatMap((mark) => [
      drawn("line", { x1: EDGE.left, x2: this.wide - EDGE.right, y1: y(mark), y2: y(mark), class: "grid" }),
      drawn("text", { x: EDGE.left - 6, y: y(mark) + 4, class: "small end" }, this.unit(mark)),
    ])];
  }

  area(values, x, y) {
    const steps = values.map((value, i) => (value === null ? "" : `L${x(i).toFixed(1)},${y(value).toFixed(1)} H${x(i + 1).toFixed(1)}`));
    const last = values.reduce((found, value, i) => (value === null ? found : i), 0);
    const line = steps.join(" ").trim().replace("L", "M");
    const first = values.findIndex((value) => value !== null);
    return [drawn("path", { d: `M${x(first)},${y(0)} ${line.replace("M", "L")} L${x(last + 1)},${y(0)} z`, class: `area ${this.kind}` }),
      drawn("path", { d: line, class: `line ${this.kind}` })];
  }

  marks(figures, values, names, x, y, limit) {
    const made = [];
    if (this.peak) {
      const top = values.reduce((best, value, i) => (value > values[best] ? i : best), 0);
      const text = `${this.unit(Number(values[top]))} at ${names[top]}`;
      const from = Math.max(4, Math.min(x(top) + 12, this.wide - EDGE.right - text.length * LETTER));
      made.push(drawn("circle", { cx: (x(top) + x(top + 1)) / 2, cy: y(values[top]), r: 4, class: `dot ${this.kind}` }),
        drawn("text", { x: from, y: Math.max(12, y(values[top]) - 6), class: "strong start" }, text));
    }
    if (limit && y(limit.value) >= EDGE.top - 1) {
      made.push(drawn("line", { x1: EDGE.left, x2: this.wide - EDGE.right, y1: y(limit.value), y2: y(limit.value), class: "limit" }),
        drawn("text", { x: EDGE.left + 6, y: y(limit.value) - 5, class: "small start" }, limit.text));
    }
    return made;
  }

  under(event, picture, names) {
    const box = picture.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * this.wide;
    const i = Math.floor(((at - EDGE.left) / (this.wide - EDGE.left - EDGE.right)) * names.length);
    return Math.max(0, Math.min(names.length - 1, i));
  }

  read(event, picture, names, values) {
    const i = this.under(event, picture, names);
    write(this.readout, `${names[i]}: ${values[i] === null ? "all of the input" : this.told(values[i])}`);
  }
}

function ticks(most, binary) {
  const base = binary ? 1024 : 10;
  const size = Math.pow(base, Math.floor(Math.log(most) / Math.log(base)));
  const steps = binary ? [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].flatMap((n) => [n * size / 1024, n * size]) : [0.2, 0.5, 1, 2, 5].map((n) => n * size);
  const step = steps.sort((a, b) => a - b).find((each) => most / each <= 5) || most;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

const memoryCurve = (place, links) => new Curve(place, links, {
  title: "Bytes alive while each layer runs", kind: "memory", binary: true, peak: true, unit: bytes,
  told: (value) => `${bytes(value)} (${grouped(value)} bytes)`,
  value: (figures, i) => figures.count(i, "live"), limit: () => null,
});

const fieldCurve = (place, links) => new Curve(place, links, {
  title: "Receptive field of each layer", kind: "field", peak: false, unit: (value) => String(Math.round(value)),
  told: (value) => `${value} elements of the input`,
  value: (figures, i) => figures.field(i),
  limit: (figures) => {
    const extent = figures.structure.inputs.length && figures.look(figures.structure.inputs[0].shape[2] ?? -1);
    return extent ? { value: extent, text: `the input: ${extent}` } : null;
  },
});

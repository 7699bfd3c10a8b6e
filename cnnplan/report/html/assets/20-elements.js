"use strict";
// Elements, and numbers as people read them. Texts only ever become text.

function element(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

function drawn(tag, properties = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);
}

function filled(made, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** A formula in MathML, which the page's maker wrote; a plain number, or the beginning of a text, where there is none. */
function formula(structure, number) {
  const [text, markup] = structure.formula(number);
  if (!markup) return element("span", { class: "formula" }, markup === null ? grouped(BigInt(text)) : text);
  const made = element("span", { class: "formula", title: text });
  made.innerHTML = markup;
  return made;
}

const body = (id) => document.querySelector(`#${id} > .body`);

/** A name of a layer that may go on in the next line behind a dot. */
const breakable = (name) => name.split(/(?<=[._])/).flatMap((part, i) => (i ? [element("wbr"), part] : [part]));

const write = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

const grouped = (value) => (value === null || value === undefined ? "?" : String(value).replace(/\B(?=(\d{3})+$)/g, ","));

function scaled(value, units, base) {
  let number = Number(value);
  let unit = 0;
  while (Math.abs(number) >= base && unit < units.length - 1) {
    number /= base;
    unit++;
  }
  const digits = unit === 0 ? 0 : number < 10 ? 2 : number < 100 ? 1 : 0;
  return `${number.toFixed(digits)}${units[unit] && ` ${units[unit]}`}`;
}

const short = (value) => (value === null ? "?" : scaled(value, ["", "k", "M", "G", "T", "P", "E"], 1000));
const bytes = (value) => (value === null ? "?" : scaled(value, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"], 1024));
const times = (shape) => shape.map((extent) => (extent === null ? "?" : extent)).join(" × ");
const inner = (shape) => times(shape.length > 1 ? shape.slice(1) : shape);

function share(part, total) {
  if (!total || !part) return "";
  const percent = Number((part * 100000n) / total) / 1000;
  return percent < 0.1 ? "<0.1%" : `${percent.toFixed(1)}%`;
}

const FAMILIES = {
  conv: /^(conv|locally|linear|matmul|scaled_dot|multi_head|embedding|rnn|lstm|gru)/,
  pool: /pool|upsample|interpolate|pixel|shuffle|resize/,
  norm: /norm|scale|dropout|drop_path/,
  join: /^(add|concat|subtract|multiply|divide|stack)$/,
  shape: /^(flatten|reshape|permute|pad|crop|slice|identity|expand|parameter|split|transpose)/,
};

/** What the families are called in a legend. */
const CALLED = { conv: "weights", pool: "pooling and resizing", norm: "normalization", act: "activation and others", join: "joins", shape: "moves" };

/** The family that an operator is drawn as. */
function family(op) {
  const found = Object.entries(FAMILIES).find(([, pattern]) => pattern.test(op));
  return found ? found[0] : "act";
}

/** One stop of the Tab key for many things: the arrow keys go from one to the next. */
class Roving {
  constructor(place, selector) {
    this.place = place;
    this.selector = selector;
    place.addEventListener("focusin", (event) => this.stop(event.target.closest(selector)));
    place.addEventListener("keydown", (event) => {
      const way = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      const all = [...place.querySelectorAll(selector)];
      const at = all.indexOf(event.target.closest(selector));
      if (!way || at < 0 || event.defaultPrevented) return;
      event.preventDefault();
      (all[at + way] || all[at]).focus();
    });
    new MutationObserver(() => this.start()).observe(place, { childList: true });
    this.start();
  }

  /** One of them can be reached by Tab: the one that had the focus, else the first. */
  start() {
    const all = [...this.place.querySelectorAll(this.selector)];
    const current = all.find((each) => each.getAttribute("tabindex") === "0") || all[0];
    for (const each of all) each.tabIndex = each === current ? 0 : -1;
  }

  stop(chosen) {
    if (!chosen) return;
    this.place.querySelectorAll(`${this.selector}[tabindex="0"]`).forEach((each) => each.setAttribute("tabindex", "-1"));
    chosen.setAttribute("tabindex", "0");
  }
}

"use strict";
// The numbers of a network at the values of its symbols, exact at any size.

const FARTHEST = 256n;  // how far the next legal value is looked for

const DATA = JSON.parse(document.getElementById("data").textContent);

const fraction = (text) => {
  const [top, bottom] = String(text).split("/");
  return Number(top) / Number(bottom || 1);
};

/** A condition at values: `look` gives a numbered value, `values` the text of each symbol. */
function holds(condition, look, values, number) {
  const inner = (part) => holds(part, look, values, number);
  switch (condition.is) {
    case "known": return condition.verdict;
    case "all": return condition.parts.every(inner);
    case "not": return !inner(condition.part);
    case "chosen": return values[condition.symbol] === condition.label;
    case "==": return look(condition.value) === 0n;
    case ">=": return look(condition.value) >= 0n;
    case "divides": {
      const divisor = look(condition.divisor);
      return divisor !== 0n && look(condition.value) % divisor === 0n;
    }
    case "in": return member(condition, number(condition.symbol));
    default: return true;
  }
}

function member(set, value) {
  if (value >= BigInt(set.start)) {
    const modulus = BigInt(set.modulus);
    return set.residues.includes(String(((value % modulus) + modulus) % modulus));
  }
  return set.runs.some(([first, last]) => BigInt(first) <= value && value <= BigInt(last));
}

/** One structure of a network. */
class Structure {
  constructor(data, program, network) {
    Object.assign(this, data);
    this.program = program;
    this.network = network;
    this.conditions = data.conditions.map((condition) => ({ ...condition, text: network.texts[condition.text] }));
    this.fixedConstants = data.constants.map((text) => (text === null || text.includes("/") ? null : BigInt(text)));
    this.index = new Map(data.layers.map((layer, i) => [layer[0], i]));
    this.tree = grown(data.layers.map((layer) => layer[0]));
  }

  /** The figures at these values of the symbols. */
  at(values) {
    return new Figures(this, values);
  }

  formula(number) {
    if (number < 0) return ["?", "<math><mi>?</mi></math>"];
    return number in this.formulas ? this.network.formulas[this.formulas[number]] : [this.constants[number], null];
  }
}

/** The names of layers as a tree: groups with `children`, layers with `index`. */
function grown(names) {
  const root = { name: "", label: "", children: [], layers: [], depth: 0 };
  const groups = new Map([["", root]]);
  names.forEach((name, index) => {
    const parts = name.split(".");
    let above = root;
    for (let depth = 1; depth < parts.length; depth++) {
      const path = parts.slice(0, depth).join(".");
      if (!groups.has(path)) {
        const group = { name: path, label: parts[depth - 1], children: [], layers: [], depth };
        groups.set(path, group);
        above.children.push(group);
      }
      above = groups.get(path);
      above.layers.push(index);
    }
    root.layers.push(index);
    above.children.push({ name, label: parts[parts.length - 1], index, layers: [index], depth: parts.length });
  });
  root.groups = groups;
  return root;
}

/** Everything that is shown of a structure at values of its symbols. */
class Figures {
  constructor(structure, values) {
    this.structure = structure;
    this.values = values;
    this.failed = null;
    const symbols = Object.fromEntries(structure.network.symbols.map((symbol) => [symbol.name, symbol]));
    this.number = (name) => whole(symbols[name], values[name]);
    let computed = null;
    const compute = () => {
      try {
        return structure.program(...structure.symbols.map((name) => this.number(name) ?? 0n));
      } catch (error) {
        this.failed = error.message;
        return {};
      }
    };
    const constants = structure.fixedConstants;
    this.look = (number) => (number < 0 ? null : constants[number] ?? (computed ??= compute())[number] ?? null);
    this.test = (condition) => {
      try {
        return holds(condition, this.look, values, this.number);
      } catch {
        return false;
      }
    };
  }

  get applies() {
    const fixed = Object.entries(this.structure.fixed);
    return fixed.every(([name, text]) => sameNumber(this.structure.network, name, this.values[name], text)) &&
      this.structure.structure.every((decision) => this.test(decision.when));
  }

  /** The layers that are not legal here, with the reason. */
  get broken() {
    const verdicts = this.structure.kinds.map((kind) => kind.needs.find((need) => !this.test(need.when)));
    const found = this.structure.layers.flatMap((layer) => {
      const need = verdicts[layer[1]];
      return need ? [{ layer: layer[0], ...need }] : [];
    });
    return found.length || !this.failed ? found : [{ layer: "", why: this.failed, needs: "", symbols: [] }];
  }

  total(name) {
    return this.look(this.structure.totals[name]);
  }

  get peak() {
    return this.structure.peaks.map(this.look).reduce((a, b) => (b > a ? b : a), 0n);
  }

  kind(index) {
    return this.structure.kinds[this.structure.layers[index][1]];
  }

  shape(index) {
    return this.kind(index).shape.map(this.look);
  }

  /** What a layer counts; weights where it owns them. */
  count(index, what) {
    if (what === "live") return this.look(this.structure.layers[index][4]);
    const owned = what === "params" || what === "buffers";
    return owned && !this.structure.layers[index][3] ? 0n : this.look(this.kind(index)[what]);
  }

  sum(layers, what) {
    return layers.reduce((total, index) => total + (this.count(index, what) ?? 0n), 0n);
  }

  field(index) {
    const field = this.structure.layers[index][5];
    return field && this.look(field[0]);
  }
}

/** The whole number that a text of a symbol stands for; null where it is none. */
function whole(symbol, text) {
  const value = symbol && symbol.values ? symbol.values[text] ?? text : text;
  return /^-?\d+$/.test(value) ? BigInt(value) : null;
}

function sameNumber(network, name, text, fixed) {
  const symbol = network.symbols.find((each) => each.name === name);
  const value = symbol.values ? symbol.values[text] ?? text : text;
  return Math.abs(fraction(value) - fraction(fixed)) < 1e-12;
}

/** The values nearest to one that a symbol has at which all conditions hold that speak of it alone: below, above. */
function nearest(figures, name) {
  const { structure, values } = figures;
  const symbol = structure.network.symbols.find((each) => each.name === name);
  const alone = structure.conditions.filter((condition) => String(condition.symbols) === name);
  if (!symbol || symbol.choices || !symbol.whole || !alone.length) return [];
  const start = whole(symbol, values[name]);
  if (start === null) return [];
  const legal = (value) => {
    const text = String(value);
    return !strays(symbol, text) && alone.every((condition) => structure.at({ ...values, [name]: text }).test(condition.when));
  };
  const found = [-1n, 1n].map((way) => {
    for (let step = 1n; step <= FARTHEST; step++) if (legal(start + way * step)) return String(start + way * step);
    return null;
  });
  return found.filter((value) => value !== null);
}

/** A network with all its structures. */
class Network {
  constructor(data, programs) {
    Object.assign(this, data);
    this.structures = data.structures.map((each, i) => new Structure(each, programs[i], this));
    this.errors = data.findings.filter((finding) => finding.severity === "error");
    this.defaults = Object.fromEntries(this.symbols.map((symbol) => [symbol.name, symbol.value]));
  }

  /** Figures, or what is wrong with these values. */
  at(values) {
    const outside = this.symbols.map((symbol) => [symbol.name, strays(symbol, values[symbol.name])]).filter(([, why]) => why);
    if (outside.length) return { problem: outside[0][1], broken: [], wrong: outside.map(([name]) => name) };
    const figures = this.structures.map((structure) => structure.at(values)).find((each) => each.applies);
    if (!figures) {
      const sets = this.symbols.map((symbol) => `--set ${symbol.name}=${values[symbol.name]}`).join(" ");
      return { problem: `This page holds no plan of this structure: cnnplan report ${this.file} ${sets}`, broken: [], wrong: null };
    }
    const broken = figures.broken;
    const missed = broken.length ? figures.structure.conditions.filter((condition) => !figures.test(condition.when)) : [];
    const wrong = [...new Set([...broken, ...missed].flatMap((fault) => fault.symbols))];
    return { figures, broken, wrong, problem: broken.length ? told(broken[0], values) : "" };
  }
}

function told(fault, values) {
  const at = fault.symbols.map((name) => `${name} = ${values[name]}`).join(", ");
  return `${fault.layer ? `${fault.layer}: ` : ""}${fault.why}${at ? ` at ${at}` : ""}` +
    (fault.needs ? `: needs ${fault.needs}` : "");
}

/** Why a text is not a value of a symbol; "" where it is one. */
function strays(symbol, text) {
  if (symbol.choices) return symbol.choices.includes(text) ? "" : `${symbol.name} must be one of ${symbol.choices.join(", ")}`;
  if (symbol.whole ? !/^-?\d+$/.test(text) : !/^-?\d+(\/\d+|\.\d+)?$/.test(text)) {
    return `${symbol.name} (=${text}) must be a ${symbol.whole ? "whole " : ""}number`;
  }
  const value = fraction(text);
  const claims = [
    symbol.least !== null && value < fraction(symbol.least) && `at least ${symbol.least}`,
    symbol.most !== null && value > fraction(symbol.most) && `at most ${symbol.most}`,
    symbol.whole && symbol.step !== "1" && BigInt(text) % BigInt(symbol.step) !== 0n && `a multiple of ${symbol.step}`,
  ].filter(Boolean);
  return claims.length ? `${symbol.name} (=${text}) is outside its declared domain: ${claims.join(", ")}` : "";
}

const NETWORKS = DATA.networks.map((data, i) => new Network(data, PROGRAMS[i]));

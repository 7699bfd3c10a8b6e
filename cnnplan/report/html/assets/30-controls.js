"use strict";
// A slider for each symbol, a row of buttons or a list for each choice, and what the values come to.

class Controls {
  constructor(place, changed) {
    this.changed = changed;
    this.sets = NETWORKS.map((network) => ({ ...network.defaults }));
    this.current = 0;
    this.same = false;
    this.inputs = {};
    this.status = element("output", { class: "status", "aria-live": "polite" });
    const reset = element("button", { type: "button", class: "plain", id: "reset", onclick: () => this.reset() }, "reset");
    this.symbols = together(NETWORKS.flatMap((network) => network.symbols));
    this.fields = this.symbols.map((symbol) => this.field(symbol));
    place.append(element("div", { class: "fields" }, this.fields, this.fields.length ? reset : null, this.switch()), this.status);
    this.turn(0);
  }

  /** The values of the network that is looked at. */
  get values() {
    return this.sets[this.current];
  }

  /** One size for all networks, or each its own. */
  switch() {
    if (NETWORKS.length < 2) return null;
    const box = element("input", { type: "checkbox", id: "same", onchange: () => this.together(box.checked) });
    this.box = box;
    return element("label", { class: "same" }, box, " the same size for all");
  }

  check(same) {
    this.box.checked = same;
    this.together(same);
  }

  together(same) {
    this.same = same;
    if (same) this.bind(this.values);
    else this.changed();
  }

  /** Turn to another network: its symbols, at its values. */
  turn(current) {
    this.current = current;
    for (const field of this.fields) {
      const symbol = NETWORKS[current].symbols.find((each) => each.name === field.dataset.symbol);
      field.hidden = !symbol;
      if (symbol) this.adapt(symbol);
    }
  }

  /** A field with the range or the choices that the network of today gives it. */
  adapt(symbol) {
    const [first] = this.inputs[symbol.name];
    if (symbol.choices) {
      first.replaceChildren(...symbol.choices.map((label) => element("option", { value: label }, /^\d+\/\d+$/.test(label) ? String(fraction(label)) : label)));
    } else if (first.type === "range") {
      Object.assign(first, { min: fraction(symbol.low), max: fraction(symbol.high), step: symbol.whole ? symbol.step : "any" });
    }
    this.show(symbol.name, this.values[symbol.name]);
  }

  field(symbol) {
    const label = element("span", { class: "symbol", title: symbol.description || symbol.name }, symbol.name);
    const made = symbol.choices ? this.choice(symbol) : this.slider(symbol);
    return element("label", { class: `field ${symbol.choices ? "choice" : "range"}`, "data-symbol": symbol.name }, label, made);
  }

  choice(symbol) {
    const list = element("select", { name: symbol.name, onchange: () => this.set(symbol.name, list.value) },
      symbol.choices.map((label) => element("option", { value: label }, /^\d+\/\d+$/.test(label) ? String(fraction(label)) : label)));
    list.value = symbol.value;
    this.inputs[symbol.name] = [list];
    return list;
  }

  slider(symbol) {
    const step = symbol.whole ? symbol.step : "any";
    const common = { min: fraction(symbol.low), max: fraction(symbol.high), step };
    const range = element("input", { type: "range", ...common, name: symbol.name, "aria-label": symbol.name,
      oninput: () => this.set(symbol.name, range.value) });
    const number = element("input", { type: "text", inputmode: "numeric", size: 7, "aria-label": `${symbol.name}, as a number`,
      onchange: () => this.set(symbol.name, number.value.trim()) });
    this.inputs[symbol.name] = [range, number];
    this.show(symbol.name, symbol.value);
    return [range, number];
  }

  show(name, text) {
    for (const input of this.inputs[name]) input.value = input.type === "range" ? fraction(text) : text;
  }

  set(name, text) {
    this.bind({ [name]: text });
  }

  /** Several at once, as links and tests do. */
  bind(values) {
    const changed = Object.entries(values).filter(([name]) => name in this.values);
    for (const [name, text] of changed) {
      NETWORKS.forEach((network, i) => {
        const symbol = network.symbols.find((each) => each.name === name);
        const fits = symbol && (i === this.current || (this.same && !strays(symbol, String(text))));
        if (fits) this.sets[i][name] = String(text);
      });
      this.show(name, String(text));
    }
    this.changed();
  }

  /** Every network at its own defaults again. */
  reset() {
    this.sets = NETWORKS.map((network) => ({ ...network.defaults }));
    if (this.same) this.bind(this.values);
    this.turn(this.current);
    this.changed();
  }

  /** What the values come to: legal, or the layer that breaks. */
  tell(result, network, choose) {
    const { problem, broken } = result;
    const { errors } = network;
    this.status.className = `status ${problem || errors.length ? "bad" : "good"}`;
    const plain = (text, onclick) => element("button", { type: "button", class: "plain", onclick }, text);
    const links = broken.slice(0, 1).filter((fault) => fault.layer).map((fault) => plain("show the layer", () => choose(fault.layer)));
    const more = broken.length > 1 ? ` (and ${broken.length - 1} more)` : "";
    const faults = errors.length ? [element("span", {}, `✗ ${errors.length} error${errors.length > 1 ? "s" : ""} in the spec: ${errors[0].message}`),
      plain("show the findings", () => document.getElementById("findings")?.scrollIntoView({ block: "start" }))] : [];
    const sizes = problem ? `✗ ${problem}${more}` : errors.length ? "" : "✓ legal at these sizes";
    this.status.replaceChildren(...faults, ...(sizes ? [element("span", {}, sizes)] : []), ...links);
    clearTimeout(this.later);
    if (problem && result.figures) this.later = setTimeout(() => this.offer(result), 150);
  }

  /** The nearest values that are legal, to be taken. */
  offer({ figures }) {
    const missed = figures.structure.conditions.filter((condition) => condition.symbols.length === 1 && !figures.test(condition.when));
    const names = new Set(missed.flatMap((condition) => condition.symbols));
    const offers = [...names].flatMap((name) => {
      const values = nearest(figures, name);
      const taken = values.flatMap((value, i) => [i ? ", " : "",
        element("button", { type: "button", class: "plain", "data-nearest": name, onclick: () => this.set(name, value) }, value)]);
      return values.length ? [element("span", {}, `nearest legal ${name}: `, taken)] : [];
    });
    this.status.append(...offers);
  }
}

/** The symbols by name, as the first network that has one declares it; choices are those of all. */
function together(symbols) {
  const found = new Map();
  for (const symbol of symbols) {
    const known = found.get(symbol.name);
    if (!known) found.set(symbol.name, { ...symbol });
    else if (known.choices && symbol.choices) known.choices = [...new Set([...known.choices, ...symbol.choices])];
  }
  return [...found.values()];
}

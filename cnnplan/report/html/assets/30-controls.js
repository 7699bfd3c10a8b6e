"use strict";
// A slider for each symbol, a row of buttons or a list for each choice, and what the values come to.

class Controls {
  constructor(place, changed) {
    this.changed = changed;
    this.values = {};
    this.inputs = {};
    this.status = element("output", { class: "status", "aria-live": "polite" });
    const reset = element("button", { type: "button", class: "plain", id: "reset", onclick: () => this.reset() }, "reset");
    this.symbols = together(NETWORKS.flatMap((network) => network.symbols));
    const fields = this.symbols.map((symbol) => this.field(symbol));
    place.append(element("div", { class: "fields" }, fields, fields.length ? reset : null), this.status);
  }

  field(symbol) {
    this.values[symbol.name] = symbol.value;
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
    this.values[name] = text;
    this.show(name, text);
    this.changed();
  }

  /** Several at once, as links and tests do. */
  bind(values) {
    for (const [name, text] of Object.entries(values)) {
      this.values[name] = String(text);
      this.show(name, String(text));
    }
    this.changed();
  }

  reset() {
    this.bind(Object.fromEntries(this.symbols.map((symbol) => [symbol.name, symbol.value])));
  }

  /** What the values come to: legal, or the layer that breaks. */
  tell(result, choose) {
    const { problem, broken } = result;
    this.status.className = `status ${problem ? "bad" : "good"}`;
    const links = broken.slice(0, 1).filter((fault) => fault.layer).map((fault) =>
      element("button", { type: "button", class: "plain", onclick: () => choose(fault.layer) }, "show the layer"));
    const more = broken.length > 1 ? ` (and ${broken.length - 1} more)` : "";
    this.status.replaceChildren(element("span", {}, problem ? `✗ ${problem}${more}` : "✓ legal at these sizes"), ...links);
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

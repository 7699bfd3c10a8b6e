"use strict";
// The totals with their formulas, networks side by side, findings and conditions.

const TOTALS = [
  { name: "params", title: "Parameters", what: "trained weights" },
  { name: "macs", title: "MACs", what: "multiply-adds of a forward pass" },
  { name: "flops", title: "FLOPs", what: "2 a MAC, 1 any other operation" },
  { name: "peak", title: "Peak memory", what: "tensors alive at one time" },
  { name: "weights", title: "Weights", what: "with buffers, in memory" },
];

const IN_BYTES = new Set(["peak", "weights", "activations", "bytes", "live"]);
const totalOf = (figures, name) => (name === "peak" ? figures.peak : figures.total(name));
const readable = (name, value) => (IN_BYTES.has(name) ? bytes(value) : short(value));

class Totals {
  constructor(place) {
    this.place = place;
    this.cards = TOTALS.map((total) => {
      const value = element("strong", { class: "value", "data-total": total.name });
      const exact = element("span", { class: "exact", "data-exact": total.name });
      const formulas = element("details", { class: "formulas" }, element("summary", {}, "formula"), element("div", { class: "scroll" }));
      const what = element("small", {}, total.what);
      place.append(element("div", { class: "card" }, element("h2", {}, total.title), value, exact, what, formulas));
      return { ...total, value, exact, formulas, note: what };
    });
  }

  build(structure) {
    const whole = structure.network.complete;
    for (const card of this.cards) {
      write(card.note, whole ? card.what : `${card.what}, of the layers up to the error`);
      const numbers = card.name === "peak" ? structure.peaks : [structure.totals[card.name]];
      const shown = numbers.map((number) => [formula(structure, number), " ", ...copying(structure, number)]);
      const of = shown.length > 1 ? [element("p", {}, "the greatest of")] : [];
      card.formulas.lastChild.replaceChildren(...of, ...shown.map((each) => element("div", {}, each)));
      card.formulas.hidden = numbers.every((number) => structure.constants[number] !== null);
    }
  }

  /** The totals; of sizes that are not legal those that do not depend on what is wrong with them. */
  update(figures, wrong) {
    for (const card of this.cards) {
      const letters = figures?.structure.letters[card.name];
      const known = figures && (!wrong.length || (letters && !wrong.some((name) => letters.includes(name))));
      const value = known ? totalOf(figures, card.name) : null;
      write(card.value, known ? readable(card.name, value) : "–");
      write(card.exact, known ? grouped(value) + (IN_BYTES.has(card.name) ? " bytes" : "") : " ");
      if (known && card.name === "params" && figures.structure.totals.declared !== undefined)
        write(card.note, `${card.what}: ${grouped(figures.total("declared"))} declared, ${grouped(figures.total("reached"))} reached`);
    }
  }
}

class Comparison {
  constructor(place, choose) {
    this.rows = NETWORKS.map((network, i) => {
      const cells = TOTALS.map(() => ({ text: element("span"), bar: element("i") }));
      const name = element("button", { type: "button", class: "plain", onclick: () => choose(i) }, network.name);
      const row = element("tr", {}, element("th", { scope: "row" }, name),
        cells.map((cell) => element("td", {}, cell.text, element("span", { class: "meter" }, cell.bar))),
        element("td", { class: "outcome" }));
      return { row, cells };
    });
    const heads = ["network", ...TOTALS.map((total) => total.title), "legal"].map((text) => element("th", { scope: "col" }, text));
    place.append(element("table", { class: "side" }, element("thead", {}, element("tr", {}, heads)),
      element("tbody", {}, this.rows.map((each) => each.row))));
  }

  update(results) {
    TOTALS.forEach((total, column) => {
      const values = results.map(({ figures, problem }) => (figures && !problem ? totalOf(figures, total.name) : null));
      const most = values.reduce((a, b) => (b !== null && b > a ? b : a), 1n);
      values.forEach((value, row) => {
        const { text, bar } = this.rows[row].cells[column];
        write(text, value === null ? "–" : readable(total.name, value));
        text.title = value === null ? "" : grouped(value);
        bar.style.width = `${value === null ? 0 : Number((value * 1000n) / most) / 10}%`;
      });
    });
    results.forEach(({ problem }, row) => {
      const [error] = NETWORKS[row].errors;
      write(this.rows[row].row.lastChild, error ? `✗ ${error.message}` : problem ? `✗ ${problem}` : "✓");
    });
  }
}

class Findings {
  constructor(place) {
    this.place = place;
  }

  build(network, structure, links) {
    const findings = network.findings.map((finding) => {
      const where = finding.line ? element("a", { href: "#", onclick: (event) => {
        event.preventDefault();
        links.line(finding.file, finding.line);
      } }, `${finding.file}:${finding.line}`) : null;
      const hint = finding.hint ? element("p", { class: "hint" }, finding.hint) : null;
      return element("li", { class: finding.severity }, where, ` ${finding.severity}: `,
        finding.layer ? [element("code", {}, finding.layer), ": "] : null, `${finding.message} [${finding.rule}]`, hint);
    });
    this.marks = [...structure.conditions, ...structure.structure].map((condition, i) => {
      const mark = element("span", { class: "mark" });
      const kind = i < structure.conditions.length ? "legal where " : "this structure where ";
      return { condition, mark, item: element("li", { class: "condition" }, mark, ` ${kind}`, element("code", {}, condition.text)) };
    });
    const causes = structure.causes.length ? element("details", {}, element("summary", {}, `why: ${structure.causes.length} layers ask for it`),
      element("ul", {}, structure.causes.map((cause) => element("li", {}, cause)))) : null;
    const { verification } = network;
    const verified = verification ? element("li", { class: "condition" }, element("span", { class: verification.ok ? "good" : "bad" }, verification.ok ? "✓" : "✗"),
      ` verified by running it: ${verification.summary}`, element("ul", {}, verification.differ.map((text) => element("li", {}, text)))) : null;
    const quiet = findings.length + this.marks.length ? null : element("p", { class: "note" }, "No findings; legal at every declared size.");
    this.place.replaceChildren(element("ul", { class: "findings" }, findings, this.marks.map((each) => each.item), verified), ...[causes, quiet].filter(Boolean));
  }

  update(figures) {
    for (const { condition, mark } of this.marks) {
      const good = figures.test(condition.when);
      mark.className = `mark ${good ? "good" : "bad"}`;
      write(mark, good ? "✓" : "✗");
    }
  }
}

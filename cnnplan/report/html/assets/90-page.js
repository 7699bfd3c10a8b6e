"use strict";
// The page: what the values come to is shown everywhere at once.

class Page {
  constructor() {
    this.links = new Links(() => this.remember());
    this.current = 0;
    this.controls = new Controls(document.getElementById("controls"), () => this.update());
    this.parts = this.made();
    this.tabs();
    this.theme();
    this.maps();
    this.update();
    window.addEventListener("hashchange", () => location.hash.slice(1) !== this.address && read(this, location.hash.slice(1)));
    this.paper();
    this.sideways();
    this.listening = true;
    read(this, location.hash.slice(1));
  }

  /** Keep what is looked at in the address, a moment after it changed. */
  remember() {
    if (!this.listening) return;
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      this.address = written(this);
      try {
        history.replaceState(null, "", this.address ? `#${this.address}` : location.pathname + location.search);
      } catch {
        this.listening = false;  // a frame of a notebook has no address of its own
      }
    }, 250);
  }

  made() {
    const parts = {};
    const add = (id, make, place = body(id) || document.getElementById(id)) => {
      if (place) parts[id] = make(place, this.links);
    };
    add("totals", (place) => new Totals(place), document.getElementById("totals"));
    add("findings", (place) => new Findings(place));
    add("pyramid", (place, links) => new Pyramid(place, links));
    add("bars", (place, links) => new Bars(place, links));
    add("memory", memoryCurve);
    add("field", fieldCurve);
    add("graph", (place, links) => new Graph(place, links));
    add("table", (place, links) => new Table(place, links));
    add("layer", (place, links) => new Detail(place, links), document.getElementById("layer"));
    add("source", (place, links) => new Source(place, links));
    add("comparison", (place) => new Comparison(place, (i) => this.turn(i)));
    for (const id of ["graph", "table", "layer", "source"]) if (parts[id]) this.links.views[id] = parts[id];
    return parts;
  }

  /** One of several networks. */
  tabs() {
    if (NETWORKS.length < 2) return;
    this.buttons = NETWORKS.map((network, i) => element("button", { type: "button", onclick: () => this.turn(i) }, network.name));
    document.getElementById("networks").append(...this.buttons);
    this.buttons[0].setAttribute("aria-current", "true");
  }

  turn(i) {
    this.current = i;
    this.controls.turn(i);
    this.buttons.forEach((button, j) => (j === i ? button.setAttribute("aria-current", "true") : button.removeAttribute("aria-current")));
    this.update();
  }

  update() {
    const results = NETWORKS.map((network, i) => network.at(this.controls.sets[i]));
    const result = results[this.current];
    const network = NETWORKS[this.current];
    this.result = result;
    this.controls.tell(result, network, (name) => this.links.choose(name, ""));
    const { comparison, totals, ...others } = this.parts;
    if (comparison) comparison.update(results);
    const legal = result.figures && !result.problem;
    document.body.classList.toggle("illegal", !legal);
    const shown = this.structure?.network === network ? this.structure : network.structures[0];
    const first = result.figures ? result.figures.structure : shown;
    if (first !== this.structure) this.build(first);
    if (totals) totals.update(result.figures || (result.wrong && first.at(this.controls.values)), legal ? [] : result.wrong);
    if (legal) for (const part of Object.values(others)) if (part.update) part.update(result.figures);
    if (!legal && result.figures && this.parts.findings) this.parts.findings.update(result.figures);
    clearTimeout(this.wide);
    this.wide = setTimeout(() => this.look(), 250);
    this.remember();
  }

  build(structure) {
    this.structure = structure;
    this.links.structure = structure;
    this.links.chosen = null;
    this.address = "";
    document.body.style.setProperty("--layers", structure.layers.length);
    for (const [id, part] of Object.entries(this.parts)) {
      if (id === "findings") part.build(structure.network, structure, this.links);
      else if (part.build) part.build(structure);
    }
    this.opened = this.parts.graph ? String([...this.parts.graph.open]) : "";
  }

  theme() {
    const button = document.getElementById("theme");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    button.addEventListener("click", () => {
      const now = document.documentElement.dataset.theme || (dark.matches ? "dark" : "light");
      document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
      this.remember();
    });
    const link = document.getElementById("link");
    link.addEventListener("click", () => copy(`${location.href.split("#")[0]}#${written(this)}`, link));
  }

  /** What is wider than its place says so, and can be moved with the arrow keys. */
  sideways() {
    const look = () => document.querySelectorAll(".scroll, .rows, #source pre").forEach((each) => {
      const more = each.checkVisibility() && each.scrollWidth > each.clientWidth + 1;
      each.classList.toggle("more", more);
      each.closest(".panel")?.classList.toggle("sideways", more);
      if (!more) return each.removeAttribute("tabindex");
      each.tabIndex = 0;
      each.setAttribute("role", "region");
      const called = each.closest("figure")?.querySelector("figcaption") || each.closest(".panel, .card")?.querySelector("h2")?.firstChild;
      each.setAttribute("aria-label", `${called ? called.textContent.trim() : "formula"}, scrolls sideways`);
    });
    this.look = look;
    window.addEventListener("resize", look);
    document.addEventListener("toggle", look, true);
    look();
  }

  /** Nothing is folded away on paper. */
  paper() {
    let folded = [];
    window.addEventListener("beforeprint", () => {
      folded = [...document.querySelectorAll("details:not([open])")];
      folded.forEach((each) => (each.open = true));
    });
    window.addEventListener("afterprint", () => folded.forEach((each) => (each.open = false)));
  }

  maps() {
    const panel = document.getElementById("maps");
    if (!panel || !DATA.maps.length) return;
    panel.hidden = false;
    body("maps").append(...DATA.maps.map((map) => element("figure", {},
      element("img", { src: map.data, alt: map.caption, loading: "lazy" }),
      element("figcaption", {}, element("button", { type: "button", class: "plain", onclick: () => this.links.choose(map.name, "maps") }, map.name), ` ${map.caption}`))));
  }
}

const cnnplan = new Page();
window.cnnplan = cnnplan;
document.documentElement.classList.remove("making");

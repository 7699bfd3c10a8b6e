// The playground: what stands in the editor goes to Python beside it, what Python says comes back to the page.
import { Editor } from "./editor.min.js";
import { asked, packed } from "./sharing.js";

const OWN = "network.yaml";
const PAUSE = 15;  // milliseconds after a key, so that a burst of keys is looked at once
const STILL = 60;  // milliseconds without a key before the report changes

const at = (id) => document.getElementById(id);

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** Python in its worker: the last question is the one that counts. */
class Python {
  constructor(told) {
    this.told = told;
    this.asked = 0;
    this.waiting = new Map();
    // From a blob, so that it is bound by the policy of this page, which a file of its own would not be.
    const script = `import ${JSON.stringify(new URL("worker.js", import.meta.url).href)};`;
    const source = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    this.worker = new Worker(source, { type: "module" });
    this.worker.onmessage = ({ data }) => this.hear(data);
    this.worker.onerror = (event) => told.failed(event.message || "the worker could not be started");
  }

  ask(question, transfer = []) {
    const id = ++this.asked;
    this.worker.postMessage({ id, ...question }, transfer);
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  hear(data) {
    if (data.started) this.told.started();
    else if (data.failed) this.told.failed(data.failed);
    else if (data.made) {
      if (data.id === this.asked) this.told.made(data.made);
    } else {
      this.waiting.get(data.id)?.(data.told);
      this.waiting.delete(data.id);
    }
  }
}

/** The report in a frame without an origin; a new one takes the place of the old when it is drawn. */
class Report {
  constructor(place, chosen) {
    this.place = place;
    this.chosen = chosen;
    this.state = "";
    this.down = 0;
    window.addEventListener("message", (event) => this.hear(event));
  }

  show(page) {
    this.next?.remove();
    this.page = page;
    const theme = document.documentElement.dataset.theme;
    const state = new URLSearchParams(this.state);
    if (theme) state.set("theme", theme);
    this.next = element("iframe", { title: "The report", sandbox: "allow-scripts allow-downloads allow-modals",
      allow: "clipboard-write", class: "coming", src: `report.html#${state}` });
    this.place.append(this.next);
    this.place.setAttribute("aria-busy", "true");
  }

  hear({ source, data }) {
    if (this.next && source === this.next.contentWindow) {
      if (data.ready) source.postMessage({ page: dressed(this.page, this.down) }, "*");
      if (data.drawn) this.turn();
    }
    if (!this.frame || source !== this.frame.contentWindow) return;
    if (typeof data.state === "string") this.state = data.state;
    if (typeof data.down === "number") this.down = data.down;
    if (typeof data.line === "number") this.chosen(data.line);
  }

  turn() {
    this.next.className = "";
    [...this.place.children].filter((child) => child !== this.next).forEach((child) => child.remove());
    this.frame = this.next;
    this.next = null;
    this.place.setAttribute("aria-busy", "false");
    document.dispatchEvent(new Event("reported"));
  }

  /** Another network begins as it is by itself. */
  forget() {
    this.state = "";
    this.down = 0;
  }
}

/** The page with what it tells the playground: that it is there, what is looked at, how far down. */
function dressed(page, down) {
  const script = `{
    const tell = (what) => parent.postMessage(what, "*");
    const remember = cnnplan.remember.bind(cnnplan);
    cnnplan.remember = () => { remember(); tell({ state: written(cnnplan) }); };
    cnnplan.links.views.editor = { choose: (name, come) => {
      const { structure } = cnnplan.links, layer = structure.layers[structure.index.get(name)];
      if (come && layer && !layer[6]) tell({ line: layer[7] });
    } };
    scrollTo(0, ${Number(down) || 0});
    addEventListener("scroll", () => tell({ down: scrollY }), { passive: true });
    setTimeout(() => tell({ drawn: true }));
  }`;
  const looks = ".acts, .description, footer { display: none !important; } header { padding-top: 0.6rem; } h1 { font-size: 1.2rem; }";
  return page.replace("</head>", () => `<style>${looks}</style></head>`).replace("</body>", () => `<script>${script}</script></body>`);
}

class Playground {
  constructor() {
    this.file = OWN;
    this.editor = new Editor(at("editor"), { label: "The network as YAML", changed: () => this.changed() });
    this.report = new Report(at("report"), (line) => this.taken || this.editor.go(line));
    this.python = new Python({
      started: () => this.say("checking"),
      failed: (why) => this.say(`Python could not be started: ${why}`, "bad"),
      made: (made) => this.made(made),
    });
    this.buttons();
    this.dropping();
    window.addEventListener("hashchange", () => this.come());
    this.come();
  }

  say(text, kind = "") {
    const state = at("state");
    if (state.textContent !== text) state.textContent = text;
    state.className = kind;
  }

  /** What the address asks for, else the first example. */
  async come() {
    const { example, file, text, broken } = await asked(location.hash);
    if (text !== null) this.begin(/^specs\/[\w./-]+\.yaml$/.test(file || "") && !file.includes("..") ? file : OWN, text);
    else await this.example(known(example) || at("examples").dataset.first);
    if (broken) this.say("the address holds no network: this is an example", "bad");
  }

  async example(name) {
    const answer = await fetch(`specs/${name}`);
    if (!answer.ok) return this.say(`specs/${name}: ${answer.status}`, "bad");
    this.begin(`specs/${name}`, await answer.text());
    at("examples").value = name;
  }

  /** Begin with a text, known by that path. */
  begin(file, text) {
    this.file = file;
    this.taken = null;
    at("taken").hidden = true;
    at("editor").hidden = false;
    at("name").textContent = file;
    at("examples").value = known(file.replace("specs/", "")) || "";
    this.report.forget();
    this.editor.text = text;
    this.look();
  }

  changed() {
    this.since = performance.now();
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.look(), PAUSE);
    clearTimeout(this.later);
    this.later = setTimeout(() => this.keep(), 600);
  }

  /** The text in the address, so that a reload brings it back. */
  async keep() {
    history.replaceState(null, "", `#${await this.address()}`);
  }

  async address() {
    return new URLSearchParams({ file: this.file, spec: await packed(this.editor.text) }).toString();
  }

  /** Ask Python about the text, one question at a time: what was typed meanwhile is asked next. */
  async look() {
    this.again = this.asking;
    if (this.asking) return;
    this.asking = true;
    const since = this.since ?? performance.now();
    const told = await this.python.ask({ does: "glance", file: this.file, text: this.editor.text });
    this.asking = false;
    if (this.again) return this.look();
    if (this.taken) return;
    this.show(told);
    this.editor.mark(told.findings.filter((each) => each.file === this.file), told.lines || []);
    this.took = performance.now() - since;
    document.dispatchEvent(new Event("glanced"));
  }

  /** A file of another kind. */
  async take(file) {
    const data = new Uint8Array(await file.arrayBuffer());
    if (/\.ya?ml$/i.test(file.name)) {
      const text = new TextDecoder().decode(data);
      if (/^\{?\s*["']?cnnplan["']?\s*:/m.test(text)) return this.begin(OWN, text);
    }
    this.taken = file.name.replace(/[^\w.-]/g, "_");
    at("name").textContent = file.name;
    at("editor").hidden = true;
    at("taken").hidden = false;
    at("taken").firstElementChild.textContent = `${file.name} is read by this page alone; its weights are not looked at.`;
    at("examples").value = "";
    this.report.forget();
    this.say(`reading ${file.name}`);
    this.show(await this.python.ask({ does: "take", file: `taken/${this.taken}`, data }, [data.buffer]));
  }

  async convert() {
    this.say("writing it as a spec");
    const told = await this.python.ask({ does: "convert" });
    if (told.problem) this.say(told.problem, "bad");
    else this.begin(OWN, told.text);
  }

  /** What Python said: the state in a line, findings, totals. */
  show(told) {
    this.told = told;
    const count = (severity) => told.findings.filter((each) => each.severity === severity).length;
    const errors = count("error");
    const [warnings, notes] = [count("warning"), count("note")];
    const others = [warnings && plural(warnings, "warning"), notes && plural(notes, "note")].filter(Boolean).join(", ");
    if (told.problem) this.say(told.problem, "bad");
    else if (errors) this.say(plural(errors, "error"), "bad");
    else this.say(others ? `no errors; ${others}` : "no errors", "good");
    this.list(told.findings);
    at("figures").replaceChildren(...(told.totals ? figures(told) : []));
    if (!told.totals) at("report").classList.add("past");
  }

  list(findings) {
    at("findings").replaceChildren(...findings.map((each) => {
      const where = each.file !== this.file && each.line ? `${each.file}:${each.line}` : each.line ? `line ${each.line}` : "";
      const go = each.file === this.file && each.line && !this.taken
        ? element("button", { type: "button", class: "plain", onclick: () => this.editor.go(each.line, each.column) }, where) : where;
      const who = each.layer ? `${each.layer}: ` : "";
      return element("li", { class: each.severity }, go, ` ${each.severity}: ${who}${each.message} `, element("small", {}, each.rule),
        each.hint ? element("p", { class: "hint" }, each.hint) : null);
    }));
  }

  /** A part of the report came: what the rules find, or the page, which is shown when no key was pressed for a while. */
  made({ findings, page, problem }) {
    if (problem) return this.say(`no report: ${problem}`, "bad");
    if (findings) return this.judged(findings);
    const still = STILL - (performance.now() - (this.since ?? -Infinity));
    clearTimeout(this.drawing);
    this.drawing = setTimeout(() => {
      at("report").classList.remove("past");
      this.report.show(page);
    }, Math.max(still, 0));
  }

  judged(findings) {
    this.told.findings = findings;
    this.show(this.told);
    if (!this.taken) this.editor.mark(findings.filter((each) => each.file === this.file), this.told.lines);
  }

  buttons() {
    at("examples").addEventListener("change", () => this.example(at("examples").value).then(() => history.replaceState(null, "", `#example=${at("examples").value}`)));
    at("open").addEventListener("click", () => at("file").click());
    at("file").addEventListener("change", () => at("file").files[0] && this.take(at("file").files[0]));
    at("convert").addEventListener("click", () => this.convert());
    at("share").addEventListener("click", () => this.share());
    at("save").addEventListener("click", () => save(this.file.split("/").pop(), this.editor.text));
    at("theme").addEventListener("click", () => {
      const dark = matchMedia("(prefers-color-scheme: dark)").matches;
      const now = document.documentElement.dataset.theme || (dark ? "dark" : "light");
      document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
      if (this.report.page) this.report.show(this.report.page);
    });
  }

  async share() {
    await this.keep();
    const button = at("share");
    const told = await navigator.clipboard.writeText(location.href).then(() => "copied", () => "it is in the address");
    button.textContent = told;
    setTimeout(() => (button.textContent = "copy a link"), 1500);
  }

  dropping() {
    window.addEventListener("dragover", (event) => event.preventDefault());
    window.addEventListener("drop", (event) => {
      const [file] = event.dataTransfer.files;
      if (!file) return;
      event.preventDefault();
      event.stopPropagation();
      this.take(file);
    }, { capture: true });
  }
}

/** An example of that name, if there is one. */
function known(name) {
  return [...at("examples").options].some((option) => option.value && option.value === name) ? name : null;
}

/** The totals, the output and what must hold. */
function figures(told) {
  const sizes = Object.entries(told.at).map(([name, value]) => `${name} = ${value}`).join(", ");
  const cards = told.totals.map(({ name, value, formula }) => element("div", { class: "figure", title: formula },
    element("dt", {}, name), element("dd", { "data-total": name, class: value === "?" ? "formula" : "number" }, value === "?" ? formula : value)));
  const outputs = Object.entries(told.outputs).map(([name, shape]) => `${name}: ${shape}`).join("; ");
  const lines = [["at", sizes], ["output", outputs], ["legal where", told.conditions.join("; ")]].filter(([, text]) => text);
  return [element("dl", { class: "totals" }, ...cards),
    element("dl", { class: "facts" }, ...lines.flatMap(([head, text]) => [element("dt", {}, head), element("dd", {}, text)]))];
}

function plural(count, what) {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function save(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  element("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

window.playground = new Playground();

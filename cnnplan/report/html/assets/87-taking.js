"use strict";
// What can be taken along: formulas as text or LaTeX, the table as CSV, pictures as SVG or PNG, the page as a link.

const INKS = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-weight", "font-family", "text-anchor", "paint-order"];

/** Put a text on the clipboard, also where a page has no leave to write there itself. */
async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element("textarea", { class: "skip" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const before = button.textContent;
  write(button, "copied");
  setTimeout(() => write(button, before), 1200);
}

/** Give a file to the browser. */
function save(name, content, type) {
  const url = content.startsWith("data:") ? content : URL.createObjectURL(new Blob([content], { type }));
  const link = element("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  if (!content.startsWith("data:")) setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** A picture as a file of its own: with the colors it has here. */
function standalone(svg, box) {
  const copied = svg.cloneNode(true);
  const from = [svg, ...svg.querySelectorAll("*")];
  [copied, ...copied.querySelectorAll("*")].forEach((each, i) => {
    const style = getComputedStyle(from[i]);
    each.setAttribute("style", INKS.map((ink) => `${ink}:${style.getPropertyValue(ink)}`).join(";"));
    each.removeAttribute("tabindex");
  });
  copied.querySelectorAll(":scope > g[transform]").forEach((each) => each.removeAttribute("transform"));
  copied.querySelectorAll(".toggle").forEach((each) => each.remove());
  const { x, y, width, height } = box;
  for (const [name, value] of Object.entries({ xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `${x} ${y} ${width} ${height}` })) copied.setAttribute(name, value);
  const paper = drawn("rect", { x, y, width, height, fill: getComputedStyle(document.body).backgroundColor });
  copied.prepend(paper);
  return new XMLSerializer().serializeToString(copied);
}

/** A picture as a bitmap, twice as fine as the screen. */
function bitmap(text, { width, height }) {
  const scale = Math.min(2, 8000 / Math.max(width, height));
  const image = new Image();
  return new Promise((done, failed) => {
    image.onload = () => {
      const canvas = element("canvas", { width: Math.ceil(width * scale), height: Math.ceil(height * scale) });
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      done(canvas.toDataURL("image/png"));
    };
    image.onerror = failed;
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  });
}

/** Buttons that save a picture; `drawing` gives the svg and the part of it that is meant. */
function saving(name, drawing) {
  const act = (kind) => async () => {
    const { svg, box } = drawing();
    const text = standalone(svg, box);
    save(`${name()}.${kind}`, kind === "svg" ? text : await bitmap(text, box), "image/svg+xml");
  };
  return ["svg", "png"].map((kind) => element("button", { type: "button", class: "take", title: `Save the picture as ${kind.toUpperCase()}`, onclick: act(kind) }, kind.toUpperCase()));
}

/** Buttons that copy a formula. */
function copying(structure, number) {
  const [text, markup] = structure.formula(number);
  if (!markup) return [];
  const holder = element("span");
  holder.innerHTML = markup;
  return [element("button", { type: "button", class: "plain take", onclick: (event) => copy(text, event.target) }, "copy"), " ",
    element("button", { type: "button", class: "plain take", onclick: (event) => copy(latex(holder.firstChild), event.target) }, "LaTeX")];
}

const MARKS = { "⌊": "\\lfloor ", "⌋": "\\rfloor ", "⌈": "\\lceil ", "⌉": "\\rceil ", "·": " \\cdot ", "×": " \\times ", "−": "-", "≥": " \\ge ", "≤": " \\le ", "\u2062": " ", "\u2061": "" };

/** MathML as LaTeX. */
function latex(node) {
  const parts = () => [...node.children].map(latex);
  const inside = () => (node.children.length ? parts().join("") : node.textContent);
  switch (node.localName) {
    case "mfrac": return `\\frac{${parts()[0]}}{${parts()[1]}}`;
    case "msup": return `${parts()[0]}^{${parts()[1]}}`;
    case "msub": return `${parts()[0]}_{${parts()[1]}}`;
    case "mi": return node.textContent.length > 1 ? `\\mathrm{${node.textContent.replaceAll("_", "\\_")}}` : node.textContent;
    case "mo": return MARKS[node.textContent] ?? ([...node.textContent].length === 1 ? node.textContent : `\\operatorname{${node.textContent}}`);
    case "mn": return node.textContent.replaceAll(",", "{,}");
    case "mtext": return `\\text{${node.textContent}}`;
    default: return inside();
  }
}

/** The table as comma-separated values: every layer, at the values of today. */
function csv(figures) {
  const cell = (value) => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  const rows = figures.structure.layers.map((layer, i) => [layer[0], figures.kind(i).op, figures.shape(i).join(" x "),
    ...["params", "buffers", "macs", "flops", "bytes"].map((what) => String(figures.count(i, what) ?? "")), String(figures.field(i) ?? "")]);
  const heads = ["layer", "op", "output", "params", "buffers", "macs", "flops", "output_bytes", "receptive_field"];
  return [heads, ...rows].map((row) => row.map((value) => cell(/^[=+@-]/.test(value) ? `'${value}` : value)).join(",")).join("\n") + "\n";
}

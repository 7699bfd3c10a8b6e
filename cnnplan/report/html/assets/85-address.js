"use strict";
// What is looked at, in the address: sizes, the network, the layer, open blocks, direction and theme.

/** The page as the part of its address behind the #; what is as it was at first is left out. */
function written(page) {
  const { controls, parts, links, structure } = page;
  const network = NETWORKS[page.current];
  const changed = Object.entries(controls.values).filter(([name, value]) => value !== network.defaults[name]);
  const { graph } = parts;
  const state = {
    ...(page.current ? { network: String(page.current) } : {}),
    ...Object.fromEntries(changed.map(([name, value]) => [`set.${name}`, value])),
    ...(controls.same ? { same: "1" } : {}),
    ...(links.chosen && structure ? { layer: links.chosen } : {}),
    ...(graph && String([...graph.open]) !== page.opened ? { open: [...graph.open].join(",") } : {}),
    ...(graph && graph.direction !== "TB" ? { direction: graph.direction } : {}),
    ...(document.documentElement.dataset.theme ? { theme: document.documentElement.dataset.theme } : {}),
  };
  return new URLSearchParams(state).toString();
}

/** Make the page what an address says; what it does not know is left alone. */
function read(page, text) {
  const state = new URLSearchParams(text);
  const { controls, parts, links } = page;
  if (state.get("theme") === "dark" || state.get("theme") === "light") document.documentElement.dataset.theme = state.get("theme");
  if (Number(state.get("network")) in NETWORKS && page.buttons) page.turn(Number(state.get("network")));
  const values = [...state].filter(([key]) => key.startsWith("set.")).map(([key, value]) => [key.slice(4), value]);
  if (values.length) controls.bind(Object.fromEntries(values));
  if (state.has("same") && page.buttons) controls.check(true);
  if (parts.graph && state.get("direction") === "LR" && parts.graph.direction === "TB") parts.graph.turn();
  if (parts.graph && state.has("open")) parts.graph.reopen(state.get("open").split(","));
  if (state.has("layer")) links.choose(state.get("layer"), "");
}

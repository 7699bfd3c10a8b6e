"use strict";
// Where boxes, frames and arrows are: laid out by dagre, alike in the page and in a picture of its own.

const LABEL = { width: 74, height: 14 };
const MANY = 150;  // from so many boxes on the quick way to rank them

/** Places what is described: boxes with sizes, the frame that each stands in, arrows between boxes. */
function place({ boxes, frames, arrows, direction }) {
  const graph = new dagre.graphlib.Graph({ multigraph: true, compound: frames.length > 0 });
  graph.setGraph({ rankdir: direction, nodesep: 16, ranksep: 22, edgesep: 10, marginx: 14, marginy: 14,
    ranker: boxes.length > MANY ? "longest-path" : "network-simplex" });
  boxes.forEach(({ name, width, height }) => graph.setNode(name, { width, height }));
  frames.forEach(({ name }) => graph.setNode(name, {}));
  [...boxes, ...frames].forEach(({ name, inside }) => inside && graph.setParent(name, inside));
  arrows.forEach(({ source, target }, i) => graph.setEdge(source, target, { ...LABEL, labelpos: "c" }, String(i)));
  dagre.layout(graph);
  const spot = ({ name }) => {
    const { x, y, width, height } = graph.node(name);
    return { name, x, y, width, height };
  };
  const run = ({ source, target }, i) => {
    const { points, x, y } = graph.edge(source, target, String(i));
    return { points: points.map((point) => [point.x, point.y]), x, y };
  };
  const { width, height } = graph.graph();
  return { width, height, boxes: boxes.map(spot), frames: frames.map(spot), arrows: arrows.map(run) };
}

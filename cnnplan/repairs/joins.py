"""Ideas for inputs that do not meet: the size of one taken from the other, a projection, another layer to read from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.repairs.ideas import Idea, idea
from cnnplan.repairs.layout import quoted
from cnnplan.repairs.sites import Site, enclosing, inputs
from cnnplan.sizes import Count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Finding
    from cnnplan.graph import Graph
    from cnnplan.repairs.manuscript import Manuscript
    from cnnplan.sizes import Shape

__all__ = ["joins"]

SPATIAL = 2
"""The first axis of positions."""

FEW = 16
"""How many elements may be missing that are padded."""

ROUND = 2**10 * 3**4 * 5**2 * 7
"""A number that small numbers divide, again and again."""

MOST_NAMES = 24
"""The most layers that are tried in the place of one that is read."""


def joins(finding: Finding, manuscript: Manuscript, some: list[Site]) -> Iterator[Idea]:
    """What may make the inputs of a layer meet."""
    graph = manuscript.graph
    if graph is None or not finding.layer:
        return
    prefix = enclosing(finding.layer, finding.place.path)
    read = [name for name in inputs(graph, finding.layer) if name != "?"]
    shapes = {name: shape for name in read if (shape := _shape(graph, name))}
    for name, shape in shapes.items():
        for other, target in shapes.items():
            if other != name and len(shape) == len(target) > SPATIAL and _near(shape, target):
                yield from _sized(graph, name, other, prefix, some, finding, manuscript)
    yield from _projected(shapes, some, finding, manuscript)
    yield from _elsewhere(some)


def _shape(graph: Graph, name: str) -> Shape | None:
    return graph.nodes[name].shape if name in graph.nodes else graph.inputs.get(name)


def _near(one: Shape, other: Shape) -> bool:
    """Whether extents differ by what was rounded, or by a few elements: others are no matter of padding."""
    return all(abs(_round(a) - _round(b)) <= FEW for a, b in zip(one[SPATIAL:], other[SPATIAL:], strict=True))


def _round(extent: Any) -> Any:
    """An extent where everything that is halved or thirded comes out even."""
    return extent.at(dict.fromkeys(extent.symbols, ROUND)) if isinstance(extent, Count) else extent


def _words(graph: Graph, name: str, prefix: str) -> list[str]:
    """What a layer may be called within a block; one that is further out has no name there."""
    if name in graph.inputs:
        return [name] if not prefix else []
    if prefix and not name.startswith(prefix):
        return []
    within = name.removeprefix(prefix)
    parts = within.split(".")
    return list(dict.fromkeys([within, *(".".join(parts[:n]) for n in range(len(parts) - 1, 0, -1))]))


def _sized(  # noqa: PLR0913, PLR0917 - what an idea is made of
    graph: Graph,
    name: str,
    other: str,
    prefix: str,
    some: list[Site],
    finding: Finding,
    manuscript: Manuscript,
) -> Iterator[Idea]:
    """One input made as large as another: where it is stretched, or right before they meet."""
    shape = _shape(graph, name)
    axes = range(SPATIAL, len(shape or ()))
    words = _words(graph, other, prefix)
    if prefix and not words:
        words = _received(finding, manuscript)
    for word in words:
        target = [f"shape('{word}')[{axis}]" for axis in axes]
        for site in some:
            if site.node and site.called == site.node.op.verb:
                yield from _stretched(site, target)
        yield from _fitted(name, word, target, graph, prefix, finding, manuscript)


def _received(finding: Finding, manuscript: Manuscript) -> list[str]:
    """The inputs of the block that a fault is in, where they have names."""
    spec = manuscript.spec
    block = spec.blocks.get(str(finding.place.path[1])) if spec and len(finding.place.path) > 1 else None
    return list(block.inputs or ("input",)) if block else []


def _stretched(site: Site, target: list[str]) -> Iterator[Idea]:
    """`size` in the place of a factor; an `output_padding` that is what is missing."""
    assert site.node is not None  # noqa: S101 - as asked
    op: Any = site.node.op
    line, _ = site.layout.place(site.layout.begin(site.path))
    if op.verb == "upsample":
        changes = site.layout.put(site.verb, "size", f"[{', '.join(target)}]")
        if (*site.verb, "scale_factor") in site.layout.pieces:
            piece, value = site.layout.pieces[(*site.verb, "scale_factor")], f"[{', '.join(target)}]"
            assert piece.key is not None  # noqa: S101 - an argument has one
            start, end = piece.key[0], piece.end
            changes = [changes[0]._replace(start=start, end=end, text=f"size: {quoted(value)}")]
        yield from idea(f"give the upsample of line {line} the size of what it meets", site.file, changes, neutral=True)
    if op.verb == "conv_transpose":
        missing = _missing(op, target)
        if missing:
            changes = site.layout.put(site.verb, "output_padding", f"[{', '.join(missing)}]")
            title = f"let the conv_transpose of line {line} add what is missing"
            yield from idea(title, site.file, changes, neutral=True)


def _missing(op: Any, target: list[str]) -> list[str]:
    """What a transposed convolution lacks of a size, axis by axis; [] where its numbers are letters."""
    missing = []
    for i, size in enumerate(target):
        numbers = []
        for value in (op.kernel_size, op.stride, op.dilation, op.padding):
            own = value[i] if isinstance(value, tuple) and i < len(value) else value
            own = own if isinstance(own, tuple) else (own, own)
            numbers.append(own)
        flat = [n for pair in numbers for n in pair]
        if any(type(n) is not int for n in flat):
            return []
        (kernel, _), (stride, _), (dilation, _), (before, after) = numbers
        rest = dilation * (kernel - 1) + 1 - before - after - stride
        more = f" - {rest}" if rest > 0 else f" + {-rest}" if rest else ""
        missing.append(f"{size} - {stride} * in_shape[{i + SPATIAL}]{more}")
    return missing


def _fitted(  # noqa: PLR0913, PLR0917 - what an idea is made of
    name: str, word: str, target: list[str], graph: Graph, prefix: str, finding: Finding, manuscript: Manuscript
) -> Iterator[Idea]:
    """A layer before the join that brings one input to the size of the other: padded, resized, or cropped."""
    layout, path = manuscript.layout(finding.place.file), finding.place.path
    amounts = ", ".join(f"[0, {size} - in_shape[{i + SPATIAL}]]" for i, size in enumerate(target))
    layers = {
        "pad": f'- pad: {{padding: "[{amounts}]"}}',
        "upsample": f'- upsample: {{size: "[{", ".join(target)}]"}}',
    }
    for verb, line in layers.items():
        title = f"{verb} {name.removeprefix(prefix)} to the size of {word}"
        for place in _ends(name, graph, finding, manuscript):
            changes = layout.insert(place, [line], behind=True)
            yield from idea(title, finding.place.file, changes, neutral=True, rank=1)
    for place in _ends(name, graph, finding, manuscript):
        changes = layout.insert(place, ["- crop:", f"  from: [prev, {word}]"], behind=True)
        title = f"crop {name.removeprefix(prefix)} to the size of {word}"
        yield from idea(title, finding.place.file, changes, neutral=True, rank=2)
    reads = layout.pieces.get((*path, "from"))
    for i, each in enumerate(layout.children((*path, "from")) if reads and reads.kind == "list" else ()):
        if layout.value(each) not in _words(graph, name, prefix):
            continue
        fitted = f"{layout.value(each)}_fitted"
        for verb, line in {**layers, "crop": "- crop:"}.items():
            source = f"[{layout.value(each)}, {word}]" if verb == "crop" else layout.value(each)
            added = layout.insert(path, [line, f"  from: {source}", f"  name: {fitted}"], behind=False)
            changes = [*added, *layout.rewrite(each, fitted)] if added else []
            title = f"{verb} {layout.value(each)} to the size of {word}"
            yield from idea(title, finding.place.file, changes, neutral=True, rank=1 + (verb == "crop") + (i > 0))


def _ends(name: str, graph: Graph, finding: Finding, manuscript: Manuscript) -> Iterator[tuple[str | int, ...]]:
    """The last entry of the path of `branches` that gives an input."""
    node = graph.nodes.get(name)
    layout, path = manuscript.layout(finding.place.file), finding.place.path
    if node is None:
        return
    for place in (node.place, *node.called_from):
        inside = place.file == finding.place.file and place.path[: len(path)] == path
        if inside and len(place.path) > len(path):
            entry = place.path[: max(i for i, step in enumerate(place.path) if isinstance(step, int)) + 1]
            if entry in layout.pieces:
                yield entry
            return


def _projected(shapes: dict[str, Shape], some: list[Site], finding: Finding, manuscript: Manuscript) -> Iterator[Idea]:
    """As many channels as the other has: said by the layer that makes them, or by a convolution on the way past."""
    widths = {shape[1] for shape in shapes.values() if len(shape) > 1}
    for width in widths:
        if not isinstance(width, int):
            continue
        for site in some:
            for argument in ("out_channels", "out_features"):
                if site.text(argument):
                    line, _ = site.layout.place(site.layout.begin(site.path))
                    title = f"write {argument}: {width} in {site.called} of line {line}"
                    changes = site.layout.put(site.verb, argument, str(width))
                    yield from idea(title, site.file, changes)
    yield from _shortcuts(widths, some, finding, manuscript)


def _shortcuts(widths: set[Any], some: list[Site], finding: Finding, manuscript: Manuscript) -> Iterator[Idea]:
    """A convolution of one element on a path that has no layer, with the stride of the other path."""
    layout, path = manuscript.layout(finding.place.file), finding.place.path
    texts = [site.text("out_channels") for site in some if site.text("out_channels")]
    strides = [site.text("stride") for site in some if site.text("stride")]
    wanted = dict.fromkeys([*texts, *(str(width) for width in widths if isinstance(width, int))])
    for each in layout.children((*path, "branches", "paths")):
        piece = layout.pieces[each]
        if piece.kind != "list" or layout.value(each).replace(" ", "") != "[]":
            continue
        for width in wanted:
            for stride in dict.fromkeys(["", *strides, "2"]):
                step = f", stride: {stride}" if stride else ""
                entry = f"- conv: {{out_channels: {quoted(width)}, kernel_size: 1{step}}}"
                change = layout.rewrite(each, "[]")[0]._replace(text=entry)
                title = f"project the path without layers to {width} channels{f', stride {stride}' if stride else ''}"
                yield from idea(title, finding.place.file, [change], rank=1)


def _elsewhere(some: list[Site]) -> Iterator[Idea]:
    """Another layer to read from, of those that have a name where it is read."""
    for site in some:
        reads = (*site.path, "from")
        piece = site.layout.pieces.get(reads)
        if piece is None:
            continue
        items = site.layout.children(reads) if piece.kind == "list" else [reads]
        read = {site.layout.value(item) for item in items}
        names = [name for name in _named(site) if name not in read]
        for item in items:
            for name in names[:MOST_NAMES]:
                title = f"read from {name} in place of {site.layout.value(item)}"
                yield from idea(title, site.file, site.layout.rewrite(item, name), rank=2)


def _named(site: Site) -> list[str]:
    """The names that are given in the list of entries that a site stands in, before it."""
    siblings = site.layout.children(site.path[:-1])
    before = siblings[: siblings.index(site.path)]
    return [site.layout.value((*each, "name")) for each in before if (*each, "name") in site.layout.pieces]

"""The way out where inputs do not fit together: by the operator, the axis, and what made the inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.graph.parts import Draft
from cnnplan.ops.base import show
from cnnplan.sizes import Count, eq

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.graph.fragments import Fragment
    from cnnplan.graph.parts import Tensor
    from cnnplan.sizes import Shape

__all__ = ["Meeting", "way_out"]

ATTENTION = ("scaled_dot_product_attention", "multi_head_attention")
REPEATING = ("add", "subtract", "multiply", "divide", "compare", "where")
STRETCHING = ("upsample", "conv_transpose")
SPATIAL = 2
TOKENS = 3
ROUND = 2**10 * 3**4 * 5**2 * 7
"""A number that small numbers divide, again and again."""


class Meeting(NamedTuple):
    """Inputs that do not fit together.

    Args:
        verb: of the operator that reads them.
        dim: the axis on which they do not meet; None where they have not as many axes.
        inputs: what it reads.
        names: of what it reads.
        fragment: where what it reads was made.
        joins: whether it joins branches.
    """

    verb: str
    dim: int | None
    inputs: Sequence[Tensor]
    names: Sequence[str]
    fragment: Fragment
    joins: bool


def way_out(meeting: Meeting) -> str:
    """What to write, one line; "" where nothing is known that is better than the general advice."""
    verb, dim, inputs, names, fragment, joins = meeting
    shapes = [tensor.shape for tensor in inputs if tensor.shape is not None]
    if len(shapes) != len(inputs):
        return ""
    if dim is None:
        return _more_axes(shapes, names) if verb in REPEATING else _in_front(shapes, names) if verb == "matmul" else ""
    extents = [shape[dim] for shape in shapes]
    if joins and verb != "concat" and any(type(n) is int and n == 1 for n in extents):
        return f"a join never repeats an extent of 1: write `{verb}: {{}}` with `from: [{', '.join(names)}]` instead"
    if verb == "multi_head_attention" and len(inputs) == len(("tokens", "mask")):
        return ""
    if dim == 0:
        return _batch(shapes, names)
    if verb in ATTENTION:
        return _width(verb, dim, shapes, names)
    if dim < SPATIAL or len(shapes[0]) <= SPATIAL:
        return _cut(dim, inputs, names, fragment)
    rounded = len({_round(n) for n in extents}) == 1
    return _rounding(dim, inputs, names, fragment) or (_stretched(inputs, names, fragment) if rounded else "")


def _round(extent: Any) -> Any:
    """An extent where everything that is halved or thirded comes out even."""
    return extent.at(dict.fromkeys(extent.symbols, ROUND)) if isinstance(extent, Count) else extent


def _more_axes(shapes: Sequence[Shape], names: Sequence[str]) -> str:
    """A reshape that gives the one with fewer axes as many as the others have."""
    most = max(shapes, key=len)
    short = min(shapes, key=len)
    rest: list[Any] = [n for n in short if n != 1]
    extents = tuple([rest.pop(0) if rest and rest[0] == n else 1 for n in most])
    name = names[shapes.index(short)]
    if rest:
        return f"give {name} as many axes first: reshape or unsqueeze"
    return f"`reshape: {{shape: [{show(extents)[1:-1]}]}}` behind {name} lets it be repeated"


def _in_front(shapes: Sequence[Shape], names: Sequence[str]) -> str:
    """Axes in front of a matrix that stands beside a batch of them."""
    short = min(shapes, key=len)
    more = " and ".join(["`unsqueeze: {dim: 0}`"] * (max(map(len, shapes)) - len(short)))
    linear = f"linear: {{out_features: {short[-1]}, bias: false}}"
    return f"{more} behind {names[shapes.index(short)]}; a weight that is trained is `{linear}`"


def _cut(dim: int, inputs: Sequence[Tensor], names: Sequence[str], fragment: Fragment) -> str:
    """A trained weight with a place for more tokens than there are."""
    for place, (tensor, name) in enumerate(zip(inputs, names, strict=True)):
        maker, other = _maker(tensor, fragment), inputs[1 - place if place < SPATIAL else 0].shape
        if maker is None or maker.facts is None or maker.facts.op.verb != "parameter" or other is None:
            continue
        if len(other) == TOKENS and dim == 1 and isinstance(other[dim], Count):
            return f"`slice: {{dim: {dim}, end: {other[dim]}}}` behind {name} takes as many as there are"
    return ""


def _batch(shapes: Sequence[Shape], names: Sequence[str]) -> str:
    """One for all samples, beside a batch; or a batch that was mixed up."""
    whole = next((shape[0] for shape in shapes if isinstance(shape[0], Count)), None)
    single = next((name for name, shape in zip(names, shapes, strict=True) if type(shape[0]) is int), "")
    if whole is None or not single:
        return "the first axis is the batch, and is the same everywhere: look for the layer that merged it with another"
    kept = ", -1" * (len(shapes[0]) - 1)
    return f"`expand: {{shape: [{whole}{kept}]}}` behind {single} gives one to each sample"


def _width(verb: str, dim: int, shapes: Sequence[Shape], names: Sequence[str]) -> str:
    """Queries, keys and values that are not as wide, or not as many."""
    if dim == len(shapes[0]) - 1:
        others = [name for name, shape in zip(names, shapes, strict=True) if shape[-1] != shapes[0][-1]]
        return f"make them as wide as the queries first: `linear: {{out_features: {shapes[0][-1]}}}` behind {others[0]}"
    return f"{verb} takes as many keys as values" if dim == len(shapes[0]) - SPATIAL else ""


def _rounding(dim: int, inputs: Sequence[Tensor], names: Sequence[str], fragment: Fragment) -> str:
    """A pool that rounds up beside what rounds down."""
    for place, (tensor, name) in enumerate(zip(inputs, names, strict=True)):
        maker = _maker(tensor, fragment)
        if maker is None or maker.facts is None or not getattr(maker.facts.op, "ceil_mode", False):
            continue
        other = inputs[1 - place if place < SPATIAL else 0].shape
        floored = maker.facts.op.model_copy(update={"ceil_mode": False}).output(*maker.facts.shapes)
        if other is not None and dim < len(floored) and eq(floored[dim], other[dim]).verdict:
            return f"{name} rounds up: with ceil_mode: false it rounds as the other does"
    return ""


def _stretched(inputs: Sequence[Tensor], names: Sequence[str], fragment: Fragment) -> str:
    """An upsampling by a factor beside what was halved with a remainder."""
    for place, tensor in enumerate(inputs):
        maker = _source(tensor, fragment)
        if maker is not None and maker.facts is not None and maker.facts.op.verb in STRETCHING:
            other = names[1 - place] if place < SPATIAL else names[0]
            axes = len(maker.facts.shape) - SPATIAL
            sizes = ", ".join(f"shape('{other}')[{axis + SPATIAL}]" for axis in range(axes))
            return f'`upsample: {{size: "[{sizes}]"}}` in place of {maker.name} gives the size of {other}'
    return ""


def _maker(tensor: Tensor, fragment: Fragment) -> Draft | None:
    """The layer that made a tensor, where it stands in this block."""
    found = None if tensor.ref is None else fragment.item(tensor.ref)
    return found if isinstance(found, Draft) else None


def _source(tensor: Tensor, fragment: Fragment) -> Draft | None:
    """The same, looking through what leaves the size as it is."""
    maker = _maker(tensor, fragment)
    while maker is not None and maker.facts is not None and maker.facts.op.verb not in STRETCHING:
        before = maker.facts.shapes
        if len(before) != 1 or before[0][SPATIAL:] != maker.facts.shape[SPATIAL:] or maker.inputs[0] is None:
            return None
        found = fragment.item(maker.inputs[0])
        maker = found if isinstance(found, Draft) else None
    return maker

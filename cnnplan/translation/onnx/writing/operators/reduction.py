"""Sums, means and the like along axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.sizes import prod

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer

MODES: Final = {
    "sum": "ReduceSum", "mean": "ReduceMean", "max": "ReduceMax", "min": "ReduceMin", "prod": "ReduceProd",
    "l1": "ReduceL1", "l2": "ReduceL2", "sum_square": "ReduceSumSquare", "logsumexp": "ReduceLogSumExp",
}  # fmt: skip


def _axes(layer: Layer) -> list[int]:
    dim: Any = layer.op.dim
    if dim is None:
        return [*range(layer.rank)]
    return [layer.bound(each) for each in (dim if isinstance(dim, tuple) else (dim,))]


def _reduced(layer: Layer, op: str, value: str, *, keep: bool) -> str:
    return layer.call(op, [value, layer.whole(*_axes(layer))], keepdims=int(keep))


def mean_(layer: Layer) -> str:
    """ReduceMean."""
    return _reduced(layer, "ReduceMean", layer.x, keep=layer.op.keepdim)


def reduce_(layer: Layer) -> str:
    """One of the reductions; a variance is written out."""
    op = layer.op
    if op.mode in MODES:
        return _reduced(layer, MODES[op.mode], layer.x, keep=op.keepdim)
    centred = layer.call("Sub", [layer.x, _reduced(layer, "ReduceMean", layer.x, keep=True)])
    taken = 1 if op.correction is None else op.correction
    elements = layer.known("the number of elements", prod(layer.shapes[0][axis] for axis in _axes(layer)))
    squares = _reduced(layer, "ReduceSumSquare", centred, keep=op.keepdim)
    variance = layer.call("Div", [squares, layer.number(elements - taken)])
    return variance if op.mode == "var" else layer.call("Sqrt", [variance])

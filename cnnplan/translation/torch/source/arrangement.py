"""Elements in another order, or a part of them, as PyTorch writes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.torch.source.written import Layer, Written, called, given

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["along", "columns", "concat", "flatten", "method", "parts", "slice_", "topk"]

SHORT: Final = 40
"""Longer bounds of a slice get names."""


def concat(layer: Layer) -> Written:
    """Inputs lined up."""
    return Written("", f"torch.cat([{', '.join(layer.reads)}], dim={layer.args.get('dim', '1')})")


def method(name: str, *names: str, **defaults: str) -> Callable[[Layer], Written]:
    """A method of tensors, with these arguments in order."""

    def writer(layer: Layer) -> Written:
        told = [layer.args.get(each, defaults.get(each)) for each in names]
        return Written("", f"{layer.reads[0]}.{name}({', '.join(each for each in told if each is not None)})")

    return writer


def flatten(layer: Layer) -> Written:
    """Axes merged."""
    more = {"end_dim": layer.args["end_dim"]} if "end_dim" in layer.args else {}
    return Written("", called("torch.flatten", layer.reads[0], layer.args.get("start_dim", "1"), **more))


def slice_(layer: Layer) -> Written:
    """A part of an axis."""
    dim = int(layer.values.dim) % layer.rank
    start, end, step = (layer.args.get(name, "") for name in ("start", "end", "step"))
    start = "" if start == "0" else start
    end = "" if end == f"{layer.reads[0]}.shape[{dim}]" else end
    if not start and not end and not step:
        return Written("", layer.reads[0])
    before: tuple[str, ...] = ()
    if len(start) + len(end) > SHORT:
        before = (f"start = {start or 0}", f"end = {end}") if end else (f"start = {start}",)
        start, end = "start", "end" if end else ""
    part = ":".join([start, end, step] if step else [start, end])
    if any(not re.fullmatch(r"-?\w*", each) for each in (start, end, step)):
        part = f"{start} : {end}".strip() + (f" : {step}" if step else "")
    return Written("", f"{layer.reads[0]}[{':, ' * dim}{part}]", before=before)


def parts(name: str, key: str) -> Callable[[Layer], Written]:
    """An axis in parts."""

    def writer(layer: Layer) -> Written:
        dim = layer.args.get("dim", "1")
        told = layer.args[key]
        if name == "split" and not told.isdigit() and told[0] not in "([":
            raise Unwritable(f"split into {told}, which may be a number or a list")
        if name == "split" and told.isdigit():
            size = f"{layer.reads[0]}.shape[{dim}] // {layer.args[key]}"
            return Written("", f"{layer.reads[0]}.split({size}, dim={dim})")
        return Written("", f"{layer.reads[0]}.{name}({layer.args[key]}, dim={dim})")

    return writer


def columns(name: str, *required: str) -> Callable[[Layer], Written]:
    """Windows in columns, or back; PyTorch's functions are for images, and for columns of images."""

    def write(layer: Layer) -> Written:
        size = layer.values.output_size if name == "fold" else (0,) * (layer.rank - 2)
        if isinstance(size, tuple) and len(size) != 2:  # noqa: PLR2004 - height and width
            raise Unwritable(f"{name} along {len(size)} axes")
        padding = layer.values.padding
        if isinstance(padding, tuple) and any(isinstance(pad, tuple) for pad in padding):
            raise Unwritable(f"{name} with sides of their own")
        told = [layer.args[key] for key in required]
        return Written("", called(f"F.{name}", layer.reads[0], *told, **given(layer, "dilation", "padding", "stride")))

    return write


def along(name: str) -> Callable[[Layer], Written]:
    """Exponentials along an axis."""
    return lambda layer: Written("", f"{name}({layer.reads[0]}, dim={layer.args.get('dim', '1')})")


def topk(layer: Layer) -> Written:
    """The greatest elements, without their places."""
    dim = layer.args.get("dim", "1")
    return Written("", called(f"{layer.reads[0]}.topk", layer.args["k"], dim, **given(layer, "largest")) + ".values")

"""The attributes of windows: kernel, stride, dilation, padding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.ops.windows import is_same, margins
from cnnplan.translation.onnx.writing.refusals import Unwritable

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer

__all__ = ["pads", "windows"]

SAME: Final = {"same": "SAME_UPPER", "same_lower": "SAME_LOWER"}


def windows(layer: Layer, *, dilated: bool = True) -> dict[str, Any]:
    """What Conv and the poolings ask for."""
    op = layer.op
    axes = layer.rank - 2
    kernel = layer.numbers("kernel_size", op.kernel_size)
    strides = layer.numbers("stride", op.strides(axes))
    dilation = layer.numbers("dilation", op.dilation) if dilated else [1] * axes
    found: dict[str, Any] = {"kernel_shape": kernel, "strides": strides, **_padding(layer, kernel, strides, dilation)}
    return {**found, "dilations": dilation} if dilated else found


def _padding(layer: Layer, kernel: list[int], strides: list[int], dilation: list[int]) -> dict[str, Any]:
    """Numbers where they can be told, and SAME where they depend on the size."""
    padding = layer.op.padding
    if not is_same(padding):
        return {"pads": pads(layer, padding)}
    if any(step != 1 for step in strides):
        if layer.op.verb != "conv" and any(apart != 1 for apart in dilation):
            raise Unwritable(f"padding {padding} of a {layer.op.verb} with dilation, which runtimes pad as if without")
        return {"auto_pad": SAME[padding]}
    totals = [apart * (taps - 1) for taps, apart in zip(kernel, dilation, strict=True)]
    least, most = [total // 2 for total in totals], [total - total // 2 for total in totals]
    return {"pads": [*least, *most] if padding == "same" else [*most, *least]}


def pads(layer: Layer, padding: Any) -> list[int]:
    """The padding before all axes, then behind them."""
    pairs = margins(padding, layer.rank - 2)
    return [layer.known("padding", pair[side]) for side in (0, 1) for pair in pairs]

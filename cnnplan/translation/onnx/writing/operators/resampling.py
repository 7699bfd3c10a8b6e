"""Resizing, and looking up places that a layer gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.lazy import np
from cnnplan.translation.onnx.writing.refusals import Unwritable

if TYPE_CHECKING:
    from cnnplan.translation.onnx.writing.layer import Layer

MODES: Final = {
    "nearest": "nearest",
    "bicubic": "cubic",
    **dict.fromkeys(("linear", "bilinear", "trilinear"), "linear"),
}


def upsample_(layer: Layer) -> str:
    """Resize by factors or to sizes, with PyTorch's places."""
    op = layer.op
    if op.antialias:
        raise Unwritable("antialias, whose filter no two runtimes agree on")
    how: dict[str, Any] = {"mode": MODES[op.mode], "axes": [*range(2, layer.rank)]}
    if op.mode == "nearest":
        how |= {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
    elif op.align_corners:
        how["coordinate_transformation_mode"] = "align_corners"
    else:
        how["coordinate_transformation_mode"] = "half_pixel"
    if how["mode"] == "cubic":
        how["cubic_coeff_a"] = -0.75
    if op.scale_factor is not None:
        factors = [float(factor) for factor in layer.per_axis(op.scale_factor)]
        scales = layer.file.array(np.array(factors, np.float32), "_".join(f"{factor:g}" for factor in factors))
        return layer.call("Resize", [layer.x, "", scales], **how)
    sizes = layer.extents(layer.shape[2:])
    return layer.call("Resize", [layer.x, "", "", sizes], **how)


def grid_sample_(layer: Layer) -> str:
    """GridSample."""
    op = layer.op
    mode = "linear" if op.mode == "bilinear" else op.mode
    how = {"mode": mode, "padding_mode": op.padding_mode, "align_corners": int(op.align_corners)}
    return layer.call("GridSample", **how)

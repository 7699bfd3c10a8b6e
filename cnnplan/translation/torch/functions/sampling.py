"""Images that are looked up between their elements: at places that are given, and by taps that are moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.torch.functions.table import one, takes, told
from cnnplan.translation.torch.values import Refused, Value

if TYPE_CHECKING:
    from cnnplan.translation.torch.emitting import Emitter

BLENDS = {0: "bilinear", 1: "nearest", 2: "bicubic"}
BEYOND = {0: "zeros", 1: "border", 2: "reflection"}
"""What PyTorch's kernel calls them."""


@takes("grid_sample", "grid_sampler", "grid_sampler_2d", "grid_sampler_3d")
def grid_sample(
    t: Emitter,
    input: Value,
    grid: Value,
    mode: Any = "bilinear",
    padding_mode: Any = "zeros",
    align_corners: Any = None,
) -> Any:
    """An image at the places of a grid."""
    mode, beyond = BLENDS.get(mode, mode), BEYOND.get(padding_mode, padding_mode)
    if mode == "bicubic" or beyond == "reflection":
        raise Refused(f"grid_sample with {mode if mode == 'bicubic' else beyond}")
    args = {"mode": mode, "padding_mode": beyond, "align_corners": bool(align_corners)}
    args = told(args, mode="bilinear", padding_mode="zeros", align_corners=False)
    return t.add("grid_sample", args, [input, grid])


@takes("deform_conv2d")
def deform_conv(t: Emitter, x: Value, weight: Value, offset: Value, mask: Value, bias: Value, *numbers: Any) -> Any:
    """A convolution whose taps are moved, as torchvision's kernel takes it: zeros stand for no bias."""
    down, right, above, left, far, wide, groups, offset_groups, masked = numbers
    biased = bias.seen.ref.number not in t.zeros or bias.seen.ref.kind != "made"
    given = {"weight": weight, "bias": bias if biased else None}
    if not t.owned(**given):
        raise Refused("a deformable convolution by a weight or a bias that is computed")
    args = {"out_channels": weight.shape[0], "kernel_size": one(weight.shape[2:]), "bias": biased}
    args |= {"stride": one((down, right)), "padding": one((above, left)), "dilation": one((far, wide))}
    args |= {"groups": groups, "offset_groups": offset_groups}
    args = told(args, stride=1, padding=0, dilation=1, groups=1, offset_groups=1, bias=True)
    return t.weighted("deform_conv", args, [x, offset, *([mask] if masked else [])], **given)

"""nnU-Net's `plans.json`: the U-Net that a plan means, at its patch size.

A plan says nothing of the channels that come in nor of the classes: those stand in `dataset.json`, and are symbols
here. Its strides must divide the patch: what the skips need is a condition, and held against the patch.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import SpecError, UsageError
from cnnplan.spec.source import read_text
from cnnplan.translation.draft import Draft

if TYPE_CHECKING:
    from pathlib import Path

    from cnnplan.translation.draft import Foreign
    from cnnplan.translation.options import Options

__all__ = ["read"]

PLAIN, RESIDUAL = "PlainConvUNet", "ResidualEncoderUNet"
SPATIAL: Final = {2: ("H", "W"), 3: ("D", "H", "W")}
PREFERRED: Final = ("3d_fullres", "2d")
CLASSES: Final = 2
MOST: Final = 100
"""The most convolutions of a stage; plans have 2 to 6."""

DEEPEST: Final = 20
"""The most stages: each halves an image."""


def read(path: Path, options: Options) -> Foreign:
    """The network of one configuration: that of `--scale`, else 3d_fullres, else the first."""
    draft = Draft(str(path), path.stem)
    try:
        plans = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        draft.refuse("CNN030", f"not readable as JSON: {error}")
        raise SpecError(draft.foreign.faults.found) from None
    found = _configurations(plans)
    if not found:
        draft.refuse("CNN030", "plans have configurations with a patch_size, and here is none")
        raise SpecError(draft.foreign.faults.found)
    name = options.scale or next((each for each in PREFERRED if each in found), next(iter(found), ""))
    if name not in found:
        raise UsageError(f"{path}: --scale {name}: the configurations of these plans are {', '.join(found)}")
    try:
        _network(draft, name, found[name])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        draft.refuse("CNN030", f"{name}: its architecture cannot be read: {error!r}", name)
        raise SpecError(draft.foreign.faults.found) from None
    return draft.done()


def _configurations(plans: Any) -> dict[str, Any]:
    """Those that say how large a patch is; others build on them."""
    listed = plans.get("configurations") if isinstance(plans, dict) else None
    pairs = listed.items() if isinstance(listed, dict) else ()
    return {name: each for name, each in pairs if isinstance(each, dict) and "patch_size" in each}


def _network(draft: Draft, name: str, plan: dict[str, Any]) -> None:
    """The encoder, then the decoder with its skips."""
    kind, kwargs = _architecture(plan)
    if kind not in (PLAIN, RESIDUAL):
        draft.refuse("CNN031", f"not understood: the network {kind}; {PLAIN} and {RESIDUAL} are", name)
        raise SpecError(draft.foreign.faults.found)
    patch = plan["patch_size"]
    names = SPATIAL[len(patch)]
    shape = [draft.symbol("N", plan.get("batch_size", 1)), draft.symbol("channels", 1)]
    shape += [draft.symbol(each, size) for each, size in zip(names, patch, strict=True)]
    draft.symbol("classes", CLASSES)
    last = draft.inputs({"image": {"shape": shape}})["image"]
    last, skips = _encoder(draft, last, kwargs, residual=kind == RESIDUAL)
    _decoder(draft, last, skips, kwargs)


def _encoder(draft: Draft, last: str, kwargs: dict[str, Any], *, residual: bool) -> tuple[str, list[str]]:
    """The stages on the way down; the last layer, and that of each stage."""
    widths, kernels, strides = (kwargs[key] for key in ("features_per_stage", "kernel_sizes", "strides"))
    if len(widths) > DEEPEST:
        raise ValueError(f"more than {DEEPEST} stages")
    depths = _each(kwargs["n_blocks_per_stage" if residual else "n_conv_per_stage"], len(widths))
    skips: list[str] = []
    have = 0
    if residual:
        have = widths[0]
        last = _unit(draft, "encoder.stem", have, kernels[0], 1, last, kwargs)
    for stage, (width, kernel) in enumerate(zip(widths, kernels, strict=True)):
        for i in range(depths[stage]):
            stride, origin = strides[stage] if i == 0 else 1, f"encoder.{stage}.{i}"
            if residual:
                last = _block(draft, origin, (have, width), kernel, stride, last, kwargs)
                have = width
            else:
                last = _unit(draft, origin, width, kernel, stride, last, kwargs)
        skips.append(last)
    return last, skips


def _block(  # noqa: PLR0913, PLR0917 - what a block is made of
    draft: Draft, origin: str, widths: tuple[int, int], kernel: Any, stride: Any, last: str, kwargs: dict[str, Any]
) -> str:
    """Two convolutions and a shortcut, which averages windows where there is a stride."""
    have, width = widths
    skip = last
    if any(step != 1 for step in (stride if isinstance(stride, list) else [stride])):
        skip = draft.add("avg_pool", {"kernel_size": stride, "stride": stride}, [skip], origin=f"{origin}.skip.pool")
    if have != width:
        args = {"out_channels": width, "kernel_size": 1, "bias": False}
        skip = draft.add("conv", args, [skip], origin=f"{origin}.skip.conv")
        skip = _norm(draft, f"{origin}.skip", skip, kwargs)
    last = _unit(draft, f"{origin}.conv1", width, kernel, stride, last, kwargs)
    last = _unit(draft, f"{origin}.conv2", width, kernel, 1, last, kwargs, active=False)
    last = draft.add("add", {}, [last, skip], origin=f"{origin}.add")
    return draft.add("leaky_relu", {}, [last], origin=f"{origin}.nonlin2")


def _decoder(draft: Draft, last: str, skips: list[str], kwargs: dict[str, Any]) -> None:
    """The stages on the way up, each on what the encoder left; the maps that come out."""
    widths, kernels, strides = (kwargs[key] for key in ("features_per_stage", "kernel_sizes", "strides"))
    stages = len(widths)
    unreached: list[str] = []
    up = _each(kwargs["n_conv_per_stage_decoder"], stages - 1)
    for number, stage in enumerate(reversed(range(stages - 1))):
        factor, origin = strides[stage + 1], f"decoder.{number}"
        args = {"out_channels": widths[stage], "kernel_size": factor, "stride": factor}
        args["bias"] = bool(kwargs.get("conv_bias", True))
        last = draft.add("conv_transpose", args, [last], origin=f"{origin}.transpconv")
        last = draft.add("concat", {}, [last, skips[stage]], origin=f"{origin}.concat")
        for i in range(up[number]):
            last = _unit(draft, f"{origin}.{i}", widths[stage], kernels[stage], 1, last, kwargs)
        if stage:
            count = {"shape": [f"classes * ({widths[stage]} + 1)"]}
            unreached.append(draft.add("parameter", count, origin=f"{origin}.seg_layer"))
    final = draft.add("conv", {"out_channels": "classes", "kernel_size": 1}, [last], origin="seg_layer")
    for output in (final, *unreached):
        draft.output(output)


def _architecture(plan: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The class of the network and its arguments, as plans of today and of 2023 have them."""
    if "architecture" in plan:
        architecture = plan["architecture"]
        return str(architecture["network_class_name"]).rpartition(".")[2], architecture["arch_kwargs"]
    kernels = plan["conv_kernel_sizes"]
    base, most = plan.get("UNet_base_num_features", 32), plan.get("unet_max_num_features", 320)
    kwargs = {
        "features_per_stage": [min(base * 2**i, most) for i in range(len(kernels))],
        "kernel_sizes": kernels,
        "strides": plan["pool_op_kernel_sizes"],
        "n_conv_per_stage": plan["n_conv_per_stage_encoder"],
        "n_conv_per_stage_decoder": plan["n_conv_per_stage_decoder"],
    }
    return str(plan.get("UNet_class_name", PLAIN)), kwargs


def _unit(  # noqa: PLR0913, PLR0917 - what a unit is made of
    draft: Draft,
    origin: str,
    width: int,
    kernel: Any,
    stride: Any,
    last: str,
    kwargs: dict[str, Any],
    *,
    active: bool = True,
) -> str:
    """A convolution, an instance norm and a leaky relu."""
    kernels = kernel if isinstance(kernel, list) else [kernel]
    args = {"out_channels": width, "kernel_size": kernel, "stride": stride}
    args |= {"padding": [(each - 1) // 2 for each in kernels], "bias": bool(kwargs.get("conv_bias", True))}
    last = draft.add("conv", args, [last], origin=f"{origin}.conv")
    last = _norm(draft, origin, last, kwargs)
    return draft.add("leaky_relu", {}, [last], origin=f"{origin}.nonlin") if active else last


def _norm(draft: Draft, origin: str, last: str, kwargs: dict[str, Any]) -> str:
    norm = kwargs.get("norm_op_kwargs") or {"affine": True}
    return draft.add("instance_norm", {"affine": bool(norm.get("affine", False))}, [last], origin=f"{origin}.norm")


def _each(value: Any, count: int) -> list[int]:
    found = list(value) if isinstance(value, list) else [value] * count
    if any(number > MOST for number in found):
        raise ValueError(f"more than {MOST} convolutions in a stage")
    return found

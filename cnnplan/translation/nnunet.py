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

PLAIN: Final = "PlainConvUNet"
SPATIAL: Final = {2: ("H", "W"), 3: ("D", "H", "W")}
PREFERRED: Final = ("3d_fullres", "2d")
CLASSES: Final = 2


def read(path: Path, options: Options) -> Foreign:
    """The network of one configuration: that of `--scale`, else 3d_fullres, else the first."""
    draft = Draft(str(path), path.stem)
    try:
        plans = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        draft.refuse("CNN030", f"not readable as JSON: {error}")
        raise SpecError(draft.foreign.faults.found) from None
    found = {name: each for name, each in (plans.get("configurations") or {}).items() if "patch_size" in each}
    name = options.scale or next((each for each in PREFERRED if each in found), next(iter(found), ""))
    if name not in found:
        raise UsageError(f"{path}: --scale {name}: the configurations of these plans are {', '.join(found)}")
    try:
        _network(draft, name, found[name])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        draft.refuse("CNN030", f"{name}: its architecture cannot be read: {error!r}", name)
        raise SpecError(draft.foreign.faults.found) from None
    return draft.done()


def _network(draft: Draft, name: str, plan: dict[str, Any]) -> None:
    """The encoder, then the decoder with its skips."""
    kind, kwargs = _architecture(plan)
    if kind != PLAIN:
        draft.refuse("CNN031", f"not understood: the network {kind}; {PLAIN} is", name)
        raise SpecError(draft.foreign.faults.found)
    patch = plan["patch_size"]
    names = SPATIAL[len(patch)]
    shape = [draft.symbol("N", plan.get("batch_size", 1)), draft.symbol("channels", 1)]
    shape += [draft.symbol(each, size) for each, size in zip(names, patch, strict=True)]
    draft.symbol("classes", CLASSES)
    last = draft.inputs({"image": {"shape": shape}})["image"]
    widths, kernels, strides = (kwargs[key] for key in ("features_per_stage", "kernel_sizes", "strides"))
    stages = len(widths)
    depths = _each(kwargs["n_conv_per_stage"], stages)
    skips: list[str] = []
    unreached: list[str] = []
    for stage in range(stages):
        for i in range(depths[stage]):
            stride = strides[stage] if i == 0 else 1
            last = _unit(draft, f"encoder.{stage}.{i}", widths[stage], kernels[stage], stride, last, kwargs)
        skips.append(last)
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
    draft: Draft, origin: str, width: int, kernel: Any, stride: Any, last: str, kwargs: dict[str, Any]
) -> str:
    """A convolution, an instance norm and a leaky relu."""
    kernels = kernel if isinstance(kernel, list) else [kernel]
    args = {"out_channels": width, "kernel_size": kernel, "stride": stride}
    args |= {"padding": [(each - 1) // 2 for each in kernels], "bias": bool(kwargs.get("conv_bias", True))}
    last = draft.add("conv", args, [last], origin=f"{origin}.conv")
    norm = kwargs.get("norm_op_kwargs") or {"affine": True}
    last = draft.add("instance_norm", {"affine": bool(norm.get("affine", False))}, [last], origin=f"{origin}.norm")
    return draft.add("leaky_relu", {}, [last], origin=f"{origin}.nonlin")


def _each(value: Any, count: int) -> list[int]:
    return list(value) if isinstance(value, list) else [value] * count

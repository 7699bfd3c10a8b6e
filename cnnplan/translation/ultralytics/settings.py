"""What stands above the rows of a file: classes, scales, the activation, and what the heads are told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, inf
from typing import TYPE_CHECKING, Any, Final

from cnnplan.spec.words import did_you_mean, nearest

if TYPE_CHECKING:
    from cnnplan.translation.ultralytics.document import Document

__all__ = ["ACTIVATIONS", "KEYS", "Settings", "activation", "read_settings"]

KEYS: Final = (
    *("nc", "scales", "depth_multiple", "width_multiple", "max_channels", "activation", "scale"),
    *("end2end", "reg_max", "kpt_shape", "text_model", "ch", "channels", "backbone", "head"),
)
"""The keys that have a meaning."""

ACTIVATIONS: Final = {
    "SiLU": "silu",
    "ReLU": "relu",
    "ReLU6": "relu6",
    "LeakyReLU": "leaky_relu",
    "ELU": "elu",
    "SELU": "selu",
    "GELU": "gelu",
    "Mish": "mish",
    "Hardswish": "hard_swish",
    "Hardsigmoid": "hard_sigmoid",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "PReLU": "prelu",
    "Identity": "identity",
}
"""The operators of activations by their names in torch.nn."""

_CALL: Final = re.compile(r"(?:torch\.)?(?:nn\.)?(\w+)(?:\(\s*(?:inplace\s*=\s*(?:True|False))?\s*\))?")
DEFAULT: Final = "silu"
BINS: Final = 16
WEIGHTS: Final = 8
"""Widths are multiples of this."""

SIZE: Final = 640
CLASSES: Final = 80


@dataclass(slots=True)
class Settings:
    """The header of a file, scaled.

    Args:
        classes: how many classes the file names.
        scale: the letter of the scale, "" where the file has none.
        depth, width: what repeats and widths are multiplied by.
        most: the channels that a width is cut to before it is scaled.
        activation: the operator behind a convolution.
        end2end: whether heads are doubled.
        bins: the distances of a box side are a distribution over so many.
        keypoints: how many there are, and the numbers of each.
        channels: of the input image.
    """

    classes: int = CLASSES
    scale: str = ""
    depth: float = 1.0
    width: float = 1.0
    most: float = inf
    activation: str = DEFAULT
    end2end: bool = False
    bins: int = BINS
    keypoints: tuple[int, ...] = ()
    channels: int = 3
    scales: tuple[str, ...] = field(default=())

    def widened(self, channels: int) -> int:
        """The channels that a width of the file means: cut, scaled, and always rounded up to a multiple of 8."""
        return ceil(min(channels, self.most) * self.width / WEIGHTS) * WEIGHTS

    def deepened(self, repeats: int) -> int:
        """The repeats that a number of the file means; 1 stays 1."""
        return max(round(repeats * self.depth), 1) if repeats > 1 else repeats


def read_settings(document: Document, wanted: str) -> Settings:
    """The settings of a file at a scale, "" for the first that it has; faults are kept."""
    data = document.data
    for key in data:
        if key not in KEYS:
            _unknown(document, key)
    settings = Settings(
        classes=document.number("nc", CLASSES),
        end2end=data.get("end2end") is True,
        bins=document.number("reg_max", BINS),
        channels=document.number("channels" if "channels" in data else "ch", 3),
    )
    if "nc" not in data:
        document.fault("CNN012", (), "the file needs nc, the number of classes", hint=f"write nc: {CLASSES}")
    _scaled(document, settings, wanted)
    if "kpt_shape" in data:
        settings.keypoints = document.numbers(("kpt_shape",), data["kpt_shape"], 2)
    if data.get("activation"):
        verb = activation(data["activation"])
        if verb is None:
            message = f"activation (={data['activation']}) is no activation of torch.nn"
            hint = f"write one of {', '.join(f'nn.{name}()' for name in ACTIVATIONS)}; it is only ever a name"
            document.fault("CNN013", ("activation",), message, hint=hint)
        settings.activation = verb or DEFAULT
    return settings


def activation(text: Any) -> str | None:
    """The operator of `nn.SiLU()`, None where it is no name of an activation: nothing is ever evaluated."""
    match = _CALL.fullmatch(text) if isinstance(text, str) else None
    return ACTIVATIONS.get(match[1]) if match else None


def _unknown(document: Document, key: str) -> None:
    near = nearest(key, KEYS)
    message = f"nothing reads the key {key}{did_you_mean(key, KEYS)}"
    if near:
        document.fault("CNN011", (key,), message, hint="Ultralytics passes over it without a word", key=True)
    else:
        document.remark((key,), message, "Ultralytics passes over it without a word")


def _scaled(document: Document, settings: Settings, wanted: str) -> None:
    """Depth, width and the most channels, of the scale that is wanted, or of the file as a whole."""
    data = document.data
    scales = data.get("scales")
    if scales is None:
        if wanted:
            document.usage(f"--scale {wanted}: this file has no scales")
        settings.depth = float(document.fraction(("depth_multiple",), data.get("depth_multiple", 1)))
        settings.width = float(document.fraction(("width_multiple",), data.get("width_multiple", 1)))
        return
    if not isinstance(scales, dict) or not scales:
        document.fault("CNN013", ("scales",), "scales is a mapping of names: n: [0.33, 0.25, 1024]")
        return
    settings.scales = tuple(scales)
    settings.scale = wanted or str(data.get("scale") or settings.scales[0])
    if settings.scale not in scales:
        known = ", ".join(settings.scales)
        document.usage(f"--scale {settings.scale}: the scales of this file are {known}")
        return
    place = ("scales", settings.scale)
    values = scales[settings.scale]
    if not isinstance(values, list) or len(values) != 3:  # noqa: PLR2004 - depth, width, most
        document.fault("CNN013", place, "a scale is [depth, width, most channels], as in [0.33, 0.25, 1024]")
        return
    named = enumerate(zip(values, ("the depth", "the width", "the most channels"), strict=True))
    depth, width, most = (document.fraction((*place, i), value, name) for i, (value, name) in named)
    settings.depth, settings.width, settings.most = float(depth), float(width), float(most)
    if most == Fraction(most).numerator:
        settings.most = int(most)

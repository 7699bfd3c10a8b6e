"""What runtimes make of layers: where a size, a value or the legality of a layer is another than in PyTorch.

A runtime is a table of facts, in a file of its own, with the versions that were measured. What no fact speaks of came
out as in PyTorch for every geometry that was tried; `tests/runtimes/measure.py` asks the runtimes, and a test holds the
tables against what they said. Facts presume that a layer is written in the words of the runtime's format that mean the
same: padding `same` as auto_pad, a scale factor as scales.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cnnplan.errors import UsageError
from cnnplan.runtimes.base import Effect, Elsewhere, Fact, Layer, Runtime

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["EVERY", "RUNTIMES", "Effect", "Elsewhere", "Fact", "Layer", "Runtime", "named", "runtime"]

RUNTIMES: tuple[str, ...] = (
    "onnx_inference",
    "onnxruntime",
    "openvino",
    "opencv4",
    "opencv5",
    "ncnn",
    "keras_tensorflow",
    "keras_jax",
    "paddlepaddle",
    "haiku",
    "flax",
)
"""The runtimes, each a module of this room."""

EVERY = "ALL"

ALIASES = {
    "onnx": ("onnx_inference",),
    "opencv": ("opencv4", "opencv5"),
    "tensorflow": ("keras_tensorflow",),
    "keras": ("keras_tensorflow", "keras_jax"),
    "paddle": ("paddlepaddle",),
}
"""Other words that people have for them."""


def runtime(name: str) -> Runtime:
    """The runtime of a name."""
    found: Runtime = import_module(f"cnnplan.runtimes.{name}").RUNTIME
    return found


def named(words: Iterable[str]) -> tuple[str, ...]:
    """The names that words mean: names, other words for them, or ALL.

    Raises:
        UsageError: there is no such runtime.
    """
    return tuple(dict.fromkeys(name for word in words for name in _meant(word)))


def _meant(word: str) -> tuple[str, ...]:
    name = word.replace("-", "_").lower()
    if word == EVERY:
        return RUNTIMES
    if name in RUNTIMES:
        return (name,)
    if name not in ALIASES:
        known = ", ".join(sorted({*RUNTIMES, *ALIASES}))
        raise UsageError(f"nothing was measured of a runtime {word}: choose of {known}, or {EVERY}")
    return ALIASES[name]

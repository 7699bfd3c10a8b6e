"""At which sizes a module is run, and as what its inputs are declared."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from itertools import cycle, product
from typing import TYPE_CHECKING, Any, Final

import torch

from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Dims", "declared", "inputs", "samples"]

Dims = dict[str, tuple[str | int, ...]]
"""The extents of each input, numbers or names."""

BATCH: Final = "N"
NAMES: Final = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}
OTHERS: Final = (-32, 32, 224, 64)
"""By how much the sizes of the second run differ, the axes in turn: so little that the structure is likely the same.

Besides by the usual size itself: windows that are a fraction of it come out even in its multiples alone.
"""

FRESH: Final = ((13, 18), (64, 32), (128, -32), (1, 0))
"""By how much fresh sizes differ from the usual one, and from axis to axis: odd ones, and such as halve well."""

ODD: Final = ((45, 77), (27, 5), (13, 31))
AGAIN: Final = 7 * 64
"""By how much odd sizes differ from the usual one, and the second run from the first."""

HALVED: Final = 64
UNEVEN: Final = (1, 2)
"""More than a multiple of 64, sizes that stay odd as they are halved and rounded up, made even in between or not."""

USUAL: Final = (224, 256, 299, 384, 512, 64, 32)
LONG: Final = (1024, 16_384, 65_536)
"""More sizes for what has one axis alone: sound."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A pair of sizes to run at.

    Args:
        dims: the extents of the inputs, with numbers where an axis is fixed.
        first, second: the values of the names in the two runs.
        defaults: those that the spec shows figures at.
        fresh: more of them, at which what was made of the two runs is held against another one.
        odd: other pairs, at which windows do not come out even.
    """

    dims: Dims
    first: Mapping[str, int]
    second: Mapping[str, int]
    defaults: Mapping[str, int]
    fresh: tuple[Mapping[str, int], ...] = ()
    odd: tuple[tuple[Mapping[str, int], Mapping[str, int]], ...] = ()


def declared(module: Any, given: Mapping[str, tuple[str | int, ...]]) -> Dims:
    """The inputs of a module: those that were said, or one image of as many channels as the first layer takes.

    Raises:
        UsageError: nobody said, and no layer tells.
    """
    names = [*_parameters(module)]
    if given:
        known = [*given]
        if known == [""]:
            return {(names or ["x"])[0]: given[""]}
        return dict(given)
    for layer in module.modules():
        for axes in NAMES:
            if isinstance(layer, getattr(torch.nn, f"Conv{axes}d")):
                return {(names or ["x"])[0]: (BATCH, _channels(module, int(layer.in_channels)), *NAMES[axes])}
    if size := _input_size(module):
        return {(names or ["x"])[0]: (BATCH, size[0], *NAMES[len(size) - 1])}
    raise UsageError("which extents does the input have? Say it: --dims N,3,H,W")


def _channels(module: Any, own: int) -> int:
    """As many channels as a library says itself, where places become channels first; else as the first layer takes."""
    size = _input_size(module) or (getattr(getattr(module, "config", None), "num_channels", None),)
    told = size[0]
    return told if isinstance(told, int) and told != own and _takes(module, (2, told, *size[1:])) else own


def _input_size(module: Any) -> tuple[int, ...]:
    """Channels, height and width, as a library says itself; nothing where none does."""
    config = getattr(module, "default_cfg", None)
    size = config.get("input_size") if isinstance(config, dict) else getattr(config, "input_size", None)
    return tuple(size) if isinstance(size, tuple | list) and len(size) > 1 else ()


def _takes(module: Any, shape: tuple[int, ...]) -> bool:
    try:
        with torch.no_grad():
            module(torch.empty(shape, device="meta"))
    except Exception:  # noqa: BLE001 - whatever a forward raises
        return False
    return True


def _parameters(module: Any) -> list[str]:
    """The names of what forward takes, as far as it must be given."""
    try:
        parameters = inspect.signature(module.forward).parameters.values()
    except (TypeError, ValueError):
        return []
    return [p.name for p in parameters if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]


def samples(module: Any, dims: Dims) -> Iterator[Sample]:
    """Sizes to run at, the most telling first: all axes free; then, for networks of one size, those of space fixed."""
    names = [*dict.fromkeys(extent for shape in dims.values() for extent in shape if isinstance(extent, str))]
    spatial = [name for name in names if name != BATCH]
    batches = [{name: value for name in names if name == BATCH} for value in (2, 3)]
    shown = {name: 1 for name in names if name == BATCH}
    usual = [*dict.fromkeys([*_told(module), *USUAL, *(LONG if len(spatial) == 1 else ())])]
    more = {name: 5 for name in names if name == BATCH}
    up = -usual[0] % HALVED
    steps = (*ODD, (up + UNEVEN[0], up + UNEVEN[1]))
    odd = tuple(_odd(dict(zip(spatial, cycle((usual[0] + a, usual[0] + b)), strict=False)), batches) for a, b in steps)
    for size, step in [*product(usual[:1], (*OTHERS, usual[0])), *product(usual[1:], OTHERS)]:
        first = dict.fromkeys(spatial, size)
        second = {name: max(size + step * (1 + i), 1) for i, name in enumerate(spatial)}
        fresh = tuple(more | {name: size + a + b * i for i, name in enumerate(spatial)} for a, b in FRESH)
        yield Sample(dims, batches[0] | first, batches[1] | second, shown | first, fresh if names else (), odd)
        odd = ()
    for size in usual:
        fixed = {key: tuple(size if extent in spatial else extent for extent in shape) for key, shape in dims.items()}
        yield Sample(fixed, batches[0], batches[1], shown, (more,) if more else ())
    for size in usual if shown else ():
        fixed = {
            key: tuple(1 if extent == BATCH else size if isinstance(extent, str) else extent for extent in shape)
            for key, shape in dims.items()
        }
        yield Sample(fixed, {}, {}, {})


def _odd(values: Mapping[str, int], batches: list[dict[str, int]]) -> tuple[dict[str, int], dict[str, int]]:
    """Such sizes, and greater ones that leave the same when they are divided by 7, by 64, or by both."""
    greater = {name: value + AGAIN * (1 + i) for i, (name, value) in enumerate(values.items())}
    return {**batches[0], **values}, {**batches[1], **greater}


def _told(module: Any) -> list[int]:
    """The size that a module of a library says itself that it is for."""
    found = [*_input_size(module)[-1:]]
    config = getattr(module, "config", None)
    size = getattr(config, "image_size", None)
    return found + ([size] if isinstance(size, int) else [])


def inputs(dims: Dims, values: Mapping[str, int]) -> dict[str, Any]:
    """Tensors without numbers, of these extents."""
    shapes = {
        name: [values[extent] if isinstance(extent, str) else extent for extent in shape]
        for name, shape in dims.items()
    }
    return {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}

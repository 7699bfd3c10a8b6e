"""The weights of a run: given, or drawn when a layer first asks for them."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from difflib import get_close_matches
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnplan.checkpoints import Checkpoint, read_checkpoint
from cnnplan.checkpoints.comparing import IGNORED
from cnnplan.errors import UsageError
from cnnplan.executor.tensors import root
from cnnplan.lazy import np
from cnnplan.ops import Operator

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

    from cnnplan.executor.tensors import Array
    from cnnplan.graph import Node
    from cnnplan.ops import Weight

__all__ = ["Positive", "Weights"]

REAL = "fiub"
"""The kinds of NumPy's types that are real numbers."""


class Weights:
    """Weights by layer. What is drawn depends on the seed and the name, and not on the order of layers.

    Args:
        given: arrays by name ("layer1.conv1.weight"), a file of weights as a path or read, a folder of .npy files;
            None to draw them.
        layers: the names of the layers.
        seed: of what is drawn.
        dtype: what all are brought to.
        pool: what was drawn in earlier runs with the same seed, by name and shape; it grows.

    Attributes:
        used: the weights that layers asked for.
        memory: the identities of the arrays behind them.
    """

    def __init__(
        self,
        given: Mapping[str, Any] | str | Path | Checkpoint | None,
        layers: Iterable[str],
        seed: int,
        dtype: str,
        pool: dict[Any, Array] | None = None,
    ) -> None:
        if isinstance(given, str | Path):
            given = read_checkpoint(given)
        self._given = _read(given, layers) if isinstance(given, Checkpoint) else _renamed(given, layers)
        self._seed = seed
        self._dtype = dtype
        self._pool = {} if pool is None else pool
        self.used: dict[str, Array] = {}
        self.memory: set[int] = set()
        if self._given is not None:
            _refuse_unknown(self._given, list(layers))

    def of(self, owner: str, wanted: Mapping[str, Weight]) -> dict[str, Array]:
        """The weights of a layer, at the shapes that its inputs call for.

        Raises:
            UsageError: one was not given, or has another shape.
        """
        return {name: self._one(f"{owner}.{name}", weight) for name, weight in wanted.items()}

    @staticmethod
    def counted(wanted: Mapping[str, Weight], weights: Mapping[str, Array]) -> tuple[int, int]:
        """The elements of those that are trained, and of the others."""
        sizes = [array.size for array in weights.values()]
        trained = sum([size for size, name in zip(sizes, weights, strict=True) if wanted[name].trainable])
        return trained, sum(sizes) - trained

    def _one(self, name: str, weight: Weight) -> Array:
        """One weight; a layer that shares it gets it as it is, and it is for the kernel to refuse it."""
        if name not in self.used:
            self.used[name] = self._fresh(name, weight) if self._given is None else self._found(name, weight)
            self.memory.add(id(root(self.used[name])))
        return self.used[name]

    def _fresh(self, name: str, weight: Weight) -> Array:
        key = (name, tuple(weight.shape))
        if key not in self._pool:
            whole = weight.elements.dtype
            self._pool[key] = _numbered(*key, self._seed, weight) if whole else _drawn(*key, self._seed, self._dtype)
        return self._pool[key]

    def _found(self, name: str, weight: Weight) -> Array:
        assert self._given is not None  # noqa: S101 - the caller knows
        shape = tuple(weight.shape)
        if name not in self._given:
            raise UsageError(f"the weight {name} {shape} was not given")
        told = self._given.shape(name)
        if told is not None and told != shape:
            raise UsageError(f"the weight {name} has the shape {told}, and the layer asks for {shape}")
        found = np.asarray(self._given[name])
        if found.dtype.kind not in REAL:
            raise UsageError(f"the weight {name} holds {found.dtype}, and numbers are asked for")
        array = found.astype(weight.elements.dtype or self._dtype, copy=False)
        if array.shape != shape:
            raise UsageError(f"the weight {name} has the shape {array.shape}, and the layer asks for {shape}")
        return array


def _refuse_unknown(given: Iterable[str], layers: list[str]) -> None:
    """Names of weights must be those of layers."""
    known = set(layers)
    for name in given:
        layer = name.rpartition(".")[0]
        if layer not in known and known.isdisjoint(accumulate(layer.split("."), "{}.{}".format)):
            near = get_close_matches(layer, layers, n=1)
            raise UsageError(f"the weight {name} belongs to no layer{f'; did you mean {near[0]}?' if near else ''}")


class _Arrays(Mapping[str, Any]):
    """Arrays by the names that the network has for them, each read when it is asked for."""

    def __init__(
        self, read: Callable[[str], Any], names: Mapping[str, str], checkpoint: Checkpoint | None = None
    ) -> None:
        self._read = read
        self._names = names
        self._checkpoint = checkpoint

    def shape(self, name: str) -> tuple[int, ...] | None:
        """The shape of an array, from the head of its file; None where there is none."""
        return None if self._checkpoint is None else tuple(self._checkpoint.tensors[self._names[name]].shape)

    def __getitem__(self, name: str) -> Any:
        return self._read(self._names[name])

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _read(checkpoint: Checkpoint, layers: Iterable[str]) -> _Arrays:
    """The arrays of a file of weights, called as the network calls them.

    Where a layer has an origin, tensors may be called after that.
    """
    told = (name for name in checkpoint.tensors if name.rpartition(".")[2] not in IGNORED)
    return _Arrays(checkpoint.read, _called(told, layers), checkpoint)


def _renamed(given: Mapping[str, Any] | None, layers: Iterable[str]) -> _Arrays | None:
    """The same arrays as the network calls them."""
    return None if given is None else _Arrays(given.__getitem__, _called(given, layers))


def _called(told: Iterable[str], layers: Iterable[str]) -> dict[str, str]:
    """What arrays are called in a file by what the network calls them: after a layer, or after its origin."""
    nodes = sorted(layers.values(), key=_has_weights, reverse=True) if isinstance(layers, Mapping) else ()
    known: dict[str, str] = {}
    for node in nodes:
        if origin := getattr(node, "origin", ""):
            known.setdefault(origin, node.name)  # of layers that stand for one call, the first has its weights
    if not known:
        return {name: name for name in told}
    names = {}
    for name in told:
        module, weight = (name, "weight") if name in known else _halves(name, known)
        names[f"{known.get(module, module)}.{weight}".lstrip(".")] = name
    return names


def _has_weights(node: Node) -> bool:
    """Whether there are weights in what a layer is, which tells it from others of the same origin."""
    return type(node.op).weights is not Operator.weights


def _halves(name: str, known: Container[str]) -> tuple[str, str]:
    """The layer and the weight in a name; a weight may have a point in it, as `out_proj.weight` has."""
    module = name.rpartition(".")[0]
    while module and module not in known:
        module = module.rpartition(".")[0]
    module = module or name.rpartition(".")[0]
    return module, name[len(module) + 1 :] if module else name


def _random(name: str, seed: int) -> np.random.Generator:
    """Numbers that depend on the seed and the name."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _numbered(name: str, shape: Any, seed: int, weight: Weight) -> Array:
    """Whole numbers below the bound that is known, 0 and 1 where none is."""
    below: Any = weight.elements.below
    numbers: Array = _random(name, seed).integers(0, 2 if below is None else below, shape, weight.elements.dtype)
    return numbers


def _drawn(name: str, shape: Any, seed: int, dtype: str) -> Array:
    """A weight that keeps activations of the same magnitude from layer to layer; variances are positive."""
    array: Array = _random(name, seed).random(shape, dtype=dtype)  # type: ignore[call-overload]
    kind = name.rpartition(".")[2]
    if kind == "running_var":
        array += 0.5
        return array
    array -= 0.5
    array *= (24 * shape[0] / array.size) ** 0.5 if array.ndim > 1 else 0.2
    if kind == "weight" and array.ndim == 1:
        array += 1
    return array


class Positive(Weights):
    """Weights that are drawn above 0, with which sums stay of the same magnitude, and roots are real."""

    def _fresh(self, name: str, weight: Weight) -> Array:
        array: Array = super()._fresh(name, weight)
        if weight.elements.dtype:
            return array
        array = np.abs(array)
        return array * (array.shape[0] / array.sum()) if array.ndim > 1 else array

"""What goes into a network: arrays that are given, or drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError
from cnnplan.lazy import np
from cnnplan.sizes import evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.executor.tensors import Array
    from cnnplan.graph import Graph
    from cnnplan.sizes import Condition, Shape
    from cnnplan.spec import Input

__all__ = ["fed"]


def fed(graph: Graph, values: Mapping[str, Any], given: Mapping[str, Any], seed: int, dtype: str) -> dict[str, Array]:
    """The inputs by name, in arrays that are nobody else's.

    Raises:
        UsageError: there is no such input, or it is of another shape.
    """
    for name in given:
        if name not in graph.inputs:
            raise UsageError(f"{graph.spec.name} has no input {name}; its inputs: {', '.join(graph.inputs)}")
    found = {}
    for number, (name, shape) in enumerate(graph.inputs.items()):
        wanted = tuple(int(evaluate(extent, values)) for extent in shape)
        declared = graph.spec.inputs[name]
        if name not in given:
            most = 2 if declared.below is None else int(declared.below.evaluate(_Values(values)))
            found[name] = _drawn(wanted, _kind(declared, dtype), most, np.random.default_rng([seed, number]))
            continue
        found[name] = np.array(given[name], dtype=_kind(declared, dtype), order="C")
        if found[name].shape != wanted:
            raise UsageError(f"the input {name} has the shape {found[name].shape}, and {wanted} is asked for")
    return found


def _kind(declared: Input, dtype: str) -> str:
    """Floats are brought into the type of the run, integers and truths are not."""
    return dtype if "float" in declared.dtype else declared.dtype


def _drawn(shape: tuple[int, ...], dtype: str, most: int, rng: np.random.Generator) -> Array:
    """Numbers of the normal distribution, or integers below a bound, or true and false."""
    if "float" not in dtype:
        return rng.integers(0, 2 if dtype == "bool" else most, size=shape, dtype=dtype)
    return rng.standard_normal(shape, dtype=dtype)  # type: ignore[call-overload,no-any-return]


class _Values:
    """The symbols of a spec as an expression sees them."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def lookup(self, name: str) -> Any:
        """The value of a symbol."""
        return self.values[name]

    def shape(self, name: str) -> Shape:
        """Nothing comes before an input."""
        raise UsageError(f"{name} comes after the inputs")

    def decide(self, condition: Condition) -> bool:
        """At the values."""
        return condition.holds(self.values)

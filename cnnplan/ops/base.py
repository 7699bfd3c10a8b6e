"""The contract of an operator: one frozen class that says everything about itself.

Its fields are its parameters and the schema of its YAML. Five facts that change together stand together: what it
requires, its output shape, its weights, its cost and its NumPy kernel. Shapes are tuples of ints and symbolic sizes
alike; the rules are written once for both. The kernel (`run`) never calls a rule nor a helper of one: its sizes come
out of slicing and matmul, so that executing it is evidence.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.cost import Cost
    from cnnplan.sizes import Condition, Shape

__all__ = ["Operator", "Requirement", "Weight"]


class Weight(NamedTuple):
    """The shape of one weight; a buffer, such as a running mean, is not trainable."""

    shape: Shape
    trainable: bool = True


class Requirement(NamedTuple):
    """What must hold for an operator to be legal, and what to say when it does not.

    The texts are templates that are only filled in when they are needed: `str(self.message).format(**self.values)`.

    Args:
        condition: a Condition, or a bool where only the rank or the number of inputs matters.
        rule: the identifier of the rule that is broken, "CNN102".
        message: one line with the values, "groups (={groups}) does not divide the {channels} input channels".
        values: what the templates name.
        hint: the way out, one line, or "".
        argument: the field at fault, so that the finding can point at it; "" for the layer as a whole.
    """

    condition: Condition | bool
    rule: str
    message: str
    values: Mapping[str, Any]
    hint: str = ""
    argument: str = ""


class Operator(BaseModel, ABC):
    """A layer's meaning. Subclasses are named after PyTorch's modules, without the rank."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    verb: ClassVar[str]
    """The name in a spec: the class name in snake case."""

    arity: ClassVar[tuple[int, int | None]] = (1, 1)
    """The least and the greatest number of inputs, None where there is no greatest."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Give the class its verb."""
        cls.verb = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()

    def requires(self, *shapes: Shape) -> Iterator[Requirement]:
        """What must hold for inputs of these shapes, the most basic first: the first that fails is the one reported."""
        del shapes
        yield from ()

    @abstractmethod
    def output(self, *shapes: Shape) -> Shape:
        """The shape of the output; only asked when every requirement holds or is open."""

    def weights(self, *shapes: Shape) -> Mapping[str, Weight]:
        """The weights by PyTorch's names, with their shapes."""
        del shapes
        return {}

    @abstractmethod
    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """The arithmetic done; a zero is written, never inherited."""

    def run(self, *arrays: Any, **weights: Any) -> Any:
        """Compute the output in plain NumPy."""
        raise NotImplementedError(f"{self.verb} has no kernel")

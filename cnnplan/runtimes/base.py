"""What a fact about a runtime is: of layers of some operators, the size there, or that other values come out, or none.

Facts are functions from the geometry of a layer to what it is elsewhere; sizes may hold letters. What no fact speaks of
was measured to be the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.sizes import FALSE, TRUE, Condition, eq, every

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cnnplan.sizes import Shape

__all__ = ["Effect", "Elsewhere", "Fact", "Layer", "Runtime", "condition"]


class Effect(StrEnum):
    """What a layer is elsewhere, in the order of gravity."""

    REFUSED = "refused"
    SIZE = "size"
    VALUES = "values"


class Layer(NamedTuple):
    """What a fact sees of a layer.

    Args:
        op: the operator.
        x: the shape of its input.
        y: the shape of its output here.
    """

    op: Any
    x: Shape
    y: Shape

    @property
    def axes(self) -> int:
        """How many spatial axes there are."""
        return len(self.x) - 2


def condition(value: Condition | bool) -> Condition:  # noqa: FBT001 - what is to be a condition
    """A condition that is known, or one that is not."""
    return value if isinstance(value, Condition) else TRUE if value else FALSE


@dataclass(frozen=True, slots=True)
class Fact:
    """Where a runtime is not PyTorch.

    Args:
        name: after what is meant, "same-with-dilation".
        verbs: the operators.
        effect: what happens.
        says: what the runtime does, a sentence in the present tense without a subject: "pads as if there were none".
        agrees: of a layer, the condition under which there is no difference; for an effect on values and legality.
        shape: the shape there, None for layers that it does not concern; for an effect on the size.
        instead: the equivalent that is the same everywhere.
        opsets: the least and the greatest version of ONNX's operators in which it is so.
    """

    name: str
    verbs: tuple[str, ...]
    effect: Effect
    says: str
    instead: str
    agrees: Callable[[Layer], Condition | bool] | None = None
    shape: Callable[[Layer], Shape | None] | None = None
    opsets: tuple[int, int] = (1, 99)

    def at(self, layer: Layer) -> Elsewhere | None:
        """What a layer is there; None where the fact says nothing of it."""
        agrees = TRUE if self.agrees is None else condition(self.agrees(layer))
        if self.shape is None:
            return None if agrees.verdict else Elsewhere(self, agrees, None)
        shape = self.shape(layer)
        if shape is None:
            return None
        same = every([*map(eq, shape, layer.y)])
        return None if same.verdict else Elsewhere(self, same, shape)


class Elsewhere(NamedTuple):
    """A layer in a runtime.

    Args:
        fact: why it is another.
        agrees: where it is none; FALSE where that is nowhere.
        shape: the shape there, None where it does not exist or is the same.
    """

    fact: Fact
    agrees: Condition
    shape: Shape | None


UNTRIED = ("padding_mode", "divisor_override", "dims")
"""Arguments of which nothing but the default was measured."""


def _is_untried(op: Any) -> bool:
    fields = type(op).model_fields
    return any(getattr(op, name) != fields[name].default for name in UNTRIED if name in fields)


@dataclass(frozen=True, slots=True)
class Runtime:
    """A program that runs networks, in the versions that were measured.

    Args:
        name: what it is asked for by: its results are in tests/runtimes/NAME.json.
        title: what people call it.
        versions: of it and of what it rests on, as measured.
        written: in which words layers are given to it.
        facts: what is not as in PyTorch.
        measured: how many geometries of each operator it was asked about, of those that it has words for.
    """

    name: str
    title: str
    versions: Mapping[str, str]
    written: str
    facts: tuple[Fact, ...] = ()
    measured: Mapping[str, int] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The version of the program itself."""
        return next(iter(self.versions.values()))

    def differences(self, layer: Layer) -> Iterator[Elsewhere]:
        """What a layer is there, by every fact that speaks of it; nothing, if it has arguments that were not tried."""
        for fact in () if _is_untried(layer.op) else self.facts:
            if layer.op.verb in fact.verbs:
                found = fact.at(layer)
                if found is not None:
                    yield found

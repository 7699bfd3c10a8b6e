"""Numbers of a recording as arguments of layers: as they come out, or as formulas of the language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import CnnplanError
from cnnplan.translation.torch.calls import Untraceable
from cnnplan.translation.torch.made import (
    Axis,
    Binary,
    Choice,
    Guard,
    Rounded,
    When,
    axes_of,
    faithful,
    opposite,
    product_of_doubles,
)
from cnnplan.translation.torch.merging import DECIMALS, Formula
from cnnplan.translation.torch.shaping import Shapes, Unknown
from cnnplan.translation.torch.values import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.translation.torch.calls import Seen

__all__ = ["Formulas"]

MOST_LETTERS: Final = 48
"""A formula that is longer is written with the names of layers instead."""


class Formulas:
    """What the numbers of a recording are called, or come out as, in the layers that are written so far.

    Args:
        names: the inputs, by their names in the recording.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self.inputs = dict(names)
        self.symbols: dict[tuple[str, int], str] = {}
        self.called: dict[str, str] = {}
        self.shapes = Shapes({})
        self.layers: dict[tuple[int, int], str] = {}
        self.shadows: dict[tuple[int, int], str] = {}

    # as they come out -------------------------------------------------------------------------------------------

    def sizes(self, seen: Seen) -> tuple[Any, ...]:
        """The extents of a tensor: numbers where they are numbers whatever the sizes are."""
        if seen.ref.kind not in {"input", "call", "made"}:
            return seen.shape
        found: list[Any] = []
        for dim, extent in enumerate(seen.shape):
            axis = Axis(seen.ref, dim, extent.value if isinstance(extent, Formula) else extent)
            known = self.computed(axis)
            found.append(extent if known is None else known if isinstance(known, int) else Formula(axis, axis.value))
        return tuple(found)

    def computed(self, made: Any) -> Any:
        """What a formula comes out as: a number or a size; None where that is not known."""
        try:
            return self.shapes.value(made, self.axis_name)
        except (Unknown, CnnplanError, ArithmeticError, AttributeError, TypeError, ValueError):
            return None

    def axis_name(self, axis: Axis) -> str:
        """The layer whose extent is meant; "" where none is known."""
        ref = axis.source
        known = self.shadows if ref.kind == "made" else self.layers
        return self.inputs[ref.name] if ref.kind == "input" else known.get((ref.number, ref.place), "")

    def decided(self, guard: Guard) -> bool:
        """Whether a comparison comes out as it did whatever the sizes are.

        Raises:
            Untraceable: it is one of decimals that doubles round.
        """
        if all(isinstance(self.computed(axis), int) for side in (guard.left, guard.right) for axis in axes_of(side)):
            return True
        if not (faithful(guard.left) and faithful(guard.right)):
            raise Untraceable(f"{guard.place} takes a size times a rounded decimal, or the like", "", DECIMALS)
        return bool(self.shapes.holds(guard, self.axis_name))

    # as text --------------------------------------------------------------------------------------------------

    def argument(self, value: Any) -> Any:
        """A number, a formula as text, or a list of them."""
        if isinstance(value, Formula):
            return self.shown(value.made)
        if isinstance(value, tuple | list):
            return [self.argument(each) for each in value]
        return value

    def extents(self, shape: Sequence[Any]) -> list[Any]:
        """A shape as an argument."""
        return [self.argument(extent) for extent in shape]

    def shown(self, made: Any) -> Any:
        """A formula as a number, as it comes out, or, where that is long, as it was made."""
        known = self.computed(made)
        if isinstance(made, Choice) and not isinstance(known, int | float):
            return self.text(made)
        if known is not None and (isinstance(known, int | float) or len(str(known)) <= MOST_LETTERS):
            return known if isinstance(known, int | float) else str(known)
        try:
            return self.text(made)
        except Refused:
            if known is None:
                raise
            return str(known)

    def text(self, made: Any) -> str:
        """A formula in the language."""
        if isinstance(made, Axis):
            return self._axis(made)
        if isinstance(made, Choice):
            held, broken = (each if isinstance(each, int) else self._inner(each) for each in (made.held, made.broken))
            return f"{held} if {self.condition(made.guard)} else {broken}"
        if isinstance(made, Binary) and made.operator in {"max", "min"}:
            return f"{made.operator}({self.text(made.left)}, {self.text(made.right)})"
        if isinstance(made, Binary):
            left, right = (self._inner(each) for each in (made.left, made.right))
            return f"{left} {made.operator} {right}"
        if isinstance(made, Rounded):
            product = product_of_doubles(made.inner) if made.function == "floor" else None
            if product is not None:
                return f"scaled({self.text(product[0])}, {product[1]})"
            return f"{made.function}({self.text(made.inner)})"
        return f"({made})" if isinstance(made, int | float) and made < 0 else str(made)

    def _inner(self, made: Any) -> str:
        bare = not isinstance(made, Binary) or made.operator in {"max", "min"}
        return self.text(made) if bare else f"({self.text(made)})"

    def _axis(self, axis: Axis) -> str:
        ref = axis.source
        if ref.kind == "input":
            return self.symbols[ref.name, axis.dim]
        name = self.layers.get((ref.number, ref.place))
        if name is None:
            raise Refused("a size is that of a tensor of which nothing is known")
        return f'shape("{name}")[{axis.dim}]' if name not in self.inputs.values() else self._input(name, axis.dim)

    def _input(self, name: str, dim: int) -> str:
        given = next(key for key, called in self.inputs.items() if called == name)
        return self.symbols[given, dim]

    def guard(self, guard: Guard) -> str:
        """A comparison in the language."""
        return f"{self.shown(guard.left)} {guard.operator} {self.shown(guard.right)}"

    def condition(self, guard: Guard) -> str:
        """The same, as short as it comes out."""
        known = self.shapes.condition(guard, self.axis_name)
        return known if known and len(known) <= MOST_LETTERS else self.guard(guard)

    def when(self, when: When) -> str | bool:
        """Comparisons of which all of one row hold, in the language; what they come out as where that is known."""
        rows = []
        for row in when:
            told = [self._verdict(guard) for guard in row]
            if False in told:
                continue
            rows.append([self.condition(guard) for guard, known in zip(row, told, strict=True) if known is None])
        if not all(rows):
            return True
        texts = list(dict.fromkeys(" and ".join(dict.fromkeys(row)) for row in rows))
        return " or ".join(texts) if texts else False

    def _verdict(self, guard: Guard) -> bool | None:
        """Whether a comparison holds whatever the sizes are; None where that depends."""
        if self.shapes.holds(guard, self.axis_name):
            return True
        return False if self.shapes.holds(opposite(guard), self.axis_name) else None

"""Sizes as tensors: read off the shapes of what is there, worked out by nodes where they are nowhere."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any, Final

from cnnplan.sizes import Count, Size, ge
from cnnplan.translation.onnx.writing.refusals import Unwritable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.sizes import Shape
    from cnnplan.translation.onnx.writing.file import File

__all__ = ["Extents"]

FUNCTIONS: Final = {"maximum": "Max", "minimum": "Min"}


class Extents:
    """Makes values of one whole number each; one that was made is made once.

    Args:
        file: where the nodes go.
        inputs: the shapes of the network's inputs.
    """

    def __init__(self, file: File, inputs: Mapping[str, Shape]) -> None:
        self.file = file
        self._known: dict[Any, str] = {}
        self._shapes: dict[str, str] = {}
        self._inputs = inputs

    def vector(self, extents: Sequence[Any], seen: Mapping[str, Shape]) -> str:
        """Whole numbers and sizes, one behind the other.

        Args:
            extents: what they are.
            seen: the values that the layer reads, with their shapes: an extent of one of them is read off it.
        """
        if all(isinstance(n, int) for n in extents):
            return self.file.whole(extents)
        parts: list[str] = []
        plain: list[int] = []
        for extent in extents:
            if isinstance(extent, int):
                plain.append(extent)
                continue
            parts += [self.file.whole(plain)] if plain else []
            plain = []
            parts.append(self._of(extent, seen))
        parts += [self.file.whole(plain)] if plain else []
        return parts[0] if len(parts) == 1 else self.file.call("Concat", parts, axis=0)

    def _of(self, extent: Any, seen: Mapping[str, Shape]) -> str:
        for value, shape in seen.items():
            for axis, n in enumerate(shape):
                if n == extent:
                    return self._read(value, axis)
        return self._count(extent)

    def _read(self, value: str, axis: int) -> str:
        """The extent of an axis of a value."""
        key = (value, axis)
        if key not in self._known:
            if value not in self._shapes:
                self._shapes[value] = self.file.call("Shape", [value])
            self._known[key] = self.file.call("Gather", [self._shapes[value], self.file.whole([axis])], axis=0)
        return self._known[key]

    def _count(self, count: Any) -> str:
        """A size or a product of sizes, worked out."""
        if isinstance(count, int):
            return self.file.whole([count])
        if count not in self._known:
            top, bottom = self._fraction(count)
            self._known[count] = self._divided(top, bottom, positive=ge(count, 0).verdict is True)
        return self._known[count]

    def _fraction(self, value: Any) -> tuple[str, int]:
        """A value as a whole number over a number."""
        if not isinstance(value, Count):
            exact = Fraction(value)
            return self.file.whole([exact.numerator]), exact.denominator
        terms = _terms(value)
        scale = lcm(*(Fraction(coef).denominator for _, coef in terms))
        found = ""
        for factors, coef in terms:
            found = self._added(found, factors, int(coef * scale))
        return found or self.file.whole([0]), scale

    def _added(self, found: str, factors: Sequence[Any], coef: int) -> str:
        """A sum and one more product."""
        values = [self._factor(factor) for factor in factors]
        if abs(coef) != 1 or not values:
            values.append(self.file.whole([abs(coef)]))
        term = values[0]
        for value in values[1:]:
            term = self.file.call("Mul", [term, value])
        if coef < 0:
            return self.file.call("Sub", [found or self.file.whole([0]), term])
        return self.file.call("Add", [found, term]) if found else term

    def _factor(self, factor: Any) -> str:
        if isinstance(factor, Size):
            alone = len(factor.terms) == 1 and not factor.const and factor.terms[0][1] == 1
            return self._atom(factor.terms[0][0]) if alone else self._count(factor)
        return self._atom(factor)

    def _atom(self, atom: Any) -> str:
        if atom not in self._known:
            self._known[atom] = self._applied(atom)
        return self._known[atom]

    def _applied(self, atom: Any) -> str:
        if atom.kind == "symbol":
            value = self._symbol(atom)
            return value if atom.scale == 1 else self._divided(value, atom.scale, positive=True)
        if atom.kind == "floor":
            top, bottom = atom.args
            if not isinstance(bottom, int | Fraction):
                (high, below), (low, above) = self._fraction(top), self._fraction(bottom)
                high = high if above == 1 else self.file.call("Mul", [high, self.file.whole([above])])
                low = low if below == 1 else self.file.call("Mul", [low, self.file.whole([below])])
                return self._floored(high, low, positive=ge(top, 0).verdict is True)
            high, below = self._fraction(top)
            exact = Fraction(bottom)
            if exact.denominator != 1:
                high = self.file.call("Mul", [high, self.file.whole([exact.denominator])])
            return self._divided(high, exact.numerator * below, positive=ge(top, 0).verdict is True)
        if atom.kind not in FUNCTIONS:
            raise Unwritable(f"{atom.kind} of sizes")
        parts = [self._fraction(arg) for arg in atom.args]
        if any(below != 1 for _, below in parts):
            raise Unwritable(f"{atom.kind} of fractions")
        return self.file.call(FUNCTIONS[atom.kind], [top for top, _ in parts])

    def _divided(self, top: str, bottom: int, *, positive: bool) -> str:
        return top if bottom == 1 else self._floored(top, self.file.whole([bottom]), positive=positive)

    def _floored(self, top: str, bottom: str, *, positive: bool) -> str:
        """The floor of a quotient; ONNX cuts what is behind the point, which is the same from 0 on."""
        if not positive:
            rest = self.file.call("Mod", [top, bottom])
            top = self.file.call("Sub", [top, rest])
        return self.file.call("Div", [top, bottom])

    def _symbol(self, atom: Any) -> str:
        """A symbol, of the first input that has it as an extent, or a multiple of it as one."""
        for whole in (True, False):
            for name, shape in self._inputs.items():
                for axis, extent in enumerate(shape):
                    if isinstance(extent, Size) and len(extent.terms) == 1 and extent.terms[0][0].name == atom.name:
                        ((mine, factor),) = extent.terms
                        found = Fraction(factor, 1) / mine.scale
                        if (found == 1 and not extent.const) is whole and found > 0:
                            return self._undone(self._read(name, axis), found, extent.const)
        raise Unwritable(f"{atom.name} is the extent of no input: give it a value with --set {atom.name}=...")

    def _undone(self, value: str, factor: Fraction, more: Any) -> str:
        """The symbol of which an extent is a multiple and something more."""
        if more:
            value = self.file.call("Sub", [value, self.file.whole([int(more)])])
        if factor.denominator != 1:
            value = self.file.call("Mul", [value, self.file.whole([factor.denominator])])
        return self._divided(value, factor.numerator, positive=True)


def _terms(count: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """A count as products of factors with their coefficients."""
    terms: list[tuple[tuple[Any, ...], Any]] = [*count.products.items()]
    rest = count.rest
    if isinstance(rest, int | Fraction):
        return [*terms, ((), rest)] if rest or not terms else terms
    terms += [((atom,), coef) for atom, coef in rest.terms]
    return [*terms, ((), rest.const)] if rest.const else terms

"""What arguments are made of: numbers that may differ from copy to copy, words that may not, sizes of tensors."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from cnnplan.sizes import Count, ceil_div

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cnnplan.sizes import Shape
    from cnnplan.translation.templates.nesting import Ref

__all__ = ["Extent", "Part", "Sides", "Sized", "is_leaf", "leaves", "skeleton"]

MOST_PAIRS: Final = 24
"""As many extents are looked at in pairs."""

FACTORS: Final = (2, 4, 7, 8, 16, 49)
"""By which a product of two extents may be larger or smaller."""


@dataclass(frozen=True)
class Part:
    """An extent of a tensor: axis `axis` of what `ref` gives."""

    ref: Ref
    axis: int


@dataclass(frozen=True)
class Extent:
    """A size: a Part, a number, a symbol, or two of them with an operator between."""

    operator: str
    left: Any
    right: Any = None

    def parts(self) -> Iterator[Part]:
        """The extents that it is made of."""
        for side in (self.left, self.right):
            if isinstance(side, Part):
                yield side
            elif isinstance(side, Extent):
                yield from side.parts()

    def symbols(self) -> Iterator[str]:
        """The symbols that it names."""
        for side in (self.left, self.right):
            if isinstance(side, str):
                yield side
            elif isinstance(side, Extent):
                yield from side.symbols()

    def renamed(self, names: Mapping[Ref, Ref]) -> Extent:
        """With other names for tensors."""

        def put(side: Any) -> Any:
            if isinstance(side, Part):
                return Part(names.get(side.ref, side.ref), side.axis)
            return side.renamed(names) if isinstance(side, Extent) else side

        return Extent(self.operator, put(self.left), put(self.right))

    def text(self, part: Callable[[Part], str], *, inner: bool = False) -> str:
        """As Python writes it."""
        if self.operator == "":
            return self._side(self.left, part)
        if self.operator in {"max", "min"}:
            return f"{self.operator}({self._side(self.left, part)}, {self._side(self.right, part)})"
        if self.operator == "-" and self.left == 0:
            return f"-{self._side(self.right, part)}"
        shown = f"{self._side(self.left, part)} {self.operator} {self._side(self.right, part)}"
        return f"({shown})" if inner else shown

    @staticmethod
    def _side(side: Any, part: Callable[[Part], str]) -> str:
        if isinstance(side, Part):
            return part(side)
        if isinstance(side, Extent):
            return side.text(part, inner=True)
        return side.lower() if isinstance(side, str) else str(side)


class Sides(tuple[Any, ...]):
    """Before and after of an axis, each a number of its own."""

    __slots__ = ()


def is_leaf(value: Any) -> bool:
    """Whether a value is a number, a truth value, or several numbers: what may differ from copy to copy."""
    if isinstance(value, Sides):
        return False
    if isinstance(value, tuple):
        return bool(value) and all(isinstance(each, int | float | Fraction) for each in value)
    return isinstance(value, int | float | Fraction)


def skeleton(value: Any) -> Any:
    """What is left of a value without its numbers."""
    if is_leaf(value):
        return "#"
    return tuple(map(skeleton, value)) if isinstance(value, tuple) and not _settled(value) else value


def leaves(value: Any, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Any]]:
    """The numbers of a value, with where they stand."""
    if is_leaf(value):
        yield path, value
    elif isinstance(value, tuple) and not _settled(value):
        for at, each in enumerate(value):
            yield from leaves(each, (*path, at))


def _settled(value: tuple[Any, ...]) -> bool:
    """Whether a list of lists holds numbers alone."""
    if isinstance(value, Sides):
        return False
    return all(is_leaf(each) or (isinstance(each, tuple) and _settled(each)) for each in value)


class Sized:
    """Sizes as they are read off the tensors of a scope.

    Args:
        tensors: the tensors that are there, with their shapes.
        asked: the sizes that cannot be read off any of them, and are given by the caller; None for the network, where
            symbols are known.
    """

    def __init__(self, tensors: Mapping[Ref, Shape], asked: list[Any] | None) -> None:
        self.tensors = tensors
        self.asked = asked

    def extent(self, wanted: Count, first: Sequence[Ref]) -> Extent:
        """A size, by the tensors that a layer reads if that is possible."""
        near = self._extents({ref: self.tensors[ref] for ref in first})
        far = self._extents(self.tensors)
        for known in (near, far):
            for found in (self._same, self._near, self._rounded, self._product):
                extent = found(wanted, known)
                if extent is not None:
                    return extent
        if self.asked is None:
            return formula(wanted)
        if wanted not in self.asked:
            self.asked.append(wanted)
        return Extent("", f"size{self.asked.index(wanted) + 1}")

    @staticmethod
    def _extents(tensors: Mapping[Ref, Shape]) -> list[tuple[Part, Any]]:
        found: dict[Any, Part] = {}
        for ref, shape in tensors.items():
            for axis, extent in enumerate(shape):
                if isinstance(extent, Count):
                    found.setdefault(extent, Part(ref, axis))
        return [(part, extent) for extent, part in found.items()]

    @staticmethod
    def _same(wanted: Count, known: Sequence[tuple[Part, Any]]) -> Extent | None:
        return next((Extent("", part) for part, extent in known if extent == wanted), None)

    @staticmethod
    def _near(wanted: Count, known: Sequence[tuple[Part, Any]]) -> Extent | None:
        """A multiple, a share, one and something."""
        for part, extent in known:
            for number in range(2, 65):
                if extent * number == wanted:
                    return Extent("*", part, number)
                if wanted * number == extent:
                    return Extent("//", part, number)
        for part, extent in known:
            rest = wanted - extent
            if isinstance(rest, int):
                return Extent("+" if rest > 0 else "-", part, abs(rest))
        return None

    @staticmethod
    def _rounded(wanted: Count, known: Sequence[tuple[Part, Any]]) -> Extent | None:
        """How often something goes into an extent, up or down, and what is missing."""
        for part, extent in known[:MOST_PAIRS]:
            for number in (2, 3, 4, 5, 6, 7, 8, 12, 14, 16, 24, 32):
                more = ceil_div(extent, number)
                if wanted == extent // number:
                    return Extent("//", part, number)
                if wanted == more:
                    return Extent("//", Extent("+", part, number - 1), number)
                if wanted == more * number - extent:
                    return Extent("%", Extent("-", 0, part), number)
                if wanted == more * number:
                    return Extent("*", Extent("//", Extent("+", part, number - 1), number), number)
        return None

    @staticmethod
    def _product(wanted: Count, known: Sequence[tuple[Part, Any]]) -> Extent | None:
        """Two extents, multiplied, added, one less the other, or half of that."""
        pairs = [(one, other) for one in known[:MOST_PAIRS] for other in known[:MOST_PAIRS]]
        for (one, left), (other, right) in pairs:
            for operator, value in (("*", left * right), ("-", left - right), ("+", left + right)):
                if value == wanted:
                    return Extent(operator, one, other)
        for (one, left), (other, right) in pairs:
            half = Extent("//", Extent("-", one, other), 2)
            if one is not other and (left - right) // 2 == wanted:
                return half
            if one is not other and (left - right) // 2 + right == wanted:
                return Extent("+", half, other)
        for (one, left), (other, right), number in ((*pair, number) for pair in pairs for number in FACTORS):
            if left * right * number == wanted:
                return Extent("*", Extent("*", one, other), number)
            if left * right == wanted * number:
                return Extent("//", Extent("*", one, other), number)
        return None


def formula(value: Any) -> Extent:
    """A size by the symbols themselves."""
    if isinstance(value, int):
        return Extent("", value)
    if not isinstance(value, Count):
        exact = Fraction(value)
        if exact.denominator == 1:
            return Extent("", int(exact))
        raise NotImplementedError(f"the fraction {exact}")
    terms = _terms(value)
    scale = 1
    for _, coef in terms:
        scale *= Fraction(coef).denominator // _gcd(scale, Fraction(coef).denominator)
    total: Extent | None = None
    for factors, coef in sorted(terms, key=lambda term: term[1] < 0):
        number = int(coef * scale)
        product: Any = None
        for factor in factors:
            side = _atom(factor)
            product = side if product is None else Extent("*", product, side)
        if product is None:
            product = Extent("", abs(number))
        elif abs(number) != 1:
            product = Extent("*", abs(number), product)
        if total is None:
            total = product if number > 0 else Extent("-", 0, product)
        else:
            total = Extent("+" if number > 0 else "-", total, product)
    total = total or Extent("", 0)
    return total if scale == 1 else Extent("//", total, scale)


def _gcd(left: int, right: int) -> int:
    while right:
        left, right = right, left % right
    return left


def _atom(atom: Any) -> Extent:
    if isinstance(atom, Count):
        return formula(atom)
    if atom.kind == "symbol":
        return Extent("", atom.name) if atom.scale == 1 else Extent("//", atom.name, int(atom.scale))
    if atom.kind == "floor":
        top, bottom = atom.args
        exact = Fraction(bottom) if isinstance(bottom, int | Fraction) else None
        if exact is not None and exact.denominator != 1:
            return Extent("//", Extent("*", formula(top), exact.denominator), exact.numerator)
        return Extent("//", formula(top), formula(bottom) if exact is None else int(exact))
    if atom.kind in {"maximum", "minimum"}:
        first, *others = map(formula, atom.args)
        for each in others:
            first = Extent(atom.kind[:3], first, each)
        return first
    raise NotImplementedError(f"{atom.kind} of sizes")


def _terms(count: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """A size as products of factors with their coefficients."""
    terms: list[tuple[tuple[Any, ...], Any]] = [*count.products.items()]
    rest = count.rest
    if isinstance(rest, int | Fraction):
        return [*terms, ((), rest)] if rest or not terms else terms
    terms += [((atom,), coef) for atom, coef in rest.terms]
    return [*terms, ((), rest.const)] if rest.const else terms

"""Sums of products, written with a letter for every axis."""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

from cnnplan.cost import Cost
from cnnplan.lazy import np
from cnnplan.models import field
from cnnplan.ops.base import Operator, Requirement, broken, several, show
from cnnplan.ops.fields import Equation
from cnnplan.ops.links import Link
from cnnplan.sizes import eq, prod, total

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnnplan.ops.arrays import Array
    from cnnplan.sizes import Extent, Shape

__all__ = ["Einsum"]

FORM = re.compile(r"[A-Za-z]+(,[A-Za-z]+)*->[A-Za-z]*")
EXAMPLE = "nqd,nkd->nqk"


class Einsum(Operator):
    """Products of elements of the inputs, summed up along every letter that the output does not have.

    Output   an axis for each letter behind the arrow
    Weights  none
    Cost     from left to right: an add per element but the last of a letter that one input alone has; then a
             multiply-add per combination of the letters of two inputs, or a multiply where no letter ends with them
    Source   torch.einsum; unlike there, the arrow is written, and no letter stands twice in an input

    >>> Einsum(equation="nqd,nkd->nqk").output((2, 3, 8), (2, 5, 8))
    (2, 3, 5)
    """

    arity = (1, None)
    ranks = (0, None)

    equation: Equation = field(
        description="A letter for each axis of each input, an arrow, those of the output: nqd,nkd->nqk."
    )

    def needs(self, *shapes: Shape) -> Iterator[Requirement]:
        """Letters that fit the inputs: as many, and of one extent each."""
        fault = next(self._misspelt(shapes), None)
        if fault is not None:
            yield fault
            return
        known: dict[str, tuple[Extent, int]] = {}
        for number, (letters, shape) in enumerate(zip(self._operands(), shapes, strict=True)):
            for letter, n in zip(letters, shape, strict=True):
                first, place = known.setdefault(letter, (n, number))
                if n is not first:
                    values = {"letter": letter, "left": first, "right": n, "place": place + 1, "number": number + 1}
                    message = "{letter} is {left} in input {place} and {right} in input {number}"
                    yield Requirement(eq(first, n), "CNN103", message, values, "", "equation")

    def _misspelt(self, shapes: tuple[Shape, ...]) -> Iterator[Requirement]:
        """What is wrong with the equation as a text, and with the number of its letters."""
        values: dict[str, Any] = {"equation": self._written(), "example": EXAMPLE}
        if not FORM.fullmatch(self._written()):
            message = "equation (={equation}) is not letters for each input, an arrow, letters for the output"
            yield broken("CNN013", message, values, "write it in quotes, like {example}", "equation")
            return
        operands, output = self._operands(), self._output()
        if len(operands) != len(shapes):
            values |= {"wanted": several((len(operands),) * 2, "input"), "given": len(shapes)}
            yield broken("CNN105", "equation (={equation}) is for {wanted}, got {given}", values, "", "equation")
            return
        for number, (letters, shape) in enumerate(zip(operands, shapes, strict=True)):
            if len(letters) != len(shape):
                more = {"letters": letters, "number": number + 1, "shape": show(shape), "given": len(shape)}
                message = "{letters} is not a letter for each of the {given} axes of input {number}, {shape}"
                yield broken("CNN104", message, values | more, "", "equation")
        for letters in (*operands, output):
            twice = next((letter for letter in letters if letters.count(letter) > 1), None)
            if twice:
                message = "{letter} stands twice in {letters}: a diagonal is not taken"
                yield broken("CNN013", message, {"letter": twice, "letters": letters}, "", "equation")
        for letter in output:
            if not any(letter in letters for letters in operands):
                yield broken("CNN013", "{letter} is in the output and in no input", {"letter": letter}, "", "equation")

    def _written(self) -> str:
        return self.equation.replace(" ", "")

    def _operands(self) -> list[str]:
        return self._written().partition("->")[0].split(",")

    def _output(self) -> str:
        return self._written().partition("->")[2]

    def _extents(self, shapes: tuple[Shape, ...]) -> dict[str, Extent]:
        pairs = zip(self._operands(), shapes, strict=True)
        return {letter: n for letters, shape in reversed([*pairs]) for letter, n in zip(letters, shape, strict=True)}

    def output(self, *shapes: Shape) -> Shape:
        """The extents of its letters."""
        known = self._extents(shapes)
        return tuple(known[letter] for letter in self._output())

    def link(self, operand: int, dim: int, *shapes: Shape) -> Link | None:
        """The axis of the same letter; all of one that is summed up."""
        del shapes
        place = self._output().find(self._operands()[operand][dim])
        return None if place < 0 else Link(place)

    def keeps(self, *shapes: Shape) -> tuple[int, ...]:
        """The inputs that are multiplied as they are."""
        pairs = enumerate(zip(self._operands(), self._summed(), strict=True))
        return tuple(number for number, (letters, left) in pairs if letters == left) if len(shapes) > 1 else ()

    def notes(self, *shapes: Shape) -> dict[str, Extent]:
        """What else is multiplied: inputs that are summed up before, and products of which there are more to come."""
        size = self._size(shapes)
        summed = self._summed()
        between = [left for letters, left in zip(self._operands(), summed, strict=True) if left != letters]
        between += [left for _, left in _steps(summed, self._output())][:-1]
        return {"": total(map(size, between))} if len(shapes) > 1 and between else {}

    def cost(self, shapes: tuple[Shape, ...], output: Shape) -> Cost:
        """Sums within inputs, then products from left to right."""
        del output
        size = self._size(shapes)
        summed = self._summed()
        cost = Cost()
        for letters, left in zip(self._operands(), summed, strict=True):
            cost += Cost(adds=size(letters) - size(left)) if left != letters else Cost()
        for every, left in _steps(summed, self._output()):
            cost += Cost(macs=size(every)) if left != every else Cost(multiplies=size(every))
        return cost

    def _size(self, shapes: tuple[Shape, ...]) -> Callable[[str], Extent]:
        """The number of combinations of letters."""
        known = self._extents(shapes)
        return lambda letters: prod(known[letter] for letter in letters)

    def _summed(self) -> list[str]:
        """The letters that each input keeps when those that nothing else has are summed up."""
        operands = self._operands()
        others = ("".join(operands[:i] + operands[i + 1 :]) + self._output() for i in range(len(operands)))
        return [_kept(letters, rest) for letters, rest in zip(operands, others, strict=True)]

    def run(self, *arrays: Array) -> Array:
        """Two at a time, as products of matrices."""
        equation = self.equation.replace(" ", "")
        inputs, _, output = equation.partition("->")
        named = [_Named(letters, array) for letters, array in zip(inputs.split(","), arrays, strict=True)]
        extents: dict[str, int] = {}
        for letters, array in named:
            if len(letters) != array.ndim or len({*letters}) < len(letters):
                raise ValueError(f"{letters} for {array.shape}")
            for letter, n in zip(letters, array.shape, strict=True):
                if extents.setdefault(letter, n) != n:
                    raise ValueError(f"{letter} is {extents[letter]} and {n}")
        rests = [
            "".join(other.letters for place, other in enumerate(named) if place != number) + output
            for number in range(len(named))
        ]
        waiting = [_summed(one, rest) for one, rest in zip(named, rests, strict=True)]
        while len(waiting) > 1:
            first, second, *others = waiting
            rest = output + "".join(other.letters for other in others)
            waiting = [_product(first, second, rest), *others]
        return waiting[0].ordered(output)


def _steps(operands: list[str], output: str) -> Iterator[tuple[str, str]]:
    """Products from left to right: all letters of the two that meet, and those that are left."""
    sofar = operands[0]
    for number, letters in enumerate(operands[1:], 2):
        every = "".join(dict.fromkeys(sofar + letters))
        sofar = _kept(every, "".join(operands[number:]) + output)
        yield every, sofar


def _kept(letters: str, others: str) -> str:
    """The letters that are also there."""
    return "".join(letter for letter in letters if letter in others)


class _Named(NamedTuple):
    """An array with a letter for each axis."""

    letters: str
    array: Array

    def ordered(self, letters: str) -> Array:
        """The axes in this order."""
        if {*letters} != {*self.letters} or len(letters) != len(self.letters):
            raise ValueError(f"{self.letters} is not {letters}")
        return self.array.transpose([self.letters.index(letter) for letter in letters])


def _summed(one: _Named, rest: str) -> _Named:
    """Without the letters that nothing else has."""
    gone = tuple(axis for axis, letter in enumerate(one.letters) if letter not in rest)
    left = "".join(letter for letter in one.letters if letter in rest)
    return _Named(left, one.array.sum(axis=gone)) if gone else one


def _product(one: _Named, other: _Named, rest: str) -> _Named:
    """The product of two, summed up along the letters that nothing else has."""
    inner = [letter for letter in one.letters if letter not in rest]
    both = [letter for letter in one.letters if letter in rest and letter in other.letters]
    left = [letter for letter in one.letters if letter in rest and letter not in other.letters]
    right = [letter for letter in other.letters if letter not in one.letters]
    shapes = [one.array.shape[one.letters.index(letter)] for letter in (*both, *left)]
    width = [other.array.shape[other.letters.index(letter)] for letter in right]
    letters = "".join((*both, *left, *right))
    if not inner:
        rows = one.ordered("".join((*both, *left))).reshape((*shapes, *(1 for _ in right)))
        columns = other.ordered("".join((*both, *right))).reshape((*shapes[: len(both)], *(1 for _ in left), *width))
        return _Named(letters, np.multiply(rows, columns))
    front = shapes[: len(both)]
    size = reduce(lambda product, letter: product * one.array.shape[one.letters.index(letter)], inner, 1)
    a = one.ordered("".join((*both, *left, *inner))).reshape(*front, -1, size)
    b = other.ordered("".join((*both, *inner, *right))).reshape(*front, size, -1)
    return _Named(letters, np.matmul(a, b).reshape((*shapes, *width)))

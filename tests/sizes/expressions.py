"""Random expressions of random letters, and the same in plain Python: what forms, bounds and conditions are held to."""

from __future__ import annotations

import operator
from fractions import Fraction
from itertools import product
from math import floor as _floor
from math import gcd as _gcd
from random import Random
from typing import Any, NamedTuple

from cnnplan import sizes
from cnnplan.sizes import Context, Domain

NAMES = ("H", "W", "c")
DIVISORS = (1, 2, 3, 4, 5, 7, 8)


class Drawn(NamedTuple):
    """An expression: as the arithmetic of sizes has it, and as a function of numbers."""

    value: Any
    number: Any
    text: str


class Draw:
    """Letters with domains, and expressions of them.

    Args:
        seed: of the random numbers.
    """

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - the same expressions every time
        self.context = Context()
        self.domains = {name: self._domain() for name in NAMES[: self.random.choice((1, 2, 2, 3))]}
        self.letters = {name: self.context.symbol(name, domain) for name, domain in self.domains.items()}

    def _domain(self) -> Domain:
        pick = self.random
        if pick.random() < 0.15:
            return Domain(choices=tuple(sorted(pick.sample(range(1, 40), pick.randint(1, 4)))))
        multiple = pick.choice((1, 1, 1, 2, 3, 4, 7, 16))
        least = pick.choice((1, 1, 2, 5, 16))
        most = pick.choice((None, None, least + multiple * pick.randint(1, 30)))
        return Domain(min=least, max=most, multiple_of=multiple)

    def expression(self, depth: int) -> Drawn:
        """An expression of this depth, with whole values."""
        pick = self.random
        if depth == 0:
            if pick.random() < 0.2:
                number = pick.randint(-4, 9)
                return Drawn(number, lambda _, n=number: n, str(number))
            name = pick.choice(list(self.letters))
            return Drawn(self.letters[name], lambda at, n=name: at[n], name)
        one = self.expression(depth - 1)
        kind = pick.randrange(9)
        if kind < 3:
            return self._joined(one, self.expression(pick.randrange(depth)), ("+", "-", "*")[kind])
        if kind == 3:
            times = pick.randint(-3, 5)
            return Drawn(one.value * times, lambda at: one.number(at) * times, f"{times} * ({one.text})")
        return (self._divided if kind < 7 else self._function)(one, pick.randrange(depth))

    def _joined(self, one: Drawn, other: Drawn, sign: str) -> Drawn:
        apply = {"+": operator.add, "-": operator.sub, "*": operator.mul}[sign]
        value = apply(one.value, other.value)
        return Drawn(value, lambda at: apply(one.number(at), other.number(at)), f"({one.text} {sign} {other.text})")

    def _divided(self, one: Drawn, _depth: int) -> Drawn:
        pick = self.random
        if pick.random() < 0.15:
            name = pick.choice(list(self.letters))
            letter = self.letters[name]
            return Drawn(one.value // letter, lambda at: one.number(at) // at[name], f"({one.text}) // {name}")
        by = pick.choice(DIVISORS)
        form = pick.randrange(3)
        if form == 0:
            return Drawn(one.value // by, lambda at: one.number(at) // by, f"({one.text}) // {by}")
        if form == 1:
            return Drawn(sizes.ceil_div(one.value, by), lambda at: -(-one.number(at) // by), f"ceil({one.text}, {by})")
        return Drawn(one.value % by, lambda at: one.number(at) % by, f"({one.text}) % {by}")

    def _function(self, one: Drawn, depth: int) -> Drawn:
        pick = self.random
        other = self.expression(depth)
        form = pick.randrange(5)
        if form == 4:
            by = pick.choice((Fraction(7, 10), Fraction(57, 100), Fraction(13, 3), Fraction(8, 5)))
            up, least = sizes.maximum(one.value, 1), lambda at: max(one.number(at), 1)
            value, text = sizes.scaled(up, by), f"scaled(max({one.text}, 1), {by})"
            return Drawn(value, lambda at: _floor(least(at) * float(by)), text)
        if form == 3:
            by = pick.choice((2, 4, 8))
            made = sizes.make_divisible
            return Drawn(made(one.value, by), lambda at: made(one.number(at), by), f"make_divisible({one.text}, {by})")
        if form == 2:
            by = pick.choice(DIVISORS)
            return Drawn(sizes.gcd(one.value, by), lambda at: _gcd(one.number(at), by), f"gcd({one.text}, {by})")
        apply, plain = ((sizes.maximum, max), (sizes.minimum, min))[form]
        return Drawn(
            apply(one.value, other.value),
            lambda at: plain(one.number(at), other.number(at)),
            f"{plain.__name__}({one.text}, {other.text})",
        )

    def points(self, few: int) -> list[dict[str, int]]:
        """Declared values: the least, the greatest, and some between."""
        options = []
        for domain in self.domains.values():
            if domain.choices is not None:
                options.append(list(domain.choices))
                continue
            low, step = int(domain.low), domain.multiple_of
            high = int(domain.high) if domain.high is not None else low + 97 * step
            every = range(low, high + 1, step)
            options.append(sorted({*every[:4], every[-1], *self.random.sample(every, min(len(every), few))}))
        return [dict(zip(self.domains, values, strict=True)) for values in product(*options)]


def faults(seed: int, depth: int = 3, few: int = 6) -> list[str]:
    """What is wrong with a random expression: its bounds, its value, what is put in first, its conditions."""
    draw = Draw(seed)
    one, other = draw.expression(depth), draw.expression(draw.random.randint(1, depth))
    points = draw.points(few)
    found = [*_values(one, draw, points), *_conditions(one, other, draw, points)]
    return [f"seed {seed}: {each}; {draw.domains}" for each in found]


def _values(one: Drawn, draw: Draw, points: list[dict[str, int]]) -> list[str]:
    found = []
    low, high = sizes.forms.polynomials.interval(one.value)
    first = draw.random.choice(list(draw.letters))
    for at in points:
        number, value = one.number(at), sizes.evaluate(one.value, at)
        if value != number:
            found.append(f"{one.text} is {number} at {at}, not {value} ({one.value})")
        if (low is not None and number < low) or (high is not None and number > high):
            found.append(f"{one.text} is {number} at {at}, outside {low}..{high}")
        early = sizes.substitute(one.value, {first: at[first]})
        if sizes.evaluate(early, at) != number:
            found.append(f"{one.text} is {number} at {at}, not {sizes.evaluate(early, at)} with {first} put in first")
        if found:
            break
    return found


def _conditions(one: Drawn, other: Drawn, draw: Draw, points: list[dict[str, int]]) -> list[str]:
    by = draw.random.choice((2, 3, 4, 7, 8))
    asked = {
        "==": (sizes.eq(one.value, other.value), lambda a, b: a == b),
        ">=": (sizes.ge(one.value, other.value), lambda a, b: a >= b),
        "<": (sizes.lt(one.value, other.value), lambda a, b: a < b),
        f"% {by} ==": (sizes.divides(by, one.value), lambda a, _: a % by == 0),
    }
    found = []
    for sign, (condition, truth) in asked.items():
        for at in points:
            wanted = truth(one.number(at), other.number(at))
            if condition.holds(at) != wanted:
                found.append(f"{one.text} {sign} {other.text} is {wanted} at {at}, not {condition}")
                break
    return found


def decided(seed: int, depth: int = 3) -> tuple[int, int]:
    """Of the conditions of a random expression: how many are decided or told of one letter, and how many there are."""
    draw = Draw(seed)
    one, other = draw.expression(depth), draw.expression(draw.random.randint(1, depth))
    asked = (sizes.eq(one.value, other.value), sizes.ge(one.value, other.value))
    return sum(c.verdict is not None or isinstance(c, sizes.Membership) for c in asked), len(asked)

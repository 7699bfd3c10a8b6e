"""How languages write exact integer arithmetic: one class each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["DIALECTS", "Dialect", "Guard"]


class Guard(NamedTuple):
    """What a function refuses: statements, and tests over them with what they say."""

    statements: Sequence[tuple[str, str]]
    tests: Sequence[tuple[str, str]]


class Dialect:
    """A language; subclasses say how it writes numbers, floors and functions."""

    helpers: ClassVar[Mapping[str, str]] = {}
    """The source of functions that the language does not have, by the name they are called by."""

    def number(self, value: int) -> str:
        """A whole number."""
        return str(value)

    def bracket(self, text: str) -> str:
        """A text that binds."""
        return f"({text})"

    def floor(self, numerator: str, denominator: str) -> str:
        """The floor of a quotient."""
        raise NotImplementedError

    def difference(self, positive: str, negative: str) -> str:
        """A sum less a sum."""
        return f"{positive} - ({negative})" if negative else positive

    def call(self, name: str, args: Sequence[str]) -> str:
        """A function: maximum, minimum, gcd, round, make_divisible or scaled."""
        return f"_{name}({', '.join(args)})"

    signs: ClassVar[Mapping[str, str]] = {"equal": "=="}
    words: ClassVar[tuple[str, str, str]] = (" & ", " | ", "not ")

    def compare(self, left: str, sign: str, right: str) -> str:
        """A comparison: equal, >= or <=."""
        return f"({left} {self.signs.get(sign, sign)} {right})"

    def conjunction(self, parts: Sequence[str]) -> str:
        """All of these."""
        return parts[0] if len(parts) == 1 else self.bracket(self.words[0].join(parts))

    def disjunction(self, parts: Sequence[str]) -> str:
        """One of these."""
        return parts[0] if len(parts) == 1 else self.bracket(self.words[1].join(parts))

    def negation(self, part: str) -> str:
        """Not that."""
        return self.bracket(f"{self.words[2]}{part}")

    def function(
        self,
        name: str,
        symbols: Sequence[str],
        statements: Iterable[tuple[str, str]],
        results: Mapping[str, str],
        guard: Guard | None = None,
    ) -> str:
        """The whole function, with the helpers that it calls, and the guard in front that may be left out."""
        raise NotImplementedError

    def used(self, *texts: str) -> list[str]:
        """The helpers that these texts call, and those that they call in turn."""
        found = [text for name, text in self.helpers.items() if any(f"{name}(" in given for given in texts)]
        deeper = [text for name, text in self.helpers.items() if any(f"{name}(" in given for given in found)]
        return list(dict.fromkeys([*deeper, *found]))


class NumPy(Dialect):
    """Python's integers and arrays of them."""

    helpers: ClassVar[Mapping[str, str]] = {
        "_round": (
            "def _round(n, d):\n"
            '    """n / d to the nearest integer, the even one of two."""\n'
            "    up = (2 * n + d) // (2 * d)\n"
            "    return up - ((2 * n + d) % (2 * d) == 0) * (up % 2)\n"
        ),
        "_gcd": "from math import gcd as _gcd\n",
        "_make_divisible": (
            "def _make_divisible(n, d, step):\n"
            '    """The multiple of step nearest to n / d, not more than a tenth below it."""\n'
            "    near = np.maximum(step, (2 * n + step * d) // (2 * d) // step * step)\n"
            "    return near + step * (10 * near * d < 9 * n)\n"
        ),
        "_scaled": (
            "def _scaled(x, n, d):\n"
            '    """x * (n / d), a product of doubles, rounded down."""\n'
            "    product = x * (n / d)\n"
            '    return product.astype(np.int64) if hasattr(product, "astype") else int(product)\n'
        ),
    }
    ufuncs: ClassVar[Mapping[str, str]] = {"maximum": "np.maximum", "minimum": "np.minimum", "gcd": "np.gcd"}

    def floor(self, numerator: str, denominator: str) -> str:
        """Python's floor division."""
        return f"{numerator} // {denominator}"

    def call(self, name: str, args: Sequence[str]) -> str:
        """A ufunc or a helper."""
        return f"{self.ufuncs.get(name, f'_{name}')}({', '.join(args)})"

    def negation(self, part: str) -> str:
        """Not that, of a truth value or an array of them."""
        return f"np.logical_not({part})"

    def refusal(self, name: str, symbols: Sequence[str], guard: Guard) -> list[str]:
        """A Python function that raises ValueError."""
        lines = [f"    {left} = {right}" for left, right in guard.statements]
        pairs = [f"        ({test}, {text!r})," for test, text in guard.tests]
        head = [f"def {name}({', '.join(symbols)}):", '    """Refuse what the figures do not hold for."""']
        loop = ["    for holds, what in (", *pairs, "    ):", "        if not np.all(holds):"]
        return [*head, *lines, *loop, '            raise ValueError("the network needs " + what)', "", ""]

    def function(
        self,
        name: str,
        symbols: Sequence[str],
        statements: Iterable[tuple[str, str]],
        results: Mapping[str, str],
        guard: Guard | None = None,
    ) -> str:
        """A Python function that returns a dict."""
        lines = [f"    {left} = {right}" for left, right in statements]
        pairs = [f"        {key!r}: {text}," for key, text in results.items()]
        front = self.refusal(f"{name}_needs", symbols, guard) if guard and guard.tests else []
        helpers = self.used(*lines, *pairs, *front)
        head = ["import numpy as np", ""] if any("np." in text for text in (*lines, *pairs, *helpers, *front)) else []
        doc = '    """Exact for ints, and for int64 arrays while every result is below 2^63."""'
        called = [*symbols, *(["*, check=True"] if front else [])]
        test = ["    if check:", f"        {name}_needs({', '.join(symbols)})"] if front else []
        body = [*front, f"def {name}({', '.join(called)}):", doc, *test, *lines, "    return {", *pairs, "    }"]
        return "\n".join([*head, *(f"\n{helper}" for helper in helpers), *([""] if head else []), *body]) + "\n"


class Shifting(NumPy):
    """NumPy with shifts in the place of divisions by powers of two: the same, and faster."""

    def floor(self, numerator: str, denominator: str) -> str:
        """A shift where it is one."""
        value = int(denominator) if denominator.isdecimal() else 0
        if value > 1 and value & (value - 1) == 0:
            return f"{numerator} >> {value.bit_length() - 1}"
        return super().floor(numerator, denominator)


class Python(Shifting):
    """Python's own integers, without bounds; nothing is imported."""

    helpers: ClassVar[Mapping[str, str]] = {
        name: text.replace("np.maximum", "max") for name, text in NumPy.helpers.items()
    } | {"_scaled": "def _scaled(x, n, d):\n    return int(x * (n / d))\n"}
    ufuncs: ClassVar[Mapping[str, str]] = {"maximum": "max", "minimum": "min"}


class JavaScript(Dialect):
    """JavaScript's numbers: exact below 2^53, and an error beyond."""

    helpers: ClassVar[Mapping[str, str]] = {
        "exact": (
            "const exact = (x) => {\n"
            '  if (!Number.isSafeInteger(x)) throw new RangeError("beyond 2^53: use the BigInt version");\n'
            "  return x;\n"
            "};\n"
        ),
        "_gcd": "const _gcd = (a, b) => (b === 0 ? Math.abs(a) : _gcd(b, a % b));\n",
        "_round": (
            "const _round = (n, d) => {\n"
            "  const up = Math.floor((2 * n + d) / (2 * d));\n"
            "  return (2 * n + d) % (2 * d) === 0 ? up - Math.abs(up % 2) : up;\n"
            "};\n"
        ),
        "_make_divisible": (
            "const _make_divisible = (n, d, step) => {\n"
            "  const near = Math.max(step, Math.floor(Math.floor((2 * n + step * d) / (2 * d)) / step) * step);\n"
            "  return 10 * near * d < 9 * n ? near + step : near;\n"
            "};\n"
        ),
        "_scaled": "const _scaled = (x, n, d) => Math.floor(x * (n / d));\n",
    }
    native: ClassVar[Mapping[str, str]] = {"maximum": "Math.max", "minimum": "Math.min"}

    def floor(self, numerator: str, denominator: str) -> str:
        """One quotient, rounded down."""
        return f"Math.floor({numerator} / {denominator})"

    def difference(self, positive: str, negative: str) -> str:
        """Either sum must be exact for the difference to be."""
        return f"exact({positive}) - exact({negative})" if negative else f"exact({positive})"

    def call(self, name: str, args: Sequence[str]) -> str:
        """A method of Math or a helper."""
        return f"{self.native.get(name, f'_{name}')}({', '.join(args)})"

    signs: ClassVar[Mapping[str, str]] = {"equal": "==="}
    words: ClassVar[tuple[str, str, str]] = (" && ", " || ", "!")

    def refusal(self, name: str, symbols: Sequence[str], guard: Guard) -> list[str]:
        """A function that throws a RangeError."""
        lines = [f"  const {left} = {right};" for left, right in guard.statements]
        pairs = [f'    [{test}, "{text}"],' for test, text in guard.tests]
        head = [f"function {name}({', '.join(symbols)}) {{", *lines, "  const needs = [", *pairs, "  ];"]
        return [*head, '  for (const [holds, what] of needs) if (!holds) throw new RangeError("needs " + what);', "}"]

    def function(
        self,
        name: str,
        symbols: Sequence[str],
        statements: Iterable[tuple[str, str]],
        results: Mapping[str, str],
        guard: Guard | None = None,
    ) -> str:
        """A function that returns an object."""
        lines = [f"  const {left} = {right};" for left, right in statements]
        pairs = [f'    "{key}": {text},' for key, text in results.items()]
        front = self.refusal(f"{name}_needs", symbols, guard) if guard and guard.tests else []
        called = [*symbols, *(["check = true"] if front else [])]
        test = [f"  if (check) {name}_needs({', '.join(symbols)});"] if front else []
        body = [*front, f"function {name}({', '.join(called)}) {{", *test, *lines, "  return {", *pairs, "  };", "}"]
        return "\n".join([*self.used(*lines, *pairs, *front), *body]) + "\n"


class BigInteger(JavaScript):
    """JavaScript's BigInt: exact without bounds."""

    helpers: ClassVar[Mapping[str, str]] = {
        "_floor": "const _floor = (a, b) => (a - (((a % b) + b) % b)) / b;\n",
        "_maximum": "const _maximum = (a, b) => (a < b ? b : a);\n",
        "_minimum": "const _minimum = (a, b) => (b < a ? b : a);\n",
        "_gcd": "const _gcd = (a, b) => (b === 0n ? (a < 0n ? -a : a) : _gcd(b, a % b));\n",
        "_round": (
            "const _round = (n, d) => {\n"
            "  const up = _floor(2n * n + d, 2n * d);\n"
            "  return (2n * n + d) % (2n * d) === 0n && up % 2n !== 0n ? up - 1n : up;\n"
            "};\n"
        ),
        "_make_divisible": (
            "const _make_divisible = (n, d, step) => {\n"
            "  const near = _floor(_floor(2n * n + step * d, 2n * d), step) * step;\n"
            "  const least = near < step ? step : near;\n"
            "  return 10n * least * d < 9n * n ? least + step : least;\n"
            "};\n"
        ),
        "_scaled": "const _scaled = (x, n, d) => BigInt(Math.floor(Number(x) * (Number(n) / Number(d))));\n",
    }
    native: ClassVar[Mapping[str, str]] = {}

    def number(self, value: int) -> str:
        """A literal with its suffix."""
        return f"{value}n"

    def floor(self, numerator: str, denominator: str) -> str:
        """BigInt's division rounds to 0; the helper rounds down."""
        return f"_floor({numerator}, {denominator})"

    def difference(self, positive: str, negative: str) -> str:
        """No bound, no guard."""
        return f"{positive} - ({negative})" if negative else positive


DIALECTS: dict[str, Dialect] = {
    "numpy": NumPy(),
    "javascript": JavaScript(),
    "bigint": BigInteger(),
    "shifting": Shifting(),
    "python": Python(),
}

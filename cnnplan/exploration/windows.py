"""Which windows map one size to another: the family in closed form, its members, and how many chains there are.

A window of k taps, dilated by d, s apart, with p zeros on either side maps n to `floor((n + 2p - d(k-1) - 1)/s) + 1`.
That is m exactly where `s(m-1) - n <= 2p - d(k-1) - 1 <= s*m - n - 1`, and a formula of n for every n where both are
the same floor.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from cnnplan.errors import UsageError
from cnnplan.findings import Place
from cnnplan.sizes import Context, Domain, Size, eq
from cnnplan.spec import EvaluationError, UnknownName, Unreadable, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import NoReturn

    from cnnplan.sizes import Condition

__all__ = ["Mapping", "Window", "chains", "general", "mapped", "mapping", "steps"]


class Window(NamedTuple):
    """Kernel, stride, padding on either side, dilation."""

    kernel_size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def __str__(self) -> str:
        dilation = f", dilation {self.dilation}" if self.dilation > 1 else ""
        return f"kernel_size {self.kernel_size}, stride {self.stride}, padding {self.padding}{dilation}"


def steps(n: int, window: Window) -> int:
    """How often a window fits; 0 where it does not."""
    reach = n + 2 * window.padding - window.dilation * (window.kernel_size - 1) - 1
    return reach // window.stride + 1 if reach >= 0 else 0


@dataclass(frozen=True, slots=True)
class Mapping:
    """The windows that map one size to another.

    Args:
        n, m: the sizes, or what stands for them.
        family: what kernel_size k, stride s, padding p and dilation d must satisfy, whatever they are.
        windows: those in the ranges that were looked at.
        ranges: what was looked at.
    """

    n: int | str
    m: int | str
    family: str
    windows: tuple[Window, ...]
    ranges: str

    def __str__(self) -> str:
        head = f"{self.n} -> {self.m}: {self.family}"
        if not self.windows:
            return f"{head}\nnone with {self.ranges}"
        lines = "\n".join(f"  {window}" for window in self.windows)
        return f"{head}\n{len(self.windows)} with {self.ranges}:\n{lines}"


DEFAULTS: dict[str, Sequence[int]] = {"k": range(1, 8), "s": range(1, 5), "p": range(4), "d": (1,)}
"""The values of kernel_size, stride, padding and dilation that are looked at."""


def mapping(  # noqa: PLR0913, PLR0917 - the four arguments of a window
    n: int,
    m: int,
    kernels: Sequence[int] = DEFAULTS["k"],
    strides: Sequence[int] = DEFAULTS["s"],
    paddings: Sequence[int] = DEFAULTS["p"],
    dilations: Sequence[int] = DEFAULTS["d"],
) -> Mapping:
    """Every window with these arguments that maps n to m."""
    if n < 1 or m < 1:
        raise UsageError(f"--map {n}:{m}: sizes are 1 or more")
    family = f"{m - 1}*s - {n} <= 2*p - d*(k - 1) - 1 <= {m}*s - {n + 1}"
    ranges = f"k {_listed(kernels)}, s {_listed(strides)}, p {_listed(paddings)}, d {_listed(dilations)}"
    return Mapping(n, m, family, tuple(_members(n, m, kernels, strides, paddings, dilations)), ranges)


def _members(  # noqa: PLR0913, PLR0917
    n: int, m: int, kernels: Sequence[int], strides: Sequence[int], paddings: Sequence[int], dilations: Sequence[int]
) -> Iterator[Window]:
    for k, s, p, d in product(kernels, strides, paddings, dilations):
        window = Window(k, s, p, d)
        if (k > 1 or d == min(dilations)) and steps(n, window) == m:
            yield window


def mapped(text: str, layers: int, given: dict[str, str]) -> str:
    """The answer to `--map 224:112`, or for chains of several windows how many there are and one of them.

    Args:
        text: the two sizes, or a letter and a formula of it.
        layers: how many windows in a row.
        given: the values of k, s, p and d that are looked at, as the command line writes them.

    Raises:
        UsageError: it cannot be read.
    """
    sizes = text.split(":")
    if len(sizes) == 2 and sizes[0].strip().isidentifier():  # noqa: PLR2004
        if layers != 1:
            raise UsageError("--layers counts chains between numbers, as in --map 224:112")
        return str(general(sizes[0].strip(), sizes[1].strip(), _ranges(given)))
    if len(sizes) != 2 or not all(size.strip().isdecimal() for size in sizes):  # noqa: PLR2004 - from and to
        raise UsageError(f"--map {text}: write FROM:TO, as in --map 224:112, or --map H:ceil(H/2) for every H")
    ranges = _ranges(given)
    found = mapping(int(sizes[0]), int(sizes[1]), *ranges.values())
    if layers == 1:
        return str(found)
    windows = [Window(k, s, p, d) for k, s, p, d in product(*ranges.values()) if k > 1 or d == min(ranges["d"])]
    count, one = chains(int(sizes[0]), int(sizes[1]), windows, layers)
    head = f"{count:,} of {len(windows)}^{layers} chains map {found.n} to {found.m}, with {found.ranges}"
    return "\n".join([head, *(["one of them:"] if one else []), *(f"  {window}" for window in one)])


def general(letter: str, target: str, ranges: dict[str, Sequence[int]]) -> Mapping:
    """The windows that map every size at which they fit to what a formula says.

    A window gives `floor((H + b)/s)` with `b = 2p - d(k-1) - 1 + s`, and no two of these are the same function.

    Raises:
        UsageError: the formula cannot be read, or speaks of something else.
    """
    height = Context().symbol(letter, Domain(min=1))
    wanted = _formula(letter, target, height)
    windows = [Window(k, s, p, d) for k, s, p, d in product(*ranges.values()) if k > 1 or d == min(ranges["d"])]
    found = (each for each in windows if eq(_steps(height, each), wanted).verdict is True)
    named = ", ".join(f"{name} {_listed(values)}" for name, values in ranges.items())
    return Mapping(letter, str(wanted), _family(letter, wanted, height), tuple(found), named)


def _steps(height: Size, window: Window) -> Size:
    """How often a window fits on a size that is a letter."""
    reach: Size = height + (2 * window.padding - window.dilation * (window.kernel_size - 1) - 1)
    steps: Size = reach // window.stride + 1
    return steps


def _formula(letter: str, text: str, height: Size) -> Size:
    """A formula of the letter."""
    try:
        value = parse(text, Place("--map")).evaluate(_Letter(letter, height))
    except (Unreadable, EvaluationError) as fault:
        raise UsageError(f"--map {letter}:{text}: {fault}") from None
    if not isinstance(value, Size):
        raise UsageError(f"--map {letter}:{text}: write a formula of {letter}, as in --map {letter}:ceil({letter}/2)")
    return value


class _Letter:
    """The environment of a formula of one letter."""

    def __init__(self, letter: str, value: Size) -> None:
        self.letter = letter
        self.value = value

    def lookup(self, name: str) -> Size:
        if name != self.letter:
            raise UnknownName(name, [self.letter])
        return self.value

    def shape(self, name: str) -> NoReturn:
        raise EvaluationError(f"there is no layer {name}")

    def decide(self, condition: Condition) -> NoReturn:
        raise EvaluationError(f"{condition} holds for some sizes and not for others")


def _family(letter: str, wanted: Size, height: Size) -> str:
    """What k, s, p and d must satisfy: floor((H + b)/s) is had from no other s and b."""
    if len(wanted.terms) == 1:
        (atom, coef), const = wanted.terms[0], wanted.const
        inner, stride = atom.args if atom.kind == "floor" else (height, 1)
        shift = inner - height if coef == 1 and isinstance(stride, int) else None
        if isinstance(shift, int):
            return f"s == {stride} and 2*p - d*(k - 1) == {shift + const * stride + 1 - stride}"
    return f"no window does it: each gives floor(({letter} + b)/s)"


def _ranges(given: dict[str, str]) -> dict[str, Sequence[int]]:
    """The values of k, s, p and d that are looked at."""
    for name in given:
        if name not in DEFAULTS:
            raise UsageError(f"--map knows k, s, p and d, not {name}")
    return {name: _values(name, given[name]) if name in given else values for name, values in DEFAULTS.items()}


def _values(name: str, text: str) -> Sequence[int]:
    """`3`, `1,3,5` or `1:7:2`."""
    try:
        if ":" in text:
            first, last, *step = map(int, text.split(":"))
            values: Sequence[int] = range(first, last + 1, *step)
        else:
            values = [int(part) for part in text.split(",")]
    except (ValueError, TypeError):
        raise UsageError(f"{name} (={text}) must be a number, a list 1,3,5 or a range 1:7:2") from None
    if not values or min(values) < (0 if name == "p" else 1):
        raise UsageError(f"{name} (={text}) must be {0 if name == 'p' else 1} or more")
    return values


def chains(n: int, m: int, windows: Iterable[Window], layers: int) -> tuple[int, list[Window]]:
    """How many chains of that many layers map n to m, and one of them.

    By dynamic programming over layer and size: a size is followed once, however many ways lead to it.
    """
    choices = tuple(windows)
    reached: list[dict[int, int]] = [{n: 1}]
    for _ in range(layers):
        after: dict[int, int] = {}
        for size, ways in reached[-1].items():
            for window in choices:
                result = steps(size, window)
                if result:
                    after[result] = after.get(result, 0) + ways
        reached.append(after)
    return reached[-1].get(m, 0), _witness(m, reached, choices)


def _witness(m: int, reached: list[dict[int, int]], choices: tuple[Window, ...]) -> list[Window]:
    """One chain, found backwards."""
    if m not in reached[-1]:
        return []
    chain: list[Window] = []
    for before in reversed(reached[:-1]):
        m, window = next((size, window) for size in before for window in choices if steps(size, window) == m)
        chain.append(window)
    return chain[::-1]


def _listed(values: Sequence[int]) -> str:
    values = list(values)
    if len(values) > 2 and values == list(range(values[0], values[-1] + 1)):  # noqa: PLR2004 - two are quicker listed
        return f"{values[0]}..{values[-1]}"
    return ", ".join(map(str, values))

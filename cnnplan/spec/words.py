"""Words with a meaning of their own, and the nearest known word for one that has none."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, Final

from cnnplan.lazy import pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "KEYWORDS",
    "LATE_KEYWORDS",
    "LATE_WIRING",
    "SHAPES",
    "SPOKEN",
    "STRUCTURES",
    "TAKEN",
    "WIRING",
    "did_you_mean",
    "is_name",
    "nearest",
    "refusal",
]

WIRING: Final = ("name", "from", "repeat", "when", "share", "ignore", "origin", "trainable", "dtype")
"""The keys beside a verb."""

LATE_WIRING: Final = frozenset({"origin", "trainable", "dtype"})
"""Those that came later: a block that is called like one goes first."""

STRUCTURES: Final = ("branches", "sequence")
"""The verbs that hold entries."""

SPOKEN: Final = ("floor", "ceil", "round", "min", "max", "abs", "make_divisible", "shape")
"""The functions whose names nothing else may have; those that came later may be names as well."""

SHAPES: Final = ("in_shape", "in_channels")
"""The names that an expression has besides arguments and symbols."""

KEYWORDS: Final = frozenset(
    {
        *("required", "same", "same_lower", "valid", "none", "tanh"),
        *("nearest", "linear", "bilinear", "trilinear", "bicubic"),
        *("constant", "reflect", "replicate", "circular", "zeros"),
        *("sum", "mean", "max", "min", "prod", "relu"),
    }
)
"""The words that fields of operators understand; they win over names, so nothing may be called like one."""

LATE_KEYWORDS: Final = frozenset(
    {
        *("l1", "l2", "sum_square", "logsumexp", "var", "std"),
        *("greater", "greater_equal", "less", "less_equal", "equal", "not_equal"),
        *("both", "one", "new", "after", "before", "border"),
        *("bool", "int64", "int32", "int16", "int8", "uint8", "uint16", "int4", "uint4"),
    }
)
"""The words of fields that came when specs were already written.

They are known in those fields alone, and what a spec calls like one goes first; elsewhere they are quoted texts.
"""

TAKEN: Final = frozenset({"prev", "input"})
"""Names of layers that are taken."""

NEAR: Final = 0.05
"""How much less alike a second suggestion may be than the first."""

SHORT: Final = 2
"""Words of fewer letters are only taken for those of as many, or of the same."""

_NAME: Final = pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS: Final = frozenset({*keyword.kwlist, "true", "false", "null", *SPOKEN, *SHAPES})


def is_name(text: str) -> bool:
    """Whether it is written as a name must be."""
    return _NAME.fullmatch(text) is not None


def refusal(name: str, *, spoken: bool) -> str:
    """Why nothing may have this name, "" where it may; `spoken` names are those that expressions use."""
    if not is_name(name):
        return f"{name!r} is not a name: letters, digits and _ only, no digit first"
    if name in KEYWORDS:
        return f"{name} is a keyword of an operator's argument, nothing may be called like it"
    if name in TAKEN:
        return f"{name} is taken: it always means {'what came in' if name == 'input' else 'the layer before'}"
    if spoken and name in _WORDS:
        return f"{name} is a word of the expression language"
    return ""


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The known names that look most like this one, the best first."""
    from difflib import SequenceMatcher, get_close_matches  # noqa: PLC0415 - only a fault needs it

    lowered = {word.lower(): word for word in sorted(known, reverse=True) if _is_near(word, name)}
    matches = get_close_matches(name[:80].lower(), lowered, n=3, cutoff=0.6)
    scores = [SequenceMatcher(None, match, name[:80].lower()).ratio() for match in matches]
    return tuple(
        lowered[match]
        for match, score in zip(matches, scores, strict=True)
        if score > scores[0] - NEAR and scores[0] < 1
    ) or tuple(lowered[match] for match in matches[:1])


def _is_near(one: str, other: str) -> bool:
    """Whether words may be one for the other: of a single letter everything but its repetition is another word."""
    alike = {*one.lower()} == {*other.lower()}
    return alike or len(one) == len(other) or min(len(one), len(other)) >= SHORT


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean conv?`, or nothing where no known name is near."""
    matches = nearest(name, known)
    return f"; did you mean {' or '.join(matches)}?" if matches else ""

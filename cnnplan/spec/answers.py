"""The answer to a word of another world: the verb or argument that is meant, or what to write instead."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from cnnplan.lazy import pattern
from cnnplan.spec.arithmetic import show
from cnnplan.spec.habits import ADVICE, ARGUMENTS, BESIDE, FUNCTIONS, INFERRED, RENAMED, TRUTHS, VERBS

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["argument", "beside", "function", "named", "renamed", "sound", "truth", "verb", "written"]

_RANK: Final = pattern(r"[1-3]_?d(?![a-z])|(?<=[a-z])[1-3]d", re.IGNORECASE)


def sound(word: str) -> str:
    """A word without what is spelled in many ways: home, rank, capitals, lines between."""
    bare = re.sub(r"^(torch\.|nn\.|functional\.|F\.|tf\.|keras\.|layers\.)+", "", word)
    return re.sub(r"[^a-z0-9]", "", _RANK.sub("", bare).lower())


def verb(word: str, verbs: Iterable[str]) -> str:
    """What to write for a verb that there is not; "" where nothing is known of it."""
    heard, known = sound(word), list(verbs)
    name = named(word, known)
    if name:
        return f"write {name}" if sound(name) == heard else f"it is called {name} here"
    if square := re.fullmatch(r"conv(\d+)x(\d+)", heard):
        size = square[1] if square[1] == square[2] else f"[{square[1]}, {square[2]}]"
        return f"write conv: {{out_channels: 64, kernel_size: {size}}}"
    return ADVICE.get(heard, "")


def named(word: str, verbs: Iterable[str]) -> str:
    """The verb that a word means; "" where there is none."""
    heard, known = sound(word), list(verbs)
    alike = next((each for each in known if sound(each) == heard), "")
    return alike or next((name for name, others in VERBS.items() if heard in others and name in known), "")


def renamed(key: str, known: Iterable[str]) -> str:
    """The argument that a word means, of those that a verb has; "" where there is none."""
    heard, names = sound(key), list(known)
    alike = next((name for name in names if sound(name) == heard), "")
    return alike or next((name for name in RENAMED.get(heard, ()) if name in names), "")


def argument(key: str, known: Iterable[str]) -> str:
    """What to write for an argument that a verb has not; "" where nothing is known of it."""
    heard, name = sound(key), renamed(key, known)
    if name:
        return f"write {name}" if sound(name) == heard else f"it is called {name} here"
    if heard in INFERRED:
        return "it is inferred from what comes in: leave it out"
    told = ARGUMENTS.get(heard, "")
    return told if not told or told.startswith("write ") else f"leave it out: {told}"


def beside(key: str) -> str:
    """The wiring key that a word beside a verb means; "" where there is none."""
    heard = sound(key)
    return next((name for name, others in BESIDE.items() if heard in others), "")


def function(name: str, known: Iterable[str]) -> str:
    """The function that a name of Python's means: `math.ceil`, `int`; "" where there is none."""
    bare = name.rpartition(".")[2]
    meant = FUNCTIONS.get(bare, bare)
    return meant if meant in known else ""


def written(data: Any) -> str:
    """A value as people write it."""
    if isinstance(data, list):
        return f"[{', '.join(map(written, data))}]"
    if isinstance(data, dict):
        return f"{{{', '.join(f'{key}: {written(value)}' for key, value in data.items())}}}"
    return f"{float(data):g}" if isinstance(data, Fraction) else data if isinstance(data, str) else show(data)


def truth(name: str) -> str:
    """`false` for `no`, "" for what was never a truth value."""
    return TRUTHS.get(name.lower(), "")

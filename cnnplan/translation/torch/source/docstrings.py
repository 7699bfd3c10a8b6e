"""What a class of PyTorch source says of itself: its layers in a line, and the shapes that it maps."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from cnnplan.sizes import Count, ceil_div, eq, floor_div
from cnnplan.translation.layout import WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cnnplan.sizes import Shape
    from cnnplan.spec import Entry
    from cnnplan.translation.torch.source.walking import Called

__all__ = ["in_words", "mapping", "summary", "worded", "wrapped"]

WORDS: Final = {
    "conv": "convolution", "conv_transpose": "transposed convolution", "linear": "linear layer", "relu": "ReLU",
    "relu6": "ReLU6", "gelu": "GELU", "silu": "SiLU", "elu": "ELU", "selu": "SELU", "prelu": "PReLU",
    "leaky_relu": "leaky ReLU", "lstm": "LSTM", "gru": "GRU", "rnn": "RNN", "avg_pool": "average pool",
    "global_avg_pool": "global average pool", "adaptive_avg_pool": "adaptive average pool",
    "multi_head_attention": "multi-head attention", "scaled_dot_product_attention": "attention",
    "fake_quantize": "fake quantization", "glu": "GLU", "topk": "top k", "concat": "concatenation",
    "add": "addition", "multiply": "multiplication", "subtract": "subtraction", "divide": "division",
}  # fmt: skip
JOINED: Final = {"add": "added", "multiply": "multiplied", "concat": "concatenated", "stack": "stacked"}
COUNTS: Final = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
TIMES: Final = {2: "twice", 3: "three times", 4: "four times"}
PAIR: Final = 2
MOST: Final = 6
"""Layers in a row that are named one by one."""

FACTORS: Final = (2, 4, 8, 16, 32, 3, 5, 7)
LETTERS: Final = {1: ("L",), 2: ("H", "W"), 3: ("D", "H", "W")}


def summary(entries: Sequence[Entry], class_of: Callable[[str], str], fallback: str) -> str:
    """The layers of a block in a line, as a sentence; the fallback where they are too many for one."""
    return in_words([*_parts(entries, class_of)], fallback)


def in_words(parts: list[str], fallback: str) -> str:
    """Layers in a row as a sentence; the fallback where they are too many for one."""
    parts = _collapsed(parts)
    text = _line(parts)
    if len(parts) > MOST or len(text) > WIDTH - 12:
        return fallback
    return f"{text[:1].upper()}{text[1:]}." if text else fallback


def worded(verb: str) -> str:
    """A layer in a word or two."""
    return WORDS.get(verb) or verb.replace("_", " ")


def _line(parts: Sequence[str]) -> str:
    """Parts in a row: what holds commas itself stands between semicolons."""
    text = ""
    for part in parts:
        joined = "added" in text and ", " in text.rpartition("; ")[2]
        between = "; " if ", " in part or joined else ", "
        text += f"{between if text else ''}{part}"
    return text


def _collapsed(parts: list[str]) -> list[str]:
    """The same several times is written once: `convolution, batch norm, twice`."""
    for times in (4, 3, 2):
        length, rest = divmod(len(parts), times)
        if length and not rest and parts == parts[:length] * times:
            return [*parts[:length], TIMES[times]]
    return parts


def _parts(entries: Sequence[Entry], class_of: Callable[[str], str]) -> Iterator[str]:
    """What each entry does."""
    for entry in entries:
        if entry.verb == "require":
            continue
        if entry.verb == "branches":
            text = _branches(entry, class_of)
        elif entry.verb == "sequence":
            text = ", ".join(_collapsed([*_parts(entry.body, class_of)]))
        else:
            text = _word(entry, class_of)
        yield _often(entry, text)


def _often(entry: Entry, text: str) -> str:
    """`twice`, where a number is written down; `depth times`, where an argument says it."""
    if entry.repeat is None:
        return text
    count = entry.repeat.count
    if not count.constant:
        return f"{text}, `{count.text}` times" if count.text.isidentifier() else f"several times {text}"
    number = len(count.value) if isinstance(count.value, tuple) else count.value
    return f"{text}, {TIMES.get(number, f'{number} times')}"


def _word(entry: Entry, class_of: Callable[[str], str]) -> str:
    if entry.verb_expression is not None:
        return f"`{entry.verb_expression.text.rpartition('.')[2]}`"
    word = WORDS.get(entry.verb) or class_of(entry.verb) or entry.verb.replace("_", " ")
    return f"optional {word}" if entry.when is not None else word


def _branches(entry: Entry, class_of: Callable[[str], str]) -> str:
    """Paths side by side."""
    join = entry.join.verb if entry.join is not None else ""
    how = JOINED.get(join, f"joined by {join.replace('_', ' ')}")
    paths = sorted((path.layers for path in entry.paths), key=len)
    if len(paths) == PAIR and join in {"add", "multiply"}:
        other, main = paths
        said = ", ".join(_collapsed([*_parts(main, class_of)]))
        to = "added to" if join == "add" else "times"
        if not other:
            return f"{said}, {to} the input"
        if all(each.when is not None for each in other):
            words = [word.removeprefix("optional ") for word in _parts(other, class_of)]
            return f"{said}, {to} the input or its {' and '.join(words)}"
    return f"{COUNTS.get(len(paths), len(paths))} paths, {how}"


def mapping(  # noqa: PLR0913, PLR0917 - what is known of a block
    calls: Sequence[Called],
    names: Sequence[str],
    channels: Sequence[str],
    out: str,
    free: set[str],
    numbers: Mapping[str, Sequence[Any]] = {},
) -> str:
    """`Maps x (N, in_channels, H, W) to (N, width, H, W).`, as far as it holds wherever the block is called.

    Args:
        calls: the block, where it is called.
        names: the variables that come in.
        channels: what their channels are called, "" where nothing is.
        out: the channels that come out, "" where they are not told.
        free: the letters of the network.
        numbers: extents that have a name, with what they are at each call.
    """
    ranks = {tuple(map(len, (*call.inputs, *call.outputs))) for call in calls}
    if len(ranks) != 1 or not calls[0].inputs or not calls[0].outputs:
        return ""
    known: list[tuple[str, tuple[Any, ...]]] = [(name, tuple(values)) for name, values in numbers.items()]
    told = []
    for place, name in enumerate(names):
        text = _shape([call.inputs[place] for call in calls], channels[place], known, free)
        told.append(text if len(names) == 1 else f"{name} {text}")
    ends = [
        _shape([call.outputs[at] for call in calls], out if at == 0 else "", known, free)
        for at in range(len(calls[0].outputs))
    ]
    return f"Maps {' and '.join(told)} to {' and '.join(ends)}."


def _shape(shapes: Sequence[Shape], channels: str, known: list[tuple[str, tuple[Any, ...]]], free: set[str]) -> str:
    """A shape in letters; what has no name yet gets one."""
    rank = len(shapes[0])
    letters = ("N", "C", *LETTERS.get(rank - 2, tuple(f"D{number}" for number in range(rank - 2))))
    parts = []
    for axis in range(rank):
        column = tuple(shape[axis] for shape in shapes)
        if axis == 1 and channels:
            text = channels
            known.append((text, column))
        else:
            text = _extent(column, letters[axis], known, free)
        parts.append(text)
    return f"({', '.join(parts)}{',' * (rank == 1)})"


def _extent(column: tuple[Any, ...], letter: str, known: list[tuple[str, tuple[Any, ...]]], free: set[str]) -> str:
    """An extent by what it is wherever the block is called: a number, one that is known, a multiple or a part of it."""
    first = column[0]
    if all(isinstance(n, int) and n == first for n in column):
        return str(first)
    told = next((text for text, other in known if _same(column, other)), "") or _scaled(column, known)
    if told:
        return told
    if str(first) in free and all(str(n) == str(first) for n in column):
        letter = str(first)
    taken = {text for text, _ in known}
    while letter in taken:
        letter += "'"
    known.append((letter, column))
    return letter


def _scaled(column: tuple[Any, ...], known: Sequence[tuple[str, tuple[Any, ...]]]) -> str:
    """An extent as a multiple or a part of one that is known."""
    letters = [(text, other) for text, other in known if text.isidentifier() and isinstance(other[0], Count)]
    for (text, other), factor in product(letters if isinstance(column[0], Count) else (), FACTORS):
        if _same(column, tuple(n * factor for n in other)):
            return f"{factor} * {text}"
        if _same(tuple(n * factor for n in column), other):
            return f"{text} / {factor}"
        for shown, part in (("ceil({} / {})", ceil_div), ("floor({} / {})", floor_div)):
            if _same(column, tuple(part(n, factor) for n in other)):
                return shown.format(text, factor)
    return ""


def _same(column: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two columns of extents are proved to be equal."""
    return all(eq(a, b).verdict is True for a, b in zip(column, other, strict=True))


def wrapped(first: str, more: str, indent: int) -> str:
    """A docstring of a line and a paragraph, without its quotes."""
    import textwrap  # noqa: PLC0415 - one use

    if not more:
        return first
    body = textwrap.fill(re.sub(r"\s+", " ", more), WIDTH - indent)
    return f"{first}\n\n{body}\n"

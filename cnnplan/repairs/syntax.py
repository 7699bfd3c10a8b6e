"""Edits for a text that is no YAML: dashes, colons, brackets, quotes and indents that were forgotten.

What is wrong was told by the reader, with its place; here is what to write instead. Of a slip that may be meant in more
than one way there are as many ideas.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cnnplan.repairs.ideas import Idea, idea
from cnnplan.repairs.layout import Change, Layout, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Finding

__all__ = ["syntax"]

PAIRS: Final = {"{": "}", "[": "]", "(": ")"}
TABS: Final = (2, 4, 8)
_WORD: Final = re.compile(r"(\s*(?:- +)*)([A-Za-z_][A-Za-z0-9_.]*)[ \t]*(?=[\s{\[]|$)")
_KEY: Final = re.compile(r"[ \t]*(?:- +)*[A-Za-z_][A-Za-z0-9_.]*:[ \t]+")


def syntax(finding: Finding, layout: Layout) -> Iterator[Idea]:
    """What the text may have been meant to be."""
    if finding.location is None or not finding.location.line:
        return
    at = layout.offset(finding.location.line, finding.location.column)
    for start, make in _KINDS.items():
        if start in finding.message or finding.hint.startswith(start):
            for title, changes in make(layout, at):
                yield from idea(title, finding.place.file, changes)
            return


def _dash_space(layout: Layout, at: int) -> Iterator[tuple[str, list[Change]]]:
    """`-relu`."""
    dash = layout.text.index("-", at)
    yield "put a space behind the dash", [Change(dash + 1, dash + 1, " ")]


def _colon_space(layout: Layout, at: int) -> Iterator[tuple[str, list[Change]]]:
    """`stride:2`."""
    colon = layout.text.index(":", at)
    yield "put a space behind the colon", [Change(colon + 1, colon + 1, " ")]


def _bare_verb(layout: Layout, at: int) -> Iterator[tuple[str, list[Change]]]:
    """`name: act` below `- relu`."""
    above = layout.line_start(layout.line_start(at) - 1)
    word = re.compile(r"\s*-\s+[A-Za-z_][A-Za-z0-9_.]*").match(layout.text, above)
    if word:
        yield "put a colon behind the verb above", [Change(word.end(), word.end(), ":")]


def _colon(layout: Layout, at: int) -> Iterator[tuple[str, list[Change]]]:
    """`kernel_size 3`, `- conv {...}`, or a verb of its own below another one."""
    start = layout.line_start(at)
    word = _WORD.match(layout.text, start)
    if word is None:
        return
    end = word.end(2)
    if layout.text[end : layout.line_end(at)].strip():
        yield "put a colon behind the word", [Change(end, end, ":")]
    yield from _item(layout, at)


def _item(layout: Layout, at: int) -> Iterator[tuple[str, list[Change]]]:
    """A line that follows an item of a list and was meant to be one."""
    start = layout.line_start(at)
    dashes = re.findall(r"^([ ]*)- ", layout.text[:start], re.MULTILINE)
    word = re.compile(r"[ ]*").match(layout.text, start)
    if dashes and word and layout.text[word.end() : word.end() + 1] not in ("-", ""):
        yield "begin the layer with a dash of its own", [Change(start, word.end(), f"{dashes[-1]}- ")]


def _bracket(layout: Layout, at: int) -> Iterator[tuple[str, list[Change]]]:
    """`{out_channels: 8` at the end of a line."""
    end = layout.line_end(at)
    line = layout.text[at:end]
    code = re.sub(r"\s+#.*", "", line).rstrip()
    open_: list[str] = []
    for char in code:
        if char in PAIRS:
            open_.append(PAIRS[char])
        elif open_ and char == open_[-1]:
            open_.pop()
    yield "close the bracket", [Change(at + len(code), at + len(code), "".join(reversed(open_)))]


def _torn(layout: Layout, at: int) -> Iterator[tuple[str, list[Change]]]:
    """An expression with brackets in braces, `{depth: sizes[0]}`: every one of the line."""
    end = layout.line_end(at)
    changes = []
    start = layout.line_start(at)
    for value in re.finditer(r"(?<=: )[A-Za-z_(][^{}\"':]*?(?=\s*(?:,\s*[A-Za-z_]\w*:\s|}))", layout.text[start:end]):
        text = value[0]
        if re.search(r"[\[(,]", text):
            changes.append(Change(start + value.start(), start + value.end(), quoted(text)))
    yield "quote the expression", changes


def _tab(layout: Layout, _: int) -> Iterator[tuple[str, list[Change]]]:
    """Lines that begin with tabs."""
    tabs = list(re.finditer(r"^[ \t]*\t[ \t]*", layout.text, re.MULTILINE))
    for width in TABS:
        changes = [Change(tab.start(), tab.end(), tab[0].replace("\t", " " * width)) for tab in tabs]
        yield f"indent with {width} spaces for a tab", changes


def _level(layout: Layout, at: int) -> Iterator[tuple[str, list[Change]]]:
    """`- relu` further to the right than the item above it: as far as that one, with what stands below it."""
    start = layout.line_start(at)
    column = len(layout.text[start:]) - len(layout.text[start:].lstrip(" "))
    before = [len(found) for found in re.findall(r"^([ ]*)- ", layout.text[:start], re.MULTILINE)]
    if not before or before[-1] >= column:
        return
    changes = []
    while start < len(layout.text):
        line = layout.text[start : layout.line_end(start)]
        indent = len(line) - len(line.lstrip(" "))
        if line.strip() and indent < column:
            break
        if line.strip():
            changes.append(Change(start, start + column - before[-1], ""))
        start = layout.line_end(start)
    yield "indent the layer as far as the one above it", changes


def _text(layout: Layout, at: int) -> Iterator[tuple[str, list[Change]]]:
    """A value that holds ': ', or begins with what YAML keeps for itself."""
    start = layout.line_start(at)
    key = _KEY.match(layout.text, start)
    line = re.sub(r"\s+#.*", "", layout.text[start : layout.line_end(at)]).rstrip()
    if key:
        value = layout.text[key.end() : start + len(line)]
        yield "quote the text", [Change(key.end(), start + len(line), f"'{value.replace(chr(39), 2 * chr(39))}'")]
    yield from _colon(layout, at)


def _together(layout: Layout, at: int) -> Iterator[tuple[str, list[Change]]]:
    """A line that is neither an item nor a key of what it stands in."""
    yield from _item(layout, at)
    yield from _level(layout, at)


_KINDS: Final = {
    "stands under a bare verb": _bare_verb,
    "a space is missing after the dash": _dash_space,
    "a space is missing after the colon": _colon_space,
    "a colon is missing": _colon,
    "this bracket is not closed": _bracket,
    "this bracket tears": _torn,
    "a tab indents": _tab,
    "this `-` stands further": _level,
    "a text that": _text,
    "what belongs together": _together,
    "not readable as YAML": _together,
}
"""What the reader says, and what is done about it."""

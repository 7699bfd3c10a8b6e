"""Edits for slips of the pen: words of elsewhere, misspelt ones, and what stands where it does not belong.

A finding says in its message or hint what to write; these edits write it. So the two never say different things, and
what a hint leaves open is left to the designer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from cnnplan.repairs.ideas import Idea, idea
from cnnplan.repairs.layout import Change, Layout, quoted
from cnnplan.spec.diagnosis import as_list, balance
from cnnplan.spec.words import WIRING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Finding, Path

__all__ = ["slips"]

_NEAR: Final = re.compile(r"did you mean ([\w.]+(?: or [\w.]+)*)\?")
_WORD: Final = re.compile(
    r"(?:unknown (?:key|operator|name|function)|no (?:argument|layer|symbol|field)) "
    r"([\w.]+)(?=;| beside| before| in |\(|$)"
)
_CHOICE: Final = re.compile(r"default \(=(\w+)\)")
_CALLED: Final = re.compile(r"it is called (\w+) here|write (\w+)")
_MAPPING: Final = re.compile(r"the arguments of [\w.]+ are a mapping: write [\w.]+: (\{.*\})")
_TORN: Final = re.compile(r"the comma in (.*) tears the expression apart")


def slips(finding: Finding, layout: Layout) -> Iterator[Idea]:
    """What the finding says that is to be written."""
    for make in (
        _folded,
        _near,
        _called,
        _left_out,
        _arguments,
        _torn,
        _spaced,
        _higher,
        _deeper,
        _verbs,
        _list,
        _path,
        _head,
    ):
        for title, changes in make(finding, layout):
            yield from idea(title, finding.place.file, changes)


def _offset(finding: Finding, layout: Layout) -> int:
    where = finding.location
    return layout.offset(where.line, where.column) if where and where.line else -1


def _replaced(finding: Finding, layout: Layout, word: str, other: str) -> list[Change]:
    """A word put in the place of another, in the key or value that the finding is about."""
    at = _offset(finding, layout)
    for piece in layout.pieces.values():
        spans = [piece.key] if piece.key and piece.key[0] == at else []
        if piece.start == at and piece.kind == "scalar":
            spans.append((piece.start, piece.end))
        for start, end in spans:
            found = re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", layout.text[start:end])
            return [Change(start + each.start(), start + each.end(), other) for each in found]
    return []


def _folded(finding: Finding, layout: Layout) -> Iterator[tuple[str, list[Change]]]:
    """`tanh` below `- relu`, or `-relu`: lines that YAML takes for one text."""
    piece = layout.pieces.get(finding.place.path)
    if piece is None or piece.kind != "scalar" or "\n" not in layout.text[piece.start : piece.end]:
        return
    first = layout.line_start(piece.start)
    lines = layout.text[first : piece.end].splitlines(keepends=True)
    column = layout.column(piece.start) - 2 if finding.place.path[-1:] != ("layers",) else layout.column(piece.start)
    changes: list[Change] = []
    at = first
    for line in lines:
        begun = at + len(line) - len(line.lstrip(" "))
        if (line.strip() and begun != piece.start) or layout.text[begun] == "-":
            bare = re.match(r" *(?:- ?)?", line)
            changes.append(Change(at, at + (bare.end() if bare else 0), " " * max(column, 0) + "- "))
        at += len(line)
    yield "begin each layer with a dash", changes if all("- " not in line[column + 2 :] for line in lines) else []


def _near(finding: Finding, layout: Layout) -> Iterator[tuple[str, list[Change]]]:
    """`did you mean stride?`."""
    near, word = _NEAR.search(finding.message), _WORD.search(finding.message) or _CHOICE.search(finding.message)
    for other in near[1].split(" or ") if near and word else ():
        assert word is not None  # noqa: S101 - as asked above
        yield f"write {other} for {word[1]}", _replaced(finding, layout, word[1], other)


def _called(finding: Finding, layout: Layout) -> Iterator[tuple[str, list[Change]]]:
    """`it is called conv here`, `write false`."""
    told = _CALLED.fullmatch(finding.hint)
    word = _WORD.search(finding.message) or re.match(r"(\w+) is a name in YAML", finding.message)
    if told and word:
        other = told[1] or told[2]
        yield f"write {other} for {word[1]}", _replaced(finding, layout, word[1], other)


def _left_out(finding: Finding, layout: Layout) -> Iterator[tuple[str, list[Change]]]:
    """`it is inferred from what comes in: leave it out`."""
    if "leave it out" in finding.hint and finding.place.path in layout.pieces:
        yield f"leave {finding.place.path[-1]} out", layout.remove(finding.place.path)


def _arguments(finding: Finding, layout: Layout) -> Iterator[tuple[str, list[Change]]]:
    """`- dropout: 0.5`."""
    told = _MAPPING.fullmatch(finding.message)
    piece = layout.pieces.get(finding.place.path)
    if told and "..." not in told[1] and piece:
        yield f"write {told[1]}", [Change(piece.start, piece.end, told[1])]


def _torn(finding: Finding, layout: Layout) -> Iterator[tuple[str, list[Change]]]:
    """An expression with a comma in braces."""
    start = _offset(finding, layout)
    if not _TORN.fullmatch(finding.message) or start < 0:
        return
    end = start
    while end < len(layout.text) and (balance(layout.text[start:end]) > 0 or layout.text[end] not in ",}]\n"):
        end += 1
    text = layout.text[start:end].rstrip()
    listed = as_list(text)
    if listed:
        yield f"write {listed}", [Change(start, start + len(text), listed)]
    yield f"quote {text}", [Change(start, start + len(text), quoted(text))]


def _spaced(finding: Finding, layout: Layout) -> Iterator[tuple[str, list[Change]]]:
    """`{stride:2}`."""
    if finding.message.startswith("a space is missing after the colon"):
        colon = layout.text.index(":", max(0, _offset(finding, layout)))
        yield "put a space behind the colon", [Change(colon + 1, colon + 1, " ")]


def _higher(finding: Finding, layout: Layout) -> Iterator[tuple[str, list[Change]]]:
    """A wiring key among the arguments: moved beside the verb, with those behind it that belong there too."""
    path = finding.place.path
    if "stands one level too deep" not in finding.message or path not in layout.pieces:
        return
    verb, key = path[:-1], path[-1]
    entry = layout.pieces[verb[:-1]]
    title = f"move {key} beside {verb[-1]}"
    siblings = layout.children(verb)
    behind = siblings[siblings.index(path) :]
    if layout.pieces[verb].flow or not all(each[-1] in WIRING for each in behind):
        line = f"{key}: {layout.value(path)}"
        if entry.flow:
            yield title, [*layout.remove(path), Change(entry.end - 1, entry.end - 1, f", {line}")]
        else:
            piece = layout.pieces[verb]
            alone = [Change(piece.key[1] + 1, piece.end, "")] if piece.key and len(siblings) == 1 else None
            yield (
                title,
                [*(alone or layout.remove(path)), *_line(layout, layout.pieces[verb].end, layout.begin(verb), line)],
            )
        return
    target = layout.column(layout.begin(verb))
    yield title, [_dedent(layout, layout.begin(each), target) for each in behind]


def _dedent(layout: Layout, at: int, column: int) -> Change:
    start = layout.line_start(at)
    return Change(start, at, " " * column)


def _line(layout: Layout, end: int, column_of: int, line: str) -> list[Change]:
    """A line behind the one where something ends, in the column of something."""
    after = layout.line_end(end)
    indent, whole = " " * layout.column(column_of), layout.text[:after].endswith("\n")
    return [Change(after, after, f"{indent}{line}{layout.newline}" if whole else f"{layout.newline}{indent}{line}")]


def _deeper(finding: Finding, layout: Layout) -> Iterator[tuple[str, list[Change]]]:
    """An argument beside its verb: moved below it, with the others of the same line of keys."""
    told = re.search(r"it is an argument of ([\w.]+)", finding.message)
    path = finding.place.path
    if not told or path not in layout.pieces:
        return
    verb = (*path[:-1], told[1])
    piece = layout.pieces[verb]
    if layout.pieces[path[:-1]].flow or piece.kind == "scalar" or piece.flow:
        yield f"move {path[-1]} below {told[1]}", _merged(layout, verb, path)
    else:
        column = layout.column(piece.start)
        yield f"move {path[-1]} below {told[1]}", [_dedent(layout, layout.begin(path), column)]


def _merged(layout: Layout, verb: Path, path: Path) -> list[Change]:
    """A key taken out and put among the arguments in braces."""
    return [*layout.remove(path), *layout.put(verb, str(path[-1]), layout.value(path))]


def _verbs(finding: Finding, layout: Layout) -> Iterator[tuple[str, list[Change]]]:
    """Two verbs in one entry: the second gets a dash of its own."""
    told = re.fullmatch(r"a layer has one verb, here are (.*)", finding.message)
    path = finding.place.path
    if not told or path not in layout.pieces or layout.pieces[path].flow:
        return
    names = told[1].split(" and ")
    changes = []
    for name in names[1:]:
        at = layout.begin((*path, name))
        start = layout.line_start(at)
        dash = layout.text.rfind("-", 0, layout.pieces[path].start)
        changes.append(Change(start, at, " " * layout.column(dash) + "- "))
    yield f"begin {' and '.join(names[1:])} with a dash", changes


def _list(finding: Finding, layout: Layout) -> Iterator[tuple[str, list[Change]]]:
    """Layers without dashes."""
    path = finding.place.path
    piece = layout.pieces.get(path)
    if not (finding.message.startswith("layers ") and "list" in finding.message) or piece is None or piece.flow:
        return
    if piece.kind == "mapping":
        yield "begin each layer with a dash", _dashed(layout, [layout.begin(each) for each in layout.children(path)])


def _path(finding: Finding, layout: Layout) -> Iterator[tuple[str, list[Change]]]:
    """A path with one dash: the second one makes a list of layers of it."""
    piece = layout.pieces.get(finding.place.path)
    if "with two dashes" in finding.hint and piece is not None and not layout.pieces[finding.place.path[:-1]].flow:
        yield "begin the path with two dashes", _dashed(layout, [piece.start], piece.end)


def _dashed(layout: Layout, starts: list[int], end: int | None = None) -> list[Change]:
    """A dash in front of each of these, and the lines below them as much further to the right."""
    changes = [Change(start, start, "- ") for start in starts]
    at = layout.line_end(starts[0])
    last = layout.pieces[()].end if end is None else end
    column = layout.column(starts[0])
    firsts = set(starts)
    while at < last:
        line = layout.text[at : layout.line_end(at)]
        indent = len(line) - len(line.lstrip(" "))
        if line.strip() and indent < column:
            break
        if line.strip() and at + indent not in firsts:
            changes.append(Change(at, at, "  "))
        at = layout.line_end(at)
    return changes


def _head(finding: Finding, layout: Layout) -> Iterator[tuple[str, list[Change]]]:
    """A spec that does not say which version of the language it is written in."""
    if finding.message == "the key cnnplan is missing" and layout.pieces.get(()):
        start = layout.line_start(layout.pieces[()].start)
        yield "say cnnplan: 1", [Change(start, start, f"cnnplan: 1{layout.newline}")]

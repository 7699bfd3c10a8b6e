"""Edits for what is legal and still not wanted: what nobody uses, what has no effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.repairs.ideas import Idea, idea

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Finding
    from cnnplan.repairs.layout import Change
    from cnnplan.repairs.manuscript import Manuscript

__all__ = ["unused"]


def unused(finding: Finding, manuscript: Manuscript) -> Iterator[Idea]:
    """What the hint of a rule of design says that is to be done."""
    layout, path, file = manuscript.layout(finding.place.file), finding.place.path, finding.place.file
    if finding.rule in ("CNN207", "CNN208", "CNN304"):
        yield from idea(f"take {path[-1]} out", file, layout.remove(path))
    elif finding.rule == "CNN209":
        yield from _argument(finding, manuscript)
    elif finding.rule == "CNN210":
        entry = path[: _entry(path)]
        verb = _verb(manuscript, finding)
        below = (*entry, verb) if (*entry, verb) in layout.pieces else entry
        yield from idea("leave the bias out", file, layout.put(below, "bias", "false"))
    elif finding.rule in ("CNN211", "CNN217"):
        yield from idea("take the layer out", file, layout.remove(path[: _entry(path)]))
    elif finding.rule == "CNN222":
        yield from idea("put a flatten before it", file, layout.insert(path, ["- flatten"], behind=False))


def _entry(path: tuple[str | int, ...]) -> int:
    """How many steps of a path lead to the entry that it is in."""
    return max((i + 1 for i, step in enumerate(path) if isinstance(step, int)), default=0)


def _verb(manuscript: Manuscript, finding: Finding) -> str:
    node = manuscript.graph.nodes.get(finding.layer or "") if manuscript.graph else None
    return node.op.verb if node else ""


def _argument(finding: Finding, manuscript: Manuscript) -> Iterator[Idea]:
    """An argument of a block, taken out with what is given for it wherever the block is called."""
    *_, block, _, name = finding.place.path
    changes: dict[str, list[Change]] = {}
    spec = manuscript.spec
    for file in dict.fromkeys((manuscript.file, *(spec.sources if spec else ()))):
        layout = manuscript.layout(file)
        for path in layout.pieces:
            given = path[-2:] == (block, name) and path[-3:-2] != ("blocks",)
            if given or (file == finding.place.file and path == finding.place.path):
                changes.setdefault(file, []).extend(layout.remove(path))
    yield Idea(f"take {name} out", changes)

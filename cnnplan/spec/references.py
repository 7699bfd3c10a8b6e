"""What `from` reads, with its indices ready to be evaluated."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cnnplan.findings import Place
from cnnplan.spec.expressions import parse
from cnnplan.spec.routes import bounds, split

if TYPE_CHECKING:
    from cnnplan.spec.expressions import Expression

__all__ = ["Index", "Route", "Section", "route"]


class Index(NamedTuple):
    """One of several, `[i]`."""

    at: Expression


class Section(NamedTuple):
    """Some of several, `[first:last]`; None for an end that is left out."""

    first: Expression | None
    last: Expression | None


class Route(NamedTuple):
    """A name of a layer, and the steps from there.

    Args:
        text: as it is written.
        head: the name.
        steps: parts by name, `*` for all of them, indices and sections.
        names: the names that its indices read.
    """

    text: str
    head: str
    steps: tuple[str | Index | Section, ...]
    names: frozenset[str]


@lru_cache(maxsize=4096)
def route(text: str) -> Route:
    """The route of a text; raises Unreadable."""
    head, written = split(text)
    steps = tuple([_step(step) for step in written])
    read = [step for step in steps if not isinstance(step, str)]
    names = frozenset(name for step in read for part in step if part is not None for name in part.names)
    return Route(text, head, steps, names)


def _step(written: str) -> str | Index | Section:
    if not written.startswith("["):
        return written
    ends = [parse(end, Place("")) if end else None for end in bounds(written)]
    if len(ends) == 1:
        assert ends[0] is not None  # noqa: S101 - a bracket with nothing inside is not split off
        return Index(ends[0])
    return Section(ends[0], ends[1])

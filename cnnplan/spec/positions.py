"""The events of a parser in; where every key and value stands out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import yaml

from cnnplan.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnnplan.findings import Path

__all__ = ["CLOSE", "OPEN", "positions"]

OPEN: Final = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
CLOSE: Final = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def positions(events: Iterable[Any]) -> dict[Path, tuple[Any, Any]]:
    """Every path with the marks of its key and its value, as far as the text can be read; of a key twice, the first."""
    return dict(reversed(list(_walk(events))))


def _walk(events: Iterable[Any]) -> Iterator[tuple[Path, tuple[Any, Any]]]:
    """Every path with the marks of its key and its value, in the order of the text."""
    path: list[Any] = []
    keys: list[Any] = []
    try:
        for event in events:
            kind = type(event)
            if kind in CLOSE:
                path.pop()
                keys.pop()
            elif kind is yaml.ScalarEvent and path and path[-1] is None:
                path[-1], keys[-1] = event.value, event.start_mark
                continue
            elif kind in OPEN or kind in (yaml.ScalarEvent, yaml.AliasEvent):
                yield tuple(path), (keys[-1] if keys else None, event.start_mark)
                if kind in OPEN:
                    path.append(None if kind is yaml.MappingStartEvent else 0)
                    keys.append(None)
                    continue
            else:
                continue
            if path:
                path[-1] = path[-1] + 1 if isinstance(path[-1], int) else None
    except (yaml.YAMLError, SpecError):
        return

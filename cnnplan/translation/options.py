"""What a reader of another world can be told beside the file."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.translation.kinds import Kind

__all__ = ["Options", "extents", "heard", "is_told", "telling"]


@dataclass(frozen=True, slots=True)
class Options:
    """The options of all readers; one that a kind of file knows nothing of is refused.

    Args:
        dims: the extents of inputs by name, each a number or the name of a symbol: {"images": ("N", 3, "H", "W")}.
        scale: which of the sizes that a file describes.
        arguments: what a function that builds the network is called with.
        modules: files or folders of modules that the network is made of.
    """

    dims: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)
    scale: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    modules: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: Mapping[str, Any], kind: Kind | None) -> Options:
        """The options for a kind of file, None for a spec of our own: those given, and those of `telling`.

        Raises:
            UsageError: one was given that the reader does not have.
        """
        known = kind.options if kind else ()
        if strange := [name for name, value in given.items() if value and name not in known]:
            what = f"{kind.name} files" if kind else "a YAML spec"
            raise UsageError(f"{strange[0]} means nothing for {what}")
        told = _TOLD.get()
        heard = {name: value for name, value in told.options.items() if name in known}
        told.heard.update(heard)
        return cls(**{**heard, **given})


def extents(dims: Any) -> dict[str, tuple[str | int, ...]]:
    """The extents of inputs by name, of one that is not named under "": `"N,3,H,W"`, a tuple, or a mapping.

    Raises:
        UsageError: they are none.
    """
    told = dims if isinstance(dims, dict) else {"": dims}
    return {
        str(name): tuple(map(_extent, each.split(",") if isinstance(each, str) else each))
        for name, each in told.items()
    }


def _extent(part: Any) -> str | int:
    text = str(part).strip()
    if text.isdigit():
        return int(text)
    if not text.isidentifier():
        raise UsageError(f"dims: {text!r} is no extent: write numbers and names, as in N,3,H,W")
    return text


@dataclass(slots=True)
class _Told:
    """What all readers are told, and what of it any of them understood."""

    options: Mapping[str, Any] = field(default_factory=dict)
    heard: set[str] = field(default_factory=set)


_NOTHING: Final = _Told()
_TOLD: Final[ContextVar[_Told]] = ContextVar("told", default=_NOTHING)


def heard(name: str, default: Any) -> Any:
    """What all readers are told under this name, that one of them has understood."""
    told = _TOLD.get()
    if name not in told.options:
        return default
    told.heard.add(name)
    return told.options[name]


def is_told() -> bool:
    """Whether readers are told anything beside their files."""
    return bool(_TOLD.get().options)


@contextmanager
def telling(options: Mapping[str, Any]) -> Iterator[Iterator[str]]:
    """Tell the readers of all files that are read meanwhile; gives the options that none of them has understood yet."""
    told = _Told(options)
    token = _TOLD.set(told)
    try:
        yield (name for name in options if name not in told.heard)
    finally:
        _TOLD.reset(token)

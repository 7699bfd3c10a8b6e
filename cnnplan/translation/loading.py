"""A network from wherever it is written: a YAML spec, a text, a file of another world, an object of PyTorch."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnplan import spec
from cnnplan.collector import uncollected
from cnnplan.errors import SpecError
from cnnplan.findings import Finding, Place, Severity
from cnnplan.spec import Spec
from cnnplan.spec.examples import resolve
from cnnplan.spec.reader import is_text, read_source
from cnnplan.translation.kinds import KINDS, Kind, kind_of
from cnnplan.translation.options import Options, heard

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from cnnplan.translation.draft import Foreign

LIVE = "PyTorch"
"""The kind of network that may be given as an object."""

__all__ = ["load_foreign", "load_spec", "upto"]


def load_spec(
    source: str | os.PathLike[str] | Spec | Any,
    root: str | os.PathLike[str] | None = None,
    *,
    partial: bool = False,
    until: Sequence[str] = (),
    **options: Any,
) -> Spec:
    """The validated spec of a YAML file, of a text, or of a file of another world: its content tells which it is.

    Args:
        source: a path, `example:NAME`, `package.module:function`, the text of a spec, an nn.Module or a function that
            gives one, or a Spec, which is given back as it is.
        root: a folder above the spec's own that included files may come from.
        partial: True to return a spec whose entries alone have faults, with its `faults`, instead of raising.
        until: layers or blocks by their full names: the network up to them; left out: those of `telling`, or all of it.
        options: what the reader of another world is told, the fields of `Options`.

    Raises:
        SpecError: every fault of the file, with its line and column, or its node.
        UsageError: there is no such file, it cannot be read, or an option means nothing for this kind of file.
    """
    found = source if isinstance(source, Spec) else _read(source, root, options, partial=partial)
    ends = tuple(until or heard("until", ()))
    return found if ends == found.until or not ends else upto(found, ends)


def upto(whole: Spec, ends: tuple[str, ...]) -> Spec:
    """A network up to some of its layers; what the whole of it promises is not promised of them."""
    if whole.is_library or not ends:
        return whole
    place = Place(whole.file, ("expect",))
    promises = f"{len(whole.expect)} promises are" if len(whole.expect) > 1 else "a promise is"
    message = f"{promises} of the whole network, and not looked at up to {', '.join(ends)}"
    told = Finding("CNN019", Severity.NOTE, message, place, whole.locate(place))
    name = f"{whole.name} until {', '.join(ends)}"
    return replace(whole, name=name, until=ends, expect=(), remarks=(*whole.remarks, *([told] if whole.expect else [])))


@uncollected
def _read(source: Any, root: str | os.PathLike[str] | None, options: dict[str, Any], *, partial: bool) -> Spec:
    if not isinstance(source, str | PathLike):
        return _live(source, options)
    path = None if is_text(source) else resolve(Path(source))
    kind = kind_of(path) if path else None
    told = Options.of(options, kind)
    if path is None or kind is None:
        return spec.load_spec(source, root, partial=partial)
    return _spec(_foreign(path, kind, told), path, partial=partial)


def _live(source: Any, options: dict[str, Any]) -> Spec:
    """The spec of an object of another world."""
    kind = next(kind for kind in KINDS if kind.name == LIVE)
    foreign = _sound(import_module(kind.module).read_live(source, Options.of(options, kind)))
    return _spec(foreign, Path(foreign.file), partial=False)


def _spec(foreign: Foreign, path: Path, *, partial: bool) -> Spec:
    """What a reader gave, as the reader of the language takes it."""
    read = read_source(foreign, path, partial=partial, lent=foreign.library, included=foreign.included)
    said, last = tuple(foreign.remarks), foreign.channels_last
    held = [*foreign.judgements]
    read = replace(
        read, judged=held, remarks=said, weights=foreign.weights, account=foreign.account, unread=foreign.unread
    )
    return replace(read, channels_last=last) if last else read


def load_foreign(path: Path, **options: Any) -> Foreign | None:
    """What the reader of another world makes of a file: the data of a spec; None of a spec of our own.

    Raises:
        SpecError: every fault of the file.
        UsageError: it cannot be read, or an option means nothing for this kind of file.
    """
    kind = kind_of(path)
    return None if kind is None else _foreign(path, kind, Options.of(options, kind))


def _foreign(path: Path, kind: Kind, told: Options) -> Foreign:
    return _sound(import_module(kind.module).read(path, told))


def _sound(foreign: Foreign) -> Foreign:
    """What a reader gave, if it met no fault."""
    if foreign.faults.found and not foreign.judged:
        raise SpecError(foreign.faults.found)
    return foreign

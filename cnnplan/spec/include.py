"""Files of blocks that a spec brings in: from below its own folder or a higher root, links resolved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cnnplan.errors import SpecError, UsageError
from cnnplan.spec.source import Source, read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cnnplan.findings import Place
    from cnnplan.spec.faults import Faults

__all__ = ["read_includes"]


def read_includes(  # noqa: PLR0913, PLR0917 - what may stand beside a list of names
    names: tuple[str, ...],
    spec: Path | None,
    root: Path | None,
    place: Place,
    faults: Faults,
    texts: Mapping[str, str],
) -> Iterator[Source]:
    """The sources of the files named; those that cannot be had are reported.

    Args:
        names: the paths as the spec writes them, seen from its own folder.
        spec: the file of the spec, None where it is given as text.
        root: the folder that no file may lie outside of; None for the spec's own.
        place: of the list in the spec.
        faults: where to report.
        texts: what stands in the place of files, by their names here.
    """
    if not names:
        return
    folder = spec.parent if spec else root
    if folder is None:
        faults.add("CNN005", place, "a spec that is given as text includes nothing", hint="name a root for its files")
        return
    edge = (root or folder).resolve()
    seen = {spec.resolve()} if spec else set()
    for i, name in enumerate(names):
        file = folder / name
        if reason := _refused(name, file, edge, seen):
            faults.add("CNN005", place.below(i), reason)
            continue
        seen.add(file.resolve())
        try:
            yield Source(str(file), texts[str(file)] if str(file) in texts else read_text(file))
        except UsageError as error:
            faults.add("CNN005", place.below(i), str(error))
        except SpecError as error:
            faults.found.extend(error.findings)


def _refused(name: str, file: Path, edge: Path, seen: set[Path]) -> str:
    """Why a file is not included, "" where it is."""
    try:
        target = file.resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        inside = Path(name).is_absolute() is False and (file.parent.resolve() / file.name).is_relative_to(edge)
        return f"there is no file {name}" if inside else _outside(name)
    if Path(name).is_absolute() or not target.is_relative_to(edge):
        return _outside(name)
    if target in seen:
        return f"{name} is included twice, or includes itself"
    return "" if target.is_file() else f"{name} is not a file"


def _outside(name: str) -> str:
    return f"{name} is outside the folder of the spec: only files below it are included, or below a root that is named"

"""cnnplan and what it needs, as they are installed here, in one archive that a browser unpacks."""

from __future__ import annotations

import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cnnplan.errors import UsageError
from cnnplan.release import version
from cnnplan.spec.examples import FOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.playground.runtime import Runtime

__all__ = ["EXAMPLES", "examples", "pack"]

MODULES: Final = (
    "cnnplan", "pydantic", "annotated_types", "typing_inspection", "typing_extensions", "yaml", "jinja2", "markupsafe",
)  # fmt: skip
"""What reading, checking and the page import; PyYAML and MarkupSafe do without their compiled halves."""

LATER: Final = frozenset({"typing_inspection"})
"""What pydantic needs since 2.11 only: an older one is packed without."""

COMPILED: Final = frozenset({".so", ".pyd", ".pyc", ".dylib"})
LEFT_OUT: Final = frozenset({"__pycache__", "playground/assets", "examples"})

EXAMPLES: Final = "specs"
"""The folder of the example networks in the archive, beside cnnplan as in a checkout."""

MADE: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every file in an archive, so that the same packages make the same one."""


def pack(path: Path, runtime: Runtime) -> None:
    """Write the archive.

    Args:
        path: where to.
        runtime: whose compiled half of pydantic goes in; it is of the version that is installed here.

    Raises:
        UsageError: a package is not there as files.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for module in MODULES:
            for name, file in _files(module):
                _add(archive, name, file.read_bytes())
        for name, file in examples().items():
            _add(archive, f"{EXAMPLES}/{name}", file.read_bytes())
        release = version()
        told = f"Metadata-Version: 2.1\nName: cnnplan\nVersion: {release}\n"
        _add(archive, f"cnnplan-{release}.dist-info/METADATA", told.encode())
        with zipfile.ZipFile(runtime.wheel) as wheel:
            for name in wheel.namelist():
                _add(archive, name, wheel.read(name))


def examples() -> dict[str, Path]:
    """The files of the example networks, those of their blocks too, by their path below the folder of examples."""
    folder = next((folder for folder in FOLDERS if folder.is_dir()), FOLDERS[0])
    return {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*.yaml"))}


def _files(module: str) -> Iterator[tuple[str, Path]]:
    """The files of a package, or of a module that is one file, by their name in the archive."""
    spec = find_spec(module)
    if spec is None and module in LATER:
        return
    if spec is None or not (spec.submodule_search_locations or spec.origin):
        raise UsageError(f"the package {module} is not here as files that could go into a playground")
    if not spec.submodule_search_locations:
        file = Path(str(spec.origin))
        yield file.name, file
        return
    folder = Path(next(iter(spec.submodule_search_locations)))
    for file in sorted(folder.rglob("*")):
        below = file.relative_to(folder)
        skipped = any(part.as_posix() in LEFT_OUT or part.name == "__pycache__" for part in (below, *below.parents))
        if file.is_file() and file.suffix not in COMPILED and not skipped:
            yield f"{module}/{below.as_posix()}", file


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, MADE)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, data)

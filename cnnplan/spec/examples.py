"""The example networks that come with cnnplan: found by name, `example:resnet`, wherever they were installed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cnnplan.errors import UsageError
from cnnplan.spec.words import did_you_mean

__all__ = ["PREFIX", "examples", "resolve"]

PREFIX: Final = "example:"
"""How the name of an example begins where a path is asked for."""

PACKAGE: Final = Path(__file__).resolve().parents[1]
FOLDERS: Final = (PACKAGE / "examples", PACKAGE.parent / "specs")
"""Where they are in an installed package, and in a checkout."""

BLOCKS: Final = "blocks"
"""What files and folders are called that others include."""


def examples() -> dict[str, Path]:
    """The file of each example, by its name: the file's own, without its folder and ending."""
    folder = next((folder for folder in FOLDERS if folder.is_dir()), FOLDERS[0])
    files = (file.relative_to(folder) for file in sorted(folder.rglob("*.yaml")))
    return {file.stem: folder / file for file in files if BLOCKS not in (file.stem, *file.parts[:-1])}


def resolve(path: Path) -> Path:
    """The file that is meant: of `example:NAME` that example's, of anything else itself.

    Raises:
        UsageError: there is no such example.
    """
    text = str(path)
    if not text.startswith(PREFIX):
        if path.suffix or path.exists() or text not in examples():
            return path
        raise UsageError(f"there is no file {text}; the example of that name is {PREFIX}{text}")
    known, name = examples(), text.removeprefix(PREFIX)
    if name not in known:
        raise UsageError(f"there is no example {name}{did_you_mean(name, known)}: cnnplan examples lists them")
    return known[name]

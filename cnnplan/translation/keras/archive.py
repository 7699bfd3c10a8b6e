"""The config of a model: the JSON of `to_json()`, or `config.json` in a `.keras` file: a zip of a stranger."""

from __future__ import annotations

import json
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import SpecError, UsageError
from cnnplan.findings import Finding, Location, Place, Severity

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["config", "refusal"]

MEMBER: Final = "config.json"
BYTES: Final = 16_000_000
"""The longest config that is read."""

MEMBERS: Final = 10_000
LEVELS: Final = 64
ZIP: Final = b"PK\x03\x04"


def config(path: Path) -> dict[str, Any]:
    """The config of a file; raises SpecError where it cannot be read as one."""
    try:
        with path.open("rb") as file:
            zipped = file.read(len(ZIP)) == ZIP
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    text = _member(path) if zipped else _read(path)
    if _depth(text) > LEVELS:
        raise refusal(path, f"{MEMBER} is nested deeper than {LEVELS} levels")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refusal(path, f"not readable as JSON: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("config"), dict):
        raise refusal(path, "this is JSON, and no model: it has no config")
    return data


def refusal(path: Path, message: str) -> SpecError:
    """The error of a file that cannot be read as what it is."""
    location = Location(str(path), 0, 0)
    return SpecError([Finding("CNN030", Severity.ERROR, message, Place(str(path)), location)])


def _read(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(BYTES + 1)
    if len(data) > BYTES:
        raise refusal(path, f"longer than {BYTES:,} bytes")
    return data.decode("utf-8", "replace")


def _member(path: Path) -> str:
    """The config in a zip: never more of it than the bound, whatever the zip says of its length."""
    try:
        with zipfile.ZipFile(path) as archive:
            if len(archive.infolist()) > MEMBERS:
                raise refusal(path, f"more than {MEMBERS:,} members")
            with archive.open(MEMBER) as member:
                data = member.read(BYTES + 1)
    except KeyError:
        raise refusal(path, f"a zip without {MEMBER}: this is no model of Keras 3") from None
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise refusal(path, f"not readable as a zip: {error}") from None
    if len(data) > BYTES:
        raise refusal(path, f"{MEMBER} is longer than {BYTES:,} bytes")
    return data.decode("utf-8", "replace")


def _depth(text: str) -> int:
    """The deepest nesting, strings left out."""
    deepest = level = 0
    quoted = escaped = False
    for letter in text:
        if quoted:
            quoted, escaped = escaped or letter != '"', not escaped and letter == "\\"
        elif letter == '"':
            quoted = True
        elif letter in "[{":
            level += 1
            deepest = max(deepest, level)
        elif letter in "]}":
            level -= 1
    return deepest

"""Findings that are known: a repository with old ones can begin, and is told only what is new.

A finding is known again by its rule, its file and the kind of place where it stands, not by its line or the numbers in
its message, so that a baseline outlives edits. Each that is written down excuses one.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnplan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.findings import Finding

__all__ = ["document", "fingerprint", "read", "unknown"]

VERSION = 1
LARGEST = 50_000_000


def fingerprint(finding: Finding, folder: Path | None = None) -> str:
    """What stays of a finding when lines move and numbers change; `folder` is what the file is seen from."""
    words = [step for step in finding.place.path if isinstance(step, str)]
    layer = re.sub(r"\d+", "#", finding.layer or "")
    text = "\0".join((finding.rule, _seen(finding.place.file, folder), layer, *words))
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def document(findings: Sequence[Finding], file: Path) -> str:
    """The text of a baseline that excuses these findings."""
    folder = _folder(file)
    known = [
        {
            "rule": finding.rule,
            "file": _seen(finding.place.file, folder),
            "message": finding.message,
            "fingerprint": fingerprint(finding, folder),
        }
        for finding in findings
    ]
    return json.dumps({"cnnplan": VERSION, "known": known}, indent=1) + "\n"


def read(file: Path) -> Counter[str]:
    """How often each fingerprint is excused.

    Raises:
        UsageError: the file cannot be read, or is no baseline.
    """
    try:
        with file.open("rb") as text:
            table: Any = json.loads(text.read(LARGEST))
        return Counter(str(each["fingerprint"]) for each in table["known"])
    except OSError as error:
        raise UsageError(f"cannot read the baseline {file}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(f"{file} is no baseline: write one with --update-baseline") from None


def unknown(findings: Sequence[Finding], file: Path) -> list[Finding]:
    """The findings that a baseline does not excuse."""
    left = read(file)
    folder = _folder(file)
    new = []
    for finding in findings:
        mark = fingerprint(finding, folder)
        left[mark] -= 1
        if left[mark] < 0:
            new.append(finding)
    return new


def _folder(file: Path) -> Path:
    return Path(os.path.abspath(file)).parent  # noqa: PTH100 - links stay as they are written


def _seen(file: str, folder: Path | None) -> str:
    return Path(os.path.relpath(file, folder or Path.cwd())).as_posix()

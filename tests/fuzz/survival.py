"""What must hold for any bytes at all: only the tool's own errors, and nothing unescaped in any output."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from contextlib import nullcontext, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from cnnplan.configuration import Configuration
from cnnplan.errors import CnnplanError
from cnnplan.plan import plan_spec
from cnnplan.report import RENDERERS, render
from cnnplan.report.findings import FORMATS, render_findings
from cnnplan.rules import RULES, check
from cnnplan.spec import load_spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

for module in (*RENDERERS.values(), *FORMATS.values(), *(f"cnnplan.rules.{name}" for name in RULES.values())):
    import_module(module)  # now, so that a fuzzer sees their branches

HOSTILE = ("\x1b", "\x07", "\x00", "\x9b", "\u202e")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def survives(data: bytes, step: Callable[[], AbstractContextManager[object]] = nullcontext) -> None:
    """Take a spec of these bytes through everything; raises where something is not as it must be.

    Args:
        data: what the file holds.
        step: opened around each step: a check, a plan, or a report in one format.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "spec.yaml"
        file.write_bytes(data)
        with step():
            findings(file)
        try:
            with step():
                plan = plan_spec(load_spec(file), partial=True)
        except CnnplanError:
            return
        for name in RENDERERS:
            with step(), suppress(CnnplanError):
                text = render(plan, name)
                if isinstance(text, str):
                    harmless(name, text)


def findings(file: Path) -> None:
    """The findings in every format."""
    try:
        found = check(file, Configuration(select=("ALL",)))
    except CnnplanError:
        return
    for name in FORMATS:
        text = render_findings(found, name, files=[str(file)])
        harmless(name, text)
        if name in ("sarif", "json"):
            json.loads(text)
        if name == "junit":
            ET.fromstring(text)  # noqa: S314 - our own
        if name == "github":
            assert all(line.startswith("::") for line in text.splitlines()), text


def harmless(name: str, text: str) -> None:
    """No terminal escapes, no markup of the spec's, no formula of a spreadsheet."""
    assert not any(char in text for char in HOSTILE), (name, [char for char in HOSTILE if char in text])
    if name == "html":
        assert "<b9" not in text, name
    if name == "csv":
        cells = (cell for row in csv.reader(io.StringIO(text)) for cell in row)
        assert not any(cell.startswith(FORMULA) and not number(cell) for cell in cells), name


def number(cell: str) -> bool:
    """A negative number is no formula."""
    try:
        float(cell)
    except ValueError:
        return False
    return True

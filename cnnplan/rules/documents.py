"""What there is to read about a rule or an error: a title and four sections, two of them specs that a test judges."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Final

from cnnplan.rules.faults import FAULTS

__all__ = ["SECTIONS", "document", "snippets"]

SECTIONS: Final = ("What it finds", "Why it matters", "Example", "Instead")
"""The headings that every document has, in this order."""

_SNIPPET: Final = re.compile(r"^```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def document(identifier: str) -> str:
    """The document of a rule or an error, as Markdown."""
    if identifier in FAULTS:
        text = files("cnnplan.rules").joinpath("faults", f"{identifier}.md").read_text(encoding="utf-8")
        return f"# {identifier} {text.strip()}\n"
    from cnnplan.rules import rule  # noqa: PLC0415 - the table needs this module

    found = rule(identifier)
    return f"# {found.id} {found.name}: {found.doc.strip()}\n"


def snippets(identifier: str) -> tuple[str, str]:
    """The spec in which it is found, and the one that is mended."""
    failing, mended = _SNIPPET.findall(document(identifier))
    return failing, mended

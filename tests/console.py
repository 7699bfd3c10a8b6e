"""Texts that show what the program prints: their fenced blocks, and the commands in them with their outputs."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"


def blocks(text, language):
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def sessions(text):
    """The commands of the console blocks, each with what it prints."""
    shown = [
        session for block in blocks(text, "console") for session in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    ]
    return [(command, output) for command, _, output in (session.partition("\n") for session in shown)]

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if find_spec("pygls") is None:  # it comes with cnnplan[lsp]
    collect_ignore_glob = ["*.py"]


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Any]:
    """An editor in a folder of its own; nothing may have failed in its server when it closes."""
    from tests.lsp.editor import Editor  # noqa: PLC0415 - where pygls is not installed, nobody asks for it

    opened = Editor(tmp_path)
    yield opened
    assert opened.close() == 0
    assert opened.logged == []

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if find_spec("pygls") is None:  # it comes with cnnplan[lsp]
    collect_ignore_glob = ["*.py"]


def _opened(folder: Path) -> Iterator[Any]:
    from tests.lsp.editor import Editor  # noqa: PLC0415 - where pygls is not installed, nobody asks for it

    opened = Editor(folder)
    yield opened
    assert opened.close() == 0
    assert opened.logged == []


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Any]:
    """An editor in a folder of its own; nothing may have failed in its server when it closes."""
    yield from _opened(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An editor that the tests of a room share; nothing may have failed in its server when it closes."""
    yield from _opened(tmp_path_factory.mktemp("folder"))

"""What an edit changed: the lines in front and behind that are alike are never the same ones."""

from __future__ import annotations

from itertools import product

import pytest

pytest.importorskip("pygls")

from cnnplan.lsp.documents import Document
from cnnplan.lsp.session import Session

TEXTS = ["", "a", "a\na", "a\nb\na", "a\na\na\na", "b\na", "a\nb\nb\na", "c\n\n\nc\n", "c\n\nc\n"]


@pytest.mark.parametrize(("old", "new"), [*product(TEXTS, repeat=2)])
def test_what_lies_between_is_all_that_changed(old, new):
    session = Session()
    before, after = (Document(session, "file:///net.yaml", text, None) for text in (old, new))
    first, there, here = after.changed(before)
    assert first <= min(there, here)
    assert before.lines[:first] == after.lines[:first]
    assert before.lines[there:] == after.lines[here:]
    if old == new:
        assert there == here == first

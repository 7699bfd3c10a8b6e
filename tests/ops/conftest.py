"""Letters for the extents of a case."""

from __future__ import annotations

import pytest

from cnnplan.sizes import Context, Domain


@pytest.fixture
def lettered():
    """The shapes with a symbol for every extent but 1, the same for equal extents, and the values of the symbols."""
    context = Context()

    def letters(shapes):
        values = {f"n{n}": n for shape in shapes for n in shape if n != 1}
        symbols = {n: context.symbol(name, Domain(min=1)) for name, n in values.items()}
        return tuple(tuple(symbols.get(n, 1) for n in shape) for shape in shapes), values

    return letters

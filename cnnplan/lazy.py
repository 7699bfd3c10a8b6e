"""Libraries that cost more to import than cnnplan takes to answer, imported at their first use.

`check` of a legal spec needs none of them. A module writes `from cnnplan.lazy import np` at its top, as it would
write `import numpy as np`, and pays at the first attribute it reads.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

__all__ = ["has_numpy", "np", "nx", "pydantic", "pydantic_core", "sympy"]

if TYPE_CHECKING:
    import networkx as nx
    import numpy as np
    import pydantic
    import pydantic_core
    import sympy
else:

    class _Lazy:
        """A module that is imported when its first attribute is read."""

        def __init__(self, name: str) -> None:
            self._name = name

        def __getattr__(self, attribute: str) -> Any:
            value = getattr(import_module(self._name), attribute)
            setattr(self, attribute, value)
            return value

    np = _Lazy("numpy")
    nx = _Lazy("networkx")
    pydantic = _Lazy("pydantic")
    pydantic_core = _Lazy("pydantic_core")
    sympy = _Lazy("sympy")


@cache
def has_numpy() -> bool:
    """Whether NumPy is there; in a browser it is not, and what is decided with arrays is decided point by point."""
    return find_spec("numpy") is not None

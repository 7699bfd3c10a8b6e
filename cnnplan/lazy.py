"""What costs more to have at hand than cnnplan takes to answer: libraries, and patterns of text, at their first use.

`check` of a legal spec needs none of the libraries. A module writes `from cnnplan.lazy import np` at its top, as it
would write `import numpy as np`, and pays at the first attribute it reads; `pattern` stands for `re.compile` likewise.
"""

from __future__ import annotations

import re
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

__all__ = ["has_numpy", "np", "nx", "pattern", "pydantic", "pydantic_core", "sympy"]

if TYPE_CHECKING:
    from collections.abc import Callable
    from re import compile as pattern

    import networkx as nx
    import numpy as np
    import pydantic
    import pydantic_core
    import sympy
else:

    class _Lazy:
        """What is made when its first attribute is read."""

        def __init__(self, make: Callable[..., Any], *given: Any) -> None:
            self._make = partial(make, *given)

        def __getattr__(self, attribute: str) -> Any:
            value = getattr(self._make(), attribute)
            setattr(self, attribute, value)
            return value

    def pattern(text: str | bytes, flags: int = 0) -> _Lazy:
        """A regular expression that is compiled when it is first asked: most are for what is seldom met."""
        return _Lazy(re.compile, text, flags)

    np = _Lazy(import_module, "numpy")
    nx = _Lazy(import_module, "networkx")
    pydantic = _Lazy(import_module, "pydantic")
    pydantic_core = _Lazy(import_module, "pydantic_core")
    sympy = _Lazy(import_module, "sympy")


@cache
def has_numpy() -> bool:
    """Whether NumPy is there; in a browser it is not, and what is decided with arrays is decided point by point."""
    return find_spec("numpy") is not None

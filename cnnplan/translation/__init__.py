"""Networks that are written in another language than ours: read as the same specs, so that everything behind works.

A reader turns a file of another world into the data of a YAML spec, and the ordinary reader of the language reads it:
every check, message and position is the same. KINDS is the table of the worlds; the module of one is imported when its
kind of file was met.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cnnplan.translation.kinds import KINDS, Kind, kind_of
from cnnplan.translation.options import Options

if TYPE_CHECKING:
    from cnnplan.translation.loading import load_foreign, load_spec

__all__ = ["KINDS", "Kind", "Options", "kind_of", "load_foreign", "load_spec"]


def __getattr__(name: str) -> Any:
    """What reads is imported when it is first asked for; what tells kinds of files apart needs none of it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("cnnplan.translation.loading"), name)

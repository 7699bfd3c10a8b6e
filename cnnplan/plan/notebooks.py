"""How a plan shows itself in a notebook. The report looks down on plans, so it is only called by its name."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["Shown"]

ROOM = "cnnplan.report.notebook"


class Shown:
    """What a notebook asks of an object."""

    def _repr_html_(self) -> str:
        text: str = import_module(ROOM).table(self)
        return text

    def plot(self, *pieces: str) -> Any:
        """Pictures of the report, with sliders: pyramid, bars, memory, field, graph, table or totals.

        Args:
            pieces: which; left out, the pyramid.

        Raises:
            UsageError: there is no such picture.
        """
        return import_module(ROOM).plot(self, *pieces)

"""How a plan shows itself in a notebook. The report looks down on plans, so it is only called by its name."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["Shown"]

REPORT = "cnnplan.report"
ROOM = "cnnplan.report.notebook"


class Shown:
    """What a notebook asks of an object."""

    def _repr_html_(self) -> str:
        text: str = import_module(ROOM).table(self)
        return text

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data: totals, formulas, conditions, layers; as `cnnplan report --format json` has it."""
        found: dict[str, Any] = import_module("cnnplan.report.json_").document(import_module(REPORT).Report.of(self))
        return found

    def to_pandas(self) -> Any:
        """The layers as a pandas.DataFrame, a row each: name, op, output, params, buffers, MACs, FLOPs, bytes.

        Raises:
            MissingExtra: pandas is not installed.
        """
        return import_module(ROOM).frame(self)

    def plot(self, *pieces: str) -> Any:
        """Pictures of the report, with sliders: pyramid, bars, memory, field, graph, table or totals.

        Args:
            pieces: which; left out, the pyramid.

        Raises:
            UsageError: there is no such picture.
        """
        return import_module(ROOM).plot(self, *pieces)

"""The design space: choices, sweeps and solving over a plan's symbols.

`sweep` computes every combination, `solve` finds the greatest, the least, or all values that do what is asked. Both
work on formulas, in exact integers; a structure is planned once, and no formula is used outside of its plan.
"""

from __future__ import annotations

from cnnplan.exploration.design import stream, sweep
from cnnplan.exploration.extremes import Extreme
from cnnplan.exploration.results import Sweep
from cnnplan.exploration.solving import Family, solve
from cnnplan.exploration.windows import Mapping, Window, chains, mapping

__all__ = ["Extreme", "Family", "Mapping", "Sweep", "Window", "chains", "mapping", "solve", "stream", "sweep"]

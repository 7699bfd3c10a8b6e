"""Random arguments and shapes for every operator, legal or not; no two extents of a shape alike."""

from __future__ import annotations

from cnnplan.ops import OPERATORS
from tests.ops.geometries import arithmetic, layers, moves, sequences, windows
from tests.ops.geometries.drawing import pointwise

SPECIAL = windows.DRAWS | layers.DRAWS | moves.DRAWS | arithmetic.DRAWS | sequences.DRAWS

DECLARED = {"opaque"}
"""Layers that have no kernel, and so nothing to be held against."""

DRAWS = {verb: SPECIAL.get(verb, pointwise()) for verb in OPERATORS if verb not in DECLARED}

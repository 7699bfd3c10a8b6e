"""Small layers by hand: an operator, its arguments, inputs, weights, and what comes out."""

from __future__ import annotations

from tests.ops.values import arithmetic, layers, moves, sequences, windows

VALUES = [*windows.VALUES, *layers.VALUES, *moves.VALUES, *arithmetic.VALUES, *sequences.VALUES]

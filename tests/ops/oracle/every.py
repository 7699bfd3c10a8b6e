"""Every operator as PyTorch has it: how it is drawn, and in which other forms."""

from __future__ import annotations

from tests.ops.oracle import arithmetic, layers, moves, pools, sequences, windows

ROOMS = (windows, pools, layers, moves, arithmetic, sequences)
MAKERS = {verb: make for room in ROOMS for verb, make in room.MAKERS.items()}
MORE = [form for room in ROOMS for form in room.MORE]

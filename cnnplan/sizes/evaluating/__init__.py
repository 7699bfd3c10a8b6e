"""Formulas at numbers: one by one, at many points at once, on product grids, and as source code that is exact.

From the bottom: `evaluation` and `substitution` (a count at numbers, or at other counts), `dialects` and `codegen`
(NumPy and JavaScript), `bulk` (many points), `grids` (all combinations).
"""

"""Formulas for readers.

How one is put together (`styles`, with the names of `sharing`), text and LaTeX (`printing`), MathML (`mathml`), and
sympy (`symbolic`, `sympy_functions`).
"""

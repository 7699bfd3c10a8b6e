"""Formulas for readers: text and LaTeX (`printing`), MathML (`mathml`), sympy (`symbolic`, `sympy_functions`)."""

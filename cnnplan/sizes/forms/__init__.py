"""Numbers and normal forms: what a size is, and the arithmetic that keeps equal sizes one object.

From the bottom: `bounds` (intervals), `atoms` (symbols, floors, and their domains), `algebra` (sums and products
gathered term by term), `expansion` (multiplied out, fingerprints), `polynomials` (counts), `linear` (sizes), `factors`
(what terms share), `quotients` (what divides), `division` (where nested floors collapse), `functions` (what operators
and expressions are written in), `interning` (one analysis, in which equal sizes are one object).
"""

"""Numbers and normal forms: what a size is, and the arithmetic that keeps equal sizes one object.

From the bottom: `bounds` (intervals), `caching` (properties that are found once), `atoms` (symbols, floors, and their
domains), `expansion` (multiplied out, fingerprints), `products` (terms of degree two and more), `algebra` (sums and
products gathered term by term), `polynomials` (counts), `linear` (sizes), `factors` (what terms share), `quotients`
(what divides), `division` (where nested floors collapse), `functions` (what operators and expressions are written in),
`interning` (one analysis, in which equal sizes are one object).
"""

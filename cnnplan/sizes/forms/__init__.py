"""Numbers and normal forms: what a size is, and the arithmetic that keeps equal sizes one object.

From the bottom: `rationals` (numbers), `domains` (what a symbol may be), `analysis` (what sizes ask of the analysis
that they belong to), `doubles` and `caching`, `bounds` (intervals), `atoms` (symbols, and floors that stay),
`expansion` (multiplied out, fingerprints), `products` (terms of degree two and more), `algebra` (sums and products
gathered term by term), `polynomials` (counts), `linear` (sizes), `factors` (what terms share), `quotients` (what
divides), `division` (where nested floors collapse), `functions` (what operators and expressions are written in),
`interning` (where equal sizes are made one object).
"""

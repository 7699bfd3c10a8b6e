"""Comparisons decided: for all values of the symbols, for none, or for those that are told.

From the bottom: `wording` and `sides` (how a condition is written), `sets` (integers that repeat), `lines`, `periods`
and `curves` (one symbol, exactly), `positivity` and `remainders` (several symbols, by sign and by remainder),
`conditions` (what is true, false or open), `separation` (letter by letter), `decisions` (the doors: eq, ge),
`divisibility` (the door: divides).
"""

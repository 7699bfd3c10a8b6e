"""A spec unrolled block by block: what stands in a block, with its arguments, on inputs of known shapes.

One object does it for one block, and its class is told in three steps, each adding to the one before: `wiring` (what
entries read, which weights they share, the errors on the way), `assembly` (layers and blocks, made and put in their
place), `body` (the control flow of the language: repeat, when, branches, sequences, names). The `builder` makes one for
each block that is called, and remembers what was unrolled. Most blocks need none of it: `rows` says which, and unrolls
them by their `steps`.
"""

from __future__ import annotations

from cnnplan.graph.unrolling.builder import Builder

__all__ = ["Builder"]

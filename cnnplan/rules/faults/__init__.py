"""The errors of the language and of legality, which `spec` and `graph` find: what each is about, one text a file."""

from __future__ import annotations

__all__ = ["FAULTS", "FOREIGN"]

FAULTS: tuple[str, ...] = (
    "CNN001",
    "CNN002",
    "CNN003",
    "CNN004",
    "CNN005",
    "CNN010",
    "CNN011",
    "CNN012",
    "CNN013",
    "CNN014",
    "CNN015",
    "CNN016",
    "CNN017",
    "CNN018",
    "CNN019",
    "CNN020",
    "CNN021",
    "CNN030",
    "CNN031",
    "CNN032",
    "CNN101",
    "CNN102",
    "CNN103",
    "CNN104",
    "CNN105",
    "CNN106",
    "CNN107",
    "CNN108",
    "CNN109",
    "CNN110",
    "CNN112",
    "CNN113",
    "CNN401",
    "CNN402",
    "CNN403",
    "CNN404",
)
"""Their identifiers; the text of each is the file beside this one that is called like it."""

FOREIGN: tuple[str, ...] = ("CNN030", "CNN031", "CNN032", "CNN401", "CNN402", "CNN403", "CNN404")
"""Those that files of other worlds have, or files of weights: no spec alone can show them."""

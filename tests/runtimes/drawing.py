"""Geometries of layers that people write, drawn at random: what runtimes are asked about.

A geometry is a mapping: `verb` and `args` in the words of the spec language, `x`, the shape that comes in, and `opset`,
the version of ONNX that it is written in. Only what is legal here is drawn, so that whatever refuses it is elsewhere.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random

from families import FAMILIES

from cnnplan.ops import OPERATORS

__all__ = ["draw", "here"]

MOST_ELEMENTS = 2_000


def draw(seed=20261129):
    """All geometries, none twice."""
    random = Random(seed)  # noqa: S311 - the same every time
    found = {}
    for family, number in FAMILIES.items():
        wanted = len(found) + number
        while len(found) < wanted:
            geometry = family(random)
            geometry.setdefault("opset", random.choice((18, 22)))
            if is_small(geometry):
                found.setdefault(str(geometry), geometry)
    return list(found.values())


def here(geometry):
    """The shapes of the outputs here, None where the layer is not legal."""
    x = tuple(geometry["x"])
    op = operator(geometry)
    if not all(requirement.condition for requirement in op.requires(x)):
        return None
    shapes = [tuple(part.output(x)) for part in op.parts(x) or (op,)]
    return shapes if all(size_of(shape) > 0 for shape in shapes) else None


def is_small(geometry):
    """Whether it is legal, and neither what goes in nor what comes out has many elements."""
    if size_of(geometry["x"]) > MOST_ELEMENTS:
        return False
    shapes = here(geometry)
    return shapes is not None and all(size_of(shape) <= MOST_ELEMENTS for shape in shapes)


def operator(geometry):
    """The operator of a geometry."""
    args = {name: tuples(value) for name, value in geometry["args"].items()}
    if "scale_factor" in args:
        args["scale_factor"] = Fraction(str(args["scale_factor"]))
    return OPERATORS[geometry["verb"]](**args)


def tuples(value):
    """Lists as tuples."""
    return tuple(map(tuples, value)) if isinstance(value, list) else value


def size_of(shape):
    """How many elements there are."""
    total = 1
    for n in shape:
        total *= n
    return total

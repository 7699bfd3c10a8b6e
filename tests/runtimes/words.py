"""What the languages of runtimes have in common: arguments axis by axis, padding in numbers."""

__all__ = ["Unwritable", "crossed", "expanded", "is_same", "sides"]


class Unwritable(Exception):  # noqa: N818 - no fault
    """The runtime has no words for such a layer."""


def expanded(value, axes):
    """One number for each axis."""
    return list(value) if isinstance(value, list | tuple) else [value] * axes


def is_same(padding):
    """Whether the padding follows from the size."""
    return padding in ("same", "same_lower")


def sides(padding, axes):
    """A pair for each axis."""
    if padding == "valid":
        padding = 0
    return [tuple(side) if isinstance(side, list | tuple) else (side, side) for side in expanded(padding, axes)]


def crossed(pairs):
    """All that is before, then all that is after, as ONNX has it."""
    return [before for before, _ in pairs] + [after for _, after in pairs]

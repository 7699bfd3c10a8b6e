"""What PyTorch's functions are in the language: one writer each, by the name of the function."""

from cnnplan.translation.torch.functions import (
    activations,
    arithmetic,
    arrangement,
    columns,
    layers,
    normalizations,
    parts,
    reductions,
    sampling,
    sequences,
)
from cnnplan.translation.torch.functions.table import TABLE

__all__ = [
    "TABLE",
    "activations",
    "arithmetic",
    "arrangement",
    "columns",
    "layers",
    "normalizations",
    "parts",
    "reductions",
    "sampling",
    "sequences",
]

"""What PyTorch's functions are in the language: one writer each, by the name of the function."""

from cnnplan.translation.torch.functions import arithmetic, arrangement, layers
from cnnplan.translation.torch.functions.table import TABLE

__all__ = ["TABLE", "arithmetic", "arrangement", "layers"]

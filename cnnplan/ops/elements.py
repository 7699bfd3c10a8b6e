"""What the elements of a tensor are: the numbers of the network, or whole numbers below a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from cnnplan.sizes import Extent

__all__ = ["NUMBERS", "Elements"]


class Elements(NamedTuple):
    """What a tensor holds.

    Args:
        dtype: of integers, such as the numbers of words; "" for the dtype of the network.
        below: what all of them are less than; None where nobody said.
    """

    dtype: str = ""
    below: Extent | Any = None


NUMBERS = Elements()
"""Numbers to compute with."""

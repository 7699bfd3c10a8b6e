"""What a change may not do: `macs > +5%`, `params > 1M`, `macs > -1%`."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from cnnplan.errors import UsageError
from cnnplan.spec.scalars import UNITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.comparison import Comparison

__all__ = ["Limit", "limit"]

_TEXT = re.compile(r"\s*(\w+)\s*(<=|>=|<|>)\s*([-+]?)([0-9][0-9_]*(?:\.[0-9]+)?)\s*(%|\w+)?\s*")
_COMPARES: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """A comparison of how much an amount grew, in all or in percent."""

    text: str
    amount: str
    compares: str
    bound: Fraction
    percent: bool

    def broken(self, comparison: Comparison) -> bool:
        """Whether a change does what it may not.

        Raises:
            UsageError: the amount is not known.
        """
        change = comparison.totals.get(self.amount)
        if change is None:
            known = ", ".join(comparison.totals)
            raise UsageError(f"--fail-if {self.text}: {self.amount} is not known; there are {known}")
        if change.difference is None:
            raise UsageError(f"--fail-if {self.text}: {self.amount} needs a value for every symbol: --set them")
        if not self.percent:
            return _COMPARES[self.compares](Fraction(change.difference), self.bound)
        if change.share is not None:
            return _COMPARES[self.compares](100 * change.share, self.bound)
        return bool(change.after) and self.compares.startswith(">")


def limit(text: str) -> Limit:
    """The limit that a text says.

    Raises:
        UsageError: it says none.
    """
    match = _TEXT.fullmatch(text)
    if match is None or (match[5] not in (None, "%") and match[5] not in UNITS):
        raise UsageError(f'--fail-if {text}: write what a change may not do, as in --fail-if "macs > +5%"')
    bound = Fraction(match[4].replace("_", "")) * (-1 if match[3] == "-" else 1)
    unit = UNITS.get(match[5] or "", 1)
    return Limit(text.strip(), match[1], match[2], bound * unit, match[5] == "%")

"""How the spec says that something is wrong: causes are raised inside, Findings are gathered at the door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cnnplan.errors import CnnplanError
from cnnplan.findings import Finding, Severity
from cnnplan.spec.words import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.findings import Location, Place

__all__ = ["Enough", "EvaluationError", "Faults", "UnknownName", "Unreadable"]


class Unreadable(CnnplanError):  # noqa: N818 - named after what is wrong
    """A text is no expression of the language."""

    rule = "CNN014"


class EvaluationError(CnnplanError):
    """An expression has no value here; `place` is the innermost expression at fault."""

    rule = "CNN021"
    place: Place | None = None


class UnknownName(EvaluationError):  # noqa: N818 - named after what is wrong
    """An expression reads a name that nothing has; `known` are those that it could have meant."""

    rule = "CNN015"

    def __init__(self, name: str, known: Iterable[str] = ()) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(f"unknown name {name}{did_you_mean(name, self.known)}")


class Enough(CnnplanError):  # noqa: N818 - named after what is wrong
    """So much is wrong that the rest is not looked at."""


MOST: Final = 200
"""The most errors that are gathered of one spec."""


class Faults:
    """The errors found so far, of one spec and the files that it includes."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    def add(  # noqa: PLR0913 - a Finding has as many parts
        self,
        rule: str,
        place: Place,
        message: str,
        *,
        layer: str | None = None,
        hint: str = "",
        location: Location | None = None,
    ) -> None:
        """Keep an error; its location is looked up at the end where it is not known already."""
        if len(self.found) >= MOST:
            raise Enough
        self.found.append(Finding(rule, Severity.ERROR, message, place, location, layer, hint))

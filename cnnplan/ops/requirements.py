"""What must hold for an operator to be legal, and what is said when it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.sizes import Condition

__all__ = ["Requirement", "broken"]


class Requirement(NamedTuple):
    """What must hold for an operator to be legal, and what to say when it does not.

    The texts are templates that are only filled in when they are needed: `str(self.message).format(**self.values)`.

    Args:
        condition: a Condition, or a bool where only the rank or the number of inputs matters.
        rule: the identifier of the rule that is broken, "CNN102".
        message: one line with the values, "groups (={groups}) does not divide the {channels} input channels".
        values: what the templates name.
        hint: the way out, one line, or "".
        argument: the field at fault, so that the finding can point at it; "" for the layer as a whole.
    """

    condition: Condition | bool
    rule: str
    message: str
    values: Mapping[str, Any]
    hint: str = ""
    argument: str = ""


def broken(rule: str, message: str, values: Mapping[str, Any], hint: str = "", argument: str = "") -> Requirement:
    """A requirement that does not hold, whatever the symbols are."""
    return Requirement(False, rule, message, values, hint, argument)  # noqa: FBT003 - a NamedTuple

"""Everything that cnnplan raises on purpose.

CnnplanError
├── SpecError             a spec is at fault; carries its Findings (exit code 1)
├── UsageError            the call is at fault: an option, a binding, a file (exit code 2)
│   └── MissingExtra      an optional package is not installed
├── Inconclusive          a comparison of sizes that holds for some values and not for others
├── TooDeep               a formula that nests deeper than is of use to anybody
└── OutsideConditions     a plan was asked at sizes for which it is not legal
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnnplan.findings import Finding

__all__ = [
    "CnnplanError",
    "Inconclusive",
    "MissingExtra",
    "OutsideConditions",
    "SpecError",
    "TooDeep",
    "Unwritten",
    "UsageError",
]


class CnnplanError(Exception):
    """The root of the tree."""


class SpecError(CnnplanError):
    """A spec is at fault; `findings` says where and why, every error of the file at once."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(str(finding) for finding in self.findings))


class UsageError(CnnplanError):
    """The call is at fault, not a spec: an unknown option or symbol, a missing or unreadable file."""


class Unwritten(UsageError):  # noqa: N818 - named after what is wrong
    """A network has something that the language of a file that is asked for has not."""


class MissingExtra(UsageError):  # noqa: N818 - named after what is wrong
    """A feature needs an optional package."""

    def __init__(self, feature: str, package: str, extra: str) -> None:
        super().__init__(f"{feature} needs the package {package}: pip install 'cnnplan[{extra}]'")


class Inconclusive(CnnplanError):  # noqa: N818 - named after what is wrong
    """A comparison of sizes holds for some values of the symbols and not for others."""


class TooDeep(CnnplanError):  # noqa: N818 - named after what is wrong
    """A formula nests deeper than is of use to anybody."""

    rule = "CNN019"
    hint = "write a number in the place of a symbol, or let fewer layers depend on it"


class OutsideConditions(CnnplanError):  # noqa: N818 - named after what is wrong
    """A plan was asked at sizes for which it is not legal."""

"""Edits that are proved: a spec and what is found in it in, the smallest changes that mend it out.

`repairs` gives, for every finding that something can be done about, what can be done; `mended` does it, again and
again, until nothing changes. Whatever is given was proved: the spec was planned as it would be, in every structure,
with letters for all sizes that it declares, and the finding is gone. Nothing is written.

    for repair in repairs(Path("net.yaml")):
        print(repair.title, repair.edits, repair.proof)
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cnnplan.configuration import Configuration
from cnnplan.repairs.manuscript import Manuscript
from cnnplan.repairs.mending import Mended, mend
from cnnplan.repairs.repair import Edit, Proof, Repair
from cnnplan.repairs.search import found
from cnnplan.spec.source import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.findings import Finding

__all__ = ["Edit", "Mended", "Proof", "Repair", "mended", "repairs"]


def repairs(
    path: Path | str,
    findings: Sequence[Finding] | None = None,
    *,
    texts: Mapping[str, str] | None = None,
    configuration: Configuration | None = None,
) -> list[Repair]:
    """What can be done about the findings of a spec, the best of each first.

    Args:
        path: the file of the spec.
        findings: those to be mended, of this spec as it stands; left out: all that there are.
        texts: the texts that stand in the place of files, the spec's own and included ones, by the names that findings
            give them: what an editor has not saved.
        configuration: which rules are followed.

    Raises:
        UsageError: the file cannot be read.
    """
    manuscript = _manuscript(path, texts, configuration)
    return [
        repair
        for finding in manuscript.findings
        if findings is None or finding in findings
        for repair, _ in found(manuscript, finding)
    ]


def mended(
    path: Path | str,
    *,
    texts: Mapping[str, str] | None = None,
    configuration: Configuration | None = None,
    unsafe: bool = False,
    alone: bool = False,
) -> Mended:
    """The texts of a spec, and of the files that it includes, with everything mended that can be.

    Args:
        path: the file of the spec.
        texts: as of `repairs`.
        configuration: which rules are followed.
        unsafe: whether what is legal may change too, and what is claimed.
        alone: whether files that are included stay as they are.

    Raises:
        UsageError: the file cannot be read.
    """
    return mend(_manuscript(path, texts, configuration), unsafe=unsafe, alone=alone)


def _manuscript(path: Path | str, texts: Mapping[str, str] | None, configuration: Configuration | None) -> Manuscript:
    known = dict(texts or {})
    path = Path(path)
    if str(path) not in known:
        known[str(path)] = read_text(path).removeprefix("\ufeff")
    return Manuscript(path, known, configuration or Configuration())

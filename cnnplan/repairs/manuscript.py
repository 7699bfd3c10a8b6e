"""A spec as it stands in texts, in files or not yet: what is found in it, and what it would be with changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cnnplan.configuration import Configuration
from cnnplan.errors import SpecError, UsageError
from cnnplan.findings import Finding, Severity
from cnnplan.graph import build
from cnnplan.repairs.layout import Change, Layout
from cnnplan.repairs.repair import Edit
from cnnplan.rules import check
from cnnplan.spec import Spec, load_text
from cnnplan.spec.source import read_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnnplan.graph import Graph

__all__ = ["Changes", "Manuscript"]

Changes = dict[str, list[Change]]
"""What is to be changed, by file."""


@dataclass
class Manuscript:
    """A spec, and the files that it includes, as they stand in texts.

    Args:
        path: where the spec stands.
        texts: the text of the spec, and those that stand in the place of included files, by the names findings give.
        configuration: which rules are followed.
    """

    path: Path
    texts: Mapping[str, str]
    configuration: Configuration = field(default_factory=Configuration)

    @property
    def file(self) -> str:
        """The file of the spec, as findings name it."""
        return str(self.path)

    @cached_property
    def _read(self) -> Spec | SpecError:
        try:
            root = self.configuration.root
            return load_text(self.texts[self.file], self.path, root, partial=True, texts=self.texts)
        except SpecError as error:
            return error

    @property
    def spec(self) -> Spec | None:
        """The spec, as far as it can be read."""
        return self._read if isinstance(self._read, Spec) else None

    @cached_property
    def findings(self) -> list[Finding]:
        """All there is to say of it."""
        return list(self._read.findings) if isinstance(self._read, SpecError) else check(self._read, self.configuration)

    @cached_property
    def errors(self) -> list[Finding]:
        """What is at fault."""
        return [finding for finding in self.findings if finding.severity is Severity.ERROR]

    @cached_property
    def graph(self) -> Graph | None:
        """The network with every condition of its layers, whatever the values of the symbols are and what it claims."""
        spec = self.spec
        return None if spec is None or spec.is_library else build(spec, lenient=True)

    @cached_property
    def judged(self) -> Graph | None:
        """The network at the values of the symbols: a layer that is refused there, and what rests on it, is no node."""
        spec = self.spec
        return None if spec is None or spec.is_library else build(spec)

    def text(self, file: str) -> str:
        """The text of a file."""
        return self.texts[file] if file in self.texts else read_text(Path(file)).removeprefix("\ufeff")

    def layout(self, file: str) -> Layout:
        """Where everything in a file stands."""
        if file not in self._layouts:
            self._layouts[file] = Layout(self.text(file))
        return self._layouts[file]

    @cached_property
    def _layouts(self) -> dict[str, Layout]:
        return {}

    def changed(self, changes: Changes) -> Manuscript:
        """The spec with changes.

        Raises:
            UsageError: one stands over another.
        """
        texts = {file: _changed(self.text(file), each) for file, each in changes.items()}
        return Manuscript(self.path, {**self.texts, **texts}, self.configuration)

    def edits(self, changes: Changes) -> tuple[Edit, ...]:
        """The changes as lines and columns."""
        return tuple(
            Edit(file, *self.layout(file).place(each.start), *self.layout(file).place(each.end), each.text)
            for file, some in changes.items()
            for each in sorted(some)
        )


def _changed(text: str, changes: Iterable[Change]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, new in sorted(changes, key=lambda change: change[:2]):
        if start < at:
            raise UsageError("two changes of a file stand over each other")
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])

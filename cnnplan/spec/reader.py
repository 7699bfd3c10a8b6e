"""From sources to a Spec: the document as a whole, its blocks, its layers, its promises; all faults in one go."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnplan.errors import SpecError
from cnnplan.findings import Location, Place
from cnnplan.spec.breakage import broken_entries
from cnnplan.spec.declarations import read_inputs, read_symbols
from cnnplan.spec.deferred import Deferred
from cnnplan.spec.documents import IncludedDocument, SpecDocument, read
from cnnplan.spec.entries import read_entries
from cnnplan.spec.examples import resolve
from cnnplan.spec.faults import Enough
from cnnplan.spec.include import read_includes
from cnnplan.spec.model import Spec
from cnnplan.spec.promises import read_expectations
from cnnplan.spec.reading import Reading
from cnnplan.spec.scopes import Layers, Scope
from cnnplan.spec.source import Source, read_text
from cnnplan.spec.storing import read_patterns
from cnnplan.spec.templates import read_blocks, read_headers, read_outputs

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from cnnplan.findings import Finding
    from cnnplan.spec.model import Entry, Input
    from cnnplan.spec.source import Written
    from cnnplan.spec.templates import Header

__all__ = ["TEXT", "is_text", "load_spec", "load_text", "read_source"]

TEXT = "<text>"
"""The file name of a spec that is given as text."""


def load_spec(
    text_or_path: str | os.PathLike[str], root: str | os.PathLike[str] | None = None, *, partial: bool = False
) -> Spec:
    """The validated spec of a file or a text; of a file that holds blocks only, one without layers.

    Args:
        text_or_path: a path, `example:NAME`, or the text itself: a str of several lines.
        root: a folder above the spec's own that included files may come from.
        partial: True to return a spec whose entries alone have faults, with its `faults`, instead of raising: what
            does not rest on them can still be judged.

    Raises:
        SpecError: every static fault of the spec and of the files it includes, with its line and column.
        UsageError: there is no such file, or it cannot be read.
    """
    top = None if root is None else Path(root)
    if is_text(text_or_path):
        return read_source(Source(TEXT, str(text_or_path)), None, top, partial=partial)
    path = resolve(Path(text_or_path))
    return read_source(Source(str(path), read_text(path)), path, top, partial=partial)


def load_text(
    text: str,
    path: Path,
    root: str | os.PathLike[str] | None = None,
    *,
    partial: bool = False,
    texts: Mapping[str, str] | None = None,
) -> Spec:
    """The validated spec of a text that stands at a path, whatever the file there holds: what an editor has not saved.

    Args:
        text: the spec.
        path: where it stands; files are included from its folder, and findings name it.
        root: as of `load_spec`.
        partial: as of `load_spec`.
        texts: those that stand in the place of included files, by the names that findings give these.

    Raises:
        SpecError: every static fault.
    """
    top = None if root is None else Path(root)
    return _Reader(Source(str(path), text), path, top, texts=texts or {}).spec(partial=partial)


def is_text(text_or_path: str | os.PathLike[str]) -> bool:
    """Whether it is the text of a spec, and no path."""
    return isinstance(text_or_path, str) and (
        "\n" in text_or_path or text_or_path.lstrip().startswith(("cnnplan:", "{"))
    )


def read_source(  # noqa: PLR0913 - what may stand beside a document
    source: Written,
    path: Path | None,
    root: Path | None = None,
    *,
    partial: bool = False,
    lent: tuple[Written, ...] = (),
    included: tuple[Written, ...] = (),
) -> Spec:
    """The validated spec of data that were read already, from YAML or from the file of another world.

    Args:
        source: the data, and where everything in them stands.
        path: the file they come from.
        root: a folder above its own that included files may come from.
        partial: as of `load_spec`.
        lent: files of blocks that are not the user's: what is wrong there is told of the layer that calls them.
        included: other files of blocks.

    Raises:
        SpecError: every static fault.
    """
    return _Reader(source, path, root, lent, included).spec(partial=partial)


@dataclass(slots=True)
class _Reader:
    """One spec on its way."""

    source: Written
    path: Path | None
    root: Path | None
    lent: tuple[Written, ...] = ()
    included: tuple[Written, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)
    sources: dict[str, Written] = field(default_factory=dict)

    def spec(self, *, partial: bool) -> Spec:
        """The spec; raises SpecError."""
        spec: Spec | None = None
        self.sources[self.source.file] = self.source
        self.reading.faults.found.extend(self.source.faults.found)
        with suppress(Enough):
            if isinstance(self.source.data, dict):
                spec = self._spec() if _is_network(self.source.data) else self._library()
            else:
                message = "a spec is a mapping that begins with `cnnplan: 1`"
                self.reading.faults.add("CNN001", Place(self.source.file), message)
        faults = self._located(self.reading.faults.found)
        if spec is not None and not faults:
            return spec
        broken = broken_entries(spec, faults) if spec is not None and partial else None
        if spec is None or broken is None:
            raise SpecError(faults)
        return replace(spec, faults=tuple(faults), broken=broken)

    def locate(self, place: Place) -> Location:
        """Where a place stands in its file."""
        source = self.sources.get(place.file)
        return source.locate(place) if source else Location(place.file, 1, 1)

    def _located(self, findings: list[Finding]) -> list[Finding]:
        """The findings in the order of the text, each with its location, none twice."""
        located = {
            (finding.location or self.locate(finding.place), finding.rule, finding.message): finding
            for finding in reversed(findings)
        }
        order = {file: i for i, file in enumerate(self.sources)}

        def rank(key: tuple[Location, str, str]) -> Any:
            return (order.get(key[0].file, 0), key[0].line, key[0].column, located[key].place.order)

        ordered = sorted(located, key=rank)
        return [replace(located[key], location=key[0]) for key in ordered]

    def _library(self) -> Spec:
        """A file of blocks on its own, judged as it is where a spec includes it."""
        headers = self._included(self.source, {})
        self.reading.blocks = {name: header.signature for name, header in headers.items()}
        return Spec(
            self.source.file, _called(self.path) if self.path else "", blocks=read_blocks(self.reading, headers)
        )

    def _spec(self) -> Spec:
        reading, data, place = self.reading, self.source.data, Place(self.source.file)
        document = read(SpecDocument, data, place, reading.faults)
        headers = dict(read_headers(self.reading, document.blocks, place, included=False))
        named = read_includes(
            document.include, self.path, self.root, place.below("include"), reading.faults, self.texts
        )
        for source in (*self.lent, *self.included, *named):
            headers |= self._included(source, headers)
        reading.blocks = {name: header.signature for name, header in headers.items()}
        symbols = read_symbols(reading, document.symbols, place.below("symbols"))
        reading.symbols = frozenset(document.symbols)
        blocks = read_blocks(self.reading, headers)
        inputs = read_inputs(reading, data, place, "float32")
        scope = Scope(reading.symbols, Layers())
        for name, each in inputs.items():
            if "input" not in data:
                scope.layers.declare(name, 0, each.place.at_key(), reading.faults)
        layers = self._layers(document, inputs, scope)
        expect = tuple(read_expectations(reading, document.expect, place.below("expect"), scope, symbols))
        scope.layers.judge(reading.faults, ("prev", "input") if len(inputs) == 1 and "input" in inputs else ("prev",))
        return Spec(
            file=self.source.file,
            name=document.name or (_called(self.path) if self.path else ""),
            description=document.description,
            dtype=document.dtype,
            symbols=symbols,
            inputs=inputs,
            blocks=blocks,
            layers=layers,
            outputs=document.outputs,
            frozen=document.frozen,
            frozen_at=frozenset(reading.frozen),
            dtypes=read_patterns(reading, document.dtypes, place.below("dtypes")),
            expect=expect,
            sources={file: source.text for file, source in self.sources.items()},
            locator=self.locate,
            lent=frozenset(source.file for source in self.lent),
        )

    def _layers(self, document: SpecDocument, inputs: Mapping[str, Input], scope: Scope) -> Sequence[Entry]:
        """The entries of the spec itself, and the names of its outputs; of a sound source they are read later."""
        reading, data, place = self.reading, self.source.data, Place(self.source.file)
        if self.source.is_sound:
            return Deferred(lambda: self._later(document, scope), len(document.layers))
        layers = read_entries(reading, document.layers, place.below("layers"), scope)
        if not document.layers and data.get("layers") == []:
            reading.faults.add("CNN013", place.below("layers"), "layers must hold at least one layer")
        silent = len(inputs) > 1 and layers and layers[0].from_ in (None, ("prev",))
        if silent and _reads(reading, layers[0].verb, scope):
            message = f"{layers[0].verb} has nothing before it: with several inputs the first layer says which it reads"
            hint = f"write from: {next(iter(inputs))}"
            reading.faults.add("CNN016", layers[0].place, message, layer=layers[0].label, hint=hint)
        read_outputs(reading, document.outputs, place.below("outputs"), data.get("outputs"), scope)
        return layers

    def _later(self, document: SpecDocument, scope: Scope) -> tuple[Entry, ...]:
        """The entries of a sound source; raises SpecError where it is none."""
        layers = read_entries(self.reading, document.layers, Place(self.source.file, ("layers",)), scope)
        if self.reading.faults.found:
            raise SpecError(self._located(self.reading.faults.found))
        return layers

    def _included(self, source: Written, headers: Mapping[str, Header]) -> dict[str, Header]:
        """The blocks of an included file, except those whose name is taken."""
        self.sources[source.file] = source
        faults, place = self.reading.faults, Place(source.file)
        faults.found.extend(source.faults.found)
        if not isinstance(source.data, dict):
            faults.add("CNN005", place, "an included file is a mapping with cnnplan and blocks")
            return {}
        for key in source.data:
            if key in SpecDocument.model_fields and key not in IncludedDocument.model_fields:
                message = f"an included file holds cnnplan and blocks only, not {key}"
                faults.add("CNN005", place.below(key).at_key(), message)
        kept = {key: value for key, value in source.data.items() if key not in _SPEC_ONLY}
        document = read(IncludedDocument, kept, place, faults)
        fresh = {}
        for name, header in read_headers(self.reading, document.blocks, place, included=True):
            if name in headers:
                message = f"the block {name} is defined twice: the other is in {headers[name].place.file}"
                faults.add("CNN017", header.place.at_key(), message)
            else:
                fresh[name] = header
        return fresh


_SPEC_ONLY = frozenset(SpecDocument.model_fields) - frozenset(IncludedDocument.model_fields)


def _is_network(data: dict[str, Any]) -> bool:
    """Whether a document is, or means to be, more than blocks for others to include."""
    return "blocks" not in data or not {"symbols", "input", "inputs", "layers"}.isdisjoint(data)


def _called(path: Path) -> str:
    """What a spec without a name is called: `net` of net.yaml and of net.cnnplan.yaml."""
    return path.stem.removesuffix(".cnnplan") or path.stem


def _reads(reading: Reading, verb: str, scope: Scope) -> bool:
    """Whether an operator needs an input."""
    operator = reading.operator(verb, scope)
    return operator is not None and operator.arity[0] > 0

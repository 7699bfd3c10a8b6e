"""From sources to a Spec: the document as a whole, its blocks, its layers, its promises; all faults in one go."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnplan import ops
from cnnplan.errors import SpecError
from cnnplan.findings import Location, Place
from cnnplan.spec.breakage import broken_entries
from cnnplan.spec.declarations import read_inputs, read_symbols
from cnnplan.spec.documents import BlockDocument, ExpectDocument, IncludedDocument, SpecDocument, read
from cnnplan.spec.entries import read_entries, refer
from cnnplan.spec.examples import resolve
from cnnplan.spec.expressions import literal
from cnnplan.spec.faults import Enough
from cnnplan.spec.include import read_includes
from cnnplan.spec.model import Block, Expectation, Spec
from cnnplan.spec.reading import Reading, Signature
from cnnplan.spec.recursion import cycles
from cnnplan.spec.scopes import Layers, Scope
from cnnplan.spec.source import Source, read_text
from cnnplan.spec.storing import read_patterns
from cnnplan.spec.words import STRUCTURES, did_you_mean, refusal

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    from cnnplan.findings import Finding
    from cnnplan.spec.expressions import Expression
    from cnnplan.spec.model import Symbol
    from cnnplan.spec.source import Written

__all__ = ["TEXT", "is_text", "load_spec", "load_text", "read_source"]

LIST = ".*"
"""Behind the name of an input of a block that is a list of maps."""

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
class _Header:
    """A block before its layers are read."""

    place: Place
    document: BlockDocument
    included: bool


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
        self.reading.blocks = {name: Signature(_required(header.document)) for name, header in headers.items()}
        return Spec(self.source.file, self.path.stem if self.path else "", blocks=self._blocks(headers))

    def _spec(self) -> Spec:
        reading, data, place = self.reading, self.source.data, Place(self.source.file)
        document = read(SpecDocument, data, place, reading.faults)
        headers = dict(self._headers(document.blocks, place, included=False))
        named = read_includes(
            document.include, self.path, self.root, place.below("include"), reading.faults, self.texts
        )
        for source in (*self.lent, *self.included, *named):
            headers |= self._included(source, headers)
        reading.blocks = {name: Signature(_required(header.document)) for name, header in headers.items()}
        symbols = read_symbols(reading, document.symbols, place.below("symbols"))
        reading.symbols = frozenset(document.symbols)
        blocks = self._blocks(headers)
        inputs = read_inputs(reading, data, place, "float32")
        scope = Scope(reading.symbols, Layers())
        for name, each in inputs.items():
            if "input" not in data:
                scope.layers.declare(name, 0, each.place.at_key(), reading.faults)
        layers = read_entries(reading, document.layers, place.below("layers"), scope)
        if not document.layers and data.get("layers") == []:
            reading.faults.add("CNN013", place.below("layers"), "layers must hold at least one layer")
        silent = len(inputs) > 1 and layers and layers[0].from_ in (None, ("prev",))
        if silent and _reads(reading, layers[0].verb, scope):
            message = f"{layers[0].verb} has nothing before it: with several inputs the first layer says which it reads"
            hint = f"write from: {next(iter(inputs))}"
            reading.faults.add("CNN016", layers[0].place, message, layer=layers[0].label, hint=hint)
        self._outputs(document.outputs, place.below("outputs"), data.get("outputs"), scope)
        expect = tuple(self._expectations(document.expect, place.below("expect"), scope, symbols))
        scope.layers.judge(reading.faults, ("prev", "input") if len(inputs) == 1 and "input" in inputs else ("prev",))
        return Spec(
            file=self.source.file,
            name=document.name or (self.path.stem if self.path else ""),
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

    def _included(self, source: Written, headers: Mapping[str, _Header]) -> dict[str, _Header]:
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
        for name, header in self._headers(document.blocks, place, included=True):
            if name in headers:
                message = f"the block {name} is defined twice: the other is in {headers[name].place.file}"
                faults.add("CNN017", header.place.at_key(), message)
            else:
                fresh[name] = header
        return fresh

    def _headers(self, blocks: dict[str, Any], place: Place, *, included: bool) -> Iterator[tuple[str, _Header]]:
        faults = self.reading.faults
        for name, data in blocks.items():
            where = place.below("blocks", name)
            if reason := self._refused_verb(name):
                faults.add("CNN017", where.at_key(), reason)
            if not isinstance(data, dict):
                faults.add("CNN013", where, "a block is a mapping with args and layers", layer=name)
                data = {"layers": []}  # noqa: PLW2901
            yield name, _Header(where, read(BlockDocument, data, where, faults, layer=name), included)

    @staticmethod
    def _refused_verb(name: str) -> str:
        if (name in ops.OPERATORS and name not in ops.LATER) or name in STRUCTURES:
            return f"{name} is taken: it is an operator of the language"
        return refusal(name, spoken=True)

    def _blocks(self, headers: Mapping[str, _Header]) -> dict[str, Block]:
        calls: dict[str, dict[str, Place]] = {}
        blocks = {}
        for name, header in headers.items():
            self.reading.calls = calls[name] = {}
            blocks[name] = self._block(name, header)
        for chain in cycles(calls):
            message = f"a block may not call itself: {' calls '.join(chain)}"
            self.reading.faults.add("CNN018", calls[chain[-2]][chain[-1]].at_key(), message, layer=chain[-2])
        self.reading.calls = {}
        return blocks

    def _block(self, name: str, header: _Header) -> Block:
        reading, document, place = self.reading, header.document, header.place
        symbols = frozenset() if header.included else reading.symbols
        args = self._args(document.args, place.below("args"), symbols, name)
        layers = Layers(f"{name}.")
        inputs = tuple([each.removesuffix(LIST) for each in document.inputs])
        for i, each in enumerate(inputs):
            layers.declare(each, 0, place.below("inputs", i), reading.faults, name)
        scope = Scope(symbols | frozenset(document.args), layers, layer=name)
        entries = read_entries(reading, document.layers, place.below("layers"), scope)
        self._outputs(document.outputs, place.below("outputs"), list(document.outputs), scope)
        layers.judge(reading.faults, ("prev",) if document.inputs else ("prev", "input"))
        lists = frozenset(each.removesuffix(LIST) for each in document.inputs if each.endswith(LIST))
        return Block(name, place, args, inputs, entries, document.outputs, not header.included, lists)

    def _args(
        self, data: dict[str, Any], place: Place, symbols: frozenset[str], block: str
    ) -> dict[str, Expression | None]:
        """The defaults; each sees the arguments written before it."""
        args: dict[str, Expression | None] = {}
        for name, default in data.items():
            where = place.below(name)
            if reason := refusal(name, spoken=True):
                self.reading.faults.add("CNN017", where.at_key(), reason, layer=block)
            later = frozenset(data) - frozenset(args)
            scope = Scope(symbols | frozenset(args), Layers(), layer=block, later=later)
            args[name] = None if default == "required" else self.reading.expression(default, where, scope)
        return args

    def _outputs(self, names: tuple[str, ...], place: Place, data: Any, scope: Scope) -> None:
        self.reading.now()
        refer(self.reading, names, place, data, scope)
        for i, name in enumerate(names):
            if name in names[:i]:
                self.reading.faults.add(
                    "CNN017", place.below(i), f"the output {name} is named twice", layer=scope.layer
                )

    def _expectations(
        self, data: Any, place: Place, scope: Scope, symbols: Mapping[str, Symbol]
    ) -> Iterator[Expectation]:
        """What is promised; the names of totals are for whoever holds the promise to know."""
        for i, item in enumerate(data):
            where = place.below(i)
            at: dict[str, Expression] = {}
            that, at_that = item, where
            if isinstance(item, dict):
                document = read(ExpectDocument, item, where, self.reading.faults)
                at = self._bindings(document.at, where.below("at"), symbols)
                that, at_that = document.that, where.below("that")
            if not isinstance(that, str):
                self.reading.faults.add("CNN013", at_that, "an expectation is a comparison: params <= 5M")
                continue
            anything = _Anything(self.reading.symbols)
            expression = self.reading.expression(that, at_that, replace(scope, names=anything, shapes=False), inf)
            if expression is not None:
                yield Expectation(expression, that, where, at)

    def _bindings(self, data: dict[str, Any], place: Place, symbols: Mapping[str, Symbol]) -> dict[str, Expression]:
        """Values of symbols; a choice may be called by its name."""
        bindings = {}
        nothing = Scope(frozenset(), Layers(), shapes=False)
        for name, value in data.items():
            if name not in self.reading.symbols:
                message = f"there is no symbol {name}{did_you_mean(name, self.reading.symbols)}"
                self.reading.faults.add("CNN015", place.below(name).at_key(), message)
                continue
            choices = (symbols[name].choices if name in symbols else None) or {}
            if isinstance(value, str) and value in choices:
                bindings[name] = literal(choices[value], place.below(name), value)
            elif expression := self.reading.expression(value, place.below(name), nothing):
                bindings[name] = expression
        return bindings


class _Anything(frozenset[str]):
    """Names of which any is known: those of an expectation are judged by who holds it."""

    def __contains__(self, name: object) -> bool:
        return True


_SPEC_ONLY = frozenset(SpecDocument.model_fields) - frozenset(IncludedDocument.model_fields)


def _is_network(data: dict[str, Any]) -> bool:
    """Whether a document is, or means to be, more than blocks for others to include."""
    return "blocks" not in data or not {"symbols", "input", "inputs", "layers"}.isdisjoint(data)


def _required(document: BlockDocument) -> dict[str, bool]:
    return {name: default == "required" for name, default in document.args.items()}


def _reads(reading: Reading, verb: str, scope: Scope) -> bool:
    """Whether an operator needs an input."""
    operator = reading.operator(verb, scope)
    return operator is not None and operator.arity[0] > 0

"""What there is to be offered in a slot of a spec: verbs, arguments with their defaults, names, keys, functions."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lsprotocol import types

from cnnplan import ops
from cnnplan.lsp.hover import explained
from cnnplan.lsp.roles import EXPRESSIONS, Role, role
from cnnplan.lsp.words import last_word
from cnnplan.ops.fields import kinds
from cnnplan.spec.documents import DOCUMENTS
from cnnplan.spec.functions import FUNCTIONS
from cnnplan.spec.parts import DTYPES
from cnnplan.spec.words import SHAPES, STRUCTURES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cnnplan.findings import Path
    from cnnplan.lsp.documents import Document
    from cnnplan.lsp.layout import Slot
    from cnnplan.lsp.session import Session

__all__ = ["Offer", "Offers"]

Kind = types.CompletionItemKind

TOTALS: Final = ("params", "macs", "flops", "buffers", "memory")
"""The names that a promise has besides symbols."""

LISTS: Final = frozenset({"entries", "includes", "promises", "paths", "path"})
"""What is a list: an element begins with a dash."""


class Offer(NamedTuple):
    """One thing to write: its label, what is inserted, what it is, and what for."""

    label: str
    text: str
    kind: types.CompletionItemKind
    detail: str = ""
    about: str = ""
    rank: int = 1


class Offers:
    """What may stand in a slot."""

    def __init__(self, session: Session, document: Document, slot: Slot) -> None:
        self.session = session
        self.document = document
        self.slot = slot
        self.where = role(slot.path)
        self.indent = ""

    def every(self) -> Iterator[Offer]:
        """Everything."""
        slot, where = self.slot, self.where
        if slot.kind in ("comment", "text", "after", "colon"):
            return
        if slot.kind == "dash":
            yield from self._element(" " if isinstance(slot.path[-1], int) else "- ")
        elif slot.kind == "key":
            yield from self._keys(where, slot.path)
        elif slot.kind == "child":
            yield from self._element("- ") if where.kind in LISTS else self._keys(where, slot.path)
            if where.kind not in LISTS:
                yield from self._values(where)
        else:
            yield from self._values(where)

    def _element(self, dash: str) -> Iterator[Offer]:
        where = self.where
        if where.kind == "entry":
            where = role(self.slot.path)
        if where.kind in ("entries", "path", "entry"):
            for offer in self.verbs():
                yield offer._replace(text=dash + offer.text)

    def _keys(self, where: Role, path: Path) -> Iterator[Offer]:
        there = {p[-1] for p in self.document.layout.items if len(p) == len(path) + 1 and p[: len(path)] == path}
        there.discard(self.slot.text)
        if where.kind == "entry":
            verb, _ = self.document.meaning.verb(path)
            has_verb = bool(verb) and verb != self.slot.text and verb in self._known()
            yield from (offer for offer in self._wiring() if offer.label not in there)
            if not has_verb:
                yield from self.verbs()
        elif where.kind == "arguments":
            yield from (offer for offer in self._arguments(where.verb) if offer.label not in there)
        elif where.kind == "join":
            yield from self.joins()
        elif where.kind == "bindings":
            yield from (Offer(name, f"{name}: ", Kind.Variable, "symbol") for name in self.document.meaning.symbols)
        elif where.kind in DOCUMENTS:
            yield from (offer for offer in self._document(where.kind) if offer.label not in there)

    def _known(self) -> set[str]:
        return {*ops.OPERATORS, *self.document.meaning.blocks, *STRUCTURES}

    def _wiring(self) -> Iterator[Offer]:
        for offer in self._document("entry"):
            yield offer._replace(rank=2)

    def _document(self, name: str) -> Iterator[Offer]:
        for field_name, field in DOCUMENTS[name].model_fields.items():
            key = field.alias or field_name
            yield Offer(key, f"{key}: ", Kind.Keyword, "key", field.description or "")

    def verbs(self, where: Role | None = None) -> Iterator[Offer]:
        """Blocks and operators, with what they must be given."""
        del where
        for name, args in self.document.meaning.blocks.items():
            required = [arg for arg in args if self._is_required(name, arg)]
            yield Offer(name, _called(name, required), Kind.Class, f"block({', '.join(args)})", rank=0)
        for verb, made in ops.OPERATORS.items():
            required = [name for name, field in made.model_fields.items() if field.is_required()]
            about = (inspect.getdoc(made) or "").partition("\n")[0]
            yield Offer(verb, _called(verb, required), Kind.Function, f"operator({', '.join(required)})", about)
        yield Offer("branches", "branches: {join: ${1:add}, paths: [[$2], [$3]]}", Kind.Struct, "paths that are joined")
        yield Offer("sequence", "sequence: [$1]", Kind.Struct, "entries in a row")

    def _is_required(self, block: str, argument: str) -> bool:
        for other in self.session.related(self.document):
            item = other.layout.items.get(("blocks", block, "args", argument))
            if item is not None:
                return item.text == "required"
        return False

    def _default(self, block: str, argument: str) -> str:
        for other in self.session.related(self.document):
            item = other.layout.items.get(("blocks", block, "args", argument))
            if item is not None:
                return item.text or ""
        return ""

    def _arguments(self, verb: str) -> Iterator[Offer]:
        if verb in self.document.meaning.blocks:
            for name in self.document.meaning.blocks[verb]:
                default = self._default(verb, name)
                required = default == "required"
                told = "required" if required else f"default {default}"
                yield Offer(name, f"{name}: ", Kind.Property, told, rank=0 if required else 1)
        elif verb in ops.OPERATORS:
            for name, field in ops.OPERATORS[verb].model_fields.items():
                told = "required" if field.is_required() else f"default {_plain(field.default)}"
                yield Offer(
                    name, f"{name}: ", Kind.Property, told, explained(verb, name), 0 if field.is_required() else 1
                )

    def joins(self, where: Role | None = None) -> Iterator[Offer]:
        """What may join paths."""
        for verb, made in ops.OPERATORS.items():
            if made.arity[1] is None or made.arity[1] > 1:
                yield Offer(verb, verb, Kind.Function, "joins maps", (inspect.getdoc(made) or "").partition("\n")[0])
        del where
        yield Offer("none", "none", Kind.Keyword, "the paths stay apart")

    def _values(self, where: Role) -> Iterator[Offer]:
        if where.kind == "dtype":
            yield from (Offer(name, name, Kind.EnumMember) for name in DTYPES)
        elif where.kind == "version":
            yield Offer("1", "1", Kind.Value)
        elif where.kind in EXPRESSIONS or where.kind in ("input", "symbol", "repeat"):
            yield from self._expression(where)
        else:
            yield from _VALUES.get(where.kind, _nothing)(self, where)

    def braces(self, where: Role) -> Iterator[Offer]:
        """The mapping behind a verb."""
        wanted = [offer.label for offer in self._arguments(where.verb) if offer.detail == "required"]
        inner = ", ".join(f"{name}: ${at}" for at, name in enumerate(wanted, 1)) or "$1"
        yield Offer("{}", f"{{{inner}}}", Kind.Struct, f"arguments of {where.verb}")

    def layers(self, where: Role) -> Iterator[Offer]:
        """The layers that may be read."""
        names = self.document.meaning.layers_before(where, self.slot.path)
        for rank, name in enumerate(("prev", "input") if where.kind == "names" else ()):
            yield Offer(name, name, Kind.Keyword, "what comes before" if not rank else "what comes in")
        for name in names:
            yield Offer(name, name, Kind.Reference, "layer", rank=0)

    def truths(self, where: Role | None = None) -> Iterator[Offer]:
        """True and false."""
        del where
        yield from (Offer(word, word, Kind.Keyword) for word in ("true", "false"))

    def files(self, where: Role) -> Iterator[Offer]:
        """The specs below the folder of this one."""
        del where
        path = self.document.path
        if path is None:
            return
        for file in sorted(path.parent.rglob("*.yaml"))[:200]:
            if file != path and not any(part.startswith(".") for part in file.relative_to(path.parent).parts):
                name = file.relative_to(path.parent).as_posix()
                yield Offer(name, name, Kind.File, "blocks")

    def rules(self, where: Role) -> Iterator[Offer]:
        """The rules that may be ignored."""
        del where
        from cnnplan.rules import RULES  # noqa: PLC0415 - few ask

        for identifier, module in RULES.items():
            yield Offer(module.replace("_", "-"), module.replace("_", "-"), Kind.Constant, identifier)

    def _expression(self, where: Role) -> Iterator[Offer]:
        """The words of the argument, the names that are known, functions, verbs."""
        yield from self._words(where)
        for name, kind in self.document.meaning.names(where).items():
            yield Offer(name, name, Kind.Variable, kind, rank=1)
        if where.kind == "promise":
            yield from (Offer(name, name, Kind.Variable, "of the network", rank=0) for name in TOTALS)
        elif where.block or where.entry:
            yield from (Offer(name, name, Kind.Variable, "of what comes in", rank=2) for name in SHAPES)
        for name, function in FUNCTIONS.items():
            yield Offer(name, self._call(name, function.usage), Kind.Function, function.usage, function.meaning, 3)
        if where.kind == "default" or (where.kind == "argument" and where.verb in self.document.meaning.blocks):
            verbs = (*self.document.meaning.blocks, *ops.OPERATORS)
            yield from (Offer(verb, verb, Kind.Function, "verb", rank=4) for verb in verbs)

    def _words(self, where: Role) -> Iterator[Offer]:
        """The words that a value understands."""
        argument = str(self.slot.path[-1]) if self.slot.path else ""
        made = ops.OPERATORS.get(where.verb) if where.kind == "argument" else None
        if made is not None and argument in made.model_fields:
            kind = kinds(made)[argument]
            yield from (Offer(word, word, Kind.EnumMember, rank=0) for word in kind.words)
            if kind.schema == {"type": "boolean"}:
                yield from self.truths()
        if where.kind == "default":
            yield Offer("required", "required", Kind.Keyword, "must be given", rank=0)
        if where.kind == "truth":
            yield from self.truths()

    def _call(self, name: str, usage: str) -> str:
        """A call of a function, in quotes where its comma would tear it apart."""
        slot = self.slot
        asks = name in ("shape", "count")
        inner = "'$1'" if asks and slot.quote == '"' else '"$1"' if asks else "$1"
        whole = slot.text == last_word(slot.text) and slot.flow and not slot.quote and "," in usage
        return f'"{name}({inner})"' if whole else f"{name}({inner})"


def _nothing(offers: Offers, where: Role) -> Iterator[Offer]:
    del offers, where
    yield from ()


_VALUES: Final[dict[str, Callable[[Offers, Role], Iterator[Offer]]]] = {
    "entry": Offers.verbs,
    "path": Offers.verbs,
    "entries": Offers.verbs,
    "names": Offers.layers,
    "share": Offers.layers,
    "flag": Offers.truths,
    "join": Offers.joins,
    "file": Offers.files,
    "rules": Offers.rules,
    "arguments": Offers.braces,
}
"""What a value may be that is no expression, by what is wanted there."""


def _called(verb: str, required: list[str]) -> str:
    """A call of a verb with what it must be given."""
    if not required:
        return verb
    inner = ", ".join(f"{name}: ${at}" for at, name in enumerate(required, 1))
    return f"{verb}: {{{inner}}}"


def _plain(value: Any) -> str:
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)

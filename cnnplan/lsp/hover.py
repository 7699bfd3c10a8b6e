"""What is under the cursor: its documentation, and its numbers in this network."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from cnnplan.exploration import explaining
from cnnplan.lsp.figures import calls, cost, entry_of, formulas, rows, shown, summed
from cnnplan.lsp.roles import role
from cnnplan.ops import OPERATORS
from cnnplan.report.figures import number
from cnnplan.spec.documents import DOCUMENTS
from cnnplan.spec.functions import FUNCTIONS
from cnnplan.spec.words import STRUCTURES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnnplan.findings import Path
    from cnnplan.lsp.documents import Document
    from cnnplan.lsp.layout import Span
    from cnnplan.lsp.meaning import Thing
    from cnnplan.lsp.session import Session
    from cnnplan.plan import NodePlan, Plan

__all__ = ["hover"]

STRUCTURE = {
    "branches": "Paths from one input, and what joins their outputs.",
    "sequence": "Entries in a row, as one.",
}


SHAPE = {
    "in_shape": "the shape of what the entry reads, of its first input",
    "in_channels": "the channels of what the entry reads, in_shape[1]",
}


def hover(session: Session, document: Document, params: types.HoverParams) -> types.Hover | None:
    """What there is to say of a verb, an argument, a name or a key."""
    line, column = session.place(document, params.position)
    found = document.meaning.at(line, column) if document.kind is None else None
    item = document.layout.at(line, column)
    told: list[str] = []
    span: Span | None = None
    if found is not None:
        told, span = list(_of_thing(session, document, found.thing)), found.span
    if item is not None:
        where = role(item.path)
        on_key = item.key is not None and item.key.holds(line, column)
        if not told and on_key:
            told, span = list(_of_key(document, item.path)), item.key
        if found is not None and found.thing.kind in ("operator", "block"):
            told += _of_entry(document, where.entry)
    if document.kind is not None:
        told += _of_row(document, line)
    text = "\n\n".join(filter(None, told))
    if not text:
        return None
    return types.Hover(
        types.MarkupContent(types.MarkupKind.Markdown, text), session.range(document, span) if span else None
    )


def _of_row(document: Document, line: int) -> Iterator[str]:
    """The numbers of the layer that stands on a line of a file of another world."""
    plan = document.analysis.plan
    entries = rows(document).get(line, ())
    for shape in next(iter(entries[-1].ends)) if entries and plan is not None else ():
        yield f"output `{formulas(shape)}` = {shown(shape, plan.values if plan else {})}"
    if entries and plan is not None:
        yield " · ".join(summed(entries, plan.values))


def _of_thing(session: Session, document: Document, thing: Thing) -> Iterator[str]:
    name = thing.name
    if thing.kind == "operator":
        yield from _operator(name)
    elif thing.kind == "function":
        function = FUNCTIONS[name]
        yield f"```\n{function.usage}\n```"
        yield function.meaning
    elif thing.kind == "block":
        arguments = ", ".join(_spelled(session, document, name))
        yield f"```yaml\n{name}: {{{arguments}}}\n```"
        yield _calls(document, name)
    elif thing.kind == "argument":
        defaults = dict(_defaults(session, document, thing.home))
        yield f"argument of `{thing.home}`: {defaults.get(name, '')}"
    elif thing.kind == "symbol":
        yield from _symbol(document, name)
    elif thing.kind == "counter":
        yield f"`{name}` counts the copies of `repeat`"
    elif thing.kind == "layer":
        yield from _layer(document, thing)
    elif thing.kind == "shape":
        yield f"`{name}`: {SHAPE[name]}"
    elif thing.kind == "file":
        yield f"blocks of `{name}`"


def _operator(verb: str) -> Iterator[str]:
    if verb in STRUCTURES:
        yield STRUCTURE[verb]
        return
    made = OPERATORS[verb]
    fields = ", ".join(
        name if field.is_required() else f"{name}: {_value(field.default)}" for name, field in made.model_fields.items()
    )
    yield f"```yaml\n{verb}: {{{fields}}}\n```"
    text = (inspect.getdoc(made) or "").partition("\n>>>")[0].strip()
    first, _, rest = text.partition("\n\n")
    yield first
    if rest:
        yield f"```\n{rest.strip()}\n```"


def _value(value: Any) -> str:
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _defaults(session: Session, document: Document, block: str) -> Iterator[tuple[str, str]]:
    """The arguments of a block, and what each is where nobody says."""
    for other in session.related(document):
        for path, item in other.layout.items.items():
            if len(path) == 4 and path[:3] == ("blocks", block, "args"):  # noqa: PLR2004 - an argument
                yield str(path[3]), f"default `{item.text}`" if item.text != "required" else "required"


def _spelled(session: Session, document: Document, block: str) -> Iterator[str]:
    for name, told in _defaults(session, document, block):
        yield name if told == "required" else f"{name}: {told.removeprefix('default ').strip('`')}"


def _calls(document: Document, block: str) -> str:
    """How often a block stands in the network."""
    found = calls(document, block)
    return f"stands {found[0]} times in the network" if found else ""


def _symbol(document: Document, name: str) -> Iterator[str]:
    for analysis in document.session.plans(document):
        spec, plan = analysis.spec, analysis.plan
        if spec is None or plan is None or name not in spec.symbols:
            continue
        symbol = spec.symbols[name]
        at = f" = {_short(plan.values[name])}" if name in plan.values else ", not bound"
        yield f"symbol `{name}`{at}"
        claims = [f"{key} {getattr(symbol, key)}" for key in ("min", "max", "multiple_of") if getattr(symbol, key)]
        claims += [f"choices {', '.join(symbol.choices)}"] if symbol.choices else []
        yield f"declared: {', '.join(claims)}" if claims else "its value is a default: nothing is claimed"
        yield symbol.description
        needs = [str(condition) for condition in plan.conditions if name in condition.symbols]
        yield f"the network needs {' and '.join(needs)}" if needs else ""
        return


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) < 80 else f"{text[:77]}..."  # noqa: PLR2004 - a line


def _layer(document: Document, thing: Thing) -> Iterator[str]:
    span = document.meaning.layers.get((thing.home, thing.groups), {}).get(thing.name)
    if span is None:
        return
    item = document.layout.at(span.line, span.column)
    if item is None:
        return
    where = role(item.path)
    yield f"layer `{thing.name}`"
    yield from _of_entry(document, where.entry)


def _of_key(document: Document, path: Path) -> Iterator[str]:
    """What the schema says of a key, or an operator of its argument."""
    del document
    where, above, key = role(path), role(path[:-1]), str(path[-1])
    if where.kind == "argument" and where.verb in OPERATORS:
        field = OPERATORS[where.verb].model_fields.get(key)
        if field is not None:
            default = "required" if field.is_required() else f"default `{_value(field.default)}`"
            yield f"`{key}` of `{where.verb}`: {default}"
            yield explained(where.verb, key)
        return
    model = DOCUMENTS.get(above.kind)
    for name, field in model.model_fields.items() if model else ():
        if (field.alias or name) == key:
            yield f"`{key}`: {field.description or ''}"


def explained(verb: str, argument: str) -> str:
    """What an argument of an operator is for."""
    start = f"  {argument}: "
    for line in explaining.operator(verb).splitlines():
        if line.startswith(start):
            return line.removeprefix(start).partition(". ")[2]
    return ""


def _of_entry(document: Document, path: Path) -> Iterator[str]:
    """The numbers of an entry: shapes, costs, what it looks at."""
    found = entry_of(document, path)
    if found is None:
        return
    entry, analysis = found
    plan = analysis.plan
    if plan is None:
        return
    values = plan.values
    for number_, end in enumerate(entry.ends):
        if number_ == 6:  # noqa: PLR2004 - as many as are read
            yield f"and {len(entry.ends) - 6} more shapes"
            break
        for shape in end:
            times = f" ({entry.ends[end]} times)" if entry.ends[end] > 1 else ""
            yield f"output `{formulas(shape)}` = {shown(shape, values)}{times}"
    yield from _derived("parameters", entry.params, plan)
    yield from _derived("MACs", entry.macs, plan)
    yield " · ".join(cost(entry, values)) if entry.copies > 1 else ""
    node = _first(plan, document, path)
    field = node.receptive_field if node is not None else None
    if field is not None:
        size = " x ".join("all" if extent is None else str(extent) for extent in field.size)
        yield f"receptive field {size}, of `{node.name}`" if node is not None else ""


def _derived(what: str, extent: Any, plan: Plan) -> Iterator[str]:
    value = number(extent, plan.values)
    if value == 0:
        return
    formula = str(extent)
    if value is None:
        yield f"{what} `{_short(formula)}`"
    elif isinstance(extent, int):
        yield f"{what} {value:,}"
    else:
        yield f"{what} `{_short(formula)}` = {value:,}"


def _first(plan: Plan, document: Document, path: Path) -> NodePlan | None:
    """The last layer of the first copy of an entry."""
    found = None
    for node in plan:
        chain = (node.place, *node.node.called_from)
        if any(each.path[: len(path)] == path and each.file == document.file for each in chain):
            found = node
        elif found is not None:
            break
    return found

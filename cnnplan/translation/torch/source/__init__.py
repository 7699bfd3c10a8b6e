"""A network as PyTorch source: a class per block with its arguments, as a person writes it.

What is not written that way, such as copies of a group as often as a symbol says, is refused by name.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from cnnplan.errors import Unwritten
from cnnplan.findings import Place
from cnnplan.spec import Record, Verb
from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.layout import WIDTH, sound, unknown
from cnnplan.translation.templates import Library
from cnnplan.translation.templates.making import given_shapes
from cnnplan.translation.templates.nesting import Borrowed
from cnnplan.translation.templates.paths import paths
from cnnplan.translation.torch.source.asking import asked, fixed, read_off, settled
from cnnplan.translation.torch.source.assembly import class_lines, class_name, together
from cnnplan.translation.torch.source.classes import Class
from cnnplan.translation.torch.source.docstrings import in_words, mapping, worded, wrapped
from cnnplan.translation.torch.source.files import File
from cnnplan.translation.torch.source.freezing import frozen
from cnnplan.translation.torch.source.helpers import HELPERS
from cnnplan.translation.torch.source.operators import ACTIVATIONS
from cnnplan.translation.torch.source.tables import chosen, fields, tables
from cnnplan.translation.torch.source.tensors import Tensor
from cnnplan.translation.torch.source.texts import Names
from cnnplan.translation.torch.source.unrolled import Unrolled
from cnnplan.translation.torch.source.walking import Called, read_in, stand_ins

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.translation.templates import Template

__all__ = ["source"]


def source(plan: Any, settled: Any) -> str:
    """A network as the text of a Python file that needs PyTorch alone.

    Where every choice of its symbols can be written, they are arguments of the class. Else it is the network of today's
    values: what is a copy of something else in that is written once.

    Args:
        plan: a Plan of the network; its class is called like it, and its weights like those of the plan.
        settled: a Plan with numbers for all symbols but the extents of inputs.

    Raises:
        Unwritten: the network has something that is not written as source.
    """
    where = paths(settled.graph)
    if where:
        with contextlib.suppress(Unwritable, Borrowed):
            return _unrolled(settled, where)
    if not plan.spec.until:
        with contextlib.suppress(Unwritable):
            return _source(plan)
    try:
        return _unrolled(settled)
    except (Unwritable, Borrowed) as unwritable:
        raise Unwritten(f"{plan.name}: not written as PyTorch source: {unwritable}") from None


def _unrolled(plan: Any, where: Mapping[int, tuple[str, ...]] | None = None) -> str:
    """The network of today's values; what comes from elsewhere by the modules that it has there."""
    values = stand_ins(plan.spec, plan.values)
    library = Library(plan.graph, values, frozenset(ACTIVATIONS), where)
    names = Names(library.templates[:-1])
    classes: list[list[str]] = []
    needs: set[str] = set()
    for template in library.templates[:-1]:
        words = template.block.inputs if template.block is not None and template.block.inputs else ()
        made = Unrolled(library, template, names, values, _variables(words, len(template.scopes[0].inputs)))
        needs |= made.needs
        called = names.of[id(template)]
        classes.append(made.lines(called, _told(template, names, made.inputs)))
    whole = library.templates[-1]
    inputs = ["x"] if len(plan.spec.inputs) == 1 else [*plan.spec.inputs]
    made = Unrolled(library, whole, names, values, inputs)
    free = {name for each in plan.spec.inputs.values() for extent in each.shape for name in extent.names}
    places = _places(plan, dict(zip(plan.spec.inputs, inputs, strict=True)), free)
    bound = {name: str(n) for name, n in plan.values.items() if name in free - places.keys() and isinstance(n, int)}
    shown = {name.lower(): text for name, text in (places | bound).items()}
    conditions = asked([*plan.graph.structure, *plan.conditions], places) + fixed(plan, places)
    called = class_name(re.sub(r"[^A-Za-z0-9_]+", "_", plan.name).strip("_")) or "Network"
    called = f"N{called}" if called[0].isdigit() else called
    called = f"{called}Network" if called in names.taken else called
    title = _mapping(plan, inputs) or _title(called)
    network = made.lines(called, title, conditions, shown, frozen(plan.graph, where or {}))
    needs |= made.needs
    return _file(plan, ["\n".join(each) for each in (*classes, network)], needs, [], _settled(plan), unrolled=True)


def _told(template: Template, names: Names, inputs: Sequence[str]) -> str:
    """What a class says of itself: its layers, and the shapes that it maps."""
    words = [
        names.of[id(each.template)] if each.template is not None else worded(each.verb) for each in template.statements
    ]
    place = Place("")
    seen = [Called(place, "", scope.inputs, tuple(given_shapes(scope))) for scope in template.scopes]
    known = {
        name: values
        for name, values in template.params.items()
        if re.search("channels|width|features", name)
        and len(values) == len(seen)
        and all(type(value) is int for value in values)
    }
    more = "" if template.sizes else mapping(seen, inputs, [""] * len(inputs), "", set(), known)
    return wrapped(in_words(words, _title(names.of[id(template)])), more, 4)


def _settled(plan: Any) -> str:
    """What the values of the symbols are that are no arguments of the class."""
    free = {name for each in plan.spec.inputs.values() for extent in each.shape for name in extent.names}
    values = {name: value for name, value in plan.values.items() if name not in free}
    if not values:
        return ""
    told = ", ".join(f"{name} = {getattr(value, 'label', value)}" for name, value in values.items())
    return f"Written at {told}."


def _variables(names: Sequence[str], count: int) -> list[str]:
    """The variables of what comes in."""
    words = [re.sub(r"\W", "", name) for name in names]
    if len(words) != count:
        words = [*words[: max(0, count - 1)]] if len(words) > count else words
        words += [f"x{number + 1}" for number in range(count - len(words))]
    return ["x"] if count == 1 else words


def _title(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()
    return f"{words[:1].upper()}{words[1:]}."


def _source(plan: Any) -> str:
    file = File(plan.graph)
    network = _network(file, plan)
    told = tables(file)
    classes = ["\n".join(made.lines) for made in file.order] + ["\n".join(network)]
    return _file(plan, classes, file.needs, told, "")


def _file(  # noqa: PLR0913 - what a file is made of
    plan: Any, classes: list[str], needs: set[str], choices: list[str], settled: str, *, unrolled: bool = False
) -> str:
    """All together."""
    found = [
        name for name in HELPERS if name in needs or (_calls(name, classes) and not (unrolled and name[0].isupper()))
    ]
    pairs = "tuple[int, int]" in "".join(classes) and "tuple[int, ...]" not in "".join(classes)
    found = ["half of a pair" if name == "half" and pairs else name for name in found]
    helpers = [HELPERS[name].strip("\n") for name in found]
    text = "\n\n\n".join([*helpers, *classes[:-1], *choices, classes[-1]])
    imports = _imports(text)
    whole = f'"""{_description(plan, settled)}"""\n\n{imports}\n\n{_definition(text)}\n'
    if not sound(whole):
        raise Unwritable("what came out is no Python: please report it")
    if strange := unknown(whole):
        raise Unwritable(f"{', '.join(strange)} as the value of an argument")
    return whole


def _calls(name: str, classes: list[str]) -> bool:
    return any(re.search(rf"\b{name}\(", text) for text in classes)


def _definition(text: str) -> str:
    return f"\n{text}" if text.startswith(("class ", "def ")) else text


def _imports(text: str) -> str:
    """What the file uses."""
    first = ["from __future__ import annotations"]
    second = ["import functools"] if "functools." in text else []
    second += ["import math"] if "math." in text else []
    typed = [name for name in ("Any", "NamedTuple") if re.search(rf"\b{name}\b", text)]
    second += [f"from typing import {', '.join(typed)}"] if typed else []
    third = ["import torch"] if re.search(r"\btorch\.", text) else []
    third += ["import torch.nn.functional as F"] if re.search(r"\bF\.", text) else []
    third += ["from torch import Tensor, nn"]
    third += ["from torchvision.ops import DeformConv2d"] if "DeformConv2d(" in text else []
    return "\n\n".join("\n".join(part) for part in (first, second, third) if part)


def _description(plan: Any, settled: str = "") -> str:
    """The docstring of the file, wrapped."""
    import textwrap  # noqa: PLC0415 - one use

    dtype = plan.spec.dtype
    stored = f"Stored in {dtype}: call `.to(torch.{dtype})`." if dtype != "float32" else ""
    text = " ".join([(plan.spec.description or f"{plan.name}."), settled, stored])
    text = re.sub(r"`--set (\w+)=([A-Za-z]\w*)`", r'`\1="\2"`', text)
    text = " ".join(text.split()).replace("\\", "/").replace('"""', "'''")
    head, *rest = re.split(r"(?<=[.:;]) ", text, maxsplit=1)
    fits = len(head) < WIDTH - 6
    title = re.sub(r"[:;]$", ".", head) if fits else f"{plan.name}."
    body = text if not fits else f"{rest[0][:1].upper()}{rest[0][1:]}" if rest else ""
    return title + (f"\n\n{textwrap.fill(body, WIDTH)}\n" if body else "")


def _network(file: File, plan: Any) -> list[str]:
    """The class of the network itself."""
    spec = file.spec
    free = {name for each in spec.inputs.values() for extent in each.shape for name in extent.names}
    symbols = [symbol for name, symbol in spec.symbols.items() if name not in free]
    names: dict[str, str] = {}
    signature = ["self"]
    init = []
    for symbol in symbols:
        names[symbol.name] = symbol.name
        if symbol.choices and isinstance(symbol.default, Record):
            signature.append(f'{symbol.name}: str = "{symbol.default.label}"')
            init.append(f"{chosen(file, symbol)} = {symbol.name.upper()}S[{symbol.name}]")
            names |= fields(file, symbol)
        elif symbol.default is not None:
            value = file._value(symbol.default)  # noqa: SLF001 - of the same room
            kind = "type[nn.Module]" if isinstance(symbol.default, Verb) else type(symbol.default).__name__
            signature.append(f"{symbol.name}: {'float' if kind == 'Fraction' else kind} = {value}")
    variables = {name: "x" if len(spec.inputs) == 1 else name for name in spec.inputs}
    shapes = plan.graph.inputs
    local = read_in(spec.layers) | set(spec.outputs)
    inputs = {name: Tensor(var, _channels(shapes[name]), kept=name in local) for name, var in variables.items()}
    places = _places(plan, variables, free)
    names |= {name: name.lower() for name in places}
    body = Class(file, names, inputs, literal=not file.varied)
    body.live.update(name.lower() for name in places)
    end = body.run(spec.layers, next(iter(inputs.values())) if len(inputs) == 1 else None)
    together(body)
    ends = [tensor for name in spec.outputs for tensor in body._named(name, end)] or [end]  # noqa: SLF001 - of the same room
    result = ends[0].var if len(ends) == 1 else f"({', '.join(tensor.var for tensor in ends)})"
    kind = "Tensor" if len(ends) == 1 else f"tuple[{', '.join(['Tensor'] * len(ends))}]"
    conditions = asked(plan.conditions, places) + fixed(plan, places)
    used = [
        name for name in places if any(re.search(rf"\b{name.lower()}\b", line) for line in [*conditions, *body.forward])
    ]
    forward = [*read_off({name.lower(): places[name] for name in used}, _ranks(plan, variables)), *conditions]
    forward += body.forward
    name = _network_name(plan.name, file)
    title = _mapping(plan, [*variables.values()]) or f"{name}."
    init += settled(plan, places, body.init)
    held = frozen(plan.graph, {})
    if held and file.varied:
        raise Unwritable("what is frozen in a network that its symbols choose")
    return class_lines(name, title, signature, init + body.init + held, [*variables.values()], forward, result, kind)


def _ranks(plan: Any, variables: dict[str, str]) -> dict[str, int]:
    """How many axes each input has, by its variable."""
    return {variables[name]: len(shape) for name, shape in plan.graph.inputs.items()}


def _mapping(plan: Any, variables: Sequence[str]) -> str:
    """The shapes that a network maps."""
    free = {name for each in plan.spec.inputs.values() for extent in each.shape for name in extent.names}
    ends = tuple(plan.graph.nodes[name].shape for name in plan.graph.outputs if name in plan.graph.nodes)
    call = Called(Place(plan.spec.file), "", (*plan.graph.inputs.values(),), ends)
    told = mapping([call], variables, [""] * len(variables), "", free)
    return told if len(told) <= WIDTH - 10 else ""


def _network_name(name: str, file: File) -> str:
    called = class_name(re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")) or "Network"
    called = f"N{called}" if called[0].isdigit() else called
    return f"{called}Network" if called in {made.name for made in file.order} else called


def _channels(shape: Any) -> str:
    return str(shape[1]) if len(shape) > 1 and isinstance(shape[1], int) else ""


def _places(plan: Any, variables: dict[str, str], free: set[str]) -> dict[str, str]:
    """Where the symbols of the inputs are read off."""
    places: dict[str, str] = {}
    for name, shape in plan.graph.inputs.items():
        for dim, extent in enumerate(shape):
            if str(extent) in free:
                places.setdefault(str(extent), f"{variables[name]}.shape[{dim}]")
    return places

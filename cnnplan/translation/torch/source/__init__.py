"""A network as PyTorch source: a class per block with its arguments, as a person writes it.

What is not written that way, such as copies of a group as often as a symbol says, is refused by name.
"""

from __future__ import annotations

import re
from typing import Any

from cnnplan.errors import UsageError
from cnnplan.spec import Record, Verb
from cnnplan.translation.torch.source.classes import Class
from cnnplan.translation.torch.source.expressions import Unwritable, literal
from cnnplan.translation.torch.source.files import File, class_name, together, written
from cnnplan.translation.torch.source.helpers import HELPERS
from cnnplan.translation.torch.source.layout import WIDTH, sound, unknown
from cnnplan.translation.torch.source.tensors import Tensor
from cnnplan.translation.torch.source.walking import read_in

__all__ = ["source"]


def source(plan: Any) -> str:
    """A network as the text of a Python file that needs PyTorch alone.

    Args:
        plan: a Plan of the network; its class is called like it, and its weights like those of the plan.

    Raises:
        UsageError: the network has something that is not written as source.
    """
    try:
        return _source(plan)
    except Unwritable as unwritable:
        raise UsageError(f"{plan.name}: not written as PyTorch source: {unwritable}") from None


def _source(plan: Any) -> str:
    file = File(plan.graph)
    network = _network(file, plan)
    tables = _tables(file)
    classes = ["\n".join(made.lines) for made in file.order] + ["\n".join(network)]
    helpers = [HELPERS[name].strip("\n") for name in HELPERS if name in file.needs or _calls(name, classes)]
    text = "\n\n\n".join([*helpers, *classes[:-1], *tables, classes[-1]])
    imports = _imports(text)
    whole = f'"""{_description(plan)}"""\n\n{imports}\n\n{_definition(text)}\n'
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
    second = ["import math"] if "math." in text else []
    second += ["from typing import Any"] if re.search(r"\bAny\b", text) else []
    third = ["import torch"] if re.search(r"\btorch\.", text) else []
    third += ["import torch.nn.functional as F"] if re.search(r"\bF\.", text) else []
    third += ["from torch import Tensor, nn"]
    return "\n\n".join("\n".join(part) for part in (first, second, third) if part)


def _description(plan: Any) -> str:
    """The docstring of the file, wrapped."""
    import textwrap  # noqa: PLC0415 - one use

    text = " ".join((plan.spec.description or f"{plan.name}.").split()).replace("\\", "/").replace('"""', "'''")
    head, *rest = re.split(r"(?<=[.:;]) ", text, maxsplit=1)
    title = head if len(head) < WIDTH - 6 and head.endswith(".") else f"{plan.name}."
    body = rest[0] if title == head and rest else "" if title == head else text
    return title + (f"\n\n{textwrap.fill(body, WIDTH)}\n" if body else "")


def _tables(file: File) -> list[str]:
    """The choices of symbols as tables."""
    found = []
    for symbol in file.spec.symbols.values():
        records = [value for value in (symbol.choices or {}).values() if isinstance(value, Record)]
        if not records:
            continue
        fields = {each.partition(".")[2] for each in file.used if each.startswith(f"{symbol.name}.")}
        fields |= {
            text.partition(".")[2]
            for made in file.order
            for text in made.more.values()
            if text.startswith(f"{symbol.name}.")
        }
        lines = [f"{symbol.name.upper()}S: dict[str, dict[str, Any]] = {{"]
        for record in records:
            told = [f'"{key}": {_listed(file, record[key])}' for key in record if key in fields]
            line = f'    "{record.label}": {{{", ".join(told)}}},'
            lines += (
                [line]
                if len(line) <= WIDTH
                else [f'    "{record.label}": {{', *(f"        {each}," for each in told), "    },"]
            )
        found.append("\n".join([*lines, "}"]))
    return found


def _listed(file: File, value: Any) -> str:
    if isinstance(value, tuple):
        items = ", ".join(_listed(file, each) for each in value)
        return f"({items},)" if len(value) == 1 else f"({items})"
    if isinstance(value, Verb) or (isinstance(value, str) and file.is_verb(value)):
        return file.verb(str(value))
    return literal(value).replace("'", '"')


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
            init.append(f"{symbol.name}_ = {symbol.name.upper()}S[{symbol.name}]")
            names |= {f"{symbol.name}.{key}": f'{symbol.name}_["{key}"]' for key in symbol.default}
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
    end = body.run(spec.layers, next(iter(inputs.values())) if len(inputs) == 1 else None)
    together(body)
    ends = [tensor for name in spec.outputs for tensor in body._named(name, end)] or [end]  # noqa: SLF001 - of the same room
    result = ends[0].var if len(ends) == 1 else f"({', '.join(tensor.var for tensor in ends)})"
    kind = "Tensor" if len(ends) == 1 else f"tuple[{', '.join(['Tensor'] * len(ends))}]"
    conditions = _conditions(plan, places)
    used = [
        name for name in places if any(re.search(rf"\b{name.lower()}\b", line) for line in [*conditions, *body.forward])
    ]
    forward = [*(f"{name.lower()} = {places[name]}" for name in used), *conditions, *body.forward]
    title = f"{class_name(re.sub(r'[^A-Za-z0-9_]', '_', plan.name))}."
    name = _network_name(plan.name, file)
    return written(name, title, signature, init + body.init, [*variables.values()], forward, result, kind)


def _network_name(name: str, file: File) -> str:
    called = class_name(re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")) or "Network"
    called = f"N{called}" if called[0].isdigit() else called
    return f"{called}Network" if called in {made.name for made in file.order} else called


def _negated(text: str) -> str:
    """The opposite of a comparison."""
    for symbol, opposite in ((" == ", " != "), (" >= ", " < "), (" <= ", " > "), (" in ", " not in ")):
        if text.count(symbol) == 1 and " and " not in text and text.count("=") + text.count("<") + text.count(">") <= 2:  # noqa: PLR2004
            return text.replace(symbol, opposite)
    return f"not ({text})"


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


def _conditions(plan: Any, places: dict[str, str]) -> list[str]:
    """What must hold of the sizes, with the way out."""
    lines: list[str] = []
    for condition in plan.conditions:
        text = str(condition).replace(", ", " and ") if "{" not in str(condition) else str(condition)
        used = sorted(condition.symbols)
        if not sound(text) or not set(used) <= places.keys() or "floor" in text or "ceil" in text or len(text) > 60:  # noqa: PLR2004
            continue
        lowered = text
        for name in used:
            lowered = re.sub(rf"\b{name}\b", name.lower(), lowered)
        told = f"needs {lowered}, got {{{used[0].lower()}}}"
        lines += [f"if {_negated(lowered)}:", f'    raise ValueError(f"{told}")']
    return lines

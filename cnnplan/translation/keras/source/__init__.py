"""A network as Keras 3 code: a function for each block, called on tensors, channels first.

Keras gives a layer the sizes of what it reads by itself, so that a block needs no channels. What Keras has no layer for
is refused by name.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any, Final

from cnnplan.errors import Unwritten
from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.keras.source.functions import Function
from cnnplan.translation.keras.source.helpers import HELPERS
from cnnplan.translation.keras.source.operators import ACTIVATIONS
from cnnplan.translation.layout import WIDTH, sound
from cnnplan.translation.templates import Library
from cnnplan.translation.templates.nesting import Borrowed

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["source"]

FAULTS: Final = (Unwritable, Borrowed, NotImplementedError)
"""What says that a network cannot be written."""


def source(settled: Any, fixed: Callable[[], Any]) -> str:
    """A network as the text of a Python file that needs Keras 3 alone: `build()` gives the model.

    Keras does not know the free sizes of a tensor as it builds. A network that asks for them is written for the sizes
    that its spec shows, with a batch that is free.

    Args:
        settled: a Plan with numbers for all symbols but the extents of inputs.
        fixed: gives a Plan with numbers for all symbols but the batch.

    Raises:
        Unwritten: the network has something that Keras has not.
    """
    try:
        return _source(settled)
    except FAULTS:
        pass
    try:
        return _source(fixed())
    except FAULTS as unwritable:
        raise Unwritten(f"{settled.name}: not written as Keras code: {unwritable}") from None


def _source(plan: Any) -> str:
    library = Library(plan.graph, plan.values, frozenset(ACTIVATIONS))
    names = _names(library)
    used: dict[int, list[str]] = {}
    functions = [Function(library, each, names, plan, used).text() for each in library.templates]
    body = "\n\n\n".join([*_helpers(functions), *functions])
    imports = ["from __future__ import annotations", ""]
    imports += ["import functools"] if "functools." in body else []
    imports += ["import math"] if "math." in body else []
    imports += ["from typing import Any", "", "import keras"]
    used_names = [name for name in ("layers", "ops") if f"{name}." in body]
    imports += [f"from keras import {', '.join(used_names)}"] if used_names else []
    text = f'"""{_description(plan)}"""\n\n' + "\n".join(imports) + f"\n\n\n{body}\n"
    if not sound(text):
        raise Unwritable("what came out is no Python: please report it")
    return text


def _helpers(functions: list[str]) -> list[str]:
    """The helpers that functions call, and those that these call."""
    text = "\n".join(functions)
    found: list[str] = []
    for name, helper in HELPERS.items():
        if re.search(rf"(?<![.\w]){name}\(", text):
            found.append(helper.strip("\n"))
            text += helper
    return found


def _description(plan: Any) -> str:
    told = f"{plan.name} in Keras 3, channels first: tensors are (N, C, H, W)."
    free = {name for each in plan.spec.inputs.values() for extent in each.shape for name in extent.names}
    values = {name: getattr(value, "label", value) for name, value in plan.values.items() if name not in free}
    at = f"Written at {', '.join(f'{name} = {value}' for name, value in values.items())}." if values else ""
    dtype = plan.spec.dtype
    stored = f'Stored in {dtype}: call `keras.config.set_floatx("{dtype}")` first.' if dtype != "float32" else ""
    text = " ".join(" ".join([plan.spec.description or "", at, stored]).split())
    text = text.replace("\\", "/").replace('"""', "'''")
    return f"{told}\n\n{textwrap.fill(text, WIDTH)}\n" if text else told


def _names(library: Library) -> dict[int, str]:
    """What functions are called; the network's is `build`."""
    taken: set[str] = {"build", "keras", "layers", "ops", "math", "x", "y", "z", "u", "v", "w", "name", *HELPERS}
    found: dict[int, str] = {}
    for template in sorted(library.templates[:-1], key=lambda each: (-len(each.scopes), -len(each.statements))):
        name, number = template.title, 2
        while name in taken:
            name, number = f"{template.title}{number}", number + 1
        taken.add(name)
        found[id(template)] = name
    return found | {id(library.templates[-1]): "build"}

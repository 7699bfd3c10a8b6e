"""What all parts of a class in the making rest on: its lines, its variables, its names."""

from __future__ import annotations

import re
from collections import Counter
from keyword import iskeyword
from typing import TYPE_CHECKING, Final

from cnnplan.ops import OPERATORS
from cnnplan.spec.references import route
from cnnplan.translation.expressions import Unwritable, python, simple, tidy
from cnnplan.translation.torch.source.tensors import MANY, Tensor, halved

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.spec import Entry, Expression
    from cnnplan.translation.torch.source.files import File

__all__ = ["Body"]

VARIABLES: Final = ("x", "y", "z", "u", "v", "w")
TAKEN: Final = frozenset({"x", "self", "F", "nn", "torch", "math", "range", "len", "enumerate"})
"""What a file means by these names."""

FUSED: Final = re.compile(r"(?:torch\.|F\.)[a-z0-9_]+\((\w+)\)")


class Body:
    """One class in the making.

    Args:
        file: where it stands.
        names: what names of the language are called in `__init__`.
        inputs: the tensors that come in, by name.
        literal: whether extents are taken from the network as numbers.
        tuples: the names that may be several numbers.
    """

    def __init__(
        self,
        file: File,
        names: Mapping[str, str],
        inputs: Mapping[str, Tensor],
        *,
        literal: bool,
        tuples: frozenset[str] = frozenset(),
    ) -> None:
        self.tuples = tuples
        self.file = file
        self.names = dict(names)
        self.literal = literal
        self.init: list[str] = []
        self.forward: list[str] = []
        self.handles: dict[str, Tensor] = dict(inputs)
        self.counts: Counter[str] = Counter()
        self.endless = False
        self.prefix = ""
        self.live: Counter[str] = Counter(tensor.var for tensor in inputs.values() if tensor.kept)
        self.made = 0
        self.beside: tuple[str, str] | None = None
        self.modules: dict[str, str] = {}
        self.owners: dict[str, str] = {}
        self.sections: list[str] = []
        self.flags: dict[str, str] = {}

    def _reads(self, entry: Entry, prev: Tensor | None) -> list[Tensor]:
        if entry.from_ is not None:
            return [tensor for name in entry.from_ for tensor in self._named(name, prev)]
        if prev is None or (entry.verb in OPERATORS and OPERATORS[entry.verb].arity[1] == 0):
            return []
        return [prev]

    def _named(self, name: str, prev: Tensor | None) -> list[Tensor]:
        where = route(name)
        if where.head == "prev" and prev is not None:
            found = prev
        elif where.head in self.handles:
            found = self.handles[where.head]
        else:
            raise Unwritable(f"from: {name}")
        for step in where.steps:
            if step == "*":
                return list(found.parts.values())
            if not isinstance(step, str) or step not in found.parts:
                raise Unwritable(f"from: {name}")
            found = found.parts[step]
        return [found]

    def _called(self, entry: Entry) -> str:
        """The name of the entry, by which its weights are called."""
        self.counts[entry.verb] += 1
        if self.counts[entry.verb] > MANY and not entry.name:
            raise Unwritable(f"{entry.verb} behind copies that are as many as a symbol says: give it a name")
        return self.prefix + (entry.name or f"{entry.verb}{self.counts[entry.verb]}")

    def _keep(self, name: str, tensor: Tensor) -> Tensor:
        """A tensor that is read by name later, in a variable of its own."""
        if name not in self.file.references or tensor.parts:
            return tensor
        if tensor.kept:
            return tensor
        self._rename(tensor.var, name)
        return Tensor(self._safe(name), tensor.channels, tensor.features, tensor.parts, kept=True)

    def _safe(self, name: str) -> str:
        return f"{name}_" if name in TAKEN or iskeyword(name) else name

    def _rename(self, var: str, name: str) -> None:
        """Let the last line give another variable."""
        target = self._safe(name)
        self.live[target] += 1
        if self.forward and self.forward[-1].startswith(f"{var} = "):
            self.forward[-1] = f"{target} = {self.forward[-1][len(var) + 3 :]}"
        else:
            self.forward.append(f"{target} = {var}")

    def _names(self, x: Tensor, entry: Entry) -> dict[str, str]:
        channels = self._channels(x, entry)
        shape = {"in_shape": f"{x.var}.shape"} if x.var else {}
        if x.var and self.file.sized(entry):
            shape["in_shape[1]"] = f"{x.var}.shape[1]"
        return {**self.names, **shape, **({"in_channels": channels} if channels else {})}

    def _channels(self, x: Tensor, entry: Entry) -> str:
        number = self.file.extent(entry, 1)
        return number if number and (self.literal or not x.channels) else x.channels

    def _features(self, x: Tensor, entry: Entry) -> str:
        number = self.file.extent(entry, -1)
        rank = self.file.rank(entry)
        known = x.channels if rank == 2 else x.features  # noqa: PLR2004 - batch and features
        return number if number and (self.literal or not known) else known

    def _args(self, entry: Entry, names: Mapping[str, str]) -> dict[str, str]:
        return {name: self._expression(each, names) for name, each in entry.args.items()}

    def _expression(self, expression: Expression, names: Mapping[str, str]) -> str:
        self.file.uses(expression)
        verbs = {name: self.file.verb(name) for name in expression.names - names.keys() if self.file.is_verb(name)}
        text = python(expression, {**verbs, **names}, self._shape)
        return halved(tidy(text) if re.search(r"\)\[\d+\]", text) else text, self.tuples)

    def _shape(self, text: str) -> str:
        """An extent of a layer: its channels, or in forward what its variable says."""
        name, _, at = text.removesuffix("]").partition("[")
        tensor = self.handles.get(name)
        if tensor is None:
            raise Unwritable(f"the shape of {name}")
        if at == "1" and tensor.channels:
            return tensor.channels
        return f"{tensor.var}.shape[{at}]" if at else f"{tensor.var}.shape"

    def _sum(self, reads: Sequence[Tensor], entry: Entry) -> str:
        known = [tensor.channels for tensor in reads]
        if not all(known):
            return self.file.extent(entry, 1, output=True)
        if len(set(known)) == 1 and len(known) > 1:
            return tidy(f"{len(known)} * {known[0] if simple(known[0]) else f'({known[0]})'}")
        return tidy(" + ".join(each if simple(each) or "if" not in each else f"({each})" for each in known))

    def _given(self, call: str, reads: Sequence[Tensor], after: Tensor, verb: str = "") -> Tensor:
        """Give a variable the value of a call; one function of another is written in one line."""
        x = reads[0] if reads else Tensor("")
        if call == x.var:
            return Tensor(x.var, after.channels, after.features, x.parts, x.kept)
        var = x.var if reads and not x.kept and re.fullmatch(r"\w+", x.var) else self._fresh()
        last = self.forward[-1] if self.forward else ""
        match = FUSED.fullmatch(call)
        if match and var == match[1] and last.startswith(f"{var} = ") and len(last) + len(call) < 78:  # noqa: PLR2004
            self.forward[-1] = f"{var} = {call.replace(f'({var})', f'({last[len(var) + 3 :]})')}"
        else:
            self.forward.append(f"{var} = {call}")
        parts = {}
        if verb in {"split", "chunk"}:
            self.live[var] += 1
            parts = {
                str(i): Tensor(f"{var}[{i}]", part, kept=True) for i, part in enumerate(self.sections or [""] * 64)
            }
        return Tensor(var, after.channels, after.features, parts, kept=bool(parts))

    def _fresh(self) -> str:
        found = next((name for name in VARIABLES if not self.live[name]), "")
        number = 1
        while not found:
            found = f"x{number}" if not self.live[f"x{number}"] else ""
            number += 1
        return found

    def _when(self, entry: Entry, names: Mapping[str, str]) -> str:
        """When it is there, "" for always."""
        if entry.when is None:
            return ""
        text = self._expression(entry.when, names)
        return {"True": "", "False": "False"}.get(text, text)

    def _make(self, attribute: str, module: str) -> None:
        self.init.append(f"{attribute} = {module}")

    def _make_when(self, attribute: str, module: str, on: str) -> None:
        """A module that is there or not."""
        if not on:
            self._make(attribute, module)
            return
        self.init += [f"{attribute}: nn.Module = nn.Identity()", f"if {on}:", f"    {attribute} = {module}"]

    def _passed(self, module: str, on: str, called: str, x: Tensor) -> Tensor:
        self._make(f"self.{called}", f"{module} if {on} else nn.Identity()")
        return self._given(f"self.{called}({x.var})", [x], x)

    def _optional(self, call: str, on: str, called: str, x: Tensor) -> Tensor:
        flag = f"self.has_{called}"
        self._make(flag, on)
        var = x.var if not x.kept else self._fresh()
        self.forward.append(f"{var} = {call} if {flag} else {x.var}")
        return Tensor(var, x.channels, x.features)

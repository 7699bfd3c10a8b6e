"""A spec in the making: what a reader of another world puts together, layer by layer, as the data of a YAML file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from cnnplan.findings import Finding, Location, Place, Severity
from cnnplan.spec.faults import Faults
from cnnplan.spec.words import KEYWORDS, SHAPES, TAKEN, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnnplan.spec.source import Written

__all__ = ["Draft", "Foreign", "legal", "plain"]

_STRANGE: Final = re.compile(r"[^A-Za-z0-9_]+", re.ASCII)
_LONGEST: Final = 120
"""The most characters of a name that is made of another."""


@dataclass(slots=True)
class Foreign:
    """A file of another world as the reader of the language takes it.

    Args:
        file: its name in locations.
        data: what a YAML file would hold.
        nodes: where each entry of `layers` stands, by its number; other places by their path; a text is a node.
        text: its text, where it has lines.
        faults: the errors that the reader met.
        remarks: what else it has to say.
        weights: gives the weights that the file holds, by "origin.weight"; None where it has none.
        library: the blocks of its world; what is wrong inside of them is told of the layer that calls them.
        included: files of blocks that the user gives.
        judged: whether the layers can be judged though the reader met errors.
        judgements: what it kept of the sizes and operators that it judged: a graph.keeping.Kept, or nothing.
        classes: the classes of its modules by path, where it has modules; containers have none.
        unread: how many trained weights there are that no layer is written for.
        account: what the reader has to say of how it understood a layer, by its name or number there; "" for no layer.
        channels_last: the layers and inputs whose shapes its world writes with the channels last.
        is_sound: whether it is known that nothing is wrong with its layers as the language has them.
    """

    file: str
    data: Any
    nodes: dict[Any, Location | str] = field(default_factory=dict)
    text: str = ""
    faults: Faults = field(default_factory=Faults)
    remarks: list[Finding] = field(default_factory=list)
    weights: Callable[..., Mapping[str, Any]] | None = None
    library: tuple[Written, ...] = ()
    included: tuple[Written, ...] = ()
    judged: bool = False
    unread: int = 0
    judgements: Sequence[Any] = ()
    account: Callable[[str], str] | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    channels_last: frozenset[str] = frozenset()
    is_sound: bool = False

    def locate(self, place: Place) -> Location:
        """The node of a place, or of the nearest thing around it that is known."""
        path = place.path
        while path:
            known = self.nodes.get(path[1] if path[0] == "layers" and len(path) == 2 else path)  # noqa: PLR2004
            if known is not None:
                return known if isinstance(known, Location) else Location(self.file, 0, 0, known)
            path = path[:-1]
        return Location(self.file, 1, 1) if self.text else Location(self.file, 0, 0)


class Draft:
    """Gathers the inputs, symbols and layers of a file, gives them legal names, and wires them.

    Args:
        file: the name of the file.
        name: what the network is called.
        text: the text of the file, where it has lines.
    """

    def __init__(self, file: str, name: str = "", text: str = "") -> None:
        self.foreign = Foreign(file, {"cnnplan": 1}, text=text)
        self.last: str | None = None
        self._taken: set[str] = set(TAKEN)
        self._symbols: dict[str, Any] = {}
        self._layers: list[dict[str, Any]] = []
        self._outputs: list[str] = []
        self._outer: list[tuple[list[dict[str, Any]], str | None, list[Location | str]]] = []
        self._inside: list[Location | str] = []
        self._data: dict[str, Any] = self.foreign.data
        if name:
            self._data["name"] = name

    def symbol(self, name: str, declared: Any = None) -> str:
        """Declare what may vary, once; the name that expressions call it by."""
        called = legal(name)
        while refusal(called, spoken=True):
            called += "_"
        self._symbols.setdefault(called, declared)
        return called

    def inputs(self, declared: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
        """Declare the inputs, all at once.

        Args:
            declared: by their names in the file, what stands in the YAML: {"shape": [...], "dtype": ..., "below": ...}.

        Returns:
            Of each the name by which layers read it.
        """
        plain = {
            name: each["shape"] if each.get("dtype", "float32") == "float32" else dict(each)
            for name, each in declared.items()
        }
        if len(plain) == 1:
            ((name, only),) = plain.items()
            self._data["input"] = only
            self.last = "input"
            return {name: "input"}
        called = {name: self._unique(legal(name)) for name in plain}
        self._data["inputs"] = {called[name]: each for name, each in plain.items()}
        return called

    def stored(self, dtype: str, description: str) -> None:
        """Say what weights and activations are stored in, and what else there is to say of the network."""
        if description:
            self._data["description"] = description
        if dtype != "float32":
            self._data["dtype"] = dtype

    def add(  # noqa: PLR0913 - what an entry holds
        self,
        verb: str,
        args: Mapping[str, Any] | list[dict[str, Any]] | None = None,
        reads: Sequence[str] = (),
        *,
        origin: str = "",
        where: Location | str = "",
        name: str = "",
        **wiring: Any,
    ) -> str:
        """Append a layer.

        Args:
            verb: the operator.
            args: its arguments, as YAML would hold them: numbers, texts of expressions, lists; of `sequence` entries.
            reads: the names of what it reads, in order.
            origin: what it is called in the file; it names the layer where `name` does not.
            where: the node in messages, "/layer1/Add (Add)", or a line of the file; left out, the origin.
            name: what it is to be called, as far as it is free.
            wiring: `share`, `repeat`, `ignore`, `dtype`, `trainable`.

        Returns:
            The name by which other layers read it; its parts, where it has several, are `name.0`, `name.1`.
        """
        called = self._unique(legal(name or origin or verb))
        held = args if isinstance(args, list) else dict(args or {})
        entry: dict[str, Any] = {verb: held, "name": called, **wiring}
        if reads and tuple(reads) != (self.last,):
            entry["from"] = reads[0] if len(reads) == 1 else [*reads]
        if origin:
            entry["origin"] = plain(origin)
        if self._outer:
            self._inside.append(where or origin)
        else:
            self.foreign.nodes[len(self._layers)] = where or origin
        self._layers.append(entry)
        self.last = called
        return called

    def begin(self, name: str) -> None:
        """Let what is added from here on be a group of its own, which reads this layer."""
        self._outer.append((self._layers, self.last, self._inside))
        self._layers, self.last, self._inside = [], name, []

    def end(self, name: str, when: str, origin: str) -> str:
        """End the group, which is on at some sizes alone; its name.

        Args:
            name: the layer that it reads.
            when: on which condition it is on.
            origin: what it is called in the file, where it has several layers.
        """
        entries, places = self._layers, self._inside
        self._layers, self.last, self._inside = self._outer.pop()
        if not entries:
            return name
        if len(entries) == 1 and "from" not in entries[0]:
            (entry,) = entries
            entry |= {"when": when} | ({} if name == self.last else {"from": name})
            self.foreign.nodes[len(self._layers)] = places[0]
            self._layers.append(entry)
            self.last = str(entry["name"])
            return self.last
        at = len(self._layers)
        self.foreign.nodes.update({("layers", at, "sequence", i): place for i, place in enumerate(places)})
        return self.add("sequence", entries, [name], origin=origin, when=when)

    def output(self, name: str) -> None:
        """Declare an output: a layer that came before."""
        self._outputs.append(name)

    def refuse(self, rule: str, message: str, where: Location | str = "", hint: str = "") -> None:
        """Keep an error of the file; all of them are told at once."""
        faults, place = self.foreign.faults, Place(self.foreign.file)
        faults.add(rule, place, message, hint=hint, location=self._where(where))

    def remark(  # noqa: PLR0913, PLR0917 - a finding has as many parts
        self,
        rule: str,
        message: str,
        where: Location | str = "",
        hint: str = "",
        severity: Severity = Severity.WARNING,
        layer: str | None = None,
    ) -> None:
        """Keep what else is to be said of the file; `check` tells it."""
        location = self._where(where)
        place = Place(self.foreign.file, ("layers", len(self._layers)))
        self.foreign.remarks.append(Finding(rule, severity, message, place, location, layer, hint))

    def done(self) -> Foreign:
        """The file as the reader of the language takes it."""
        inputs: dict[str, Any] = {key: self._data.pop(key) for key in ("input", "inputs") if key in self._data}
        if self._symbols:
            self._data["symbols"] = self._symbols
        self._data |= inputs
        self._data["layers"] = self._layers
        if self._outputs and self._outputs != [self.last]:
            self._data["outputs"] = self._outputs
        self.foreign.is_sound &= bool(self._layers) and len(set(self._outputs)) == len(self._outputs)
        return self.foreign

    def _where(self, where: Location | str) -> Location:
        return where if isinstance(where, Location) else Location(self.foreign.file, 0, 0, where)

    def _unique(self, name: str) -> str:
        """The name, or with a number behind it what is free."""
        called, number = name, 1
        while called in self._taken:
            number += 1
            called = f"{name}_{number}"
        self._taken.add(called)
        return called


def plain(origin: str) -> str:
    """An origin as it is, and no expression: what is in { } would be evaluated."""
    return origin.replace("{", "(").replace("}", ")") if "{" in origin or "}" in origin else origin


def legal(text: str) -> str:
    """A text as a name: `layer1.0.conv1` as `layer1_0_conv1`; a `_` tells it from a number, and from words in use."""
    name = _STRANGE.sub("_", text).strip("_")[:_LONGEST] or "x"
    name = f"_{name}" if name[0].isdigit() else name
    return f"{name}_" if name in KEYWORDS or name in TAKEN or name in SHAPES else name

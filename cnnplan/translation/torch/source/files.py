"""A file of PyTorch source: its imports, its helpers, a class for each block and one for the network."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cnnplan.spec import Verb
from cnnplan.translation.expressions import Unwritable, literal, python
from cnnplan.translation.torch.source.assembly import class_lines, class_name, inlined, remembered, settled, together
from cnnplan.translation.torch.source.classes import Class
from cnnplan.translation.torch.source.docstrings import mapping, summary, wrapped
from cnnplan.translation.torch.source.facts import Facts
from cnnplan.translation.torch.source.operators import ACTIVATIONS
from cnnplan.translation.torch.source.tables import kind_at, several
from cnnplan.translation.torch.source.tensors import Tensor, halved
from cnnplan.translation.torch.source.walking import inside, read_in, texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnnplan.spec import Block

__all__ = ["File"]

LONG = 32
"""More of an expression for channels is not told in a docstring."""


@dataclass
class Made:
    """A block as a class.

    Args:
        name: of the class.
        channels: the parameters for the channels of its inputs.
        defaults: of its other parameters, as Python; None where they must be given.
        more: parameters for symbols that it sees, with what they are outside.
        out: the channels of what it gives, in its parameters; "" where only the instance knows.
        outputs: the names of its outputs, where there are several.
        says_channels: whether an instance says the channels that it gives.
        unused: arguments of the block that nothing in it reads here.
        wants: those of `channels` that it makes anything of, which are its parameters.
    """

    name: str
    channels: tuple[str, ...]
    defaults: dict[str, Any] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)
    out: str = ""
    outputs: tuple[str, ...] = ()
    says_channels: bool = False
    wants: frozenset[str] = frozenset()
    unused: frozenset[str] = frozenset()
    lines: list[str] = field(default_factory=list)


class File(Facts):
    """The source of one network."""

    def block(self, name: str) -> Made:
        """The class of a block, written the first time it is called."""
        if name not in self.made:
            self.made[name] = self._block(self.spec.blocks[name])
            self.order.append(self.made[name])
        return self.made[name]

    def _block(self, block: Block) -> Made:
        names = block.inputs or ("input",)
        channels = ("in_channels",) if len(names) == 1 else tuple(f"{name}_channels" for name in names)
        variables = ("x",) if len(names) == 1 else tuple(names)
        local = read_in(block.layers) | set(block.outputs)
        kept = {name: name in local for name in names}
        inputs = {
            name: Tensor(var, parameter, kept=kept[name])
            for name, var, parameter in zip(names, variables, channels, strict=True)
        }
        more = self._symbols(block)
        known = {name: name for name in block.args} | {text: parameter for parameter, text in more.items()}
        if block.lists:
            raise Unwritable(f"{block.name}, which takes a list of maps")
        tuples = frozenset(name for name in block.args if "tuple" in self.kind(block, name))
        body = Class(self, known, inputs, literal=False, tuples=tuples)
        defaults, derived = self._defaults(block)
        body.flags = {name: text for name, text in derived if not self.is_given(block, name)}
        end = body.run(block.layers, next(iter(inputs.values())) if len(names) == 1 else None)
        outputs = [body._named(name, end)[0] for name in block.outputs] or [end]  # noqa: SLF001 - of the same room
        made = Made(class_name(block.name), channels, more=more, outputs=block.outputs if len(outputs) > 1 else ())
        made.out = outputs[0].channels if len(outputs) == 1 else ""
        made.defaults = defaults
        known_words = {
            *made.channels,
            *made.defaults,
            *made.more,
            "if",
            "else",
            "and",
            "or",
            "not",
            "math",
            "make_divisible",
        }
        made.says_channels = not set(re.findall(r"[A-Za-z_]\w*", made.out)) <= known_words
        made.lines = self._class(made, block, body, derived, [*variables], [tensor.var for tensor in outputs])
        return made

    def _symbols(self, block: Block) -> dict[str, str]:
        """The fields of symbols that a block sees, as parameters of its own."""
        if not block.sees_symbols:
            return {}
        found: dict[str, str] = {}
        for entry in inside(block.layers):
            if entry.verb in self.spec.blocks and entry.verb != block.name:
                found |= {
                    key: text
                    for key, text in self._symbols(self.spec.blocks[entry.verb]).items()
                    if key not in block.args
                }
        for text in texts(block.layers):
            for symbol in self.spec.symbols.values():
                for whole, label in re.findall(rf"\b({symbol.name}(?:\.(\w+))?)\b", text):
                    if symbol.name not in block.args:
                        called = label or symbol.name
                        found[f"{symbol.name}_{called}" if called in block.args else called] = whole
        return found

    def _defaults(self, block: Block) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """The defaults of its arguments; those that follow from others are worked out in `__init__`."""
        defaults: dict[str, Any] = {}
        derived: list[tuple[str, str]] = []
        for name, default in block.args.items():
            if default is None:
                defaults[name] = None
            elif default.constant:
                defaults[name] = self._value(default.value)
            elif default.text in ACTIVATIONS or default.text in self.spec.blocks:
                defaults[name] = self.verb(default.text)
            else:
                text = python(default, {**{each: each for each in block.args}, "in_channels": "in_channels"})
                defaults[name] = text
                derived.append((name, halved(text, frozenset(n for n in block.args if "tuple" in self.kind(block, n)))))
        return defaults, derived

    def _value(self, value: Any) -> str:
        return self.verb(str(value)) if isinstance(value, Verb) else literal(value)

    def verb(self, name: str) -> str:
        """What a verb is that is a value."""
        if name in self.spec.blocks:
            made = self.block(name)
            made.says_channels = True
            return made.name
        if name in ACTIVATIONS:
            return ACTIVATIONS[name]
        raise Unwritable(f"{name} as the value of an argument")

    def _class(  # noqa: PLR0913, PLR0917 - what a class is made of
        self,
        made: Made,
        block: Block,
        body: Class,
        derived: list[tuple[str, str]],
        variables: list[str],
        ends: list[str],
    ) -> list[str]:
        text = "\n".join([*body.init, *body.forward, *(each for _, each in derived), made.out * made.says_channels])
        always = block.name in self.values_of_verbs
        made.unused = frozenset(n for n in made.defaults if not always and not re.search(rf"\b{n}\b", text))
        made.wants = frozenset(name for name in made.channels if always or re.search(rf"\b{name}\b", text))
        signature = ["self", *(f"{name}: int" for name in made.channels if name in made.wants)]
        later = dict(derived)
        ordered = sorted(made.defaults, key=lambda name: made.defaults[name] is not None)
        ordered = [name for name in ordered if name not in made.unused]
        ordered = [name for name in ordered if made.defaults[name] is None or not self._is_dead(block, name, later)]
        required = [name for name in ordered if made.defaults[name] is None]
        signature += [f"{name}: {self.kind(block, name)}" for name in required]
        signature += [f"{name}: {kind_at(self, text)}" for name, text in made.more.items()]
        for name in ordered:
            if name in later:
                signature.append(f"{name}: {self._kind_of(block, name, later[name])} | None = None")
            elif name not in required:
                signature.append(f"{name}: {self.kind(block, name)} = {made.defaults[name]}")
        never = {name: text for name, text in made.defaults.items() if text is not None and name not in ordered}
        fixed = {name: text for name, text in never.items() if name not in later}
        derived = [(name, settled(text, fixed)) for name, text in derived]
        body.init, body.forward = ([settled(line, fixed) for line in lines] for lines in (body.init, body.forward))
        derived = [(name, text) for name, text in derived if name in ordered or not inlined(body, name, text)]
        init = [
            f"{name} = {text}" + (f" if {name} is None else {name}" if name in ordered else "")
            for name, text in derived
        ]
        init += body.init
        if made.says_channels or block.name in self.values_of_verbs:
            made.says_channels = True
            init.append(f"self.out_channels = {made.out or '0'}")
        result = ends[0] if len(ends) == 1 else f"({', '.join(ends)})"
        kind = "Tensor" if len(ends) == 1 else f"tuple[{', '.join(['Tensor'] * len(ends))}]"
        together(body)
        forward, kept = remembered(body.forward, [*made.channels, *made.defaults, *made.more])
        init += [line for line in kept if line not in init]
        label = [f'label = "{block.name}"'] if block.name in self.values_of_verbs else []
        title = self._told(made, block, variables)
        return class_lines(made.name, title, signature, init, variables, forward, result, kind, label)

    def _told(self, made: Made, block: Block, variables: list[str]) -> str:
        """What it says of itself: its layers, and the shapes that it maps."""
        first = summary(
            block.layers, lambda verb: class_name(verb) if verb in self.spec.blocks else "", _title(block.name)
        )
        seen = [each for every in self.calls.values() for each in every if each.block == block.name]
        named = [name if name in made.wants else "" for name in made.channels]
        told = {*made.wants, *(name for name in block.args if name in made.defaults), *made.more}
        known = set(re.findall(r"[A-Za-z_][\w.]*", made.out)) <= told
        out = made.out if made.out and len(made.out) < LONG and known else ""
        free = {name for each in self.spec.inputs.values() for extent in each.shape for name in extent.names}
        return wrapped(first, mapping(seen, variables, named, out, free) if seen else "", 4)

    def _is_dead(self, block: Block, name: str, later: Mapping[str, str]) -> bool:
        """Whether nothing gives a parameter that follows from others, is a flag, or a kind of layer; numbers stay."""
        says = name in later or self.kind(block, name) in {"bool", "type[nn.Module]"}
        return says and not self.is_given(block, name)

    def _kind_of(self, block: Block, name: str, text: str) -> str:
        """The type of a parameter whose default follows from others."""
        half = re.fullmatch(r"half\((\w+)\)", text)
        if text in block.args or half:
            return self.kind(block, half[1] if half else text)
        return "bool" if re.search(r"[<>]|[!=]=|\b(and|or|not)\b", text) else self.kind(block, name)

    def kind(self, block: Block, name: str) -> str:
        """The type of a parameter, from the values that it has wherever the block is called."""
        seen = {type(value) for value in self._seen(block, name)}
        if Verb in seen:
            return "type[nn.Module]"
        if seen == {bool}:
            return "bool"
        if tuple in seen:
            return f"int | {several([value for value in self._seen(block, name) if isinstance(value, tuple)])}"
        return "float" if any(kind not in {int, bool} for kind in seen) else "int"


def _title(name: str) -> str:
    words = name.replace("_", " ").strip()
    return f"{words[:1].upper()}{words[1:]}."

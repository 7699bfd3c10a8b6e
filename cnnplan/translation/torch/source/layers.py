"""Layers of a class in the making: operators, blocks, and what an argument says."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from cnnplan.translation.expressions import Unwritable, tidy
from cnnplan.translation.torch.source.body import Body
from cnnplan.translation.torch.source.choosing import lent
from cnnplan.translation.torch.source.operators import ACTIVATIONS, write
from cnnplan.translation.torch.source.tensors import Tensor, either, sections, substituted
from cnnplan.translation.torch.source.written import Layer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.spec import Entry

__all__ = ["Layers"]


class Layers(Body):
    """The part that makes layers."""

    def _layer(self, entry: Entry, reads: list[Tensor], called: str) -> Tensor:
        """A block or an operator."""
        x = reads[0] if reads else Tensor("")
        names = self._names(x, entry)
        if entry.verb_expression is not None:
            return self._by_value(entry, reads, called, names)
        if entry.verb in self.file.spec.blocks:
            return self._block(entry, reads, called, names)
        return self._operator(entry, entry.verb, reads, called, names)

    def _operator(self, entry: Entry, verb: str, reads: list[Tensor], called: str, names: Mapping[str, str]) -> Tensor:
        x = reads[0] if reads else Tensor("")
        args, values = self._args(entry, names), self.file.values(entry)
        on = self._when(entry, names)
        if on == "False" or (on and not self.file.is_there(entry)):
            return x
        channels, features = self._channels(x, entry), self._features(x, entry)
        if self.file.pads_same(entry) and "same" not in args.get("padding", ""):
            raise Unwritable(f"{called}: a padding that is the same or a number, as an argument says")
        layer = Layer(verb, args, values, self.file.rank(entry), channels, features, [t.var for t in reads])
        layer = layer._replace(padding=_sides(verb, args.get("padding", ""), values), weights=self.file.weights(entry))
        if on and verb in ACTIVATIONS:
            return self._passed(f"{ACTIVATIONS[verb]}()", on, called, x)
        owner = self.modules.get(entry.share) if isinstance(entry.share, str) else None
        written = write(layer) if owner is None else lent(layer, write(layer), owner, self.owners[owner])
        self.file.needs.update(written.needs)
        if ".shape" in written.module:
            raise Unwritable(f"{called}: weights whose shape depends on the size of the input")
        if written.module and ("''" in written.module or "(," in written.module or "(None" in written.module):
            raise Unwritable(f"the extents of the input of {called}")
        attribute = owner or f"self.{called}"
        if written.module and owner is None:
            self._make_when(attribute, written.module, on)
        self.modules[entry.name or called] = attribute
        self.owners.setdefault(attribute, verb)
        call = written.call.replace("{}", attribute)
        if on and not written.module:
            return self._optional(call, on, called, x)
        self.sections = sections(verb, args, values, channels)
        return self._given(call, reads, self._after(verb, entry, args, reads, channels), verb)

    def _after(self, verb: str, entry: Entry, args: Mapping[str, str], reads: list[Tensor], channels: str) -> Tensor:
        """The extents of what an operator gives."""
        x = reads[0] if reads else Tensor("")
        out, features = channels, x.features
        if verb in {"conv", "conv_transpose"}:
            out, features = args["out_channels"], ""
        elif verb == "linear":
            rank = self.file.rank(entry)
            out, features = (args["out_features"], "") if rank == 2 else (x.channels, args["out_features"])  # noqa: PLR2004
        elif verb == "concat":
            out = self._sum(reads, entry) if args.get("dim", "1") == "1" else channels
        elif not self.file.keeps_channels(entry):
            out, features = "", ""
        elif not self.file.keeps_features(entry):
            features = ""
        out = out or self.file.extent(entry, 1, output=True)
        return Tensor("", out, features or self.file.extent(entry, -1, output=True))

    def _block(self, entry: Entry, reads: list[Tensor], called: str, names: Mapping[str, str]) -> Tensor:
        on = self._when(entry, names)
        if on == "False" or (on and not self.file.is_there(entry)):
            return reads[0]
        owner = self.modules.get(entry.share) if isinstance(entry.share, str) else None
        made = self.file.block(entry.verb)
        module, given = self._construction(entry, made.name, made, reads, names)
        attribute = owner or f"self.{called}"
        if owner is None:
            self._make_when(attribute, module, on)
        self.modules[entry.name or called] = attribute
        self.owners.setdefault(attribute, entry.verb)
        call = f"{attribute}({', '.join(tensor.var for tensor in reads)})"
        out = self._out(entry, made, given, attribute)
        if on:
            out = either(out, self.flags.get(on, on), self._channels(reads[0], entry))
        tensor = self._given(call, reads, Tensor("", out, self.file.block_features(entry)))
        if made.outputs:
            parts = {name: Tensor(f"{tensor.var}[{i}]", "", kept=True) for i, name in enumerate(made.outputs)}
            return Tensor(tensor.var, "", "", parts, kept=True)
        return tensor

    def _construction(
        self, entry: Entry, name: str, made: Any, reads: Sequence[Tensor], names: Mapping[str, str]
    ) -> tuple[str, dict[str, str]]:
        """What makes a block: its channels, then its arguments."""
        args = self._args(entry, names)
        given: dict[str, str] = {}
        for parameter, tensor in zip(made.channels, reads, strict=False):
            if parameter not in made.wants:
                continue
            text = (self._channels(tensor, entry) if len(reads) == 1 else tensor.channels) or "0"
            given[parameter] = text
        if "0" in given.values():
            raise Unwritable(f"the channels that {entry.label} reads")
        given |= {key: text for key, text in args.items() if key not in made.unused}
        for parameter, text in made.more.items():
            given[parameter] = self.names.get(text, text)
        told = [text for key, text in given.items() if key in made.channels]
        told += [f"{key}={text}" for key, text in given.items() if key not in made.channels]
        return f"{name}({', '.join(told)})", given

    def _out(self, entry: Entry, made: Any, given: Mapping[str, str], attribute: str) -> str:
        """The channels of what a block gives, as far as its arguments tell; else the block itself says."""
        out: str = made.out
        if not out:
            return ""
        number = self.file.extent(entry, 1, output=True)
        if self.literal and number:
            return number
        words = set(re.findall(r"[A-Za-z_][\w.]*", out)) - {
            "if",
            "else",
            "or",
            "and",
            "not",
            "math.ceil",
            "make_divisible",
        }
        known = dict(given)
        for name, default in made.defaults.items():
            if name not in known and default is not None:
                known[name] = substituted(default, known)
        if words <= known.keys():
            return tidy(substituted(out, known))
        made.says_channels = True
        return f"{attribute}.out_channels"

    def _by_value(self, entry: Entry, reads: list[Tensor], called: str, names: Mapping[str, str]) -> Tensor:
        """A verb that is an argument: a class that is called."""
        assert entry.verb_expression is not None  # noqa: S101 - the caller asked
        x, kind = reads[0], self._expression(entry.verb_expression, names)
        on = self._when(entry, names)
        if on == "False" or (on and not self.file.is_there(entry)):
            return x
        if self.file.is_operator(entry):
            args = self._args(entry, names)
            module = f"{kind}({', '.join(f'{key}={text}' for key, text in args.items())})"
            if on:
                return self._passed(module, on, called, x)
            self._make(f"self.{called}", module)
            return self._given(f"self.{called}({x.var})", [x], x)
        channels = self._channels(x, entry)
        args = self._args(entry, names)
        module = f"{kind}({', '.join([channels, *(f'{key}={text}' for key, text in args.items())])})"
        self._make(f"self.{called}", module)
        self.file.polymorphic = True
        return self._given(f"self.{called}({x.var})", [x], Tensor("", f"self.{called}.out_channels"))


def _sides(verb: str, text: str, values: Any) -> Any:
    """A padding as texts for each side of each axis, where it says so; None where it is one number for all.

    Raises:
        Unwritable: it is an expression that may be several numbers.
    """
    tree = ast.parse(text, mode="eval").body if text else None
    if isinstance(tree, ast.Tuple | ast.List):
        pairs = [[*axis.elts] if isinstance(axis, ast.Tuple | ast.List) else [axis] for axis in tree.elts]
        told = [tuple(map(ast.unparse, pair)) for pair in pairs]
        return tuple(told) if any(len(pair) > 1 for pair in told) else tuple(each for (each,) in told)
    several = isinstance(getattr(values, "padding", 0), tuple)
    if several and (verb == "pad" or any(isinstance(each, tuple) for each in values.padding)):
        raise Unwritable(f"a {verb} whose padding is an argument of its block, with sides of its own")
    return text if verb == "pad" else None

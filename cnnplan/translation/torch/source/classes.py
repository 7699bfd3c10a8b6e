"""A block of the language as a class: what it makes, and what it does."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from cnnplan.translation.expressions import Unwritable, literal, tidy
from cnnplan.translation.torch.source.layers import Layers
from cnnplan.translation.torch.source.operators import write
from cnnplan.translation.torch.source.tensors import MANY, Loop, Tensor, counter_of, substituted
from cnnplan.translation.torch.source.written import Layer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnnplan.spec import Entry, PathSpec

__all__ = ["Class"]

WRITTEN_OUT: Final = frozenset({"1", "2", "3"})
"""As many copies without a name are lines of their own."""

MOST_COPIES: Final = 12
"""Copies of a group that are written out."""


class Class(Layers):
    """One class in the making: entries in a row, repeated, side by side."""

    def run(self, entries: Sequence[Entry], start: Tensor | None) -> Tensor:
        """Entries in a row."""
        prev = start
        for entry in entries:
            prev = self.entry(entry, prev)
        if prev is None:
            raise Unwritable("a list without layers")
        return prev

    def entry(self, entry: Entry, prev: Tensor | None) -> Tensor:
        """One entry."""
        reads = self._reads(entry, prev)
        if entry.verb in {"branches", "sequence"}:
            made = self._group(entry, reads)
        elif entry.repeat:
            made = self._repeated(entry, reads)
        else:
            made = self._layer(entry, reads, self._called(entry))
        if entry.name:
            made = self._keep(entry.name, made)
            self.handles[entry.name] = made
        return made

    def _repeated(self, entry: Entry, reads: list[Tensor]) -> Tensor:
        """Copies of a block or an operator in a row, in a loop."""
        assert entry.repeat is not None  # noqa: S101 - the caller asked
        x = reads[0]
        count = self._expression(entry.repeat.count, self._names(x, entry))
        items = count if self.file.is_list(entry.repeat.count, self.names) else None
        if items and entry.repeat.count.constant and not entry.name and counter_of(entry):
            for value in entry.repeat.count.value:
                outer = dict(self.names)
                self.names[counter_of(entry)] = literal(value)
                single = self._single(entry)
                x = self._layer(single, [x], self._called(single))
                self.names = outer
            return x
        if entry.share is True:
            return self._again(entry, x, count)
        if not entry.name and items is None and entry.repeat.count.constant and count in WRITTEN_OUT:
            return self._written_out(entry, x, int(count))
        outer, before = dict(self.names), self.counts[entry.verb]
        counter = entry.repeat.counter
        number = counter if counter and items is None else "i" if counter != "i" else "number"
        self.names |= {counter: counter} if counter else {}
        body = Class(self.file, self.names, {"input": Tensor("x", "channels")}, literal=False, tuples=self.tuples)
        body.handles |= self.handles
        single = self._single(entry)
        inner = body._layer(single, [Tensor("x", "channels", x.features)], "block")
        self.names = outer
        if not body.init:
            raise Unwritable(f"copies of {entry.verb}, which is no module")
        changes = inner.channels != "channels"
        module = body.init[-1].partition(" = ")[2]
        out = inner.channels.replace("self.block", "block")
        start = self._channels(x, entry)
        stays = tidy(substituted(out, {"channels": start})) == start if out and "block" not in out else not changes
        if stays:
            module = substituted(module, {"channels": start}) if start else module
        head = (
            f"for {number} in range({count}):" if items is None else f"for {number}, {counter} in enumerate({items}):"
        )
        if items is not None and entry.name:
            head = f"for {counter} in {items}:"
        elif entry.name and not re.search(rf"\b{number}\b", module):
            head = head.replace(f"for {number} ", "for _ ", 1)
        return self._looped(entry, x, Loop(head, module, number, start, out, count), before, stays=stays)

    def _written_out(self, entry: Entry, x: Tensor, count: int) -> Tensor:
        """A few copies, each in a line of its own."""
        outer, single = dict(self.names), self._single(entry)
        for number in range(count):
            if counter_of(entry):
                self.names[counter_of(entry)] = str(number)
            x = self._layer(single, [x], self._called(single))
        self.names = outer
        return x

    def _looped(self, entry: Entry, x: Tensor, loop: Loop, before: int, *, stays: bool) -> Tensor:
        """A loop that makes the copies, and one that calls them."""
        kind = "" if entry.verb_expression is None else self._expression(entry.verb_expression, self.names)
        verb = f"{{{kind}.label}}" if kind else entry.verb
        place = f'f"{self.prefix}{verb}{{{loop.number} + {before + 1}}}"'
        name = self.prefix + (entry.name or "")
        if not (entry.name or loop.copies.isdigit()):
            if self.endless:
                raise Unwritable(f"{entry.verb} as often as a symbol says, behind other such copies: give them a name")
            self.endless = True
        self.made += sum("(" in line for line in self.init)
        target = f"self.{name}.append(" if entry.name else f"self.add_module({place}, "
        self.init += self._making(entry, loop, target, stays=stays)
        self.counts[entry.verb] = before + (1 if entry.name else int(loop.copies) if loop.copies.isdigit() else MANY)
        after = Tensor("", loop.start if stays else "channels", x.features)
        if entry.name:
            self.modules[entry.name] = f"self.{name}"
            return self._given(f"self.{name}({x.var})", [x], after)
        return self._calling(x, loop, place, after)

    def _making(self, entry: Entry, loop: Loop, target: str, *, stays: bool) -> list[str]:
        """The lines that make the copies."""
        lines = [] if stays or loop.start == "channels" else [f"channels = {loop.start}"]
        if entry.name:
            lines.append(f"self.{self.prefix}{entry.name} = nn.Sequential()")
        lines.append(loop.head)
        if stays:
            return [*lines, f"    {target}{loop.module})"]
        if "block" in loop.out:
            return [*lines, f"    block = {loop.module}", f"    {target}block)", f"    channels = {loop.out}"]
        return [*lines, f"    {target}{loop.module})", f"    channels = {loop.out}"]

    def _calling(self, x: Tensor, loop: Loop, place: str, after: Tensor) -> Tensor:
        """The lines that call them: through all modules, where there are no others."""
        var = x.var if not x.kept else self._fresh()
        if var != x.var:
            self.forward.append(f"{var} = {x.var}")
        count = f"len({loop.copies})" if "enumerate(" in loop.head else loop.copies
        call = f"    {var} = self.get_submodule({place})({var})"
        if not self.made and not self.prefix:
            self.made = len(self.init)
            self.beside = (f"for {loop.number} in range({count}):", call)
            self.forward += ["for block in self.children():", f"    {var} = block({var})"]
            return Tensor(var, after.channels, after.features)
        if not count.isdigit():
            attribute = count if count.isidentifier() else "depth"
            self.init.append(f"self.{attribute} = {count}")
            count = f"self.{attribute}"
        self.forward += [f"for {loop.number} in range({count}):", call]
        return Tensor(var, after.channels, after.features)

    @staticmethod
    def _single(entry: Entry) -> Entry:
        return replace(entry, repeat=None, name=None, share=None)

    def _again(self, entry: Entry, x: Tensor, count: str) -> Tensor:
        """Copies that all have the weights of the first."""
        tensor = self._layer(
            self._single(entry), [x], self.prefix + f"{entry.name or entry.verb}" + (".0" if entry.name else "1")
        )
        if entry.name:
            raise Unwritable("share: true with a name")
        if count.isdigit():
            for _ in range(int(count) - 1):
                self.forward.append(self.forward[-1])
            return tensor
        raise Unwritable("share: true as often as a symbol says")

    def _group(self, entry: Entry, reads: list[Tensor]) -> Tensor:
        """Entries inside of an entry, written where it stands."""
        if entry.when is not None or isinstance(entry.share, str):
            raise Unwritable(f"{entry.label} with when or share")
        copies = 1
        if entry.repeat:
            count = entry.repeat.count
            if (
                not count.constant
                or not isinstance(count.value, int)
                or count.value > MOST_COPIES
                or entry.share is True
            ):
                raise Unwritable(f"{entry.label}, as often as a symbol says")
            copies = count.value
        x = reads[0] if reads else None
        self.counts[entry.verb] += 0 if not entry.repeat else copies
        outer = (self.prefix, dict(self.names), self.counts, dict(self.handles))
        if entry.name and entry.repeat:
            raise Unwritable(f"{entry.label}: copies with a name")
        if entry.name:
            self.prefix = f"{self.prefix}{entry.name}."
            self.counts = Counter()
            self.init.append(f"self.{self.prefix[:-1]} = nn.Module()")
        for number in range(copies):
            if entry.repeat and entry.repeat.counter:
                self.names[entry.repeat.counter] = str(number)
            x = self.run(entry.body, x) if entry.verb == "sequence" else self._branches(entry, x)
        if entry.name:
            self.prefix, _, self.counts, handles = outer
            self.handles = {**self.handles, **handles}
            self.counts[entry.verb] += 1
        self.names = outer[1]
        if x is None:
            raise Unwritable(f"{entry.label} reads nothing")
        return x

    def _branches(self, entry: Entry, x: Tensor | None) -> Tensor:
        """Paths side by side."""
        if x is None or entry.join is None or entry.join.verb_expression is not None:
            raise Unwritable(f"{entry.label}: a join that is a value")
        start = Tensor(
            x.var, self._channels(x, entry) if not x.channels else x.channels, x.features, x.parts, kept=True
        )
        before = Counter(self.live)
        self.live[x.var] += 1
        ends: list[tuple[str, Tensor, list[str]]] = []
        for path in entry.paths:
            ends.append(self._path(path, start, last=path is entry.paths[-1] and not x.kept))
            self.live[ends[-1][1].var] += 1
        self.live = before + Counter(
            {each.var: 1 for each in self.handles.values() if each.kept and self.live[each.var]}
        )
        ends = [end for end in ends if end[0] != "False"]
        return self._joined(entry, ends, x)

    def _path(self, path: PathSpec, start: Tensor, *, last: bool) -> tuple[str, Tensor, list[str]]:
        """When it is there, what it ends with, and its lines, where it is not always there."""
        if path.name:
            raise Unwritable(f"a path with a name ({path.name})")
        on = ""
        if path.when is not None:
            on = self._expression(path.when, {**self.names, "in_channels": start.channels})
            on = {"True": ""}.get(on, on)
        if on == "False":
            return "False", start, []
        begin = start
        if path.from_ is not None:
            (begin,) = [tensor for name in path.from_ for tensor in self._named(name, start)]
        if not on:
            del last
            end = self.run(path.layers, begin) if path.layers else begin
            return "", end, []
        outer = self.init, self.forward
        self.init, self.forward = [], []
        end = self.run(path.layers, begin) if path.layers else begin
        made, lines = self.init, self.forward
        self.init, self.forward = outer
        if made:
            self.init += [f"if {on}:", *(f"    {line}" for line in made)]
        return on, end, lines

    def _joined(self, entry: Entry, ends: list[tuple[str, Tensor, list[str]]], x: Tensor) -> Tensor:
        """The ends of the paths put together."""
        assert entry.join is not None  # noqa: S101 - the caller asked
        join = entry.join
        self.counts[join.verb] += 1
        always = [tensor for on, tensor, _ in ends if not on]
        some = [(on, tensor, lines) for on, tensor, lines in ends if on]
        args = {name: self._expression(each, self.names) for name, each in join.args.items()}
        symbol = {"add": "+", "multiply": "*"}.get(join.verb)
        channels = self._join_channels(
            join.verb, args, always or [tensor for _, tensor, _ in some], entry, some=bool(some)
        )
        if not some:
            if len(always) == 1:
                return always[0]
            layer = Layer(join.verb, args, None, 4, channels, "", [tensor.var for tensor in always])
            call = write(layer).call
            var = next((t.var for t in always if not t.kept), "") or (x.var if not x.kept else "") or self._fresh()
            if not x.kept:
                var = x.var
            self.forward.append(f"{var} = {call}")
            return Tensor(var, channels, always[0].features)
        if symbol is None or len(always) != 1 or len(some) != 1:
            raise Unwritable(f"{entry.label}: paths that are there or not, joined by {join.verb}")
        ((on, tensor, lines),) = some
        flag = "self.has_shortcut" if join.verb == "add" else "self.has_path"
        known = sum(line.startswith(flag) for line in self.init)
        flag += str(known + 1) if known else ""
        self.init.append(f"{flag} = {on}")
        main = always[0]
        var = main.var if not main.kept else self._fresh()
        if var != main.var:
            self.forward.append(f"{var} = {main.var}")
        self.forward += [f"if {flag}:", *(f"    {line}" for line in lines), f"    {var} = {var} {symbol} {tensor.var}"]
        return Tensor(var, channels, main.features)

    def _join_channels(
        self, verb: str, args: Mapping[str, str], ends: Sequence[Tensor], entry: Entry, *, some: bool
    ) -> str:
        if verb == "concat" and args.get("dim", "1") == "1":
            return "" if some else self._sum(ends, entry)
        known = [tensor.channels for tensor in ends if tensor.channels]
        plain = [text for text in known if "if" not in text and "channels" not in text]
        return (plain or known or [""])[0]

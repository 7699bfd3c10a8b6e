"""The statements of a scope, made of its layers and blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from cnnplan.sizes import Count, total
from cnnplan.translation.templates.nesting import Leaf, Ref, Scope
from cnnplan.translation.templates.runs import in_a_row
from cnnplan.translation.templates.statements import ACTIVATION, KIND, Statement
from cnnplan.translation.templates.values import Sides, Sized, is_leaf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnnplan.spec import Entry
    from cnnplan.translation.templates.template import Template

__all__ = ["Maker", "given_shapes"]

PASSING: Final = frozenset({"identity", "drop_path", "require"})
"""Operators that give what they read."""

WORDS: Final = frozenset({
    "dim", "dims", "dim0", "dim1", "start_dim", "end_dim", "mode", "sections", "chunks", "index", "values", "dtype",
})  # fmt: skip
"""Arguments that are part of what a layer is."""

CHANNELS: Final = frozenset({
    "conv", "conv_transpose", "deform_conv", "locally_connected", "batch_norm", "instance_norm", "group_norm",
})  # fmt: skip
FEATURES: Final = frozenset({"linear", "rnn", "lstm", "gru", "multi_head_attention"})


class Maker:
    """Makes the statements of scopes.

    Args:
        entry: gives the entry of an item.
        values: the values of the symbols.
        called: gives the template of a scope with the arguments that it has.
        activations: the verbs that may be values.
    """

    def __init__(
        self,
        entry: Callable[[Any], Entry | None],
        values: Mapping[str, Any],
        called: Callable[[Scope], tuple[Template, Mapping[str, Any]]],
        activations: frozenset[str],
    ) -> None:
        self.entry = entry
        self.values = values
        self.called = called
        self.activations = activations

    def of(self, scope: Scope) -> tuple[list[Statement], tuple[Ref, ...]]:
        """The statements of a scope, and what it gives."""
        tensors: dict[Ref, Any] = {Ref("", place): shape for place, shape in enumerate(scope.inputs)}
        alias: dict[Ref, Ref] = {}
        made: list[Statement] = []
        sized = Sized(tensors, scope.sizes if scope.name else None)
        parts = _parted(scope, self.entry)
        for item in scope.items:
            reads = tuple(alias.get(ref, ref) for ref in item.reads)
            if isinstance(item, Leaf):
                entry = self.entry(item)
                by_value = entry is not None and entry.verb_expression is not None
                if item.node.op.verb in PASSING and not by_value:
                    alias[Ref(item.name, 0)] = reads[0]
                    continue
                if item.name in parts:
                    whole, number, count = parts[item.name]
                    alias[Ref(item.name, 0)] = Ref(whole, number)
                    if number == 0:
                        made.append(
                            self._split(
                                whole,
                                [each for each in scope.items if each.name in parts and parts[each.name][0] == whole],
                                reads,
                                entry,
                            )
                        )
                    tensors[Ref(whole, number)] = item.node.shape
                    del count
                    continue
                made.append(self._layer(item, reads, sized, entry, by_value=by_value))
                tensors[Ref(item.name, 0)] = item.node.shape
            else:
                template, args = self.called(item)
                found = Statement(item.name, "", template, reads, dict(args), item, self.entry(item), item.share)
                found.outputs = len(item.gives)
                found.told = tuple(sized.extent(size, reads) for size in item.sizes)
                made.append(found)
                for out, shape in enumerate(given_shapes(item)):
                    tensors[Ref(item.name, out)] = shape
        gives = tuple(alias.get(ref, ref) for ref in scope.gives)
        return in_a_row(made, gives)

    def _layer(self, leaf: Leaf, reads: tuple[Ref, ...], sized: Sized, entry: Any, *, by_value: bool) -> Statement:
        """One layer."""
        node = leaf.node
        op: Any = node.op
        verb = op.verb
        weights = bool(op.weights(*node.facts.shapes))
        plain = not weights and all(getattr(op, name) == each.default for name, each in type(op).model_fields.items())
        if by_value and plain and verb in self.activations:
            return Statement(leaf.name, ACTIVATION, None, reads, {KIND: verb}, leaf, entry, leaf.share, op=op)
        args: dict[str, Any] = {}
        if verb in CHANNELS or (verb == "layer_norm" and op.normalized_shape is None):
            args["channels"] = self._number(node.facts.shapes[0][1])
        if verb in FEATURES:
            args["features"] = self._number(node.facts.shapes[0][-1])
        if verb == "locally_connected":
            shapes = {key: tuple(map(self._number, each.shape)) for key, each in op.weights(*node.facts.shapes).items()}
            args["shapes"] = ("words", repr(shapes))
        if verb == "scale":
            args["channels"] = self._number(node.facts.shapes[0][op.dim])
        for name in type(op).model_fields:
            value = getattr(op, name)
            args[name] = self._value(name, value, sized, reads, number=weights)
        return Statement(leaf.name, verb, None, reads, args, leaf, entry, leaf.share, op=op)

    def _split(self, name: str, leaves: Sequence[Any], reads: tuple[Ref, ...], entry: Any) -> Statement:
        """An axis in parts."""
        first = leaves[0].node
        op: Any = first.op
        dim = op.dim % len(first.shape)
        widths = [leaf.node.shape[dim] for leaf in leaves]
        equal = all(width == widths[0] for width in widths)
        args: dict[str, Any] = {"dim": ("words", str(dim))}
        if equal:
            args["chunks"] = ("words", str(len(leaves)))
        else:
            args["sections"] = tuple(map(self._number, widths))
        verb = "chunk" if equal else "split"
        return Statement(name, verb, None, reads, args, leaves[0], entry, outputs=len(leaves), op=first.op)

    def _value(self, name: str, value: Any, sized: Sized, reads: Sequence[Ref], *, number: bool) -> Any:
        if isinstance(value, Count):
            return self._number(value) if number else sized.extent(value, reads)
        if isinstance(value, tuple | list):
            kind = Sides if name == "padding" and not any(isinstance(each, tuple) for each in value) else tuple
            inner = kind(self._value(name, each, sized, reads, number=number) for each in value)
            return ("words", repr(inner)) if name in WORDS and is_leaf(inner) else inner
        return ("words", repr(value)) if name in WORDS else value

    def _number(self, extent: Any) -> Any:
        return int(extent.at(self.values)) if isinstance(extent, Count) else int(extent)


def _parted(scope: Scope, entry: Callable[[Any], Any]) -> dict[str, tuple[str, int, int]]:
    """The layers that are parts of one axis: the name of the whole, which part, of how many."""
    groups: dict[tuple[str, Any], list[Leaf]] = {}
    for item in scope.items:
        head, _, tail = item.name.rpartition("_")
        if isinstance(item, Leaf) and item.node.op.verb == "slice" and tail.isdigit():
            made = entry(item)
            if made is not None and made.verb in {"split", "chunk"}:
                groups.setdefault((head, item.reads), []).append(item)
    found = {}
    for (head, _), leaves in groups.items():
        source = leaves[0].node.facts.shapes[0]
        op: Any = leaves[0].node.op
        dim = op.dim % len(source)
        whole = total(leaf.node.shape[dim] for leaf in leaves)
        if len(leaves) > 1 and whole == source[dim]:
            found.update({leaf.name: (head, number, len(leaves)) for number, leaf in enumerate(leaves)})
    return found


def given_shapes(scope: Scope) -> list[Any]:
    """The shapes that a scope gives."""
    items = {item.name: item for item in scope.items}
    found = []
    for ref in scope.gives:
        if not ref.item:
            found.append(scope.inputs[ref.out])
            continue
        item = items[ref.item]
        found.append(item.node.shape if isinstance(item, Leaf) else given_shapes(item)[ref.out])
    return found

"""Which parameters several layers have in common, where these are not the same layer once more."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from cnnplan.translation.torch.calls import tensors

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from cnnplan.translation.torch.calls import Call

__all__ = ["lending", "tied"]


WEIGHTS: Final = {"param", "buffer"}

TABLES: Final = {"embedding", "linear"}


def lending(verb: str, params: Collection[str]) -> str:
    """The kind of layers that lend each other these weights: words may come in and go out by one table."""
    return "table" if verb in TABLES and len(params) == 1 else verb


def weights(call: Call, names: Mapping[int, str]) -> frozenset[str]:
    """The names of the parameters and buffers that a call reads; of a module that is known as a whole, those it has."""
    if call.module is not None:
        return frozenset(names[id(each)] for each in call.module.parameters())
    return frozenset(each.ref.name for each in tensors((call.args, dict(call.kwargs))) if each.ref.kind in WEIGHTS)


def tied(calls: Iterable[Call], names: Mapping[int, str]) -> frozenset[str]:
    """The names of parameters that calls read which are not of the same function with the same parameters.

    Args:
        calls: what the network calls.
        names: its parameters, by identity.

    A module that is called twice has its weights once; but a convolution with the weight of another and a bias of its
    own is no such case: there the parameter is a layer of its own, which both read.
    """
    readers: defaultdict[str, set[tuple[str, frozenset[str]]]] = defaultdict(set)
    for call in calls:
        read = weights(call, names)
        for name in read:
            readers[name].add((lending(call.name, read), read))
    trained = {*names.values()}
    return frozenset(name for name, seen in readers.items() if len(seen) > 1 and name in trained)

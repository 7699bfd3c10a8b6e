"""Recurrent layers, as tools count them: cell by cell, each with a formula per feature of the state."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cnnplan.conventions.base import ADDS, BIASES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cnnplan.conventions.base import Layer, Rule, Term
    from cnnplan.sizes import Extent

__all__ = ["recurrent"]

NAME = "the steps of recurrent layers"


class Cells(NamedTuple):
    """The cells of a recurrent layer.

    Args:
        steps: how often each of them works: samples times steps.
        rows: the rows of the weights of one.
        hidden: the features of its state.
        number: how many cells there are, of all layers and directions.
    """

    steps: Extent
    rows: Extent
    hidden: Extent
    number: int


def cells(layer: Layer) -> Cells:
    """The cells of a layer."""
    op = layer.op
    count = op.num_layers * (2 if op.bidirectional else 1)
    return Cells(layer.x[0] * layer.x[1], op.gates * op.hidden_size, op.hidden_size, count)


def recurrent(features: Mapping[str, int], *, adds: bool = False) -> dict[str, Rule]:
    """A rule for each kind of recurrent layer.

    Args:
        features: how many operations for each feature of the state, by verb.
        adds: whether the adds of the products are counted too: one less than there are products, for each row of both
            weights.
    """

    def made(verb: str) -> Rule:
        return lambda layer: _terms(layer, features[verb], adds=adds)

    return {verb: made(verb) for verb in features}


def _terms(layer: Layer, features: int, *, adds: bool) -> Iterable[Term]:
    steps, rows, hidden, count = cells(layer)
    yield from _adds(layer, adds=adds)
    yield NAME, steps * count * hidden * features
    if layer.op.bias:
        yield BIASES, 2 * steps * count * rows


def _adds(layer: Layer, *, adds: bool) -> Iterator[Term]:
    if adds:
        steps, rows, _, count = cells(layer)
        yield ADDS, layer.macs - 2 * steps * count * rows

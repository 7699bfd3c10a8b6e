"""pycls, with which the RegNets were measured: a rule for convolutions, which linear layers are too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.conventions.base import Convention, Layer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.conventions.base import Term

__all__ = ["CONVENTION"]


def _biased(layer: Layer) -> Iterable[Term]:
    """A bias once for each filter, not for each position."""
    if layer.op.bias:
        yield "biases, once a filter", layer.shape[0] * (layer.shape[-1 if layer.operator.verb == "linear" else 1])


CONVENTION = Convention(
    name="pycls",
    version="0.1.1",
    unit="FLOPs, one for a multiply-add",
    source="pycls/core/net.py: complexity_conv2d",
    note="It looks at one sample, and has no other layers than convolutions and a linear classifier.",
    rules={"conv": _biased, "linear": _biased},
)

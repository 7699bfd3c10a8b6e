"""ptflops, in its default backend: a hook for each kind of module, and replaced functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnplan.conventions.affine import affine
from cnnplan.conventions.attention import three
from cnnplan.conventions.base import AGAIN, BIASES, POOLS, Convention, Layer, Rule, again, of_input
from cnnplan.conventions.functions import local_response_norm
from cnnplan.conventions.recurrent import recurrent
from cnnplan.ops.windows import per_axis
from cnnplan.sizes import floor, prod

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cnnplan.conventions.base import Term

__all__ = ["CONVENTION"]

OTHER = "other normalizations"
TWICE = ("relu", "prelu", "elu", "gelu")
"""Activations with a hook, whose module calls a function that is replaced as well."""


def _biased(layer: Layer) -> Iterable[Term]:
    if layer.op.bias:
        yield BIASES, layer.outputs


def _upsample(layer: Layer) -> Iterable[Term]:
    """The elements of the output by the hook; by the function, those of the input times the truncated factor."""
    yield "upsampling", layer.outputs
    if layer.op.scale_factor is None:
        yield AGAIN, layer.outputs
    else:
        yield AGAIN, layer.inputs * floor(prod(per_axis(layer.op.scale_factor, len(layer.x) - 2)))


def _attention(layer: Layer) -> Iterable[Term]:
    """Scaled queries and a softmax of one operation each; a bias of the last projection, there or not."""
    query, key, value = three(layer)
    scores = layer.op.num_heads * query[0] * query[1] * key[1]
    yield "scaling of queries", prod(query)
    yield "softmax", scores
    inner = query[0] * (query[1] + key[1] + value[1]) * query[2] if layer.op.bias else 0
    yield BIASES, inner + prod(query)


RULES: dict[str, Rule] = {
    **dict.fromkeys(("conv", "conv_transpose", "linear"), _biased),
    "matmul": lambda _: (),
    "batch_norm": affine(2, 1),
    "instance_norm": affine(2, 1, OTHER),
    "group_norm": affine(2, 1, OTHER),
    "layer_norm": of_input(OTHER),
    **dict.fromkeys(POOLS, again(of_input("pooling"))),
    **dict.fromkeys(TWICE, again(of_input("activations"))),
    **dict.fromkeys(("leaky_relu", "relu6", "silu"), of_input("activations")),
    "softmax": of_input("softmax"),
    "upsample": _upsample,
    "local_response_norm": local_response_norm,
    "multi_head_attention": _attention,
    **recurrent({"rnn": 1, "gru": 1 + 3 + 3, "lstm": 4 + 3 + 3}),
}

CONVENTION = Convention(
    name="ptflops",
    version="0.7.5",
    unit="MACs",
    source="ptflops/pytorch_ops.py and pytorch_engine.py: get_model_complexity_info, backend pytorch",
    note="It looks at one sample; pooling and most activations count by their module and by the function that calls.",
    rules=RULES,
)

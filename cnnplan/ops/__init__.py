"""The operators, by the verb that calls them in a spec.

One file per family. A verb that is not here is not known, and nothing is registered from elsewhere. A family is
imported when one of its operators is first asked for, so that a spec pays for what it uses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from cnnplan.ops.base import Operator, Requirement, Weight

__all__ = ["FAMILIES", "LATER", "OPERATORS", "Operator", "Requirement", "Weight"]

FAMILIES: dict[str, tuple[str, ...]] = {
    "convolution": ("conv", "conv_transpose"),
    "deformation": ("deform_conv",),
    "unshared": ("locally_connected",),
    "pooling": ("max_pool", "avg_pool", "lp_pool"),
    "unpooling": ("max_unpool",),
    "adaptive": ("adaptive_avg_pool", "adaptive_max_pool", "global_avg_pool", "global_max_pool"),
    "linear": ("linear",),
    "products": ("matmul",),
    "summation": ("einsum",),
    "attention": ("scaled_dot_product_attention",),
    "heads": ("multi_head_attention",),
    "recurrent": ("rnn", "lstm", "gru"),
    "parameters": ("embedding", "parameter", "scale"),
    "constants": ("constant",),
    "statistics": ("batch_norm", "instance_norm"),
    "normalization": ("layer_norm", "group_norm"),
    "response": ("local_response_norm",),
    "rectifiers": ("relu", "relu6", "leaky_relu", "prelu", "elu", "selu", "hard_sigmoid", "hard_swish"),
    "activation": ("gelu", "silu", "mish", "sigmoid", "tanh", "softplus", "softmax", "log_softmax"),
    "gating": ("glu",),
    "foreign": ("opaque",),
    "elementwise": ("add", "subtract", "multiply", "divide"),
    "powers": ("abs", "pow", "sqrt", "exp", "log", "sin", "cos"),
    "choosing": ("clip", "compare", "where"),
    "quantization": ("fake_quantize",),
    "passing": ("dropout", "drop_path", "identity", "require"),
    "arrangement": ("flatten", "reshape", "permute", "expand"),
    "axes": ("unsqueeze", "squeeze", "transpose", "stack"),
    "borders": ("pad", "crop"),
    "folding": ("unfold", "fold"),
    "selection": ("slice", "concat"),
    "indexing": ("gather", "roll", "flip"),
    "ranking": ("topk",),
    "sampling": ("grid_sample",),
    "division": ("split", "chunk"),
    "reduction": ("mean", "reduce"),
    "resampling": ("upsample",),
    "shuffling": ("pixel_shuffle", "pixel_unshuffle", "channel_shuffle"),
}
"""The table of contents: the verbs of each module of this room. The class of `conv_transpose` is ConvTranspose."""

LATER = frozenset(
    {
        *("clip", "compare", "constant", "cos", "deform_conv", "einsum", "exp", "fake_quantize", "flip", "fold"),
        *("gather", "glu", "grid_sample", "log", "max_unpool", "opaque", "require", "roll", "sin", "squeeze"),
        *("stack", "topk", "transpose", "unfold", "unsqueeze", "where"),
    }
)
"""Verbs that version 1 of the language did not have from the start: whatever a spec calls like one goes first."""


class Contents(Mapping[str, type[Operator]]):
    """The classes of the operators by verb, each imported when it is first asked for."""

    def __init__(self, families: Mapping[str, tuple[str, ...]]) -> None:
        self._family = {verb: family for family, verbs in families.items() for verb in verbs}
        self._classes: dict[str, type[Operator]] = {}

    def __getitem__(self, verb: str) -> type[Operator]:
        known = self._classes.get(verb)
        if known is None:
            module = import_module(f"cnnplan.ops.{self._family[verb]}")
            known = self._classes[verb] = getattr(module, verb.title().replace("_", ""))
        return known

    def __contains__(self, verb: object) -> bool:
        return verb in self._family

    def __iter__(self) -> Iterator[str]:
        return iter(self._family)

    def __len__(self) -> int:
        return len(self._family)


OPERATORS = Contents(FAMILIES)

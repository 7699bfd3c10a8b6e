"""Normalizations as PyTorch writes them."""

from __future__ import annotations

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.torch.source.written import Layer, Written, called, given

__all__ = ["batch_norm", "group_norm", "instance_norm", "layer_norm"]


def whole(layer: Layer, *names: str) -> None:
    """Refuse a normalization without a part of its weights that PyTorch's has."""
    if any(name in layer.args for name in names):
        raise Unwritable(f"a {layer.verb} with a scale or a shift alone")


def batch_norm(layer: Layer) -> Written:
    """A batch norm."""
    whole(layer, "weight", "bias")
    rank = max(1, layer.rank - 2)
    more = given(layer, "eps", "momentum", "affine", "track_running_stats")
    return Written(called(f"nn.BatchNorm{rank}d", layer.channels, **more), f"{{}}({layer.reads[0]})")


def instance_norm(layer: Layer) -> Written:
    """An instance norm."""
    whole(layer, "weight", "bias")
    more = given(layer, "eps", "momentum", "affine", "track_running_stats")
    return Written(called(f"nn.InstanceNorm{layer.rank - 2}d", layer.channels, **more), f"{{}}({layer.reads[0]})")


def group_norm(layer: Layer) -> Written:
    """A group norm."""
    whole(layer, "weight", "bias")
    module = called("nn.GroupNorm", layer.args["num_groups"], layer.channels, **given(layer, "eps", "affine"))
    return Written(module, f"{{}}({layer.reads[0]})")


def layer_norm(layer: Layer) -> Written:
    """A layer norm along the last axes, or along the channels."""
    whole(layer, "weight")
    more = given(layer, "eps", "elementwise_affine", "bias")
    if "normalized_shape" in layer.args:
        return Written(called("nn.LayerNorm", layer.args["normalized_shape"], **more), f"{{}}({layer.reads[0]})")
    return Written(called("ChannelNorm", layer.channels, **more), f"{{}}({layer.reads[0]})", ("ChannelNorm",))

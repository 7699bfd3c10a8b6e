"""Normalizations as Keras 3 writes them."""

from __future__ import annotations

from cnnplan.translation.expressions import Unwritable
from cnnplan.translation.keras.source.written import Layer, flag, made

__all__ = ["batch_norm", "group_norm", "layer_norm", "local_response_norm"]


def batch_norm(layer: Layer) -> str:
    """Batch normalization; Keras's momentum is what is kept, PyTorch's what is new."""
    if not flag(layer, "track_running_stats"):
        raise Unwritable("batch_norm without running statistics")
    affine = layer.args["affine"] == "True"
    more = {} if affine else {"center": "False", "scale": "False"}
    more |= {} if flag(layer, "weight") else {"scale": "False"}
    more |= {} if flag(layer, "bias") else {"center": "False"}
    momentum = layer.op.momentum
    kept = "0.9" if momentum is None else repr(round(1 - float(momentum), 12))
    return made(
        "BatchNormalization",
        "axis=1",
        f"momentum={kept}",
        f"epsilon={layer.args['eps']}",
        x=layer.x,
        layer=layer,
        **more,
    )


def layer_norm(layer: Layer) -> str:
    """Layer normalization of the last axes, or of the channels, put last for it: PyTorch's backend takes no others."""
    shape = layer.op.normalized_shape
    axes = -1 if shape is None or isinstance(shape, int) else [*range(-len(shape), 0)]
    affine = layer.args["elementwise_affine"] == "True"
    more = {} if affine else {"center": "False", "scale": "False"}
    more |= {} if flag(layer, "weight") else {"scale": "False"}
    more |= {} if flag(layer, "bias") else {"center": "False"}
    x = layer.x if shape is not None else f"ops.moveaxis({layer.x}, 1, -1)"
    call = made("LayerNormalization", f"axis={axes}", f"epsilon={layer.args['eps']}", x=x, layer=layer, **more)
    return call if shape is not None else f"ops.moveaxis({call}, -1, 1)"


def group_norm(layer: Layer) -> str:
    """Group normalization; one group a channel is instance normalization."""
    groups = layer.args.get("num_groups", "-1")
    affine = layer.args["affine"] == "True"
    more = {} if affine else {"center": "False", "scale": "False"}
    return made("GroupNormalization", groups, "axis=1", f"epsilon={layer.args['eps']}", x=layer.x, layer=layer, **more)


def local_response_norm(layer: Layer) -> str:
    """Every element by a power of the mean square of its neighbours."""
    told = ", ".join(f"{name}={layer.args[name]}" for name in ("alpha", "beta", "k"))
    return f"local_response_norm({layer.x}, {layer.args['size']}, {told})"

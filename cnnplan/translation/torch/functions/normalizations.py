"""Normalizations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.torch.functions.table import longer, one, takes, told
from cnnplan.translation.torch.merging import Formula
from cnnplan.translation.torch.values import Refused, Value

if TYPE_CHECKING:
    from cnnplan.translation.torch.emitting import Emitter


@takes("batch_norm")
def batch_norm(
    t: Emitter,
    input: Value,
    running_mean: Value | None = None,
    running_var: Value | None = None,
    weight: Value | None = None,
    bias: Value | None = None,
    training: bool = False,
    momentum: Any = 0.1,
    eps: float = 1e-5,
    *_: Any,
) -> Any:
    """A batch norm with statistics from training, or of the batch."""
    del momentum
    tracked = running_mean is not None and not training
    args: dict[str, Any] = {
        "eps": eps,
        "affine": weight is not None or bias is not None,
        "track_running_stats": tracked,
    }
    args |= {"weight": weight is not None, "bias": bias is not None} if args["affine"] else {}
    args = told(args, eps=1e-5, affine=True, track_running_stats=True, weight=True, bias=True)
    statistics = {"running_mean": running_mean, "running_var": running_var} if tracked else {}
    if t.shared(weight=weight, bias=bias) or not (tracked or t.owned(weight=weight, bias=bias)):
        plain = t.weighted("batch_norm", {**args, "affine": False}, [input], **statistics)
        return affine(t, plain, input.rank, weight, bias)
    return t.weighted("batch_norm", args, [input], weight=weight, bias=bias, **statistics)


def affine(t: Emitter, made: str, rank: int, weight: Value | None, bias: Value | None) -> str:
    """A scale and a shift of the channels that are somebody else's, or computed."""
    for verb, value in (("multiply", weight), ("add", bias)):
        if value is not None:
            shape = [1, *value.shape[:1], *[1] * (rank - 2)]
            made = t.add(verb, {}, [made, t.add("reshape", {"shape": shape}, [value])])
    return made


@takes("instance_norm")
def instance_norm(
    t: Emitter,
    input: Value,
    running_mean: Value | None = None,
    running_var: Value | None = None,
    weight: Value | None = None,
    bias: Value | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
    *_: Any,
) -> Any:
    """An instance norm."""
    del momentum
    args = {"eps": eps, "affine": weight is not None, "track_running_stats": not use_input_stats}
    args = told(args, eps=1e-5, affine=False, track_running_stats=False)
    statistics = {} if use_input_stats else {"running_mean": running_mean, "running_var": running_var}
    return t.weighted("instance_norm", args, [input], weight=weight, bias=bias, **statistics)


@takes("layer_norm")
def layer_norm(
    t: Emitter,
    input: Value,
    normalized_shape: Any,
    weight: Value | None = None,
    bias: Value | None = None,
    eps: float = 1e-5,
    *_: Any,
) -> Any:
    """A layer norm along the last axes."""
    if any(isinstance(extent, Formula) for extent in normalized_shape):
        raise Refused("layer_norm along axes whose extent depends on the size of the input")
    args = {"normalized_shape": one(normalized_shape) if len(normalized_shape) == 1 else normalized_shape}
    own = weight is not None and not t.shared(weight=weight, bias=bias)
    args |= told({"eps": eps, "elementwise_affine": own}, eps=1e-5, elementwise_affine=True)
    if weight is not None and not own:
        return scaled(t, t.add("layer_norm", args, [input]), input.rank, weight, bias)
    if weight is not None and bias is None:
        args["bias"] = False
    return t.weighted("layer_norm", args, [input], weight=weight, bias=bias)


def scaled(t: Emitter, made: str, rank: int, weight: Value | None, bias: Value | None) -> str:
    """A scale and a shift of the last axes that are somebody else's."""
    for verb, value in (("multiply", weight), ("add", bias)):
        if value is not None:
            shape = [*[1] * (rank - value.rank), *value.shape]
            made = t.add(verb, {}, [made, t.add("reshape", {"shape": shape}, [value])], origin=t.origin(verb))
    return made


@takes("group_norm")
def group_norm(
    t: Emitter,
    input: Value,
    num_groups: int,
    weight: Value | None = None,
    bias: Value | None = None,
    eps: float = 1e-5,
    *_: Any,
) -> Any:
    """A group norm."""
    owned = (weight is not None or bias is not None) and t.owned(weight=weight, bias=bias)
    args = told({"num_groups": num_groups, "affine": owned, "eps": eps}, affine=True, eps=1e-5)
    if owned:
        args |= {name: False for name, held in (("weight", weight), ("bias", bias)) if held is None}
        return t.weighted("group_norm", args, [input], weight=weight, bias=bias)
    return affine(t, t.add("group_norm", args, [input]), input.rank, weight, bias)


@takes("rms_norm")
def rms_norm(t: Emitter, input: Value, normalized_shape: Any, weight: Value | None = None, eps: Any = None) -> Any:
    """Divided by the root of the mean of the squares, in its parts."""
    dims = [*range(input.rank - len(normalized_shape), input.rank)]
    squares = t.add("multiply", {}, [input, input], origin=t.origin("square"))
    mean = t.add("mean", {"dim": dims, "keepdim": True}, [squares], origin=t.origin("mean"))
    sum_ = t.add("add", {"value": 1.1920929e-07 if eps is None else eps}, [mean], origin=t.origin("eps"))
    factor = t.add("pow", {"exponent": -0.5}, [sum_], origin=t.origin("root"))
    made = t.add("multiply", {}, [input, factor], origin=t.origin("norm"))
    if weight is None:
        return made
    shape = [*[1] * (input.rank - weight.rank), *weight.shape]
    return t.add("multiply", {}, [made, t.add("reshape", {"shape": shape}, [weight])], origin=t.origin("scale"))


@takes("local_response_norm")
def local_response_norm(
    t: Emitter,
    input: Value,
    size: int,
    alpha: float = 1e-4,
    beta: float = 0.75,
    k: float = 1.0,
) -> Any:
    """A division by neighbouring channels."""
    return t.add("local_response_norm", {"size": size, "alpha": alpha, "beta": beta, "k": k}, [input])


@takes("_weight_norm")
def weight_norm(t: Emitter, v: Value, g: Value, dim: int = 0) -> Any:
    """A weight whose length is trained: divided by its own, times the length."""
    dims = [each for each in range(v.rank) if dim == -1 or each != dim]
    args = {"mode": "l2", "dim": dims[0] if len(dims) == 1 else dims, "keepdim": True}
    norm = t.add("reduce", args, [v], origin=t.origin("norm"))
    length = g if g.rank else longer(t, g, v.rank)
    factor = t.add("divide", {}, [length, norm], origin=t.origin("factor"))
    return t.add("multiply", {}, [v, factor], origin=t.origin("weight"))

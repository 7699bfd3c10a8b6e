"""Sums and the like along axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnnplan.translation.torch.functions.table import TABLE, axes, takes
from cnnplan.translation.torch.values import Refused, Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnnplan.translation.torch.emitting import Emitter


def reduced(mode: str) -> Callable[..., Any]:
    """Sums and the like along axes."""

    def write(t: Emitter, x: Value, dim: Any = None, keepdim: bool = False, *_: Any, **more: Any) -> Any:
        if isinstance(dim, Value):
            raise Refused(f"{mode} of two tensors")
        keepdim = more.get("keepdims", keepdim)
        dim = more.get("axis", dim)
        named = axes(dim, x.rank)
        if mode == "mean" and keepdim and named == [*range(2, x.rank)]:
            return t.add("global_avg_pool", {}, [x])
        args = {"dim": named[0] if len(named) == 1 else named} | ({"keepdim": True} if keepdim else {})
        made = t.add("mean", args, [x]) if mode == "mean" else t.add("reduce", {"mode": mode, **args}, [x])
        outputs = len(t.here.outputs)
        return [made, None] if outputs > 1 else made

    return write


TABLE.update({"mean": reduced("mean"), "sum": reduced("sum"), "amax": reduced("max"), "amin": reduced("min")})
TABLE.update({"prod": reduced("prod"), "logsumexp": reduced("logsumexp")})


@takes("max", "min")
def extreme(t: Emitter, x: Value, *args: Any, **more: Any) -> Any:
    """The greatest or the least along an axis; its place is known to nobody."""
    mode = t.here.name
    return reduced(mode)(t, x, *args, **more)


@takes("var", "std")
def spread(
    t: Emitter,
    x: Value,
    dim: Any = None,
    unbiased: Any = None,
    keepdim: bool = False,
    *,
    correction: Any = None,
) -> Any:
    """How far elements lie apart."""
    named = axes(dim, x.rank)
    taken = correction if correction is not None else 0 if unbiased is False else 1
    args: dict[str, Any] = {"mode": t.here.name, "dim": named[0] if len(named) == 1 else named}
    args |= ({"keepdim": True} if keepdim else {}) | ({"correction": int(taken)} if taken != 1 else {})
    return t.add("reduce", args, [x])


@takes("norm", "vector_norm", "linalg_vector_norm", "linalg_norm")
def norm(t: Emitter, x: Value, p: Any = 2, dim: Any = None, keepdim: bool = False, **_: Any) -> Any:
    """A norm along axes."""
    if p not in {1, 2, "fro"}:
        raise Refused(f"a norm of power {p}")
    named = axes(dim, x.rank)
    args: dict[str, Any] = {"mode": "l1" if p == 1 else "l2", "dim": named[0] if len(named) == 1 else named}
    return t.add("reduce", args | ({"keepdim": True} if keepdim else {}), [x])


@takes("normalize")
def normalize(t: Emitter, x: Value, p: float = 2.0, dim: int = 1, eps: float = 1e-12, **_: Any) -> Any:
    """Divided by its norm."""
    length = norm(t, x, p, dim, keepdim=True)
    bound = t.add("clip", {"min": eps}, [length], origin=t.origin("clip"))
    return t.add("divide", {}, [x, bound])

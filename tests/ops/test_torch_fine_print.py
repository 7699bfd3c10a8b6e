"""Where PyTorch is particular, held against it; skipped where it is not installed."""

from __future__ import annotations

import random
import warnings
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
import pytest

import cnnplan
from cnnplan.ops import OPERATORS
from tests.ops.oracle import saving
from tests.ops.oracle.every import MAKERS
from tests.ops.test_saved_by_torch import DIFFERENCES, INSTEAD, NO_LAYER, planned, written_layer

torch = pytest.importorskip("torch")
nn = torch.nn
functional = nn.functional
flop_counter = pytest.importorskip("torch.utils.flop_counter")


def refuses(run):
    try:
        run()
    except (RuntimeError, ValueError):
        return True
    return False


def legal(operator, *shapes):
    return all(bool(requirement.condition) for requirement in operator.requires(*shapes))


@pytest.mark.parametrize(("axes", "ceil_mode"), [(1, False), (2, False), (3, False), (3, True)])
def test_a_mean_in_3_d_wants_its_windows_inside_of_the_unpadded_input(axes, ceil_mode):
    pool = getattr(functional, f"avg_pool{axes}d")
    for n, k, pad in product(range(1, 6), range(1, 6), range(3)):
        shape = (2, 3, *range(n, n + axes))
        operator = OPERATORS["avg_pool"](kernel_size=k, stride=2, padding=pad, ceil_mode=ceil_mode)
        truth = not refuses(lambda k=k, pad=pad, shape=shape: pool(torch.zeros(shape), k, 2, pad, ceil_mode))
        assert legal(operator, shape) is truth, (operator, shape)
        if pad <= k // 2 and not truth:
            with pytest.raises(ValueError, match=r"."):
                operator.run(np.zeros(shape))


@pytest.mark.parametrize("shape", [(1, 4, 1, 1), (2, 4, 1, 1), (1, 4, 2, 1), (1, 4), (3, 4), (1, 8, 1)])
def test_a_group_of_one_value_is_refused_in_inference_too(shape):
    for groups in (1, 2, 4):
        operator = OPERATORS["group_norm"](num_groups=groups, affine=False)
        truth = not refuses(lambda groups=groups: nn.GroupNorm(groups, shape[1]).eval()(torch.rand(shape)))
        assert legal(operator, shape) is truth
        assert refuses(lambda operator=operator: operator.run(np.zeros(shape))) is not truth


def test_the_nearest_copies_where_a_size_stays_or_doubles():
    apart = set()
    for axes, n, numerator in product((1, 2, 3), range(1, 9), range(5, 24)):
        scale = Fraction(numerator, 8)
        shape = (1, 1, n, 7, 2)[: axes + 2]
        if n * scale < 1:
            continue
        scales = (scale, 1, 1)[:axes]
        x = np.arange(float(np.prod(shape))).reshape(shape)
        operator = OPERATORS["upsample"](scale_factor=scales)
        factors = tuple(map(float, scales))
        truth = functional.interpolate(torch.from_numpy(x), scale_factor=factors, mode="nearest").numpy()
        assert np.array_equal(operator.run(x), truth), (operator, shape)
        plain = np.floor(np.arange(truth.shape[2]) / float(scale)).astype(int)
        apart |= set() if np.array_equal(truth, x[:, :, plain]) else {axes}
    assert apart == {2}


PRODUCTS = [
    [(2, 3, 5)] * 2,
    [(2, 3, 5)] * 3,
    [(2, 3, 5)] * 4,
    [(2, 3, 5), (2, 3, 1), (2, 1, 5)],
    [(2, 3, 1), (1, 3, 1), (2, 3, 5), (2, 3, 5)],
]


@pytest.mark.parametrize("shapes", PRODUCTS)
def test_products_between_are_kept(shapes):
    def run(first, *others):
        for other in others:
            first = first * other
        return first

    truth = saving.kept(run, [torch.rand(shape, requires_grad=True) for shape in shapes])
    declared = {f"x{number}": list(shape) for number, shape in enumerate(shapes)}
    assert planned({"cnnplan": 1, "inputs": declared, "layers": [{"multiply": {}, "from": list(declared)}]}) == truth


def test_a_product_of_an_input_with_itself_keeps_it_once():
    text = "cnnplan: 1\nname: t\ninput: [2, 3, 5]\nlayers:\n  - multiply:\n    from: [input, input, input]\n"
    assert cnnplan.load(text).memory.saved() == 240


def views(shape):
    """What stands before a layer: the shape of the input, the layer, the same in PyTorch."""
    *front, height, width = shape
    last = len(shape) - 1
    yield (
        (*front, width, height),
        {"permute": {"dims": [*range(last - 1), last, last - 1]}},
        lambda x: x.transpose(-1, -2),
    )
    yield (shape[0] + 1, *shape[1:]), {"slice": {"dim": 0, "start": 1}}, lambda x: x[1:]
    yield (shape[0], shape[1] + 1, *shape[2:]), {"slice": {"dim": 1, "start": 1}}, lambda x: x[:, 1:]
    yield (*shape, 1), {"reshape": {"shape": list(shape)}}, lambda x: x.reshape(shape)


@pytest.mark.parametrize("verb", sorted(MAKERS.keys() - NO_LAYER.keys() - DIFFERENCES.keys()))
def test_what_a_layer_keeps_of_a_view(verb):
    rng = random.Random(f"{verb}, view")  # noqa: S311
    for _ in range(6):
        try:
            args, shapes, module = MAKERS[verb](rng)
        except ValueError:
            continue
        operator = OPERATORS[verb](**args)
        module = INSTEAD[verb](operator) if verb in INSTEAD else module
        if len(shapes) != 1 or len(shapes[0]) < 2 or not legal(operator, *shapes):
            continue
        for before, layer, view in views(shapes[0]):
            x = (0.5 + torch.rand(before)).requires_grad_()
            owned = [module] if isinstance(module, nn.Module) else []
            try:
                with warnings.catch_warnings(action="ignore"), torch.backends.mkldnn.flags(enabled=False):
                    truth = saving.kept(lambda x, view=view, module=module: module(view(x)), [x], owned)
            except (RuntimeError, ValueError, NotImplementedError):
                continue
            found = planned({"cnnplan": 1, "input": list(before), "layers": [layer, written_layer(operator, {})]})
            assert found == truth, (operator, layer, before)


def counted(run):
    with flop_counter.FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops()


def by_convention(layers_, *shapes):
    declared = {f"x{number}": list(shape) for number, shape in enumerate(shapes)}
    text = f"cnnplan: 1\nname: t\ninputs: {declared}\nlayers:\n  - {layers_}\n"
    return cnnplan.load(text).counted("torch").total


NEWER = tuple(map(int, torch.__version__.split(".")[:2])) >= (2, 14)
"""From 2.14 on PyTorch has the one kernel for three axes, too, which it does not count; the convention is 2.13's."""


@pytest.mark.parametrize("shape", [(5, 8), (3, 5, 8), (2, 3, 5, 8), (2, 2, 3, 5, 8)])
@pytest.mark.parametrize("wide", [8, 6])
def test_attention_as_torch_counts_it(shape, wide):
    query, value = torch.rand(shape), torch.rand(*shape[:-1], wide)
    truth = counted(lambda: functional.scaled_dot_product_attention(query, query, value))
    ours = by_convention("scaled_dot_product_attention: {}\n    from: [x0, x1, x2]", shape, shape, value.shape)
    if len(shape) == 3 and wide == shape[-1] and NEWER:
        assert (truth, ours) == (0, 4 * prod(shape) * shape[-2])
    else:
        assert ours == truth


def test_attention_in_heads_is_counted_as_in_training_without_its_weights():
    layer, x = nn.MultiheadAttention(8, 2, batch_first=True), torch.rand(1, 16, 8)
    ours = by_convention("multi_head_attention: {num_heads: 2}", x.shape)
    assert ours == counted(lambda: layer(x, x, x, need_weights=False)) == 8192
    # with its weights, the products count as well; in inference without gradients it is one kernel
    assert counted(lambda: layer(x, x, x)) == 16384
    with torch.no_grad():
        assert counted(lambda: layer.eval()(x, x, x)) == 0

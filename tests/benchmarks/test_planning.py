"""How fast a network is planned; `pytest tests/benchmarks --benchmark-only` prints all figures side by side."""

from __future__ import annotations

import re

import pytest
import sympy

from cnnplan.plan import plan_spec
from cnnplan.spec import load_spec


@pytest.fixture(scope="module")
def resnet(specs):
    return load_spec(specs / "resnet.yaml")


@pytest.fixture(scope="module")
def all_symbolic(specs):
    """ResNet with the kernel, stride and padding of every convolution as symbols."""
    text = (specs / "resnet.yaml").read_text(encoding="utf-8")
    text = text.replace("  H: {default", "  k: 3\n  s: 1\n  p: 1\n  H: {default", 1)
    text, changed = re.subn(
        r"kernel_size: kernel_size(,?\s+)stride: stride(,?\s+)padding: kernel_size // 2",
        r"kernel_size: k\1stride: s\2padding: p",
        text,
    )
    assert changed
    return load_spec(re.sub(r"(?s)\nexpect:.*", "\n", text))


def planned(spec, *, symbolic):
    plan = plan_spec(spec, {"variant": "resnet152"}, symbolic=symbolic)
    return plan, plan.params, plan.macs


@pytest.mark.benchmark(group="ResNet-152, parsed: shapes, parameters, MACs", disable_gc=True)
@pytest.mark.parametrize("symbolic", [True, False], ids=["N, H, W symbolic", "ints"])
def test_plan(benchmark, resnet, symbolic):
    plan, params, _ = benchmark(planned, resnet, symbolic=symbolic)
    assert len(plan) == 515
    assert params == 60_192_808


@pytest.mark.benchmark(group="ResNet-152, parsed: shapes, parameters, MACs", disable_gc=True)
def test_plan_with_every_kernel_stride_and_padding_symbolic(benchmark, all_symbolic):
    plan, _, macs = benchmark(planned, all_symbolic, symbolic=True)
    assert len(plan) == 515
    assert {"k", "s", "p"} <= macs.symbols


def naive_shapes(plan):
    """The same sizes by sympy's floor, layer by layer, as one writes it at first."""
    h, w = sympy.symbols("H W", integer=True, positive=True)
    shapes = {"input": (h, w)}
    for node in plan:
        x = shapes[node.inputs[0]]
        op = node.op
        if op.verb in ("conv", "max_pool"):
            k, s, p = (getattr(op, name) for name in ("kernel_size", "stride", "padding"))
            x = tuple(sympy.floor((n + 2 * p - k) / sympy.Integer(s)) + 1 for n in x)
        shapes[node.name] = x
    return shapes


@pytest.mark.benchmark(group="ResNet-152, parsed: shapes, parameters, MACs", disable_gc=True)
def test_naive_sympy_shapes_alone(benchmark, resnet):
    plan, _, _ = planned(resnet, symbolic=True)
    benchmark.pedantic(naive_shapes, args=(plan,), setup=sympy.core.cache.clear_cache, rounds=5)


@pytest.mark.benchmark(group="U-Net: its condition", disable_gc=True)
def test_condition_of_unet(benchmark, specs):
    spec = load_spec(specs / "unet.yaml")
    text = benchmark(lambda: [str(condition) for condition in plan_spec(spec).conditions])
    assert text == ["H % 16 == 0", "W % 16 == 0"]

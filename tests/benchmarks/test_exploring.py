"""How fast questions are answered; `pytest tests/benchmarks --benchmark-only` prints all figures side by side."""

from __future__ import annotations

from time import process_time

import numpy as np
import pytest
import sympy

import cnnplan
from cnnplan.exploration import Window, chains
from cnnplan.exploration.extremes import Search, extreme
from cnnplan.exploration.questions import question
from cnnplan.plan import plan_spec
from cnnplan.sizes.evaluating.bulk import Compiled
from cnnplan.sizes.evaluating.grids import Axis, Grid
from cnnplan.spec import load_spec

POINTS = 1 << 20


@pytest.fixture(scope="module")
def resnet(specs):
    return cnnplan.load(specs / "resnet.yaml")


@pytest.fixture(scope="module")
def points():
    random = np.random.default_rng(7)
    return {"N": np.ones(POINTS, np.int64), **{name: random.integers(1, 1025, POINTS) for name in "HW"}}


def by_sympy(plan):
    """The MACs as sympy writes them for NumPy, from the same formula with sympy's floors."""
    n, h, w = sympy.symbols("N H W", integer=True, positive=True)
    sizes = {s: (sympy.ceiling(h / s), sympy.ceiling(w / s)) for s in (2, 4, 8, 16, 32)}
    weights = {2: 9408, 4: 245760, 8: 1310720, 16: 7471104, 32: 14417920}
    total = n * (sum(weights[s] * a * b for s, (a, b) in sizes.items()) + 2048000)
    at = {"N": 1, "H": 224, "W": 200}
    assert total.subs({n: 1, h: 224, w: 200}) == plan.macs.at(at)
    return sympy.lambdify((n, h, w), total, "numpy")


@pytest.mark.benchmark(group="sweep: ResNet-50's MACs at a million random (H, W)", timer=process_time)
def test_points(benchmark, resnet, points):
    compiled = Compiled({"macs": resnet.macs})
    found = benchmark(compiled.on, points)["macs"]
    assert found[:5].tolist() == resnet.macs.at({name: values[:5] for name, values in points.items()}).tolist()
    benchmark.extra_info["points a second"] = round(POINTS / benchmark.stats.stats.min)


@pytest.mark.benchmark(group="sweep: ResNet-50's MACs at a million random (H, W)", timer=process_time)
def test_points_by_sympys_lambdify(benchmark, resnet, points):
    function = by_sympy(resnet)
    found = benchmark(function, points["N"], points["H"], points["W"])
    assert found[:5].astype(int).tolist() == resnet.macs.at({name: v[:5] for name, v in points.items()}).tolist()
    benchmark.extra_info["points a second"] = round(POINTS / benchmark.stats.stats.min)


FAMILY = """\
cnnplan: 1
name: family
symbols: {N: 1, H: 64, w: 16, depth: 3}
input: [N, 3, H, H]
blocks:
  block:
    args: {width: required}
    layers:
      - conv: {out_channels: width, kernel_size: 3, padding: 1}
      - relu
layers:
  - conv: {out_channels: w, kernel_size: 7, stride: 2, padding: 3}
  - block: {width: w}
    repeat: depth
  - conv: {out_channels: 2 * w, kernel_size: 3, stride: 2, padding: 1}
  - block: {width: 2 * w}
    repeat: depth
  - conv: {out_channels: 4 * w, kernel_size: 3, stride: 2, padding: 1}
"""


@pytest.mark.benchmark(group="sweep: MACs of width x depth x resolution", timer=process_time)
def test_product_grid(benchmark):
    spec = load_spec(FAMILY)
    plans = [plan_spec(spec, {"depth": depth}) for depth in range(1, 9)]
    widths, sizes = np.arange(8, 72), np.arange(1, 2049)

    def swept():
        least = []
        for plan in plans:
            grid = Grid((1, len(widths), len(sizes)), {"N": Axis(0, [1]), "w": Axis(1, widths), "H": Axis(2, sizes)})
            least.append(grid.of(plan.macs)[0, 5, 223])
        return least

    assert benchmark(swept) == [plan.macs.at({"N": 1, "w": 13, "H": 224}) for plan in plans]
    benchmark.extra_info["designs a second"] = round(len(plans) * len(widths) * len(sizes) / benchmark.stats.stats.min)


@pytest.mark.benchmark(group="sweep: everything of a million designs of ResNet, with a question")
def test_whole_sweep(benchmark, specs):
    swept = benchmark.pedantic(
        cnnplan.sweep,
        (specs / "resnet.yaml",),
        {"H": "1:512", "W": "1:400", "where": "macs <= 1G and params < 30M", "sort": "-macs", "limit": 3},
        rounds=2,
    )
    assert swept["macs"].tolist() == sorted(swept["macs"].tolist(), reverse=True)
    benchmark.extra_info["designs a second"] = round(5 * 512 * 400 / benchmark.stats.stats.min)


@pytest.mark.benchmark(group="solve: the largest H = W under 1 GMAC")
def test_budget(benchmark, resnet):
    where = question("macs <= 1G")
    answer = benchmark(extreme, resnet, ("H", "W"), where, {"N": 1}, greatest=True)
    assert answer.value == 100


@pytest.mark.benchmark(group="solve: the largest H = W under 1 GMAC")
def test_budget_of_a_question_that_was_asked_before(benchmark, resnet):
    search = Search(resnet, ("H", "W"), question("macs <= 1G"), {"N": 1})
    assert benchmark(search.top) == 100


@pytest.mark.benchmark(group="solve: chains of 16 layers with 32 choices each")
def test_chains(benchmark):
    windows = [Window(k, 1, p, d) for k in (1, 3, 5, 7) for d in (1, 2) for p in range(4)]
    assert benchmark(chains, 56, 56, windows, 16)[0] == 22_564_014_006_182_208_662_726


@pytest.mark.benchmark(group="conditions: U-Net")
@pytest.mark.parametrize("part", ["conditions", "plan and conditions", "spec, plan and conditions"])
def test_unet_condition(benchmark, specs, part):
    path = specs / "unet.yaml"
    spec = load_spec(path)

    def conditions():
        plan = cnnplan.load(path) if part.startswith("spec") else plan_spec(spec)
        return plan.conditions

    if part == "conditions":
        plan = plan_spec(spec)
        found = benchmark(lambda: (plan.__dict__.pop("condition", None), plan.conditions)[1])
    else:
        found = benchmark(conditions)
    assert [str(condition) for condition in found] == ["H % 16 == 0", "W % 16 == 0"]

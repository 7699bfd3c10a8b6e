"""The figures of the page are those of `plan.at`, at every size that a slider is moved to."""

from __future__ import annotations

import csv
import random
from io import StringIO
from xml.etree import ElementTree as ET

import pytest

import cnnplan
from cnnplan.errors import CnnplanError
from tests.report.page.asking import SHOWN, digits

NETWORKS = [
    # spec, what is drawn for each symbol
    ("lenet5", {"N": (1, 9), "H": (20, 90), "W": (20, 90)}),
    ("unet", {"N": (1, 5), "H": (1, 40, 8), "W": (1, 40, 16)}),
    ("resnet", {"N": (1, 300), "H": (1, 4000), "W": (1, 4000), "variant": ["resnet18", "resnet50", "resnet152"]}),
    ("inception_module", {"N": (1, 7), "H": (1, 70), "W": (1, 70)}),
    ("two_conv", {"N": (1, 99), "H": (12, 70), "W": (12, 70), "stride": ["1", "2"]}),
    ("mobilenet_v2", {"N": (1, 70), "H": (30, 400), "W": (30, 400), "alpha": ["1/2", "3/4", "1"]}),
]


def drawn(choice, space):
    if isinstance(space, list):
        return choice.choice(space)
    low, high, *step = space
    return choice.randint(low, high) * (step[0] if step else 1)


@pytest.mark.parametrize(("spec", "spaces"), NETWORKS, ids=[spec for spec, _ in NETWORKS])
def test_sliders_give_what_the_plan_says(specs, show, spec, spaces):
    plan = cnnplan.load(specs / f"{spec}.yaml")
    browser = show(plan)
    choice = random.Random(spec)  # noqa: S311 - a sample, the same every time
    spaces = {name: space for name, space in spaces.items() if name in plan.spec.symbols}
    legal = 0
    for _ in range(20):
        values = {name: drawn(choice, space) for name, space in spaces.items()}
        shown = browser.execute_script(SHOWN, values)
        try:
            at = plan.at(**values)
        except CnnplanError:
            assert shown["problem"], values
            continue
        legal += 1
        told = {name: digits(shown[name]) for name in ("params", "macs", "flops", "peak", "weights")}
        memory = at.memory
        assert shown["problem"] == "", values
        assert told == {
            "params": at.params,
            "macs": at.macs,
            "flops": at.flops,
            "peak": memory.peak,
            "weights": memory.weights,
        }, values
    assert legal >= 5


UNREAD = """cnnplan: 1
symbols: {N: 1, H: {default: 12, min: 5}}
input: [N, 3, H, 10]
layers:
  - {conv: {out_channels: 4, kernel_size: 3}, name: a}
  - {conv: {out_channels: 5, kernel_size: 3}, from: input}
outputs: [a]
"""


def test_weights_that_no_output_depends_on_are_told(show):
    browser = show(cnnplan.load(UNREAD))
    text = browser.execute_script('return document.querySelector("[data-exact=params]").parentNode.innerText')
    assert "trained weights: 252 declared, 112 reached" in text


def test_numbers_beyond_the_exact_floats(specs, show):
    plan = cnnplan.load(specs / "resnet.yaml")
    browser = show(plan)
    values = {"N": 10_000_019, "H": 40_009, "W": 70_001}
    shown = browser.execute_script(SHOWN, values)
    assert digits(shown["macs"]) == plan.at(**values).macs > 2**63


def test_a_slider_writes_no_more_than_is_seen(specs, show):
    """That is what makes it answer at once: rows of folded blocks, most of ResNet-152, are left alone."""
    browser = show(cnnplan.load(specs / "resnet.yaml", variant="resnet152"))
    changed = (
        "const [size, done] = arguments;"
        "const told = new MutationObserver((records) => { told.disconnect(); done(records.length); });"
        "told.observe(document.body, {subtree: true, childList: true, characterData: true, attributes: true});"
        "cnnplan.controls.set('H', size);"
    )
    folded = browser.execute_async_script(changed, "207")
    browser.execute_script(
        "[...document.querySelectorAll('#table button')].find((b) => b.textContent === 'unfold').click()"
    )
    assert 0 < folded <= 150 < browser.execute_async_script(changed, "214")


def test_figures_can_be_taken_along(specs, show):
    plan = cnnplan.load(specs / "lenet5.yaml")
    browser = show(plan)
    rows = list(csv.reader(StringIO(browser.execute_script("return csv(cnnplan.result.figures)"))))
    at = plan.at()
    assert [(row[0], int(row[3]), int(row[5])) for row in rows[1:]] == [
        (node.name, node.params, node.macs) for node in at
    ]
    picture = browser.execute_script(
        "const graph = cnnplan.parts.graph; return standalone(graph.picture, graph.whole())"
    )
    root = ET.fromstring(picture)  # noqa: S314 - our own
    assert root.get("width") == root.get("viewBox").split()[2]
    assert len(root.findall(".//{http://www.w3.org/2000/svg}rect")) > len(plan)
    png = browser.execute_async_script(
        "const done = arguments[0], graph = cnnplan.parts.graph;"
        "bitmap(standalone(graph.picture, graph.whole()), graph.whole()).then(done)"
    )
    assert png.startswith("data:image/png;base64,iVBOR")
    formula = browser.execute_script(
        "const holder = document.createElement('span');"
        "holder.innerHTML = cnnplan.structure.formula(cnnplan.structure.totals.params)[1];"
        "return latex(holder.firstChild)"
    )
    assert formula.replace(" ", "") == (
        "10{,}080\\lfloor\\frac{H-28}{4}\\rfloor\\lfloor\\frac{W-28}{4}\\rfloor+51{,}626"
    )

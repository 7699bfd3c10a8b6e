"""The page of what is illegal, at some sizes or at all: it says where and why, and shows what is known all the same."""

from __future__ import annotations

import cnnplan
from cnnplan.plan import plan_spec
from cnnplan.spec import load_spec
from tests.report.page.asking import SHOWN, STATE, click, digits, eventually


def test_an_illegal_value_names_the_layer_and_the_reason(specs, show):
    browser = show(cnnplan.load(specs / "unet.yaml"))
    shown = browser.execute_script(SHOWN, {"N": 1, "H": 200, "W": 512})
    assert shown["problem"].startswith("up1.concat1: floor(H/8) meets 2*floor(H/16)")
    assert "at H = 200" in shown["problem"]
    assert shown["macs"].strip() == ""


def test_a_value_outside_the_declared_domain(specs, show):
    browser = show(cnnplan.load(specs / "resnet.yaml"))
    shown = browser.execute_script(SHOWN, {"N": 1, "H": 0, "W": 224})
    assert shown["problem"] == "H (=0) is outside its declared domain: at least 1"


BROKEN = """
cnnplan: 1
name: broken
symbols: {N: 2, H: 9, W: 7}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 8, kernel_size: 3}
  - conv: {out_channels: 5, kernel_size: 3, groups: 5}
"""


def test_a_network_with_an_error_opens_on_it_with_what_is_known_up_to_there(show):
    browser = show(plan_spec(load_spec(BROKEN), partial=True))
    state = browser.execute_script(STATE)
    assert state["status"].startswith(
        "\N{BALLOT X} 1 error in the spec: groups (=5) does not divide the 8 input channels"
    )
    assert "legal" not in state["status"]
    assert state["first"] == "findings"
    assert state["layers"] == ["conv1"]
    assert (digits(state["params"]), digits(state["macs"])) == (8 * 3 * 9 + 8, 8 * 27 * 2 * 7 * 5)
    note = browser.execute_script("return document.querySelector('.card small').textContent")
    assert note == "trained weights, of the layers up to the error"


def test_a_broken_promise_is_an_error_too(show):
    text = BROKEN.replace("groups: 5", "groups: 1") + "expect:\n  - params <= 100\n"
    plan = cnnplan.load(text)
    browser = show(cnnplan.Report(plan, tuple(cnnplan.check(text))))
    state = browser.execute_script(STATE)
    assert state["status"].startswith("\N{BALLOT X} 1 error in the spec: params <= 100 is broken")
    assert len(state["layers"]) == 2


def test_the_nearest_legal_sizes_are_offered_and_taken(specs, show):
    browser = show(cnnplan.load(specs / "unet.yaml"))
    browser.execute_script("cnnplan.controls.bind({ H: 300, W: 100 })")
    offers = (
        "return [...document.querySelectorAll('[data-nearest]')]"
        ".map((each) => [each.dataset.nearest, each.textContent])"
    )
    eventually(browser, offers, [["H", "288"], ["H", "304"], ["W", "96"], ["W", "112"]])
    click(browser, '[data-nearest="H"]')
    eventually(browser, offers, [["W", "96"], ["W", "112"]])
    click(browser, '[data-nearest="W"]')
    eventually(browser, offers, [])
    state = browser.execute_script(STATE)
    assert state["status"] == "\N{CHECK MARK} legal at these sizes"
    assert digits(state["macs"]) == cnnplan.load(specs / "unet.yaml").at(H=288, W=96).macs


def test_what_does_not_depend_on_an_illegal_size_stays(specs, show):
    plan = cnnplan.load(specs / "unet.yaml")
    browser = show(plan)
    for values in ({"H": 300}, {"H": 0}):
        browser.execute_script("cnnplan.controls.bind(arguments[0])", values)
        state = browser.execute_script(STATE)
        assert (digits(state["params"]), state["macs"]) == (plan.params, "")

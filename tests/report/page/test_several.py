"""A page of several networks: each has its own tab and sizes, and all are compared."""

from __future__ import annotations

import cnnplan
from tests.report.page.asking import SHOWN, STATE, click, digits


def test_several_networks_are_compared(specs, show):
    plans = [cnnplan.load(specs / f"{name}.yaml") for name in ("lenet5", "alexnet")]
    browser = show(*plans)
    text = browser.execute_script("return document.querySelector('#comparison tbody').textContent")
    assert "lenet5" in text
    assert "alexnet" in text
    browser.execute_script("cnnplan.turn(1)")
    shown = browser.execute_script(SHOWN, {"N": 3, "H": 230, "W": 250})
    assert digits(shown["macs"]) == plans[1].at(N=3, H=230, W=250).macs


def test_choices_that_only_one_of_two_networks_has(specs, show):
    plans = [cnnplan.load(specs / f"{name}.yaml") for name in ("resnet", "vgg")]
    browser = show(*plans)
    offered = "return [...document.querySelectorAll('[name=variant] option')].map((each) => each.value)"
    for turn, variant in ((0, "resnet18"), (1, "vgg11"), (0, "resnet18")):
        browser.execute_script("cnnplan.turn(arguments[0])", turn)
        assert browser.execute_script(offered) == [*plans[turn].spec.symbols["variant"].choices]
        shown = browser.execute_script(SHOWN, {"N": 1, "H": 224, "W": 224, "variant": variant})
        assert (shown["problem"], digits(shown["macs"])) == ("", plans[turn].at(variant=variant).macs)


def test_each_of_two_networks_has_its_own_tab_and_sizes(specs, show):
    plans = [cnnplan.load(specs / f"{name}.yaml") for name in ("lenet5", "alexnet")]
    browser = show(*plans)
    rows = "return [...document.querySelectorAll('#comparison tbody tr')].map((row) => row.cells[2].firstChild.title)"
    own = [plan.at().macs for plan in plans]
    assert [digits(text) for text in browser.execute_script(rows)] == own
    assert digits(browser.execute_script(STATE)["macs"]) == own[0]
    browser.execute_script("cnnplan.turn(1)")
    state = browser.execute_script(STATE)
    assert (digits(state["params"]), digits(state["macs"])) == (plans[1].params, own[1])
    browser.execute_script("cnnplan.controls.bind({ H: 300, W: 200 })")
    assert [digits(text) for text in browser.execute_script(rows)] == [own[0], plans[1].at(H=300, W=200).macs]
    click(browser, "#same")
    assert digits(browser.execute_script(rows)[1]) == plans[1].at(H=300, W=200).macs
    browser.execute_script("cnnplan.controls.bind({ H: 32, W: 32 })")
    shown = browser.execute_script(rows)
    assert (digits(shown[0]), shown[1]) == (own[0], "")

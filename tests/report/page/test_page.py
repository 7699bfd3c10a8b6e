"""The page as a whole: what is chosen is chosen everywhere, in light and dark, by keys, and by its address."""

from __future__ import annotations

import pytest

import cnnplan
from tests.report.page.asking import STATE, click, digits, eventually, frames


def test_one_choice_in_picture_table_and_source(specs, show):
    browser = show(cnnplan.load(specs / "unet.yaml"))
    click(browser, '[data-layer="up1"]')
    browser.execute_script("cnnplan.links.choose('up1.concat1', '')")
    chosen = "return [...document.querySelectorAll(arguments[0] + ' .chosen')].map((each) => each.textContent)"
    assert "concat" in browser.execute_script(chosen, "#graph")[0]
    assert browser.execute_script("return document.querySelector('#table .chosen').dataset.layer") == "up1.concat1"
    assert "concat" in browser.execute_script(chosen, "#source")[0]
    assert browser.execute_script("return document.querySelector('#layer h2').textContent").startswith("up1.concat1")
    browser.execute_script("document.querySelector('#source .made').click()")
    assert browser.execute_script("return document.querySelector('#layer h2').textContent").startswith("encoder1.conv1")


def test_light_and_dark(specs, show):
    browser = show(cnnplan.load(specs / "lenet5.yaml"))
    paper = "return getComputedStyle(document.body).backgroundColor"
    light = browser.execute_script(paper)
    click(browser, "#theme")
    assert browser.execute_script(paper) != light
    click(browser, "#theme")
    assert browser.execute_script(paper) == light


HOSTILE = """
cnnplan: 1
name: "<script>alert(1)</script>"
description: "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
symbols: {N: 1, H: {default: 8, description: "\\"><script>alert(1)</script>"}}
input: [N, 3, H]   # </script><script>alert(1)</script>
layers:
  - conv: {out_channels: 5, kernel_size: 3}
"""


def test_markup_in_a_spec_is_text_everywhere(show):
    plan = cnnplan.load(HOSTILE)
    browser = show(plan)
    assert browser.execute_script("return document.querySelectorAll('script').length") == 6
    assert browser.execute_script("return document.querySelectorAll('img').length") == 0
    assert browser.execute_script("return document.querySelector('h1').textContent") == "<script>alert(1)</script>"
    assert "</script><script>" in browser.execute_script("return document.querySelector('#source').textContent")


def test_the_largest_report_is_small(specs):
    text = cnnplan.render(cnnplan.load(specs / "resnet.yaml", variant="resnet152"), "html")
    assert len(text.encode()) < 3_000_000


def test_the_address_says_what_is_looked_at_and_opens_it_again(specs, show):
    plan = cnnplan.load(specs / "resnet.yaml")
    browser = show(plan)
    browser.execute_script("cnnplan.controls.bind({ H: 96, variant: 'resnet18' })")
    browser.execute_script("cnnplan.parts.graph.reopen(['layer3']); cnnplan.links.choose('layer3.basic2.relu1', '')")
    click(browser, "#theme")
    looked = "#set.H=96&set.variant=resnet18&layer=layer3.basic2.relu1&open=layer3&theme=dark"
    eventually(browser, "return location.hash", looked)
    address = browser.execute_script("return location.href")
    browser.get("about:blank")
    browser.get(address)
    assert browser.execute_script("return [cnnplan.links.chosen, document.documentElement.dataset.theme]") == [
        *("layer3.basic2.relu1", "dark")
    ]
    assert frames(browser) == ["layer3"]
    assert digits(browser.execute_script(STATE)["macs"]) == plan.at(H=96, variant="resnet18").macs
    browser.get(address.split("#")[0] + "#set.H=nonsense&layer=%3Cimg%3E&open=no&network=7")
    refused = "return document.querySelector('.status').textContent.includes('must be a whole number')"
    eventually(browser, refused, True)  # noqa: FBT003 - what the browser answers


STOPS = """
return [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex]")]
  .filter((each) => each.tabIndex >= 0 && each.getClientRects().length).length
"""


@pytest.mark.parametrize("spec", ["resnet", "googlenet"])
def test_the_tab_key_comes_to_an_end(specs, show, spec):
    browser = show(cnnplan.load(specs / f"{spec}.yaml"))
    assert browser.execute_script(STOPS) < 60
    browser.execute_script("document.querySelector('#table tbody tr').focus()")
    for _ in range(2):
        browser.switch_to.active_element.send_keys("\ue015")
    second = browser.execute_script("return document.querySelectorAll('#table tbody tr')[2] === document.activeElement")
    assert second
    assert browser.execute_script(STOPS) < 60

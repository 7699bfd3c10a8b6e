"""The page in a narrow window and on a telephone: nothing is wider than that, and what scrolls says so."""

from __future__ import annotations

import pytest

import cnnplan


def test_no_page_is_wider_than_its_window(specs, show):
    browser = show(cnnplan.load(specs / "unet.yaml"))
    for width in (1280, 400):
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_names_break_where_words_end_on_a_telephone(specs, show):
    """A name of one word is never wider than its place, nor broken: it takes one line for each of its parts."""
    browser = show(cnnplan.load(specs / "resnet.yaml"))
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        broken = """
          return [...document.querySelectorAll(".bars tbody button")].filter((each) => {
            const range = document.createRange();
            range.selectNodeContents(each);
            const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
            return tops.size > each.textContent.split(/[._]/).length;
          }).map((each) => each.textContent)
        """
        assert browser.execute_script(broken) == []
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.fixture
def phone(browser):
    """The page on a telephone."""
    metrics = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    yield browser
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


SMALL = """
return [...document.querySelectorAll("button, select, input, summary, #findings a, .line.made, label.same")]
  .filter((each) => each.offsetParent && each.type !== "checkbox")
  .filter((each) => each.getBoundingClientRect().height < 24 || each.getBoundingClientRect().width < 12)
  .map((each) => each.outerHTML.slice(0, 80))
"""
WIDER = """
return [...document.querySelectorAll(".scroll, .rows, #source pre")]
  .filter((each) => each.closest(".panel") && each.scrollWidth > each.clientWidth + 1)
  .map((each) => [each.closest(".panel").id, each.tabIndex, each.getAttribute("aria-label") !== null,
                  getComputedStyle(each.closest(".panel"), "::after").content])
"""


@pytest.mark.usefixtures("phone")
def test_on_a_telephone(specs, show):
    browser = show(cnnplan.load(specs / "resnet.yaml"))
    browser.execute_script("scrollTo(0, 2500)")
    stays = browser.execute_script(
        "const b = document.getElementById('controls').getBoundingClientRect(); return [b.top, b.height]"
    )
    assert stays[0] == 0
    assert stays[1] < 844 / 5
    assert browser.execute_script(SMALL) == []
    told = '"scrolls sideways →"'
    wider = browser.execute_script(WIDER)
    assert {"pyramid", "table", "source"} <= {panel for panel, *_ in wider}
    assert all(each[1:] == [0, True, told] for each in wider)
    names = browser.execute_script(
        "return [...document.querySelectorAll('.bars th[scope=row]')].filter((e) => e.scrollWidth > e.clientWidth)"
    )
    assert names == [], "what is called alike to its middle is told apart at its end"


def test_what_fits_does_not_say_that_it_scrolls(specs, show):
    browser = show(cnnplan.load(specs / "lenet5.yaml"))
    assert browser.execute_script(WIDER) == []
    assert browser.execute_script("return document.querySelectorAll('.sideways, .more').length") == 0

"""The page from a large screen to a telephone: what lines up, what is of one length, what is in sight."""

from __future__ import annotations

from contextlib import contextmanager

import cnnplan


@contextmanager
def window(browser, width):
    metrics = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_controls_begin_where_the_page_begins(specs, show):
    browser = show(cnnplan.load(specs / "lenet5.yaml"))
    left = "return Math.round(document.querySelector(arguments[0]).getBoundingClientRect().left)"
    for width in (390, 1024, 1440, 1900):
        with window(browser, width):
            edges = {browser.execute_script(left, place) for place in ("h1", ".fields", ".status", "#totals")}
        assert len(edges) == 1, width


def test_bars_of_a_table_are_of_one_length(specs, show):
    browser = show(cnnplan.load(specs / "unet.yaml"))
    lengths = """return [...document.querySelectorAll(".bars tbody tr:first-child .meter")]
      .map((each) => each.getBoundingClientRect().width)"""
    for width in (390, 1024, 1440):
        with window(browser, width):
            found = browser.execute_script(lengths)
        assert len(found) == 3
        assert max(found) - min(found) < 3, width


def test_the_way_out_of_an_illegal_size_is_in_sight_on_a_telephone(specs, show):
    browser = show(cnnplan.load(specs / "lenet5.yaml"))
    hidden = """const [done] = arguments;
      cnnplan.controls.bind({ ...cnnplan.controls.values, H: 20 });
      const status = document.querySelector("#controls .status");
      const offered = () => status.textContent.includes("nearest")
        ? done([status.textContent, status.scrollHeight - status.clientHeight]) : setTimeout(offered, 20);
      offered();"""
    with window(browser, 390):
        told, below = browser.execute_async_script(hidden)
    assert told.endswith("nearest legal H: 32")
    assert below <= 1

"""The pictures of the page: the graph, whose blocks unfold where they stand, and the pyramid."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnplan
from tests.report.page.asking import click, frames


def test_blocks_unfold_in_the_graph(specs, show):
    browser = show(cnnplan.load(specs / "resnet.yaml"))
    boxes = "return document.querySelectorAll('#graph .box').length"
    before = browser.execute_script(boxes)
    browser.execute_script("document.querySelector('#graph .box.block .toggle').dispatchEvent(new Event('click'))")
    assert browser.execute_script(boxes) > before
    edges = browser.execute_script(
        "return [...document.querySelectorAll('#graph .shape')].map((each) => each.textContent)"
    )
    assert "64 x 56 x 56".replace("x", "\N{MULTIPLICATION SIGN}") in edges


def test_the_pyramid_of_tokens_shows_what_the_network_sees(specs, show):
    """Not the tensors that are turned on their way to tokens, nor the trained ones that are added."""
    browser = show(cnnplan.load(specs / "transformer" / "vit.yaml"))
    slabs = (
        "return [...document.querySelectorAll('.slab')]"
        ".map((slab) => [...slab.querySelectorAll('text')].map((text) => text.textContent))"
    )
    assert browser.execute_script(slabs) == [
        ["3", "224²"],
        ["768", "14²"],
        ["768", "197 tokens"],
        ["768", "1 token"],
        ["768", ""],
        ["1000", ""],
    ]


def boxes(browser):
    return browser.execute_script("return [...cnnplan.parts.graph.drawnBoxes.keys()]")


def test_a_block_unfolds_to_a_frame_where_it_stands_and_folds_again(specs, show):
    browser = show(cnnplan.load(specs / "resnet.yaml"))
    assert frames(browser) == ["stem", "layer1", "layer2", "layer3", "layer4"]
    before = boxes(browser)
    scale = "return cnnplan.parts.graph.view.at.k"
    zoomed = browser.execute_script("cnnplan.parts.graph.view.zoom(0.8); " + scale)
    middle = browser.execute_script(
        "return cnnplan.parts.graph.view.seen(cnnplan.parts.graph.layout.at('layer2.bottleneck1'))"
    )
    toggle = "cnnplan.parts.graph.toggle(arguments[0], new Event('click'))"
    browser.execute_script(toggle, "layer2.bottleneck1")
    assert "layer2.bottleneck1" in frames(browser)
    assert "layer2.bottleneck1.relu1" in boxes(browser)
    after = browser.execute_script(
        "return cnnplan.parts.graph.view.seen(cnnplan.parts.graph.layout.at('layer2.bottleneck1'))"
    )
    assert (after["x"], after["y"]) == pytest.approx((middle["x"], middle["y"]))
    assert browser.execute_script(scale) == zoomed
    browser.execute_script(toggle, "layer2.bottleneck1")
    assert boxes(browser) == before


def test_a_layer_is_found_and_shown_in_the_graph(specs, show):
    browser = show(cnnplan.load(specs / "unet.yaml"))
    field = browser.find_element("css selector", "#graph input[type=search]")
    field.send_keys("concat")
    assert browser.execute_script("return document.querySelectorAll('#graph .box.found').length") == 4
    for name in ("up1.concat1", "up2.concat1"):
        field.send_keys("\ue007")
        assert browser.execute_script("return cnnplan.links.chosen") == name
    seen = browser.execute_script("return cnnplan.parts.graph.view.seen(cnnplan.parts.graph.layout.at('up2.concat1'))")
    room = browser.execute_script("return cnnplan.parts.graph.view.room")
    assert 0 < seen["x"] < room["width"]
    assert 0 < seen["y"] < room["height"]


def test_a_layer_of_a_file_is_found_by_what_the_file_calls_it(show):
    browser = show(cnnplan.load(Path(__file__).parents[2] / "translation/onnx/graphs/resnet50_bn_kept.onnx"))
    browser.find_element("css selector", "#graph input[type=search]").send_keys("layer3.4.conv2\ue007")
    assert browser.execute_script("return cnnplan.links.chosen") == "layer3_4_conv2"
    detail = browser.execute_script("return document.querySelector('#layer dl').innerText")
    assert "called there\nlayer3.4.conv2\n" in detail


def test_the_graph_fits_both_ways_turns_and_fills_the_window(specs, show):
    browser = show(cnnplan.load(specs / "unet.yaml"))
    size = "const { width, height } = cnnplan.parts.graph.layout.size; return width / height"
    tall = browser.execute_script(size)
    click(browser, '#graph [aria-label="From left to right"]')
    assert browser.execute_script(size) > 1 > tall
    click(browser, '#graph [aria-label="The full window"]')
    inside = (
        "const b = document.querySelector('#graph').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]"
    )
    assert browser.execute_script(inside) == [
        0,
        0,
        *browser.execute_script("return [document.documentElement.clientWidth, innerHeight]"),
    ]
    click(browser, '#graph [aria-label="Fit the whole"]')
    assert browser.execute_script("return document.querySelector('#graph .map').classList.contains('needless')")
    click(browser, '#graph [aria-label="Larger"]')
    browser.execute_script("for (let i = 0; i < 9; i++) cnnplan.parts.graph.view.zoom(1.3)")
    assert not browser.execute_script("return document.querySelector('#graph .map').classList.contains('needless')")

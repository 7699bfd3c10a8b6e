"""The table of the page: sorted, folded, searched, and never cut."""

from __future__ import annotations

import cnnplan
from tests.report.page.asking import click, rows


def test_the_table_sorts_folds_and_searches(specs, show):
    plan = cnnplan.load(specs / "unet.yaml")
    browser = show(plan)
    click(browser, "#table .tools button:nth-of-type(1)")
    assert rows(browser)[:3] == ["encoder1", "max_pool1", "encoder2"]
    click(browser, '[data-layer="encoder1"] .fold')
    assert rows(browser)[1] == "encoder1.conv1"
    click(browser, "#table .tools button:nth-of-type(2)")
    assert [name for name in rows(browser) if name in plan.nodes] == [*plan.nodes]
    click(browser, '[data-column="macs"] button')
    shown = rows(browser)
    macs = {node.name: node.macs for node in plan.at()}
    assert [macs[name] for name in shown] == sorted(macs.values(), reverse=True)
    browser.find_element("css selector", "#table input[type=search]").send_keys("concat")
    assert sorted(rows(browser)) == [f"up{i}.concat1" for i in (1, 2, 3, 4)]


def test_no_number_of_the_table_is_cut(specs, show):
    browser = show(cnnplan.load(specs / "unet.yaml"))
    cut = (
        "return [...document.querySelectorAll('#table td.number')]"
        ".filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent)"
    )
    for values in ({}, {"N": 100_000, "H": 4096, "W": 4096}):
        browser.execute_script("cnnplan.controls.bind(arguments[0])", {"N": 1, "H": 512, "W": 512, **values})
        browser.execute_script("cnnplan.parts.table.refresh(true)")
        assert browser.execute_script(cut) == []
    color = "return getComputedStyle(document.querySelector('#table .meter i')).backgroundColor"
    assert browser.execute_script(color) == "rgb(199, 121, 28)"


def test_without_javascript_the_table_is_there(specs):
    plan = cnnplan.load(specs / "lenet5.yaml")
    page = cnnplan.render(plan, "html")
    table = page.partition("<noscript>")[2].partition("</noscript>")[0]
    assert table.count("<tr>") == len(plan) + 2
    assert f"<td>{plan.at().macs:,}</td>" in table

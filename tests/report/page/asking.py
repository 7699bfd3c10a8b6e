"""What tests ask of a page in a browser: what it shows, what is clicked, and what it comes to in the end."""

from __future__ import annotations

import time

SHOWN = """
const read = (name) => document.querySelector(`[data-exact="${name}"]`).textContent;
cnnplan.controls.bind(arguments[0]);
return { problem: cnnplan.result.problem, params: read("params"), macs: read("macs"), flops: read("flops"),
         peak: read("peak"), weights: read("weights") };
"""
STATE = """
const read = (name) => document.querySelector(`[data-exact="${name}"]`).textContent.trim();
return { status: document.querySelector(".status").textContent, params: read("params"), macs: read("macs"),
         first: document.querySelector("main > section").id,
         layers: [...document.querySelectorAll("#table tbody tr")].map((row) => row.dataset.layer) };
"""


def digits(text):
    return int("".join(char for char in text if char.isdigit()))


def rows(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('#table tbody tr')].map((row) => row.dataset.layer)"
    )


def eventually(browser, script, expected):
    """The page answers so in the end: it draws when the browser finds the time."""
    for _ in range(200):
        answer = browser.execute_script(script)
        if answer == expected:
            return
        time.sleep(0.05)
    assert answer == expected


def click(browser, selector):
    browser.execute_script("document.querySelector(arguments[0]).click()", selector)


def frames(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('#graph .frame')].map((each) => each.dataset.frame)"
    )

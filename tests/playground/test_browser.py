"""The playground in Chromium: skipped where there is no Pyodide, which CNNPLAN_PYODIDE names, or no browser.

`cnnplan playground --fetch --pyodide FOLDER -o SITE` fetches it; then CNNPLAN_PYODIDE=FOLDER pytest tests/playground.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import threading
from pathlib import Path

import pytest

import cnnplan
from cnnplan.errors import SpecError, UsageError
from cnnplan.playground import Server, write
from cnnplan.playground.archive import examples
from cnnplan.playground.runtime import find
from tests.chromium import chromium

FOLDER = os.environ.get("CNNPLAN_PYODIDE", "")

pytestmark = pytest.mark.skipif(not FOLDER, reason="there is no Pyodide: CNNPLAN_PYODIDE names no folder that has it")

READY = "return Boolean(window.playground && playground.told && document.querySelector('#report iframe:not(.coming)'))"

GLANCE = """
const done = arguments[arguments.length - 1], [example, edit] = arguments;
const told = (event) => done({ told: playground.told, text: playground.editor.text });
const look = () => {
  document.addEventListener("glanced", told, { once: true });
  if (edit === null) playground.example(example);
  else playground.editor.view.dispatch({ changes: { from: 0, to: playground.editor.text.length, insert: edit } });
};
look();
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """The playground, once its first report is there; and the folder that it was made in."""
    folder = tmp_path_factory.mktemp("playground") / "site"
    write(folder, find(Path(FOLDER)))
    server = Server(folder)
    threading.Thread(target=server.run, daemon=True).start()
    browser = chromium(tmp_path_factory.mktemp("profile"), performance="ALL")
    browser.set_script_timeout(120)
    browser.get(server.address)
    wait(browser, READY)
    yield browser, server.address
    browser.quit()
    server.close()


def wait(browser, script, *arguments, seconds=180):
    from selenium.webdriver.support.ui import WebDriverWait  # noqa: PLC0415 - only where there is a browser

    return WebDriverWait(browser, seconds, 0.05).until(lambda driver: driver.execute_script(script, *arguments))


def glanced(browser, example, edit=None):
    """What is said of an example, or of a text in its place."""
    return browser.execute_async_script(GLANCE, example, edit)


def edits(text):
    """Three edits of a spec: a comment, another default size, a layer more."""
    yield f"# a comment\n{text}"
    yield text.replace("default: 224", "default: 256").replace("224", "288", 1)
    yield f"{text}\n" if "\nlayers:" not in text else text.replace("\nlayers:\n", "\nlayers:\n  - identity\n", 1)


def native(folder, name, text):
    """What cnnplan says here of the same text beside the same files."""
    file = folder / name
    file.write_text(text)
    try:
        plan = cnnplan.load(file)
    except SpecError as error:
        return [(each.rule, each.location.line) for each in error.findings]
    except UsageError as error:
        return str(error)
    known = {name: value for name, value in plan.values.items() if value is not None}
    from cnnplan.report.figures import number  # noqa: PLC0415 - one use

    return [number(total, known) for total in (plan.params, plan.macs, plan.flops)]


def shown(told):
    """The same of what the page was told."""
    if "totals" in told and not told["findings"]:
        return [None if each["value"] == "?" else int(each["value"].replace(",", "")) for each in told["totals"]]
    if told.get("problem"):
        return told["problem"]
    return [(each["rule"], each["line"]) for each in told["findings"] if each["severity"] == "error"]


@pytest.mark.parametrize("name", examples())
def test_every_spec_opens_and_three_edits_give_the_native_numbers(page, specs, tmp_path, name):
    browser, _ = page
    for other, file in examples().items():
        (tmp_path / other).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / other).write_text(file.read_text())
    text = (specs / name).read_text()
    for edit in (None, *edits(text)):
        said = glanced(browser, name, edit)
        assert said["text"] == (edit or text)
        expected = native(tmp_path, name, edit or text)
        if isinstance(expected, str):
            assert "no network" in expected
            assert "no network" in said["told"]["problem"]
        else:
            assert shown(said["told"]) == expected


def test_an_error_is_marked_where_it_is_and_mended_by_typing(page):
    browser, _ = page
    text = (glanced(browser, "lenet5.yaml"))["text"]
    told = glanced(browser, None, text.replace("out_channels", "out_channles", 1))["told"]
    assert [each["rule"] for each in told["findings"]] == ["CNN011"]
    assert browser.execute_script("return document.querySelectorAll('.cm-lintRange-error').length") == 1
    assert "line " in browser.execute_script("return document.getElementById('findings').textContent")
    glanced(browser, None, text)
    assert browser.execute_script("return document.querySelectorAll('.cm-lintRange-error').length") == 0


def in_report(browser, script, *arguments):
    """Run a script in the frame of the report."""
    frame = browser.find_element("css selector", "#report iframe:not(.coming)")
    browser.switch_to.frame(frame)
    try:
        return browser.execute_script(script, *arguments)
    finally:
        browser.switch_to.default_content()


def test_the_report_keeps_what_is_looked_at_and_leads_to_the_line(page):
    browser, address = page
    browser.get(f"{address}#example=unet.yaml")
    wait(browser, "return playground.file === 'specs/unet.yaml' && playground.told && playground.told.name === 'unet'")
    wait(browser, "return document.getElementById('report').getAttribute('aria-busy') === 'false'")
    in_report(browser, "cnnplan.controls.bind({ N: 3, H: 96, W: 160 }); cnnplan.links.choose('up1.concat1', 'table')")
    wait(
        browser, "return playground.report.state.includes('set.H=96') && playground.report.state.includes('layer=up1')"
    )
    line = browser.execute_script(
        "const { state } = playground.editor.view; return state.doc.lineAt(state.selection.main.head).text"
    )
    assert "concat" in line or "join" in line or "branches" in line, line
    browser.execute_script("document.addEventListener('reported', () => (window.again = true), { once: true })")
    glanced(browser, None, "# again\n" + browser.execute_script("return playground.editor.text"))
    wait(browser, "return window.again")
    macs = in_report(browser, "return document.querySelector('[data-exact=macs]').textContent")
    assert int("".join(filter(str.isdigit, macs))) == cnnplan.load("example:unet").at(N=3, H=96, W=160).macs


def test_a_network_is_shared_by_its_address(page):
    browser, address = page
    text = glanced(browser, "two_conv.yaml")["text"].replace("name: two_conv", "name: mine")
    glanced(browser, None, text)
    shared = browser.execute_async_script(
        "const done = arguments[0]; playground.address().then((state) => done(state))"
    )
    browser.get("about:blank")
    browser.get(f"{address}#{shared}")
    wait(browser, READY)
    assert browser.execute_script("return [playground.editor.text, playground.told.name]") == [text, "mine"]
    browser.get("about:blank")
    browser.get(f"{address}#spec=%%%")
    wait(browser, READY)
    assert browser.execute_script("return playground.told.name") == "resnet"


def test_an_onnx_file_is_dropped_and_written_as_a_spec(page):
    browser, _ = page
    graph = Path(__file__).parents[1] / "translation" / "onnx" / "graphs" / "dla34.onnx"
    data = base64.b64encode(graph.read_bytes()).decode()
    browser.execute_script(
        "const data = Uint8Array.from(atob(arguments[0]), (letter) => letter.charCodeAt(0));"
        "const carried = new DataTransfer(); carried.items.add(new File([data], 'dla34.onnx'));"
        "window.dispatchEvent(new DragEvent('drop', { dataTransfer: carried, bubbles: true, cancelable: true }));",
        data,
    )
    wait(browser, "return playground.taken === 'dla34.onnx' && playground.told.name === 'dla34'")
    assert browser.execute_script("return playground.told.totals[0].value") == "15,734,360"
    browser.execute_script("document.getElementById('convert').click()")
    wait(browser, "return playground.taken === null && playground.told.totals && playground.editor.text.length > 500")
    assert browser.execute_script("return playground.told.totals[0].value") == "15,734,360"


TRY = """
const done = arguments[arguments.length - 1], address = arguments[0];
const from = `import("${new URL("assets/sharing.js", location.href)}").catch(() => {}).finally(() =>
  fetch("${address}", { mode: "no-cors" }).then(() => postMessage("sent"), () => postMessage("refused")))`;
const worker = new Worker(URL.createObjectURL(new Blob([from], { type: "text/javascript" })), { type: "module" });
const there = new Promise((resolve) => (worker.onmessage = ({ data }) => resolve(data)));
const here = fetch(address, { mode: "no-cors" }).then(() => "sent", () => "refused");
Promise.all([here, there]).then(done);
"""


def test_nothing_leaves_the_origin(page):
    """The page and a worker that is started as Python's is may not reach another origin; and none was asked for."""
    browser, address = page
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(0.2)
        elsewhere = f"http://127.0.0.1:{other.getsockname()[1]}/"
        assert browser.execute_async_script(TRY, elsewhere) == ["refused", "refused"]
        with pytest.raises(TimeoutError):
            other.accept()
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [each["params"] for each in messages if each["method"] == "Network.requestWillBeSent"]
    own = [each for each in sent if each["documentURL"].startswith(address)]
    asked = {each["request"]["url"] for each in own} - {elsewhere}
    assert len(asked) > 5
    assert [url for url in asked if not url.startswith((address, f"blob:{address}", "data:", "about:"))] == []
    told = [entry["message"] for entry in browser.get_log("browser")]
    assert [each for each in told if elsewhere not in each] == []

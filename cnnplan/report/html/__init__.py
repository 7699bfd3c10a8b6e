"""The report as one page that needs nothing else: no network, no server, no library that is not inside.

`structures` finds the structures that the page can show, `data` says everything about one network as plain data,
`program` holds its formulas, which the page computes itself, exactly, whenever a slider moves. The page is `page.html`,
its looks `assets/*.css`, its working `assets/*.js`, in the order of their names; the graph is laid out by `placement`.
"""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup, escape

from cnnplan.report.html.data import network
from cnnplan.report.html.static import static
from cnnplan.report.placement import SCRIPTS, script

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnnplan.report import Report

__all__ = ["PIECES", "page", "render", "styles"]

CODE = re.compile(r"`([^`\n]+)`")

PIECES = ("totals", "bars", "pyramid", "memory", "field", "maps", "graph", "table", "findings", "source")
"""The parts of the page."""


def render(report: Report, *, others: Iterable[Report] = (), maps: Sequence[Any] = ()) -> str:
    """The page.

    Args:
        report: the network it is about.
        others: networks to compare it with.
        maps: pictures of what layers gave in a run, as dictionaries with name, caption and data.
    """
    return page([report, *others], PIECES, maps)


def page(
    reports: Sequence[Report],
    pieces: Iterable[str],
    maps: Sequence[Any] = (),
    networks: Sequence[tuple[dict[str, Any], list[str]]] = (),
) -> str:
    """A page with these parts only; `networks` is what `network` says of each report, where it is known already."""
    pieces = [*pieces]
    data, programs = zip(*(networks or map(network, reports)), strict=True)
    plan = reports[0].plan
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_text("page.html"))
    return template.render(
        title=" and ".join(report.plan.name for report in reports),
        description=_coded(plan.spec.description),
        reports=reports,
        pieces=pieces,
        styles=_joined("assets", ".css"),
        scripts=[*map(script, SCRIPTS if "graph" in pieces else ()), _program(programs), _joined("assets", ".js")],
        tables=[static(report) for report in reports] if len(pieces) > 1 else [],
        data=embedded({"networks": data, "maps": maps}),
    )


def styles(name: str) -> str:
    """The text of a file of its looks, for pages that are to look like it."""
    return _text("assets", name)


def embedded(value: Any) -> str:
    """A value as JSON that may stand inside a script element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    text = re.sub("<(?=[!sS])", r"\\u003c", text.replace("</", "<\\/"))
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _coded(text: str) -> Markup:
    """A text for the page: what stands between backticks is code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped before


def _program(programs: Iterable[Sequence[str]]) -> str:
    """The formulas: a function for each structure of each network."""
    listed = ",\n".join("[" + ",\n".join(each) + "]" for each in programs)
    return f"const PROGRAMS = [{listed}];"


def _text(*path: str) -> str:
    return files("cnnplan.report.html").joinpath(*path).read_text(encoding="utf-8")


def _joined(folder: str, suffix: str) -> str:
    """The files of a folder, one after the other."""
    found = (file for file in files("cnnplan.report.html").joinpath(folder).iterdir() if file.name.endswith(suffix))
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(found, key=lambda file: file.name))

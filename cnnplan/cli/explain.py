"""`cnnplan explain`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cnnplan.cli.completion import layers
from cnnplan.cli.exits import exit_codes
from cnnplan.cli.files import suffixes
from cnnplan.cli.options import Convention, Settings, bound, reads
from cnnplan.cli.terminal import width
from cnnplan.errors import UsageError
from cnnplan.report.text import printable

__all__ = ["explain"]

COUNTING = "convention"
"""The subject that is about how other tools count."""

Subject = Annotated[
    str,
    typer.Argument(
        metavar="[TOPIC|SPEC]",
        help="A topic, an operator, a function, a rule or error; left out: what there is. A spec. `convention` for "
        "the numbers of other tools.",
    ),
]
Topic = Annotated[
    str,
    typer.Argument(
        metavar="[LAYER|SYMBOL|SPEC]",
        help="What to explain of a spec; left out: the whole.",
        autocompletion=layers,
    ),
]


@reads
def explain(
    subject: Subject = "",
    topic: Topic = "",
    settings: Settings = [],  # noqa: B006 - how typer says "none"
    convention: Convention = "",
) -> None:
    """Say what a topic, an operator or a rule is; sum up a network, derive a layer's numbers or price a symbol."""
    with exit_codes():
        if subject == COUNTING and not Path(subject).exists():
            told = _counting(topic, convention, settings)
        elif topic or _is_network(subject):
            told = _of_spec(subject, topic, settings)
        else:
            told = _page(subject)
        typer.echo(_shown(printable(told)), nl=False)


def _is_network(subject: str) -> bool:
    """Whether it is a file, an example or a function of Python that makes one: topics have no colon."""
    return ":" in subject or Path(subject).suffix in suffixes() or bool(subject and Path(subject).exists())


def _shown(text: str) -> str:
    """What is told, on a terminal as wide as that is."""
    if not sys.stdout.isatty():
        return text
    from cnnplan.report.fitting import flowing  # noqa: PLC0415 - where it is read

    return flowing(text, width())


def _of_spec(spec: str, topic: str, settings: list[str]) -> str:
    """What there is to say of a network, or of a layer or a symbol of it."""
    from cnnplan.exploration import explaining  # noqa: PLC0415
    from cnnplan.plan import plan_spec  # noqa: PLC0415
    from cnnplan.translation import load_spec  # noqa: PLC0415

    read = load_spec(Path(spec))
    understood = read.account(topic) if read.account and topic else ""
    return understood or explaining.explain(plan_spec(read, bound(settings)), topic)


def _page(subject: str) -> str:
    """The contents, a list, or every page of that name: of the language, of an operator, of a rule."""
    from cnnplan import rules  # noqa: PLC0415
    from cnnplan.exploration import explaining  # noqa: PLC0415
    from cnnplan.ops import OPERATORS  # noqa: PLC0415
    from cnnplan.reference import contents, explained, topics  # noqa: PLC0415
    from cnnplan.spec.words import did_you_mean  # noqa: PLC0415

    lists = {"": contents, "operators": explaining.operators, "rules": rules.contents}
    if subject in lists:
        return lists[subject]()
    if rules.known(subject):
        return rules.documentation(subject)
    operator = explaining.operator(subject) if subject in OPERATORS else ""
    page = explained(subject)
    if not operator and not page:
        near = did_you_mean(subject, (*OPERATORS, *topics()))
        told = _mentioned(subject) or near or "; `cnnplan explain` lists what there is"
        raise UsageError(f"there is no topic and no operator {subject}{told}")
    return "\n".join(filter(None, (operator, page)))


def _mentioned(word: str) -> str:
    """`; explain memory speaks of it`: the pages that say a word most often."""
    from cnnplan.reference import mentions  # noqa: PLC0415

    pages = mentions(word)[:3]
    return f"; {', '.join(f'`explain {page}`' for page in pages)} {'speak' if pages[1:] else 'speaks'} of it" * bool(
        pages
    )


def _counting(spec: str, tool: str, settings: list[str]) -> str:
    """How other tools count, of a network where one is given."""
    from cnnplan.exploration.reconciliation import reconciliation, tools  # noqa: PLC0415
    from cnnplan.plan import plan_spec  # noqa: PLC0415
    from cnnplan.translation import load_spec  # noqa: PLC0415

    return reconciliation(plan_spec(load_spec(Path(spec)), bound(settings)), tool) if spec else tools()

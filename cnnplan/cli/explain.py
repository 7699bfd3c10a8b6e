"""`cnnplan explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnplan.cli.completion import layers
from cnnplan.cli.exits import exit_codes
from cnnplan.cli.options import Convention, Settings, bound
from cnnplan.report.text import printable

__all__ = ["explain"]

COUNTING = "convention"
"""The subject that is about how other tools count."""

LISTS = ("operators", "rules")
"""The subjects that are lists of others."""

Subject = Annotated[
    str,
    typer.Argument(
        metavar="SPEC|OPERATOR|RULE|convention",
        help="A spec, an operator, a rule or error; `operators` or `rules` for a list of them; `convention` for the "
        "numbers of other tools.",
    ),
]
Topic = Annotated[
    str,
    typer.Argument(
        metavar="[LAYER|SYMBOL|SPEC]",
        help="What to explain; left out: the conditions. A spec, for them.",
        autocompletion=layers,
    ),
]


def explain(
    subject: Subject,
    topic: Topic = "",
    settings: Settings = [],  # noqa: B006 - how typer says "none"
    convention: Convention = "",
) -> None:
    """Derive a layer's numbers, price a symbol, document an operator or a rule, or reconcile what tools count."""
    with exit_codes():
        from cnnplan.exploration import explaining  # noqa: PLC0415
        from cnnplan.plan import plan_spec  # noqa: PLC0415
        from cnnplan.rules import contents, documentation, known  # noqa: PLC0415
        from cnnplan.spec import load_spec  # noqa: PLC0415

        if subject == COUNTING and not Path(subject).exists():
            typer.echo(printable(_counting(topic, convention, settings)), nl=False)
            return
        if not topic and subject in LISTS and not Path(subject).exists():
            typer.echo(contents() if subject == "rules" else explaining.operators(), nl=False)
            return
        if not topic and known(subject) and not Path(subject).exists():
            typer.echo(documentation(subject), nl=False)
            return
        if not topic and Path(subject).suffix not in (".yaml", ".yml") and not Path(subject).exists():
            typer.echo(explaining.operator(subject), nl=False)
            return
        plan = plan_spec(load_spec(Path(subject)), bound(settings))
        typer.echo(printable(explaining.explain(plan, topic)), nl=False)


def _counting(spec: str, tool: str, settings: list[str]) -> str:
    """How other tools count, of a network where one is given."""
    from cnnplan.exploration.reconciliation import reconciliation, tools  # noqa: PLC0415
    from cnnplan.plan import plan_spec  # noqa: PLC0415
    from cnnplan.spec import load_spec  # noqa: PLC0415

    return reconciliation(plan_spec(load_spec(Path(spec)), bound(settings)), tool) if spec else tools()

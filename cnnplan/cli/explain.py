"""`cnnplan explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnnplan.cli.exits import exit_codes
from cnnplan.cli.options import Settings, bound
from cnnplan.report.text import printable

__all__ = ["explain"]

Subject = Annotated[str, typer.Argument(metavar="SPEC|OPERATOR|RULE", help="A spec, an operator, a rule or error.")]
Topic = Annotated[str, typer.Argument(metavar="[LAYER|SYMBOL]", help="What to explain; left out: the conditions.")]


def explain(
    subject: Subject,
    topic: Topic = "",
    settings: Settings = [],  # noqa: B006 - how typer says "none"
) -> None:
    """Derive a layer's numbers step by step, price a symbol, or document an operator, a rule or an error."""
    with exit_codes():
        from cnnplan.exploration import explaining  # noqa: PLC0415
        from cnnplan.plan import plan_spec  # noqa: PLC0415
        from cnnplan.rules import documentation, known  # noqa: PLC0415
        from cnnplan.spec import load_spec  # noqa: PLC0415

        if not topic and known(subject) and not Path(subject).exists():
            typer.echo(documentation(subject), nl=False)
            return
        if not topic and Path(subject).suffix not in (".yaml", ".yml") and not Path(subject).exists():
            typer.echo(explaining.operator(subject), nl=False)
            return
        plan = plan_spec(load_spec(Path(subject)), bound(settings))
        typer.echo(printable(explaining.explain(plan, topic)), nl=False)

"""Options that several commands have, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping  # noqa: TC003 - typer reads the signatures of commands
from contextlib import suppress
from functools import wraps
from inspect import Parameter, signature
from pathlib import Path
from typing import Annotated, Any

import typer

from cnnplan.cli.completion import layers, settings
from cnnplan.cli.exits import exit_codes, say
from cnnplan.errors import UsageError

__all__ = [
    "Convention",
    "Output",
    "Paths",
    "Root",
    "Settings",
    "Spec",
    "Values",
    "bound",
    "pairs",
    "reads",
    "reads_whole",
    "words",
]

Spec = Annotated[
    str,
    typer.Argument(metavar="SPEC", help="A network: a file in YAML or of ONNX, or package.module:function of PyTorch."),
]
Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Networks: YAML or ONNX files, and folders.")]


def _folder(root: Path | None) -> Path | None:
    """A folder that is there."""
    if root is not None and not root.is_dir():
        raise typer.BadParameter(f"there is no folder {root}")
    return root


Root = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Where included files may come from.", callback=_folder),
]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to FILE, all or nothing.")]
Settings = Annotated[
    list[str],
    typer.Option("--set", metavar="SYMBOL=VALUE", help="Give a symbol a value.", autocompletion=settings),
]

Convention = Annotated[
    str,
    typer.Option(
        "--convention",
        metavar="TOOL",
        help="As torch, fvcore, thop, ptflops, torchinfo, calflops, pycls or ultralytics counts.",
    ),
]

Values = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="SYMBOL=VALUES",
        help="A value, several (1,2,4), a range (128:320:32), or a symbol.",
        autocompletion=settings,
    ),
]


_READERS: dict[str, Any] = {
    "dims": Annotated[
        list[str],
        typer.Option(
            "--dims",
            metavar="EXTENTS",
            help="Of a network that is no spec, the extents of its input: N,3,H,W, or x=N,3,H,W.",
        ),
    ],
    "arguments": Annotated[
        list[str],
        typer.Option(
            "--with", metavar="NAME=VALUE", help="An argument of the function that builds a network in Python."
        ),
    ],
    "scale": Annotated[
        list[str],
        typer.Option("--scale", metavar="NAME", help="Of a file that describes several sizes, which: n, s, m."),
    ],
    "modules": Annotated[
        list[str],
        typer.Option("--modules", metavar="PATH", help="Modules of your own: for Ultralytics' YAML, a file of blocks."),
    ],
}
"""What the readers of files that are no specs can be told: `cnnplan.translation.Options`, one option a field."""


_UNTIL = Annotated[
    list[str],
    typer.Option(
        "--until",
        metavar="LAYER",
        help="Only what leads to this layer or block: layer4 for a backbone.",
        autocompletion=layers,
    ),
]


def reads(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that reads networks the options of all readers, and --until: a part of a network is one too."""
    return _reading(command, {"until": _UNTIL, **_READERS})


def reads_whole(command: Callable[..., None]) -> Callable[..., None]:
    """The same of a command that has no use for a part of a network."""
    return _reading(command, _READERS)


def _reading(command: Callable[..., None], readers: Mapping[str, Any]) -> Callable[..., None]:
    """Give a command options which the readers of networks hear of as these are read."""

    @wraps(command)
    def told(*args: Any, **given: Any) -> None:
        with exit_codes():
            texts = {name: given.pop(name) for name in readers}
            options = {name: _READ[name](text) for name, text in texts.items() if text}
        if not options:
            command(*args, **given)
            return
        from cnnplan.translation.options import telling  # noqa: PLC0415

        with telling(options) as unheard:
            try:
                command(*args, **given)
            finally:
                for name in unheard:
                    say(f"--{_CALLED.get(name, name)} was not used: it means nothing for these files")

    own = signature(command, eval_str=True)
    more = [Parameter(name, Parameter.KEYWORD_ONLY, default=[], annotation=each) for name, each in readers.items()]
    parameters = [*own.parameters.values(), *more]
    told.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    told.__annotations__ = {each.name: each.annotation for each in parameters}
    return told


def _dims(texts: list[str]) -> dict[str, tuple[str | int, ...]]:
    """`x=N,3,H,W` by input, `N,3,H,W` where there is one."""
    from cnnplan.translation.options import extents  # noqa: PLC0415

    try:
        return extents(dict(map(_named, texts)))
    except UsageError as error:
        raise UsageError(f"--{error}; several inputs: write INPUT=EXTENTS for each") from None


def _named(text: str) -> tuple[str, str]:
    name, equals, each = (part.strip() for part in text.rpartition("="))
    if equals and not name:
        raise UsageError(f"dims {text}: the input has no name")
    return name, each


def _arguments(texts: list[str]) -> dict[str, Any]:
    """`depth=50` by name: a value as Python writes it, else text."""
    from ast import literal_eval  # noqa: PLC0415 - rarely needed

    found = {}
    for text in texts:
        name, value = _halves(text, "--with", "--with depth=50")
        with suppress(ValueError, SyntaxError, MemoryError, RecursionError):
            found[name] = literal_eval({"true": "True", "false": "False", "null": "None"}.get(value, value))
            continue
        found[name] = value
    return found


_READ: dict[str, Callable[[Any], Any]] = {
    "dims": _dims,
    "arguments": _arguments,
    "scale": lambda texts: texts[-1],
    "modules": tuple,
    "until": lambda texts: tuple(name for text in texts for name in words(text)),
}
"""How the values of these options are read."""


_SETTING = "--set %s: write SYMBOL=VALUE, as in --set H=320"


_CALLED = {"arguments": "with"}
"""Options that are not called like their field."""


def words(text: str) -> tuple[str, ...]:
    """`CNN210,CNN3` as its words."""
    return tuple(filter(None, (word.strip() for word in text.split(","))))


def pairs(given: list[str]) -> dict[str, str]:
    """What stands right of the equals signs of `--set`, by symbol, unread."""
    return dict(map(_halves, given))


def bound(given: list[str]) -> dict[str, Any]:
    """The values of `--set` by symbol."""
    return dict(map(_setting, given))


def _halves(text: str, option: str = "--set", example: str = "--set H=320") -> tuple[str, str]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not (name and equals and value):
        raise UsageError(
            f"{option} {text}: write NAME=VALUE, as in {example}" if option != "--set" else _SETTING % text
        )
    return name, value


def _setting(text: str) -> tuple[str, Any]:
    """`H=320` as a name and a value: a whole number, a decimal as an exact fraction, or the name of a choice."""
    name, value = _halves(text)
    with suppress(ValueError):
        return name, int(value)
    with suppress(ValueError, ZeroDivisionError):
        from fractions import Fraction  # noqa: PLC0415

        return name, Fraction(value)
    return name, value

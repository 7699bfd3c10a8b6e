"""What a command imports: nothing heavy, no other command, no room that it does not enter."""

from __future__ import annotations

from ast import literal_eval

HEAVY = ("sympy", "numpy", "networkx", "rich", "jinja2", "pydantic", "importlib.metadata", "asyncio", "sqlite3")


def test_check_of_a_legal_spec_imports_nothing_heavy(python):
    code = (
        "import sys; from cnnplan.cli import app\n"
        "try: app(['check', '-q', 'specs/resnet.yaml'])\n"
        "except SystemExit as done: assert done.code == 0, done.code\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    ran = python("-c", code)
    assert (ran.stdout, ran.stderr) == ("[]\n", "")


NEEDED = [
    "_bisect", "_blake2", "_contextvars", "_hashlib", "_json", "_random", "_sha512", "_string", "atexit", "bisect",
    "contextvars", "encodings.utf_8_sig", "gc", "hashlib", "json", "json.decoder", "json.encoder", "json.scanner",
    "random", "string", "tomllib", "tomllib._parser", "tomllib._re", "tomllib._types", "unicodedata",
]  # fmt: skip
"""What a check imports of others: to remember what was clean, to draw values, and to read the configuration."""

ELSEWHERE = ("cnnplan.runtimes", "cnnplan.checkpoints", "cnnplan.executor", "cnnplan.repairs", "cnnplan.exploration")
"""Rooms that a check of a legal spec does not enter."""


def test_what_a_check_imports_besides_the_libraries_it_is_made_of(python):
    code = (
        "import sys, typer, yaml, pydantic_core; before = set(sys.modules); from cnnplan.cli import app\n"
        "try: app(['check', '-q', 'specs/resnet.yaml'])\n"
        "except SystemExit as done: assert done.code == 0, done.code\n"
        "new = set(sys.modules) - before\n"
        "print(sorted(name for name in new if not name.startswith(('cnnplan', 'typer'))))\n"
        f"print(sorted(name for name in new if name.startswith({ELSEWHERE})))"
    )
    ran = python("-c", code)
    extra, rooms = ran.stdout.splitlines()
    assert set(literal_eval(extra)) <= set(NEEDED)
    assert (rooms, ran.stderr) == ("[]", "")


def test_a_command_imports_no_other(python):
    code = (
        "import sys; from cnnplan.cli import COMMANDS, app\n"
        "try: app(['check', '-q', 'specs/resnet.yaml'])\n"
        "except SystemExit as done: assert done.code == 0, done.code\n"
        "print([name for name in COMMANDS if f'cnnplan.cli.{name}' in sys.modules])"
    )
    ran = python("-c", code)
    assert (ran.stdout, ran.stderr) == ("['check']\n", "")

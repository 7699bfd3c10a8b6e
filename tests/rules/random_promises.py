"""Random networks with random promises, and the truth about them: every declared value planned with numbers."""

from __future__ import annotations

import re
from itertools import product
from random import Random
from typing import Any, NamedTuple

from cnnplan.configuration import Configuration
from cnnplan.findings import Place
from cnnplan.plan import plan_spec
from cnnplan.rules import check
from cnnplan.rules.terms import Terms
from cnnplan.spec import load_spec, parse

SIGNS = ("==", "==", "<=", ">=", "<", ">", "!=")


class Symbol(NamedTuple):
    """A symbol as it is declared, and all of its values, or the first of them."""

    declared: str
    values: tuple[int, ...]


class Case(NamedTuple):
    """A spec, its promises, and what must be true of each."""

    text: str
    promises: list[str]
    truths: list[bool | None]


def case(seed: int, number: int) -> Case:
    """A random spec that is legal for all that it declares, with this many promises."""
    pick = Random(seed)  # noqa: S311 - the same networks every time
    while True:
        symbols = {"H": _extent(pick), "W": _extent(pick)}
        symbols |= {"d": _count(pick)} if pick.random() < 0.4 else {}
        symbols |= {"s": Symbol("{default: 1, choices: [1, 2, 3]}", (1, 2, 3))} if pick.random() < 0.4 else {}
        symbols |= (
            {"c": Symbol("{default: 8, min: 4, max: 12, multiple_of: 4}", (4, 8, 12))} if pick.random() < 0.3 else {}
        )
        layers = [_layer(pick, symbols, place) for place in range(pick.randint(1, 4))]
        head = ", ".join(f"{name}: {symbol.declared}" for name, symbol in symbols.items())
        text = f"cnnplan: 1\nsymbols: {{{head}}}\ninput: [2, 4, H, W]\nlayers:\n" + "".join(layers)
        if not any(finding.severity == "error" for finding in check(text, Configuration(select=("CNN301",)))):
            break
    plan = plan_spec(load_spec(text))
    promises = [_promise(pick, symbols, plan, len(layers)) for _ in range(number)]
    text += "expect:\n" + "".join(f"  - '{promise}'\n" for promise in promises)
    return Case(text, promises, _truths(text, symbols, promises))


def _extent(pick: Random) -> Symbol:
    multiple = pick.choice((1, 1, 2, 4, 7, 8))
    least = pick.choice((8, 16, 30))
    low = -(-least // multiple) * multiple
    if pick.random() < 0.3:
        return Symbol(
            f"{{default: {low}, min: {least}, multiple_of: {multiple}}}",
            tuple(range(low, low + 24 * multiple, multiple)),
        )
    high = low + multiple * pick.randint(1, 14)
    values = tuple(range(low, high + 1, multiple))
    return Symbol(f"{{default: {pick.choice(values)}, min: {least}, max: {high}, multiple_of: {multiple}}}", values)


def _count(pick: Random) -> Symbol:
    high = pick.randint(2, 4)
    return Symbol(f"{{default: 2, min: 1, max: {high}}}", tuple(range(1, high + 1)))


def _layer(pick: Random, symbols: dict[str, Symbol], place: int) -> str:
    width = "c" if "c" in symbols and pick.random() < 0.5 else str(pick.choice((4, 8)))
    width = (
        f'"make_divisible({width} * {pick.choice((1, 3))}, {pick.choice((2, 8))})"' if pick.random() < 0.3 else width
    )
    verb = pick.choice(
        (
            f"conv: {{out_channels: {width}, kernel_size: 3, padding: 1, stride: {pick.choice((1, 2))}}}",
            f"max_pool: {{kernel_size: 2, stride: 2, ceil_mode: {pick.choice(('true', 'false'))}}}",
            f"conv: {{out_channels: {width}, kernel_size: {pick.choice((1, 3, 5))}}}",
            "upsample: {scale_factor: 2}",
            'pad: {padding: "[[0, -in_shape[2] % 4], [0, 0]]"}',
            f"conv: {{out_channels: {width}, kernel_size: 1, stride: {'s' if 's' in symbols else 2}}}",
        )
    )
    text = f"  - {verb}\n    name: x{place}\n"
    if pick.random() < 0.4:
        name = pick.choice([name for name in symbols if name in "HWs"])
        text += f"    when: {name} {pick.choice(('>', '<=', '!='))} {pick.choice(symbols[name].values)}\n"
    elif "d" in symbols and "stride: 1" in verb:
        text += "    repeat: d\n"
    return text


def _promise(pick: Random, symbols: dict[str, Symbol], plan: Any, layers: int) -> str:
    text = _comparison(pick, symbols, plan, layers)
    if pick.random() < 0.3:
        name = pick.choice([name for name in symbols if name != "c"])
        other = _comparison(pick, symbols, plan, layers)
        text = f"{text} if {name} {pick.choice(('>', '<=', '=='))} {pick.choice(symbols[name].values)} else {other}"
    elif pick.random() < 0.15:
        text = f"{text} {pick.choice(('and', 'or'))} {_comparison(pick, symbols, plan, layers)}"
    return text


def _comparison(pick: Random, symbols: dict[str, Symbol], plan: Any, layers: int) -> str:
    name = f"x{pick.randrange(layers)}"
    kind = pick.randrange(6)
    if kind == 0:
        product_of = f"{_term(pick, symbols)} * {_term(pick, symbols)}"
        return f'shape("{name}")[2] * shape("{name}")[3] {pick.choice(SIGNS)} {product_of}'
    if kind == 1:
        return f"{_term(pick, symbols)} {pick.choice(SIGNS)} {_term(pick, symbols)} * {pick.randint(1, 3)}"
    axis = pick.choice((1, 2, 3))
    if name in plan.nodes and pick.random() < 0.6 and "s" not in _named(plan[name].shape):
        wanted = plan[name].shape[axis]
        more = pick.choice(("", "", "", " + 1", " - 1", " * 2"))
        product_of = f' * shape("{name}")[2]' if kind == 2 else ""
        wanted = f"({wanted}){f' * ({plan[name].shape[2]})' if product_of else ''}"
        return f'shape("{name}")[{axis}]{product_of} {pick.choice(SIGNS[:4])} {wanted}{more}'
    return f'shape("{name}")[{axis}] {pick.choice(SIGNS)} {_term(pick, symbols)}'


def _named(shape: Any) -> set[str]:
    """The symbols in a shape: of a division by one no text is an expression of the language."""
    return set().union(*(extent.symbols for extent in shape if not isinstance(extent, int)))


def _term(pick: Random, symbols: dict[str, Symbol]) -> str:
    name = pick.choice(list(symbols))
    by = pick.choice((2, 3, 4, 7, 8))
    forms = (
        name, f"{name} // {by}", f"ceil({name} / {by})", f"({name} - {by} + 2)", f"min({name}, {by * 3})",
        f"max({name} // {by}, {by})", f"make_divisible({name}, {by})", str(by), f"-(-{name} // {by})", f"{name} % {by}",
    )  # fmt: skip
    return pick.choice(forms)


def _truths(text: str, symbols: dict[str, Symbol], promises: list[str]) -> list[bool | None]:
    """Whether each promise holds at every value that was looked at; None where it has no value somewhere."""
    spec = load_spec(text)
    expressions = [parse(promise, Place("")) for promise in promises]
    truths: list[bool | None] = [True] * len(promises)
    for values in product(*(symbol.values for symbol in symbols.values())):
        at = dict(zip(symbols, values, strict=True))
        plan = plan_spec(spec, at, symbolic=False, partial=True)
        assert not plan.findings
        terms = Terms(plan, at)
        for place, expression in enumerate(expressions):
            if truths[place]:
                truths[place] = bool(expression.evaluate(terms))
    return truths


def _fails(given: Case, promise: str, message: str) -> bool:
    """Whether a promise really fails at the values that a message names, where these are beyond those looked at."""
    named = dict(re.findall(r"(\w+) = (\d+)", message.rpartition("not at ")[2]))
    plan = plan_spec(load_spec(given.text), {name: int(value) for name, value in named.items()}, symbolic=False)
    return bool(named) and not parse(promise, Place("")).evaluate(Terms(plan, plan.values))


class Tally(NamedTuple):
    """What became of promises: kept though false, broken though true, undecided, all."""

    kept_false: list[str]
    broken_true: list[str]
    undecided: int
    promises: int


def tally(seeds: range, number: int) -> Tally:
    """Promises of random networks, judged and held against the truth."""
    found = Tally([], [], 0, 0)
    for seed in seeds:
        given = case(seed, number)
        told: dict[int, str] = {}
        messages: dict[int, str] = {}
        start = given.text.count("\n") - len(given.promises) + 1
        for finding in check(given.text, Configuration(select=("CNN301", "CNN303"))):
            assert finding.location is not None
            told.setdefault(finding.location.line - start, finding.rule)
            messages.setdefault(finding.location.line - start, finding.message)
        kept = [p for i, p in enumerate(given.promises) if i not in told and not given.truths[i]]
        broken = [
            p
            for i, p in enumerate(given.promises)
            if told.get(i) == "CNN301" and given.truths[i] and not _fails(given, p, messages[i])
        ]
        found = Tally(
            [*found.kept_false, *(f"seed {seed}: {promise}" for promise in kept)],
            [*found.broken_true, *(f"seed {seed}: {promise}" for promise in broken)],
            found.undecided + sum(rule == "CNN303" for rule in told.values()),
            found.promises + len(given.promises),
        )
    return found

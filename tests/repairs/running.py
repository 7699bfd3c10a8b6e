"""A mended network, run in NumPy at ten sizes."""

from itertools import product

from cnnplan import load
from cnnplan.executor import execute
from cnnplan.spec import Symbol

__all__ = ["run"]


def run(text: str) -> int:
    """At how many legal sizes, small ones, the network is run; its shapes are those that were predicted."""
    plan = load(text)
    symbols = [plan.spec.symbols[name] for name in ("H", "W")]
    legal = [
        values
        for rows, columns in product(range(64), repeat=2)
        if (values := {**plan.values, "H": _size(symbols[0], rows), "W": _size(symbols[1], columns)})
        and (plan.condition.verdict or plan.condition.holds(values))
    ]
    least = sorted(legal, key=lambda values: max(values["H"], values["W"]))
    sizes = least[:: max(1, min(len(least), 60) // 10)][:10]
    for values in sizes:
        at = plan.at(**values)
        done = execute(plan.graph, values=at.values)
        assert {n: tuple(m.shape) for n, m in done.measurements.items()} == {each.name: each.shape for each in at}
    return len(sizes)


def _size(symbol: Symbol, number: int) -> int:
    """The declared value of that number, from the least on."""
    step = symbol.multiple_of or 1
    return -(-(symbol.min or 1) // step) * step + number * step

"""What the tests of expressions read them with: a place, and names that have a value."""

from __future__ import annotations

from cnnplan.findings import Place
from cnnplan.sizes import Context, Domain
from cnnplan.spec import Record, UnknownName, Verb

HERE = Place("net.yaml", ("layers", 3))


class Names:
    """An environment of fixed names; open conditions are settled as asked, and remembered."""

    def __init__(self, *, verdict=True):
        context = Context()
        sizes = {name: context.symbol(name, Domain()) for name in ("H", "W", "k")}
        record = Record("deep", {"depths": (3, 4, 23), "unit": Verb("relu")})
        self.values = {**sizes, "i": 2, "width": 24, "variant": record, "act": Verb("silu"), "pair": (1, 7)}
        self.verdict = verdict
        self.decided = []

    def lookup(self, name):
        if name not in self.values:
            raise UnknownName(name, self.values)
        return self.values[name]

    def shape(self, name):
        return {"stem": (1, 64, self.values["H"], 28)}[name]

    def decide(self, condition):
        self.decided.append(str(condition))
        return self.verdict

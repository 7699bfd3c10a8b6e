"""Values at which a condition fails are found where they lie at an edge of what is declared."""

from __future__ import annotations

import pytest

from cnnplan.graph.witnesses import Trials
from cnnplan.sizes import Context, Domain, ge
from cnnplan.sizes.deciding.conditions import All

DOMAINS = {name: Domain(min=3 + place, max=150 + 7 * place) for place, name in enumerate("ABCDE")}
TODAY = dict.fromkeys(DOMAINS, 40)


def letters():
    sizes = Context()
    return [sizes.symbol(name, domain) for name, domain in DOMAINS.items()]


@pytest.mark.parametrize("edge", ["low", "high"])
def test_all_of_them_at_their_edge(edge):
    """One of 10**10 combinations, which no sample of a few thousand meets by chance."""
    total = sum(letters())
    corner = {name: getattr(domain, edge) for name, domain in DOMAINS.items()}
    bound = sum(corner.values())
    condition = ge(total, bound + 1) if edge == "low" else ge(bound - 1, total)
    assert condition.verdict is None
    assert Trials(DOMAINS, TODAY).failure(condition) == corner


@pytest.mark.parametrize("name", DOMAINS)
@pytest.mark.parametrize("edge", ["low", "high"])
def test_one_of_them_at_its_edge_the_others_as_today(name, edge):
    sizes = dict(zip(DOMAINS, letters(), strict=True))
    end = getattr(DOMAINS[name], edge)
    others = sum(size for other, size in sizes.items() if other != name)
    far = 1000 * sizes[name] if edge == "high" else -1000 * sizes[name]
    condition = ge(1000 * (end if edge == "high" else -end) - 1000 + 4 * 40 + others - others, far - 0 * others)
    found = Trials(DOMAINS, TODAY).failure(condition)
    assert found is not None
    assert not condition.holds(found)


@pytest.mark.parametrize("most", [1_900, 5_000, 7_000, 23_000])
def test_it_is_the_first_that_is_tried(most):
    """With many tried at a time it is the one that is found when they are tried one by one."""
    a, b, *others, e = letters()
    condition = ge(most, a * e + b * 10 + sum(others))
    found = Trials(DOMAINS, TODAY).failure(condition)
    assert found is not None
    assert found == Trials(DOMAINS, TODAY).failure(All((condition,)))

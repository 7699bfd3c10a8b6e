"""The contract of every operator: what its rules predict is what its kernel does.

Shape, weights and tally are compared on random geometries; where a requirement is broken the kernel itself must fail.
`CNNPLAN_EXAMPLES` says how many geometries an operator gets.
"""

from __future__ import annotations

import os
from fractions import Fraction
from random import Random

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnplan.cost import KINDS
from cnnplan.graph import build
from cnnplan.meter import Meter
from cnnplan.ops import OPERATORS, contraction
from cnnplan.ops.division import Division
from cnnplan.ops.fields import kinds
from cnnplan.sizes import Context, Domain
from cnnplan.spec import load_spec
from tests.ops.geometries import DRAWS

EXAMPLES = int(os.environ.get("CNNPLAN_EXAMPLES", "60"))
REFUSALS = (ValueError, IndexError)

every_operator = pytest.mark.parametrize("verb", DRAWS)
some_geometries = given(rng=st.builds(Random, st.integers(0, 2**32)))
few = settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None)


def drawn(verb, rng):
    args, shapes = DRAWS[verb](rng)
    return OPERATORS[verb](**args), shapes


def legal(operator, shapes):
    return all(bool(requirement.condition) for requirement in operator.requires(*shapes))


def inputs(operator, shapes, seed=0):
    """Negative throughout, so that no weight of a rectifier is passed over; of an embedding the first row at least."""
    numbers = np.random.default_rng(seed)
    if operator.verb == "embedding":
        return [numbers.integers(0, operator.num_embeddings, shape) for shape in shapes]
    return [-1 - numbers.random(shape) for shape in shapes]


def weighed(operator, shapes):
    numbers = np.random.default_rng(7)
    return {name: 0.5 + numbers.random(weight.shape) for name, weight in operator.weights(*shapes).items()}


@every_operator
@few
@some_geometries
def test_what_is_predicted_is_what_happens(verb, rng):
    operator, shapes = drawn(verb, rng)
    arrays = inputs(operator, shapes)
    if not legal(operator, shapes):
        weights = weighed(operator, shapes) if verb not in ("conv", "conv_transpose") else filters(operator, shapes)
        with pytest.raises(REFUSALS):
            operator.run(*arrays, **weights)
        return
    weights, meter = weighed(operator, shapes), Meter()
    output = operator.output(*shapes)
    watched = operator.run(*map(meter.watch, arrays), **weights)
    assert watched.shape == output
    assert watched.dtype == (bool if verb == "compare" or getattr(operator, "dtype", None) == "bool" else np.float64)
    cost = operator.cost(tuple(shapes), output)
    assert meter.tally == {kind: getattr(cost, kind) for kind in KINDS}
    assert np.array_equal(np.asarray(watched), operator.run(*arrays, **weights), equal_nan=True)
    assert all(np.array_equal(array, same) for array, same in zip(arrays, inputs(operator, shapes), strict=True))


def filters(operator, shapes):
    """The weights of a convolution that may not be legal."""
    shape, *given = shapes
    out, groups, kernel = operator.out_channels, operator.groups, operator.kernel_size
    kernel = kernel if isinstance(kernel, tuple) else (kernel,) * (len(shape) - 2)
    ends = {"conv": (out, shape[1] // groups), "conv_transpose": (shape[1], out // groups)}
    weight = {} if given else {"weight": np.ones((*ends[operator.verb], *kernel))}
    return weight | ({"bias": np.ones(out)} if operator.bias else {})


@every_operator
@few
@some_geometries
def test_every_weight_is_used_and_none_broadcasts(verb, rng):
    operator, shapes = drawn(verb, rng)
    if not legal(operator, shapes):
        return
    arrays, weights = inputs(operator, shapes), weighed(operator, shapes)
    with pytest.raises((ValueError, TypeError)):
        operator.run(*arrays, **weights, unasked=np.ones(1))
    for name, weight in weights.items():
        rest = {other: value for other, value in weights.items() if other != name}
        with pytest.raises((ValueError, TypeError)):
            operator.run(*arrays, **rest)
        reached = np.isnan(operator.run(*arrays, **rest, **{name: np.full_like(weight, np.nan)})).any()
        assert reached or verb == "conv_transpose"  # cropped to what no filter reaches
        for shape in wrong(weight.shape):
            with pytest.raises(ValueError, match=name):
                operator.run(*arrays, **rest, **{name: np.ones(shape)})


def wrong(shape):
    """Shapes that differ: in an extent, by an extent of 1, by the order of extents, by an axis."""
    for dim, n in enumerate(shape):
        for other in {1, n + 1, max(1, n - 1)} - {n}:
            yield (*shape[:dim], other, *shape[dim + 1 :])
    if shape != shape[::-1]:
        yield shape[::-1]
    yield (*shape, 1)


@pytest.mark.parametrize("verb", [verb for verb in DRAWS if OPERATORS[verb].weighs_channels])
@few
@some_geometries
def test_weights_that_follow_from_the_channels_are_the_same_at_other_extents(verb, rng):
    operator, (x, *others) = drawn(verb, rng)
    longer = (x[0] + 3, x[1], *(5 * n + 7 + axis for axis, n in enumerate(x[2:])))
    assert operator.weights(longer, *others) == operator.weights(x, *others)


@every_operator
@few
@some_geometries
def test_letters_then_numbers_are_numbers(verb, rng):
    operator, shapes = drawn(verb, rng)
    context, values = Context(), {}
    letters = [tuple(lettered(context, values, n) if n != 1 else n for n in shape) for shape in shapes]
    lettering = {
        name: argument(context, values, getattr(operator, name), kind) for name, kind in kinds(type(operator)).items()
    }
    for symbolic in (operator, type(operator)(**lettering)):
        assert symbolic.at(values).model_dump() == operator.model_dump()
        verdicts = [holds(requirement.condition, values) for requirement in symbolic.requires(*letters)]
        assert all(verdicts) is legal(operator, shapes)
        if all(verdicts):
            output = symbolic.output(*letters)
            assert numbers(output, values) == operator.output(*shapes)
            cost, same = symbolic.cost(tuple(letters), output), operator.cost(tuple(shapes), operator.output(*shapes))
            assert numbers(tally(cost), values) == tally(same)
            weights = {name: numbers(weight.shape, values) for name, weight in symbolic.weights(*letters).items()}
            assert weights == {name: weight.shape for name, weight in operator.weights(*shapes).items()}


def lettered(context, values, n):
    values[f"n{n}"] = n
    return context.symbol(f"n{n}", Domain(min=1))


def argument(context, values, value, kind):
    """An argument with a letter for every whole number that may be one."""
    if isinstance(value, tuple):
        return tuple(argument(context, values, item, kind) for item in value)
    if type(value) is not int or kind.least is None or value <= 1:
        return value
    return lettered(context, values, value)


def tally(cost):
    return tuple(getattr(cost, kind) for kind in KINDS)


def numbers(extents, values):
    return tuple(n if isinstance(n, int) else n.at(values) for n in extents)


def holds(condition, values):
    return condition if isinstance(condition, bool) else condition.holds(values)


@every_operator
@settings(few, max_examples=max(1, EXAMPLES // 4))
@some_geometries
def test_written_as_yaml_and_read_again_it_is_the_same(verb, rng):
    operator, shapes = drawn(verb, rng)
    if not legal(operator, shapes):
        return
    args = {name: written(value) for name, value in operator.model_dump(exclude_defaults=True).items()}
    first = {"embedding": "int64", "where": "bool"}.get(verb, "float32")
    declared = {
        f"input{number}": {"shape": list(shape), "dtype": "float32" if number else first}
        for number, shape in enumerate(shapes)
    }
    reads = {"from": list(declared)} if shapes else {}
    document = {
        "cnnplan": 1,
        "name": "one",
        "inputs": declared or {"nobody": [1]},
        "layers": [{verb: args, "name": "layer", **reads}],
    }
    graph = build(load_spec(yaml.safe_dump(document, sort_keys=False)))
    assert not graph.findings
    parts = {f"layer.{number}": part for number, part in enumerate(operator.parts(*shapes))}
    for name, part in (parts or {"layer": operator}).items():
        assert graph.nodes[name].op.model_dump() == part.model_dump()
        assert graph.nodes[name].shape == part.output(*shapes)


def written(value):
    """A value as YAML has it."""
    if isinstance(value, tuple):
        return [written(item) for item in value]
    return float(value) if isinstance(value, Fraction) else value


@pytest.mark.parametrize("verb", [verb for verb, kind in OPERATORS.items() if issubclass(kind, Division)])
@few
@some_geometries
def test_parts_put_together_are_the_whole(verb, rng):
    operator, (shape,) = drawn(verb, rng)
    if not legal(operator, [shape]):
        return
    (x,) = inputs(operator, [shape])
    parts = [part.run(x) for part in operator.parts(shape)]
    assert [part.shape for part in parts] == [part.output(shape) for part in operator.parts(shape)]
    assert np.array_equal(np.concatenate(parts, axis=operator.dim), x)
    assert np.array_equal(parts[0], operator.run(x))


@pytest.mark.parametrize("block", [1, 500])
@few
@some_geometries
def test_blocks_of_a_convolution_are_the_whole(block, rng):
    operator, shapes = drawn("conv", rng)
    if not legal(operator, shapes):
        return
    arrays, weights, meter = inputs(operator, shapes), weighed(operator, shapes), Meter()
    whole = operator.run(*arrays, **weights)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contraction, "BLOCK", block)
        watched = operator.run(*map(meter.watch, arrays), **weights)
    np.testing.assert_allclose(np.asarray(watched), whole, rtol=1e-12)
    cost = operator.cost(tuple(shapes), whole.shape)
    assert meter.tally == {kind: getattr(cost, kind) for kind in KINDS}


@pytest.mark.parametrize("verb", [verb for verb in DRAWS if OPERATORS[verb].overwrites])
@few
@some_geometries
def test_in_place_is_the_same(verb, rng):
    operator, shapes = drawn(verb, rng)
    if not operator.rewrites or not legal(operator, shapes) or operator.output(*shapes) != shapes[0]:
        return
    arrays, weights = inputs(operator, shapes), weighed(operator, shapes)
    expected = operator.run(*arrays, **weights)
    result = operator.run(*arrays, **weights, out=arrays[0])
    assert np.array_equal(result, expected, equal_nan=True)
    assert np.shares_memory(result, arrays[0])

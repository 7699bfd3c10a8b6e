"""What kernels compute, worked by hand; a row a case, inputs of one sample unless it says otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from cnnplan.ops import OPERATORS
from tests.ops.values import VALUES


@pytest.mark.parametrize(("verb", "args", "inputs", "weights", "output"), VALUES)
def test_it_is_what_it_comes_to_by_hand(verb, args, inputs, weights, output):
    arrays = [np.array(values, dtype=np.int64 if verb == "embedding" else np.float64) for values in inputs]
    given = {name: np.array(values, dtype=np.float64) for name, values in weights.items()}
    found = OPERATORS[verb](**args).run(*arrays, **given)
    assert found.shape == np.shape(output)
    np.testing.assert_allclose(found, output, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("verb", "args", "inputs", "weights", "output"), VALUES)
def test_single_precision_stays_single(verb, args, inputs, weights, output):
    arrays = [np.array(values, dtype=np.int64 if verb == "embedding" else np.float32) for values in inputs]
    given = {name: np.array(values, dtype=np.float32) for name, values in weights.items()}
    found = OPERATORS[verb](**args).run(*arrays, **given)
    if verb != "constant":  # what the spec says itself is brought into the type of the run by the executor
        assert found.dtype == (bool if verb == "compare" else np.float32)
    np.testing.assert_allclose(found, output, rtol=1e-5, atol=1e-5)


def test_every_operator_has_a_row():
    cut_up_before_it_runs, declared = {"split", "chunk"}, {"opaque"}
    assert {row[0] for row in VALUES} == set(OPERATORS) - cut_up_before_it_runs - declared


def test_what_is_declared_has_no_values():
    with pytest.raises(NotImplementedError, match="cannot be run"):
        OPERATORS["opaque"](shape=[2, 3], macs=0).run(np.ones((2, 3)))


def test_a_line_that_is_masked_as_a_whole_has_no_shares():
    """PyTorch 2.14.1: softmax of two times -inf is NaN twice, and nothing is said of it."""
    masked = np.array([[-np.inf, -np.inf], [0.0, -np.inf]])
    shares = OPERATORS["softmax"](dim=1).run(masked)
    assert np.isnan(shares[0]).all()
    assert shares[1].tolist() == [1.0, 0.0]

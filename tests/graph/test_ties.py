"""One weight in layers of different operators: an embedding and the classifier, an encoder and its decoder."""

from __future__ import annotations

from textwrap import dedent

import pytest

import cnnplan

WORDS = """
cnnplan: 1
symbols: {N: 1, T: 7}
input: {shape: [N, T], dtype: int64, below: 30}
layers:
  - embedding: {num_embeddings: 30, embedding_dim: 8}
    name: words
  - linear: {out_features: 8}
  - linear: ARGS
    share: words
"""

AGAIN = """
cnnplan: 1
input: [1, 3, 9, 7]
layers:
  - conv: {out_channels: 5, kernel_size: 3, bias: false}
    name: encoder
  - conv_transpose: {out_channels: 3, kernel_size: 3, bias: false}
    share: encoder
"""


def told(text):
    return [finding.message for finding in cnnplan.check(dedent(text)) if finding.severity is cnnplan.Severity.ERROR]


def test_a_classifier_has_the_table_of_an_embedding():
    found = cnnplan.load(WORDS.replace("ARGS", "{out_features: 30, bias: false}"))
    assert found.params == 30 * 8 + 8 * 8 + 8
    assert found.nodes["linear2"].params == 0
    assert cnnplan.verify(found.spec).ok


def test_a_decoder_has_the_filters_of_its_encoder():
    found = cnnplan.load(AGAIN)
    assert found.params == 5 * 3 * 3 * 3
    assert cnnplan.verify(found.spec).ok


@pytest.mark.parametrize(
    ("args", "why"),
    [
        ("{out_features: 30}", "words is embedding, linear2 is linear, which has no bias"),
        (
            "{out_features: 29, bias: false}",
            "words is embedding, linear2 is linear, and weight is (30, 8) there and (29, 8) here",
        ),
    ],
)
def test_weights_of_other_shapes_are_refused(args, why):
    (message,) = told(WORDS.replace("ARGS", args))
    assert why in message


SHARED = "cnnplan: 1\ninput: [1, 6, 9, 7]\nlayers:\n  - %s\n    name: a\n  - %s\n    share: a\n"
APART = {
    # two layers of one operator on six channels: whether one may have the weights of the other
    "the same": (
        "conv: {out_channels: 6, kernel_size: 3, padding: 1}",
        "conv: {out_channels: 6, kernel_size: 3}",
        True,
    ),
    "filters": ("conv: {out_channels: 6, kernel_size: 1}", "conv: {out_channels: 8, kernel_size: 1}", False),
    "the kernel": ("conv: {out_channels: 6, kernel_size: 1}", "conv: {out_channels: 6, kernel_size: 3}", False),
    "groups": ("conv: {out_channels: 6, kernel_size: 1}", "conv: {out_channels: 6, kernel_size: 1, groups: 2}", False),
    "the bias": (
        "conv: {out_channels: 6, kernel_size: 1}",
        "conv: {out_channels: 6, kernel_size: 1, bias: false}",
        False,
    ),
    "slopes": ("prelu: {num_parameters: 6}", "prelu: {num_parameters: 1}", False),
    "norms": ("batch_norm: {eps: 0.1}", "batch_norm: {eps: 0.2}", True),
    "what is trained of them": ("batch_norm: {affine: true}", "batch_norm: {affine: false}", False),
}


@pytest.mark.parametrize("fact", APART)
def test_weights_are_shared_where_they_are_alike_in_name_and_shape(fact):
    one, other, alike = APART[fact]
    for text in (SHARED % (one, other), SHARED % (other, one)):
        found = told(text)
        assert (found == []) is alike, found
        assert all("cannot share the weights of a" in message for message in found)
    if alike:
        assert (
            cnnplan.load(SHARED % (one, other)).params
            == cnnplan.load(SHARED.partition("  - %s\n    share")[0] % one).params
        )

"""The hint fits: by the operator and the axis on which inputs do not meet, and by what made them."""

# ruff: noqa: E501 - a network on a line

from __future__ import annotations

import pytest

from cnnplan.rules import check

HEAD = "cnnplan: 1\nname: t\nsymbols: {N: 4, H: 30, W: 40, f: 8}\n"
IMAGE = HEAD + "input: [N, 12, H, W]\nlayers:\n"
TOKENS = HEAD + "input: [N, H, 64]\nlayers:\n"
WAYS = {
    # network: what the hint says; never ceil_mode where it is no cure
    "a pool in ceil mode beside a convolution": (
        IMAGE + "  - branches:\n      paths:\n        - - conv: {out_channels: 6, kernel_size: 3, stride: 2, padding: 1}\n"
        "        - - max_pool: {kernel_size: 3, stride: 2, padding: 1, ceil_mode: true}\n",
        "max_pool1 rounds up: with ceil_mode: false it rounds as the other does",
    ),
    "queries and keys of other widths": (
        TOKENS + "  - linear: {out_features: 48}\n    name: k\n  - scaled_dot_product_attention:\n    from: [input, k, k]\n",
        "`linear: {out_features: 64}` behind k",
    ),
    "a context of another width": (
        HEAD + "inputs: {x: [N, H, 32], c: [N, 7, 24]}\nlayers:\n  - multi_head_attention: {num_heads: 4}\n    from: [x, c, c]\n",
        "`linear: {out_features: 32}` behind c",
    ),
    "a token beside a batch": (
        TOKENS + "  - parameter: {shape: [1, 1, 64]}\n    name: cls\n  - concat: {dim: 1}\n    from: [cls, input]\n",
        "`expand: {shape: [N, -1, -1]}` behind cls gives one to each sample",
    ),
    "one number against four axes": (
        IMAGE + "  - parameter: {shape: [1]}\n    name: b\n  - multiply:\n    from: [input, b]\n",
        "`reshape: {shape: [1, 1, 1, 1]}` behind b",
    ),
    "channels against four axes": (
        IMAGE + "  - parameter: {shape: [12]}\n    name: b\n  - add:\n    from: [input, b]\n",
        "`reshape: {shape: [1, 12, 1, 1]}` behind b",
    ),
    "a squeezed gate that was flattened": (
        IMAGE + "  - global_avg_pool\n  - flatten\n  - linear: {out_features: 12}\n    name: se\n"
        "  - multiply:\n    from: [input, se]\n",
        "`reshape: {shape: [N, 12, 1, 1]}` behind se",
    ),
    "squeeze and excitation as a join": (
        IMAGE + "  - branches:\n      join: multiply\n      paths:\n        - []\n        - - global_avg_pool\n          - sigmoid\n",
        "write `multiply: {}` with `from: [input, sigmoid1]` instead",
    ),
    "an upsampling of what was rounded": (
        IMAGE + "  - max_pool: {kernel_size: 4}\n  - conv: {out_channels: 6, kernel_size: 3, padding: 1}\n"
        "  - upsample: {scale_factor: 4}\n    name: up\n  - relu\n  - concat:\n    from: [prev, input]\n",
        "`upsample: {size: \"[shape('input')[2], shape('input')[3]]\"}` in place of up",
    ),
    "a skip from another level": (
        IMAGE + "  - max_pool: {kernel_size: 4}\n  - upsample: {scale_factor: 2}\n  - concat:\n    from: [prev, input]\n",
        "so that both come with the same size",
    ),
    "channels that differ": (
        IMAGE + "  - conv: {out_channels: f, kernel_size: 1}\n  - add:\n    from: [prev, input]\n",
        "give both the same number of channels",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WAYS)
def test_the_hint_fits(case):
    text, said = WAYS[case]
    (found,) = [one for one in check(text) if one.rule == "CNN103" or "equal" in one.message][:1]
    assert said in found.hint, found


def test_what_the_hint_says_is_a_way_out():
    """Written as it says, the network is legal."""
    fixed = WAYS["an upsampling of what was rounded"][0].replace(
        "upsample: {scale_factor: 4}", "upsample: {size: \"[shape('input')[2], shape('input')[3]]\"}"
    )
    assert not [one for one in check(fixed) if one.severity == "error"]
    gate = WAYS["a squeezed gate that was flattened"][0].replace(
        "    name: se\n", "  - reshape: {shape: [N, 12, 1, 1]}\n    name: se\n"
    )
    assert not [one for one in check(gate) if one.severity == "error"]

"""Two networks compared: layers matched when some are inserted, taken out or renamed; totals, conditions, limits."""

from __future__ import annotations

import pytest

from cnnplan import diff, load
from cnnplan.comparison.limits import limit
from cnnplan.errors import UsageError
from cnnplan.report.comparison import FORMATS, render_comparisons

BASE = """\
cnnplan: 1
symbols: {N: 1, H: 40, W: 64}
input: [N, 3, H, W]
layers:
  - conv: {out_channels: 24, kernel_size: 3, padding: 1, bias: false}
  - batch_norm
  - relu
  - conv: {out_channels: 48, kernel_size: 5, stride: 2, padding: 2}
  - relu
  - max_pool: {kernel_size: 2}
  - conv: {out_channels: 36, kernel_size: 1}
  - relu
"""


def compared(*edits, text=BASE):
    """The comparison of a text with the same after some edits."""
    edited = text
    for old, new in edits:
        assert old in edited
        edited = edited.replace(old, new, 1)
    return diff(load(text), load(edited), ("before", "after"))


def kinds(comparison):
    """What became of the layers that are not the same."""
    return [
        (pair.kind, pair.before and pair.before.name, pair.after and pair.after.name) for pair in comparison.changed
    ]


MATCHED = [
    # an edit, and what became of the layers
    (("  - max_pool", "  - max_pool"), []),
    (
        ("  - conv: {out_channels: 48", "  - dropout\n  - conv: {out_channels: 48"),
        [("added", None, "dropout1")],
    ),
    (
        ("  - conv: {out_channels: 24", "  - conv: {out_channels: 3, kernel_size: 1}\n  - conv: {out_channels: 24"),
        [
            ("added", None, "conv1"),
            ("renamed", "conv1", "conv2"),
            ("renamed", "conv2", "conv3"),
            ("renamed", "conv3", "conv4"),
        ],
    ),
    (
        ("  - batch_norm\n  - relu\n", "  - batch_norm\n"),
        [("removed", "relu1", None), ("renamed", "relu2", "relu1"), ("renamed", "relu3", "relu2")],
    ),
    (
        ("kernel_size: 5, stride: 2, padding: 2}", "kernel_size: 5, stride: 2, padding: 2}\n    name: body"),
        [("renamed", "conv2", "body")],
    ),
    (
        ("  - batch_norm\n  - relu\n", "  - batch_norm\n  - silu\n"),
        [("changed", "relu1", "silu1"), ("renamed", "relu2", "relu2")][:1],
    ),
    (
        ("out_channels: 36", "out_channels: 40"),
        [("changed", "conv3", "conv3"), ("changed", "relu3", "relu3")],
    ),
    (
        ("kernel_size: 5, stride: 2, padding: 2", "kernel_size: 7, stride: 2, padding: 3"),
        [("changed", "conv2", "conv2")],
    ),
]


@pytest.mark.parametrize(("edit", "expected"), MATCHED)
def test_layers_are_matched(edit, expected):
    found = [each for each in kinds(compared(edit)) if not (each[0] == "renamed" and each[1] == each[2])]
    assert [each for each in found if not each[1] or "relu" not in each[1] or each in expected] == expected


def test_arguments_are_told_as_a_spec_writes_them():
    edit = ("stride: 2, padding: 2", "stride: 2, padding: [[1, 2], [2, 1]], bias: false")
    pair = next(pair for pair in compared(edit).pairs if pair.kind == "changed")
    assert pair.changes["padding"] == ("2", "[[1, 2], [2, 1]]")
    assert pair.changes["bias"] == ("true", "false")


def test_a_stage_that_grows_in_the_middle():
    text = BASE.replace("  - max_pool", "  - sequence:\n      - conv: {out_channels: 48, kernel_size: 3, padding: 1}\n"
                        "      - relu\n    repeat: 3\n    name: stage\n  - max_pool")  # fmt: skip
    comparison = compared(("repeat: 3", "repeat: 5"), text=text)
    assert [kind for kind, *_ in kinds(comparison)] == ["added"] * 4
    assert comparison.totals["params"].difference == 2 * (9 * 48 * 48 + 48)


def test_long_networks_are_cut_into_pieces():
    text = BASE.replace(
        "  - max_pool", "  - conv: {out_channels: 48, kernel_size: 3, padding: 1}\n    repeat: 900\n  - max_pool"
    )
    comparison = compared(("out_channels: 24", "out_channels: 26"), ("out_channels: 36", "out_channels: 40"), text=text)
    assert comparison.count("added") == comparison.count("removed") == 0
    assert 4 <= comparison.count("changed") <= 8


def test_totals_with_percent():
    totals = compared(("kernel_size: 5, stride: 2, padding: 2", "kernel_size: 7, stride: 2, padding: 3")).totals
    assert totals["params"].before == 648 + 48 + 28_848 + 1_764
    assert totals["params"].difference == 24 * 48 * 24
    assert float(100 * totals["params"].share) == pytest.approx(88.31, abs=0.01)
    assert totals["macs"].difference == 20 * 32 * 24 * 48 * 24
    assert totals["buffers"].difference == 0
    assert set(totals) == {"params", "buffers", "macs", "flops", "memory"}


def test_conditions_that_come_and_go():
    join = "  - branches:\n      paths: [[], [max_pool: {kernel_size: 2}, upsample: {scale_factor: 2}]]\n  - relu\n"
    comparison = compared(("  - max_pool", join + "  - max_pool"))
    plain, uneven = ["H >= 3", "W >= 3"], ["H % 4 in {0, 3}", "W % 4 in {0, 3}"]
    assert comparison.conditions == (plain, uneven)
    assert diff(comparison.after, comparison.before).conditions == (uneven, plain)


LIMITS = [
    # a limit, whether the change breaks it: params +88.3%, macs much more, buffers the same
    ("params > +5%", True),
    ("params > 5%", True),
    ("params > 90%", False),
    ("params > 20k", True),
    ("params > +28_000", False),
    ("params >= 27_648", True),
    ("buffers > 0", False),
    ("buffers >= 0%", True),
    ("macs < -1%", False),
    ("memory > 1MiB", False),
]


@pytest.mark.parametrize(("text", "broken"), LIMITS)
def test_what_a_change_may_not_do(text, broken):
    comparison = compared(("kernel_size: 5, stride: 2, padding: 2", "kernel_size: 7, stride: 2, padding: 3"))
    assert limit(text).broken(comparison) is broken


@pytest.mark.parametrize("text", ["macs", "macs > ", "> 5%", "macs == 5%", "macs > 5 %%", "macs > 5Q", "macs > x"])
def test_what_is_no_limit(text):
    with pytest.raises(UsageError, match="--fail-if"):
        limit(text)


def test_a_limit_on_what_is_not_known():
    with pytest.raises(UsageError, match="there are params, buffers, macs, flops, memory"):
        limit("depth > 3").broken(compared())


MANY = (
    ("out_channels: 24", "out_channels: 32"),
    ("  - max_pool: {kernel_size: 2}\n", ""),
    ("  - conv: {out_channels: 36", "  - dropout\n  - conv: {out_channels: 36"),
    ("  - relu\n  - conv: {out_channels: 48", "  - relu:\n    name: first\n  - conv: {out_channels: 48"),
)


@pytest.mark.parametrize(("name", "file"), [*zip(FORMATS, ("txt", "md", "json"), strict=True)])
def test_what_is_written(name, file, expected):
    expected(render_comparisons([compared(*MANY), compared()], name), f"comparison.{file}")


def test_a_comment_is_never_too_long():
    text = BASE.replace(
        "  - max_pool", "  - conv: {out_channels: 48, kernel_size: 3, padding: 1}\n    repeat: 900\n  - max_pool"
    )
    comparison = compared(("out_channels: 48, kernel_size: 3", "out_channels: 49, kernel_size: 3"), text=text)
    many = render_comparisons([comparison] * 9, "markdown")
    assert len(many) < 65_536
    assert "more |" in many
    assert many.rstrip().endswith("more specs")


def test_names_in_a_comment_mean_nothing():
    comparison = diff(load(BASE), load(BASE.replace("36", "37")), ("<b9>`|@me", "a\nb"))
    text = render_comparisons([comparison], "markdown")
    assert "### `<b9>'|@me` → `a b`" in text
    assert text.count("\n## ") == 0


BLIND = {
    # an edit that one fact alone tells
    "the type of all": ("cnnplan: 1\n", "cnnplan: 1\ndtype: float16\n"),
    "the type of a layer": (
        "  - conv: {out_channels: 36, kernel_size: 1}",
        "  - conv: {out_channels: 36, kernel_size: 1}\n    dtype: int8",
    ),
    "the outputs": ("layers:\n", "outputs: [relu2, relu3]\nlayers:\n"),
    "their order": ("layers:\n", "outputs: [relu3, relu2]\nlayers:\n"),
    "an argument": ("bias: false", "bias: false, padding_mode: reflect"),
    "the operator": ("  - max_pool", "  - avg_pool"),
    "the name": ("kernel_size: 1}", "kernel_size: 1}\n    name: head"),
}


@pytest.mark.parametrize("fact", BLIND)
def test_nothing_that_differs_is_the_same(fact):
    assert compared().same
    comparison = compared(BLIND[fact])
    assert not comparison.same
    assert not diff(comparison.after, comparison.before).same


@pytest.mark.parametrize(("old", "new"), [("relu2, relu3", "relu3, relu2"), ("relu2, relu3", "relu2")])
def test_outputs_are_compared_in_their_order(old, new):
    text = BASE.replace("layers:\n", "outputs: [relu2, relu3]\nlayers:\n")
    assert not compared((old, new), text=text).same


FROM_NOTHING = [
    # buffers were none and are 48: a limit in percent, and whether it is broken; the same where they stay none
    ("buffers > 5%", True, False),
    ("buffers >= 5%", True, False),
    ("buffers < 5%", False, False),
    ("buffers <= 5%", False, False),
    ("buffers > 40", True, False),
    ("buffers < 40", False, True),
]


@pytest.mark.parametrize(("text", "grown", "none"), FROM_NOTHING)
def test_a_limit_in_percent_of_nothing(text, grown, none):
    bare = BASE.replace("  - batch_norm\n", "")
    added = compared(("  - conv: {out_channels: 48", "  - batch_norm\n  - conv: {out_channels: 48"), text=bare)
    assert added.totals["buffers"].after == 2 * 24
    assert limit(text).broken(added) is grown
    assert limit(text).broken(compared(text=bare)) is none

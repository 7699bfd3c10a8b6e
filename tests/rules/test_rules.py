"""Where each rule speaks and where it is silent, beyond its own examples: one row a case."""

from __future__ import annotations

import pytest

from cnnplan.configuration import Configuration
from cnnplan.rules import check

HEAD = "cnnplan: 1\nsymbols: {N: 1, H: 40, W: 64, width: 16}\ninput: [N, 24, H, W]\n"
FREE = "cnnplan: 1\nsymbols: {N: 1, H: {min: 40}, W: {min: 64}}\ninput: [N, 24, H, W]\n"


def told(rule, text):
    """What one rule says of a spec, a line each: the layer, the message and the hint."""
    found = check(text, Configuration(select=(rule,)))
    assert {finding.rule for finding in found} <= {rule}, found
    return [f"{finding.layer}: {finding.message}; {finding.hint}" for finding in found]


def layers(*lines):
    return "layers:\n" + "".join(f"  {line}\n" for line in lines)


SHORTCUT = layers(
    "- branches:", "    join: add", "    paths:",
    "      - - conv: {out_channels: 8, kernel_size: 1, stride: 2}",
    "      - - conv: {out_channels: 8, kernel_size: 3, stride: 2, padding: 1}",
)  # fmt: skip
BOTH_SKIP = SHORTCUT.replace("kernel_size: 3, stride: 2, padding: 1", "kernel_size: 1, stride: 2")
BORDER = "- max_pool: {kernel_size: %s}"
CONV = "- conv: {out_channels: %s, kernel_size: %s}"

CASES = [
    # rule, the spec below its head, what each finding says
    ("CNN201", layers("- max_pool: {kernel_size: 8}", CONV % (8, "[3, 8]")),
     []),
    ("CNN201", layers("- max_pool: {kernel_size: 8}", "- conv: {out_channels: 8, kernel_size: [3, 9], padding: 2}"),
     ["conv1: the window spans 9 of axis 3, which has 8 at H = 40, W = 64"]),
    ("CNN201", layers("- conv: {out_channels: 8, kernel_size: 3, dilation: 20, padding: 20}"), ["spans 41 of axis 2"]),
    ("CNN201", layers("- conv: {out_channels: 8, kernel_size: 3, dilation: 19, padding: 20}"), []),
    ("CNN202", SHORTCUT, []),
    ("CNN202", BOTH_SKIP, ["conv1: stride (=2) is more than the window's 1: 1 of 2", "conv2: stride (=2)"]),
    ("CNN202", layers("- max_pool: {kernel_size: 2, stride: 2}", "- max_pool: {kernel_size: 2, stride: 5}"),
     ["max_pool2: stride (=5) is more than the window's 2: 3 of 5 are never read"]),
    ("CNN202", layers("- conv: {out_channels: 8, kernel_size: 2, stride: 40, dilation: 1}").replace("40, ", "80, "),
     []),
    ("CNN205", layers("- branches:", "    join: add", "    paths:",
                      "      - - conv: {out_channels: width, kernel_size: 1}",
                      "      - - conv: {out_channels: 16, kernel_size: 1}"),
     ["equal size only where width == 16; give both branches the same out_channels"]),
    ("CNN220", layers("- conv: {out_channels: 8, kernel_size: [H, 1]}"), ["fixes H; a kernel as long as the axis"]),
    ("CNN220", layers("- flatten", "- linear: {out_features: 5}"), ["fixes H and W; pool to a fixed size first"]),
    ("CNN203", layers(BORDER % 3), ["no window reads the last element of axis 2, which has 40 at H = 40, W = 64"]),
    ("CNN203", layers(BORDER % "[7, 9]"), ["no window reads the last 5 elements of axis 2"]),
    ("CNN203", layers(BORDER % "[8, 9]"), ["no window reads the last element of axis 3, which has 64"]),
    ("CNN203", layers("- max_pool: {kernel_size: 3, ceil_mode: true}"), []),
    ("CNN203", SHORTCUT, []),
    ("CNN203", layers("- branches:", "    paths:", f"      - [{{max_pool: {{kernel_size: 3}}}}]",  # noqa: F541
                      "      - [{max_pool: {kernel_size: 3}}]"), ["the last element", "the last element"]),
    ("CNN204", layers("- conv: {out_channels: 8, kernel_size: 3, padding: 2}"), []),
    ("CNN204", layers("- conv: {out_channels: 8, kernel_size: 5, padding: [[0, 5], [2, 2]]}"),
     ["window 40 of 41 along axis 2 sees only padding at H = 40, W = 64; less padding: 2 keeps"]),
    ("CNN204", layers("- conv: {out_channels: 8, kernel_size: 2, padding: 2}"), ["window 0 of 43"]),
    ("CNN204", layers("- conv: {out_channels: 8, kernel_size: 2, dilation: 50, padding: 40}"),
     ["window 30 of 70 along axis 2 sees only padding at H = 40, W = 64; less padding: 25"]),
    ("CNN204", layers("- conv: {out_channels: 8, kernel_size: 3, padding: 3, padding_mode: reflect}"), []),
    ("CNN206", layers("- relu:", "  name: a", "- tanh:", "  from: a", "- silu:", "  from: a"),
     ["tanh1: nothing reads"]),
    ("CNN206", layers("- split: {sections: 2, dim: 1}", "  name: x", "- relu:", "  from: x.1"), ["x.0: nothing reads"]),
    ("CNN210", layers(CONV % (8, 3), "- relu", "- batch_norm"), []),
    ("CNN210", layers(CONV % (8, 3), "- layer_norm: {normalized_shape: 62}"), []),
    ("CNN210", layers("- conv_transpose: {out_channels: 8, kernel_size: 3}", "- instance_norm"),
     ["by the instance_norm"]),
    ("CNN210", layers(CONV % (8, 3) + "\n    name: c", "- batch_norm", "- add:", "  from: [prev, c]"), []),
    ("CNN211", layers("- relu", "- dropout", "- silu"), ["silu1: silu stands right behind relu (relu1)"]),
    ("CNN211", layers("- relu", "- max_pool: {kernel_size: 2}", "- relu"), []),
    ("CNN211", layers("- relu:", "  name: r", "- sigmoid", "- multiply:", "  from: [prev, r]"), []),
    ("CNN212", layers("- conv: {out_channels: 24, kernel_size: 3, groups: 24}", CONV % (48, 1)), []),
    ("CNN212", layers(CONV % (48, 1), "- conv: {out_channels: 48, kernel_size: 3, groups: 48}"), []),
    ("CNN212", layers(CONV % (48, "[1, 3]"), CONV % (64, "[3, 1]")), []),
    ("CNN212", layers(CONV % (48, "[1, 3]"), CONV % (64, "[3, 3]")), ["conv2: conv follows conv (conv1)"]),
    ("CNN212", layers(CONV % (8, 1), CONV % (64, 3)), []),
    ("CNN212", layers(CONV % (24, 1), CONV % (64, 3)), ["conv2: conv follows conv"]),
    ("CNN212", layers(CONV % (8, 1), CONV % (8, 3)), ["conv2: conv follows conv"]),
    ("CNN212", layers(CONV % (8, 3), "- flatten", "- linear: {out_features: 3}"), ["linear1: linear follows conv"]),
    ("CNN212", layers(CONV % (32, 3), "- relu", CONV % (48, 3)), []),
    ("CNN213", layers("- dropout: {p: 0}", "- batch_norm"), []),
    ("CNN213", layers("- dropout", CONV % (8, 3), "- relu", "- batch_norm"),
     ["dropout1: its variance is another in training, and batch_norm1 behind it"]),
    ("CNN213", layers("- dropout", "- layer_norm: {normalized_shape: 64}", "- batch_norm"), []),
    ("CNN214", layers(CONV % (30, 3)), ["conv1: 30 output channels are no multiple of 8; 32 would cost the same"]),
    ("CNN214", layers(CONV % (32, 3), CONV % (32, 3)), []),
    ("CNN214", layers("- relu", "- conv: {out_channels: 48, kernel_size: 3, groups: 4}"),
     ["conv1: 6 input channels of a group"]),
    ("CNN214", layers("- conv: {out_channels: 36, kernel_size: 3, groups: 3}"), ["12 output channels of a group"]),
    ("CNN214", layers("- relu", "- conv: {out_channels: 24, kernel_size: 3, groups: 24}"), []),
    ("CNN214", layers("- global_avg_pool", "- flatten", "- linear: {out_features: 30}"), ["linear1: 30 output"]),
    ("CNN215", layers("- relu", "- max_pool: {kernel_size: 4}", "- relu"), ["a 16th at H = 40, W = 64"]),
    ("CNN215", layers("- relu", "- max_pool: {kernel_size: 4}"), []),
    ("CNN215", layers("- relu", "- max_pool: {kernel_size: 3}", "- relu"), []),
    # 40 * 64 = 2560 positions become 2 * 3 = 6: 426 for one; 8 * 13 = 104: 24; 8 * 15: 21; 8 * 14: 22; 10 * 11: 23
    ("CNN215", layers("- relu", "- upsample: {size: [2, 3]}"), ["61,440 activations become 144 in one step, a 426th"]),
    ("CNN215", layers("- relu", "- upsample: {size: [8, 15]}"), ["a 21st at"]),
    ("CNN215", layers("- relu", "- upsample: {size: [8, 14]}"), ["a 22nd at"]),
    ("CNN215", layers("- relu", "- upsample: {size: [10, 11]}"), ["a 23rd at"]),
    ("CNN215", layers("- relu", "- upsample: {size: [10, 14]}"), ["an 18th at"]),
    ("CNN215", layers("- relu", "- upsample: {size: [2, 11]}"), ["a 116th at"]),
    ("CNN215", layers("- relu", "- upsample: {size: [80, 128]}"), []),
    ("CNN215", layers("- relu", "- max_pool: {kernel_size: 40}", "- relu"), []),
    ("CNN215", layers("- max_pool: {kernel_size: 4}", "- relu"), []),
    ("CNN215", layers("- relu:", "  name: r", "- max_pool: {kernel_size: 4}", "- relu", "- tanh:", "  from: r"), []),
    ("CNN216", layers(CONV % (8, 3), "- global_avg_pool"), ["it averages views of 3 along axis 2 of an input of 40"]),
    ("CNN216", layers(CONV % (8, 3), "- adaptive_avg_pool: {output_size: 1}"), ["views of 3 along axis 2"]),
    ("CNN216", layers(CONV % (8, 3), "- adaptive_avg_pool: {output_size: 2}"), []),
    ("CNN216", layers(CONV % (8, "[40, 7]"), "- global_max_pool"), ["views of 7 along axis 3 of an input of 64"]),
    ("CNN216", layers(CONV % (8, 3) + "\n    name: c", "- global_avg_pool", "- multiply:", "  from: [c, prev]"), []),
    ("CNN217", layers("- global_avg_pool", "- max_pool: {kernel_size: 1}"), ["max_pool1: the map has one position"]),
    ("CNN217", layers("- max_pool: {kernel_size: [40, 1]}", "- global_avg_pool"), []),
    ("CNN218", layers("- flatten", "- linear: {out_features: 16}"), []),
    ("CNN218", layers("- flatten", "- dropout", "- linear: {out_features: 17}"),
     ["linear1: 1,044,497 parameters, 100% of the network, for 2560 positions at H = 40, W = 64"]),
    ("CNN218", layers("- global_avg_pool", "- flatten", "- linear: {out_features: 50_000}"), []),
    ("CNN218", layers("- flatten", "- linear: {out_features: 17}", "- linear: {out_features: 70_000}"), []),
    ("CNN219", "blocks: {b: {args: {i: 3}, layers: [{relu: {}, repeat: {i: 2}}]}}\n" + layers("- b"),
     ["the counter i hides the argument i"]),
    ("CNN219", layers("- relu:", "  repeat: {H: 2}"), ["the counter H hides the symbol H"]),
    ("CNN219", layers("- sequence:", "    - relu:", "      repeat: {i: 2}", "  repeat: {i: 3}"),
     ["the counter i hides the counter i"]),
    ("CNN219", layers("- relu:", "  name: a", "- sequence:", "    - relu:", "      name: a", "  name: g"),
     ["g.a: the name a hides the layer a outside its group"]),
    ("CNN219", layers("- relu:", "  name: a", "- sequence:", "    - relu:", "      name: b", "  name: g"), []),
    ("CNN219", layers("- relu:", "  repeat: {i: 2}", "- tanh:", "  repeat: {i: 3}"), []),
    ("CNN220", layers(CONV % ("width", 3), "- global_avg_pool", "- flatten", "- linear: {out_features: 3}"), []),
    ("CNN220", layers("- max_pool: {kernel_size: [1, 64]}", "- flatten", "- linear: {out_features: 3}"),
     ["linear1: 72*H*floor(W/64) + 3 parameters depend on H and W"]),
    ("CNN220", layers("- adaptive_avg_pool: {output_size: [3, 5]}", "- flatten", "- linear: {out_features: 3}"), []),
    ("CNN222", layers("- permute: {dims: [0, 2, 3, 1]}", "- linear: {out_features: 8}", "- relu",
                      "- linear: {out_features: 9}"), []),
    ("CNN222", layers("- linear: {out_features: 8}", "- relu", "- linear: {out_features: 9}"),
     ["linear1: its weights"]),
    ("CNN222", layers("- constant: {shape: [1, 15, 13, 2], value: 3}", "- linear: {out_features: 8}"), []),
    ("CNN222", layers("- flatten: {start_dim: 2}", "- linear: {out_features: 8}"), []),
    ("CNN222", layers("- permute: {dims: [0, 2, 3, 1]}", CONV % (8, 1), "- linear: {out_features: 9}"),
     ["linear1: its weights run along the last axis of (N, 8, W, 24)"]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text", "words"), CASES)
def test_what_a_rule_says(rule, text, words):
    said = told(rule, HEAD + text)
    assert len(said) == len(words), said
    for line, expected in zip(said, words, strict=True):
        assert expected in line


@pytest.mark.parametrize("rule", ["CNN201", "CNN202", "CNN203", "CNN204", "CNN214", "CNN215", "CNN217", "CNN218"])
def test_what_has_no_value_is_not_judged(rule):
    text = layers("- conv: {out_channels: 24, kernel_size: 3, padding: 3}", "- max_pool: {kernel_size: 8}", "- relu")
    assert told(rule, FREE + text) == []


def test_joins_behind_the_first_are_counted():
    join = "- branches: {paths: [[], [max_pool: {kernel_size: 2}, upsample: {scale_factor: 2}]]}"
    (said,) = told("CNN205", HEAD + layers(join))
    assert "only where H % 2 == 0 and W % 2 == 0; declare" in said
    (said,) = told("CNN205", HEAD + layers(join, join))
    assert "(with 1 more join behind it)" in said
    (said,) = told("CNN205", HEAD + layers(join, join, join))
    assert "(with 2 more joins behind it)" in said


def test_an_option_moves_the_limit():
    text = HEAD + layers("- relu", "- max_pool: {kernel_size: 3}", "- relu")
    for factor, count in ((9, 1), (12, 0)):
        asked = Configuration(select=("CNN215",), options={"CNN215": {"factor": factor}})
        assert len(check(text, asked)) == count


def test_the_number_of_places_alike_is_told():
    text = HEAD + layers(
        "- sequence:", "    - conv: {out_channels: 8, kernel_size: 3}", "    - batch_norm", "  repeat: 3"
    )
    (said,) = told("CNN210", text)
    assert "(and 2 more like it)" in said


BATCHES = [
    # layers behind [N, 3, H, W], the rule that speaks, or none
    ("permute: {dims: [1, 0, 2, 3]}\n  - conv: {out_channels: 3, kernel_size: 3}", "CNN223"),
    ("flatten: {start_dim: 0}\n  - linear: {out_features: 3}", "CNN223"),
    ("constant: {shape: [N, 3, H, W]}\n    name: c\n  - add:\n    from: [input, c]", None),
    ("flatten: {start_dim: 0, end_dim: 1}", "CNN224"),
    ("reshape: {shape: [-1, 12]}", "CNN224"),
    ("permute: {dims: [2, 0, 1, 3]}", None),
    ("flatten", None),
    ("reshape: {shape: [N, -1]}", None),
    ("global_avg_pool\n  - batch_norm", "CNN225"),
    ("batch_norm", None),
    ("global_avg_pool\n  - group_norm: {num_groups: 1}", None),
]


@pytest.mark.parametrize(("layers", "rule"), BATCHES)
def test_batches_that_are_mixed_or_too_small(layers, rule):
    text = f"cnnplan: 1\nname: t\nsymbols: {{N: 1, H: 32, W: 48}}\ninput: [N, 3, H, W]\nlayers:\n  - {layers}\n"
    found = {one.rule for one in check(text)} & {"CNN223", "CNN224", "CNN225"}
    assert found == ({rule} if rule else set())
    larger = text.replace("N: 1,", "N: 2,")
    assert ("CNN225" in {one.rule for one in check(larger)}) is False


def test_more_conditions_than_people_read_are_counted():
    """41 kernels that must be alike are 40 conditions, `kernel_10 == kernel_9` and the like, some 20 letters each."""
    names = [f"kernel_{i}" for i in range(41)]
    symbols = ", ".join(f"{name}: 3" for name in names)
    paths = [f"        - - conv: {{out_channels: 8, kernel_size: {name}}}" for name in names]
    text = ["cnnplan: 1", f"symbols: {{{symbols}}}", "input: [1, 3, 57]", "layers:", "  - branches:"]
    (message,) = told("CNN205", "\n".join([*text, "      join: add", "      paths:", *paths, "  - relu", ""]))
    said = message.partition("; ")[0]
    assert said.startswith("add1: the branches are of equal size only where kernel_")
    assert said.endswith(" more conditions hold, which report prints")
    shown, left = said.count(" == "), int(said.split(" and ")[-1].split()[0])
    assert (shown + left, len(said) < 600) == (40, True)

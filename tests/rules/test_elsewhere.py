"""Designs held against runtimes: what is said, at which size, and when nothing is."""

from __future__ import annotations

import pytest

from cnnplan.configuration import Configuration, configuration
from cnnplan.errors import UsageError
from cnnplan.rules import check, followed

HEAD = "cnnplan: 1\nsymbols: {N: 2, H: %s, W: 84}\ninput: [N, 6, H, W]\nlayers:\n"
FREE = HEAD % "{default: 56, min: 16}"
TODAY = HEAD % "56"


def told(text, *runtimes):
    """What is said of a spec and runtimes, a line each, without what is said of every spec."""
    found = check(text, Configuration(deploy=runtimes))
    return [f"{each.rule} {each.layer}: {each.message}" for each in found if each.rule.startswith("CNN41")]


KEPT = "keeps, in ceil mode, a last window that starts in the padding or behind it"
SPREAD = (
    "ends the output of `same` where the last filter ends: before n * stride, if the kernel is smaller than the stride"
)
POOL = "  - max_pool: {kernel_size: 2, padding: 1, ceil_mode: true}\n"
LONGER = "axis 2 has floor((H + 3)/2) there and floor((H + 2)/2) here"
WIDER = "axis 3 has floor((W + 3)/2) there and floor((W + 2)/2) here"
TRANSPOSED = "  - conv_transpose: {out_channels: 6, kernel_size: [3, 1], stride: [2, 3], padding: same}\n"
DILATED = "  - conv: {out_channels: 6, kernel_size: 3, dilation: [1, 2], padding: %s}\n"
STRIDED = "  - conv: {out_channels: 6, kernel_size: 3, stride: 2, padding: same}\n"
CASES = [
    # (57 + 2 - 2) / 2 = 28.5: a 30th window would start at 58, behind the 57 elements and 1 of padding in front
    (FREE + POOL, ("openvino",),
     [f"CNN412 max_pool1: OpenVINO 2026.4.1: {KEPT}: {LONGER}; {WIDER}; 30 and 29 at H = 57, W = 84"]),
    (FREE + POOL, ("onnxruntime",), []),
    (TODAY + POOL, ("openvino",), []),
    ((HEAD % "57") + POOL, ("openvino",),
     [f"CNN412 max_pool1: OpenVINO 2026.4.1: {KEPT}: {LONGER}; {WIDER}; 30 and 29 at H = 57, W = 84"]),
    ((HEAD % "{default: 56, multiple_of: 2}") + POOL, ("openvino", "ncnn"), []),
    # 84 filters of one tap, 3 apart, end at 3 * 83 + 1 = 250
    (TODAY + TRANSPOSED, ("onnxruntime",),
     [f"CNN412 conv_transpose1: onnxruntime 1.32.0: {SPREAD}: axis 3 has 3*W - 2 there and 3*W here; 250 and 252"]),
    (FREE + DILATED % "same", ("onnxruntime",),
     ["CNN411 conv1: onnxruntime 1.32.0: refuses auto_pad with dilations"]),
    (FREE + DILATED % "[1, 2]", ("ALL",), []),
    # a kernel of 3 with stride 2 lacks one element of an even size, which comes behind; OpenCV 5 puts one in front
    (TODAY + STRIDED, ("opencv",),
     ["CNN413 conv1: OpenCV 5.0.0: pads (kernel_size - 1) // 2 in front for auto_pad"]),
    (FREE + "  - pad: {padding: [[0, 2]], dims: 2, mode: circular}\n", ("openvino",), []),
    (FREE + "  - pad: {padding: [[0, 2], [1, 0]], mode: circular}\n", ("openvino",),
     ["CNN411 pad1: OpenVINO 2026.4.1: knows no mode wrap"]),
    (FREE + "  - upsample: {scale_factor: 2}\n", ("ALL",), []),
    (FREE + "  - upsample: {scale_factor: 2, mode: bilinear}\n", ("ALL",), []),
    (FREE + "  - upsample: {scale_factor: 1.6, mode: bilinear}\n", ("opencv5",),
     ["CNN413 upsample1: OpenCV 5.0.0: takes the ratio of the sizes, which were rounded, for the factor"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "runtimes", "expected"), CASES)
def test_what_is_said(text, runtimes, expected):
    found = told(text, *runtimes)
    assert len(found) == len(expected), found
    assert all(line.startswith(start) for line, start in zip(found, expected, strict=True)), found


def test_runtimes_that_do_the_same_are_told_once():
    (found,) = told(FREE + POOL, "openvino", "opencv5")
    assert found.startswith(f"CNN412 max_pool1: OpenVINO 2026.4.1, OpenCV 5.0.0: {KEPT}: axis 2 has")
    assert found.endswith("; 30 and 29 at H = 57, W = 84")


def test_each_layer_of_a_kind_is_counted_at_its_place():
    block = "blocks: {down: {layers: [max_pool: {kernel_size: 2, padding: 1, ceil_mode: true}]}}\n"
    text = FREE.replace("layers:\n", block + "layers:\n") + "  - down\n  - down\n"
    (found,) = told(text, "openvino")
    assert found.startswith("CNN412 down1.max_pool1: OpenVINO")
    assert found.endswith("(and 1 more like it)")


def test_what_is_legal_here_only_from_some_size_on_is_judged_from_there_on():
    """The window is longer than the map at H of 9 and 10; the second layer needs 6 of its rows, and so an H of 13."""
    text = FREE.replace("min: 16", "min: 9") + "  - max_pool: {kernel_size: [5, 1], stride: [2, 1], ceil_mode: true}\n"
    assert told(text, "openvino") == []
    longer = "  - max_pool: {kernel_size: [11, 1], stride: [4, 1], ceil_mode: true}\n"
    (found,) = told(FREE.replace("min: 16", "min: 9") + longer, "openvino")
    assert found.startswith(
        "CNN411 max_pool1: OpenVINO 2026.4.1: refuses a window that is longer than the padded input"
    )
    assert found.endswith(("as at H = 9, W = 84", "as at H = 9"))
    behind = "  - conv: {out_channels: 6, kernel_size: [2, 1]}\n"
    assert [
        each for each in told(HEAD % "{default: 56, min: 15}" + longer + behind, "openvino") if "CNN411" in each
    ] == []


def test_two_sides_that_are_large_only_together_are_found():
    """Six elements or more are pooled where H and W are 21 at least, beyond the least values of each with each."""
    text = "cnnplan: 1\nsymbols: {H: {min: 1}, W: {min: 1}}\ninput: [2, 3, H, W]\nlayers:\n"
    layers = text + STRIDED + STRIDED + "  - avg_pool: {kernel_size: 4, stride: 3, padding: same}\n"
    *_, found = told(layers, "opencv5")
    assert found.startswith("CNN413 avg_pool1: OpenCV 5.0.0: pads (kernel_size - 1) // 2 in front for auto_pad")
    assert found.endswith("as at H = 21, W = 21")


def test_nothing_is_said_unless_somebody_asks():
    assert not any(rule.id.startswith("CNN41") for rule in followed(Configuration()))
    assert not told(FREE + POOL)
    asked = {rule.id for rule in followed(Configuration(deploy=("ncnn",), select=("CNN210",)))}
    assert asked == {"CNN210", "CNN411", "CNN412", "CNN413", "CNN414"}
    assert "CNN412" not in {each.id for each in followed(Configuration(deploy=("ncnn",), ignore=("size-elsewhere",)))}


def test_the_configuration_asks_too(tmp_path):
    file = tmp_path / "cnnplan.toml"
    file.write_text('deploy = ["openvino", "opencv"]\n')
    assert configuration(file).deploy == ("openvino", "opencv")
    file.write_text('deploy = "openvino"\n')
    with pytest.raises(UsageError, match="must be a list of runtimes"):
        configuration(file)


def test_a_runtime_that_nobody_measured_is_refused():
    with pytest.raises(UsageError, match="nothing was measured of a runtime tensorrt: choose of flax, haiku"):
        check(FREE + POOL, Configuration(deploy=("tensorrt",)))


def test_a_layer_may_ask_not_to_be_told():
    silent = POOL.replace("}\n", "}\n    ignore: size-elsewhere\n")
    assert told(FREE + silent, "openvino") == []


def test_what_is_neither_proved_nor_refuted_is_undecided():
    """c * (c + 1) + 2 * m is even for all c and m, which arithmetic of polynomials does not say; of 2 * m it does."""
    text = (
        "cnnplan: 1\nsymbols: {c: {default: 4, min: 1}, m: {default: 3, min: 1}}\ninput: [1, 3, %s, 48]\nlayers:\n"
        + POOL
    )
    (found,) = told(text % "c * (c + 1) + 2 * m", "openvino")
    assert found.startswith(f"CNN414 max_pool1: OpenVINO 2026.4.1: {KEPT}, unless ")
    assert found.endswith(": undecided for what is declared")
    assert told(text % "2 * m", "openvino") == []

"""Each operator as ONNX: the file passes the checker, and onnxruntime computes what the executor computes."""

from __future__ import annotations

import numpy as np
import pytest

from cnnplan.errors import UsageError
from cnnplan.executor import execute
from cnnplan.executor.inputs import fed
from cnnplan.exporting import onnx as written
from cnnplan.ops import FAMILIES
from cnnplan.plan import load
from cnnplan.translation.onnx.writing.operators import FAMILIES as WRITTEN

IMAGE, TOKENS, SIGNAL = "N, 6, H, W", "N, L, 12", "N, 6, L"
SIZES = {"N": 2, "H": 11, "W": 13, "L": 7, "D": 5}

LAYERS = {
    "conv": (IMAGE, "conv: {out_channels: 8, kernel_size: [3, 2], stride: 2, padding: [[0, 1], [1, 0]], groups: 2}"),
    "conv same": (IMAGE, "conv: {out_channels: 4, kernel_size: 4, padding: same, dilation: 2}"),
    "conv same strided": (IMAGE, "conv: {out_channels: 4, kernel_size: 3, padding: same_lower, stride: 2}"),
    "conv reflect": (IMAGE, "conv: {out_channels: 4, kernel_size: 5, padding: 2, padding_mode: reflect, bias: false}"),
    "conv circular": (SIGNAL, "conv: {out_channels: 4, kernel_size: 3, padding: 1, padding_mode: circular}"),
    "conv_transpose": (
        IMAGE,
        "conv_transpose: {out_channels: 4, kernel_size: 3, stride: 2, padding: 1, output_padding: 1, groups: 2}",
    ),
    "max_pool": (IMAGE, "max_pool: {kernel_size: 3, stride: 2, padding: 1, dilation: 2}"),
    "max_pool ceil": (IMAGE, "max_pool: {kernel_size: 2, stride: 2, padding: 1, ceil_mode: true}"),
    "max_pool same": (IMAGE, "max_pool: {kernel_size: 3, stride: 2, padding: same}"),
    "avg_pool": (IMAGE, "avg_pool: {kernel_size: 3, stride: 2, padding: 1}"),
    "avg_pool inside": (IMAGE, "avg_pool: {kernel_size: 3, stride: 2, padding: 1, count_include_pad: false}"),
    "avg_pool ceil": (IMAGE, "avg_pool: {kernel_size: 3, stride: 2, ceil_mode: true}"),
    "avg_pool divisor": (IMAGE, "avg_pool: {kernel_size: 3, padding: 1, divisor_override: 5}"),
    "lp_pool": (IMAGE, "lp_pool: {kernel_size: 2, norm_type: 2}"),
    "adaptive_avg_pool": (IMAGE, "adaptive_avg_pool: {output_size: [4, 5]}"),
    "adaptive_avg_pool in one axis": (IMAGE, "adaptive_avg_pool: {output_size: [7, null]}"),
    "adaptive_avg_pool in three": ("N, 3, D, H, W", "adaptive_avg_pool: {output_size: 3}"),
    "adaptive_avg_pool larger": (SIGNAL, "adaptive_avg_pool: {output_size: 9}"),
    "global_max_pool": (IMAGE, "global_max_pool"),
    "linear": (TOKENS, "linear: {out_features: 5}"),
    "linear bare": ("N, 12", "linear: {out_features: 5, bias: false}"),
    "multi_head_attention": (TOKENS, "multi_head_attention: {num_heads: 3}"),
    "multi_head_attention bare": (TOKENS, "multi_head_attention: {num_heads: 2, bias: false}"),
    "rnn": (TOKENS, "rnn: {hidden_size: 5, nonlinearity: relu, bidirectional: true}"),
    "lstm": (TOKENS, "lstm: {hidden_size: 5, num_layers: 2, bidirectional: true}"),
    "lstm bare": (TOKENS, "lstm: {hidden_size: 5, bias: false}"),
    "gru": (TOKENS, "gru: {hidden_size: 5}"),
    "gru one": (TOKENS, "gru: {hidden_size: 5, biases: one, reset: before}"),
    "scale": (IMAGE, "scale"),
    "prelu": (IMAGE, "prelu: {num_parameters: 6}"),
    "batch_norm": (IMAGE, "batch_norm: {eps: 0.001}"),
    "batch_norm bare": (IMAGE, "batch_norm: {affine: false}"),
    "instance_norm": (IMAGE, "instance_norm"),
    "instance_norm tracked": (IMAGE, "instance_norm: {affine: true, track_running_stats: true}"),
    "layer_norm": (TOKENS, "layer_norm: {normalized_shape: 12}"),
    "layer_norm channels": (IMAGE, "layer_norm"),
    "layer_norm shift": (TOKENS, "layer_norm: {normalized_shape: 12, weight: false}"),
    "layer_norm scale": (IMAGE, "layer_norm: {bias: false}"),
    "group_norm shift": (IMAGE, "group_norm: {num_groups: 3, weight: false}"),
    "layer_norm bare": (TOKENS, "layer_norm: {normalized_shape: 12, elementwise_affine: false}"),
    "group_norm": (IMAGE, "group_norm: {num_groups: 3}"),
    "group_norm bare": (IMAGE, "group_norm: {num_groups: 2, affine: false}"),
    "local_response_norm": (IMAGE, "local_response_norm: {size: 3, alpha: 0.1}"),
    **{
        verb: (IMAGE, verb)
        for verb in (
            *("relu", "relu6", "elu", "selu", "hard_sigmoid", "hard_swish", "gelu", "silu", "mish", "sigmoid", "tanh"),
            *("softplus", "softmax", "log_softmax", "glu", "abs", "sqrt", "exp", "log", "sin", "cos", "identity"),
            *("dropout", "drop_path", "flatten", "global_avg_pool"),
        )
    },
    "gelu tanh": (IMAGE, "gelu: {approximate: tanh}"),
    "leaky_relu": (IMAGE, "leaky_relu: {negative_slope: 0.2}"),
    "softplus beta": (IMAGE, "softplus: {beta: 2}"),
    "add": (IMAGE, "add: {value: 1.5}"),
    "subtract": (IMAGE, "subtract: {value: 2, reverse: true}"),
    "multiply": (IMAGE, "multiply: {value: 0.25}"),
    "divide": (IMAGE, "divide: {value: 3}"),
    "pow": (IMAGE, "pow: {exponent: 3}"),
    "clip": (IMAGE, "clip: {min: 0.2}"),
    "fake_quantize": (IMAGE, "fake_quantize: {scale: 0.05, zero_point: 7, dtype: uint8}"),
    "clip both": (IMAGE, "clip: {min: 0.2, max: 0.7}"),
    "flatten middle": ("N, 3, D, H, W", "flatten: {start_dim: 2, end_dim: 3}"),
    "reshape": (IMAGE, "reshape: {shape: [N, 2, 3, -1]}"),
    "permute": (IMAGE, "permute: {dims: [0, 2, 3, 1]}"),
    "transpose": (IMAGE, "transpose: {dim0: 1, dim1: -1}"),
    "expand": ("N, 1, H, W", "expand: {shape: [-1, 5, -1, -1]}"),
    "unsqueeze": (IMAGE, "unsqueeze: {dim: -1}"),
    "squeeze": ("N, 1, H", "squeeze: {dim: 1}"),
    "pixel_shuffle": ("N, 12, H, W", "pixel_shuffle: {upscale_factor: 2}"),
    "channel_shuffle": (IMAGE, "channel_shuffle: {groups: 2}"),
    "slice": (IMAGE, "slice: {dim: 2, start: 1, end: H - 2, step: 3}"),
    "slice from the end": (IMAGE, "slice: {dim: 3, start: -4}"),
    "gather": (IMAGE, "gather: {dim: 1, index: [3, 0, 5]}"),
    "flip": (IMAGE, "flip: {dims: [1, 3]}"),
    "roll": (IMAGE, "roll: {shifts: [2, -3], dims: [2, 3]}"),
    "topk": (IMAGE, "topk: {k: 3, dim: 2, largest: false}"),
    "pad": (IMAGE, "pad: {padding: [[1, 2], [0, 3]], value: 0.5}"),
    "pad reflect": (IMAGE, "pad: {padding: 2, mode: reflect}"),
    "pad to a multiple": (IMAGE, 'pad: {padding: [[0, "(-H) % 8"], [0, "(-W) % 4"]]}'),
    "crop": (IMAGE, "crop: {size: [6, 5]}"),
    "mean": (IMAGE, "mean: {dim: [2, 3], keepdim: true}"),
    **{
        f"reduce {mode}": (IMAGE, f"reduce: {{mode: {mode}, dim: 1}}")
        for mode in ("sum", "max", "min", "prod", "l1", "l2", "sum_square", "logsumexp", "var", "std")
    },
    "upsample": (IMAGE, "upsample: {scale_factor: 2}"),
    "upsample bilinear": (IMAGE, "upsample: {scale_factor: 3, mode: bilinear}"),
    "upsample aligned": (IMAGE, "upsample: {size: [2 * H + 1, 17], mode: bilinear, align_corners: true}"),
    "upsample bicubic": (IMAGE, "upsample: {scale_factor: 2, mode: bicubic}"),
    "split": (IMAGE, "split: {sections: [2, 4]}"),
}

SEVERAL = {
    "subtract two": "- {subtract: {}, from: [a, b]}",
    "concat": "- {concat: {dim: 2}, from: [a, b]}",
    "stack": "- {stack: {dim: 1}, from: [a, b]}",
    "add three": "- {add: {}, from: [a, b, a]}",
    "matmul": "- {transpose: {dim0: 2, dim1: 3}, from: b, name: t}\n  - {matmul: {}, from: [a, t]}",
    "einsum": '- {einsum: {equation: "nchw,nchw->nhw"}, from: [a, b]}',
    "compare": "- {compare: {mode: less_equal}, from: [a, b], name: c}\n  - {where: {value: 7}, from: [c, a]}",
    "not equal": "- {compare: {mode: not_equal, value: 0}, from: a, name: c}\n  - {where: {}, from: [c, a, b]}",
    "attention": "- {scaled_dot_product_attention: {}, from: [a, b, b]}",
    "fewer keys": "- {slice: {dim: 2, end: 9}, from: b, name: k}\n"
    "  - {scaled_dot_product_attention: {}, from: [a, k, k]}",
    "states to begin with": "- {slice: {dim: 3, end: 6}, from: a}\n  - {mean: {dim: 2}, name: s}\n"
    "  - {slice: {dim: 2, end: 5}, from: s, name: h}\n  - {permute: {dims: [1, 0, 2]}, name: first}\n"
    "  - {lstm: {hidden_size: 5, num_layers: 2, bidirectional: true}, from: [s, first, first], name: l}\n"
    "  - {gru: {hidden_size: 5, num_layers: 4}, from: [s, first], name: g}\n"
    "  - {rnn: {hidden_size: 5, num_layers: 4}, from: [s, first], name: r}\n  - {concat: {dim: 2}, from: [l, g, r]}",
    "max_unpool": "- {max_pool: {kernel_size: 3, stride: 2, padding: 1}, from: a, name: p}\n"
    "  - {max_unpool: {kernel_size: 3, stride: 2, padding: 1}, from: [p, a]}",
    "max_unpool of another": "- {max_pool: {kernel_size: 2}, from: b, name: p}\n"
    "  - {max_unpool: {kernel_size: 2}, from: [p, a]}",
    "parameter": "- {parameter: {shape: [1, 4, 1, 1]}, name: p}\n  - {add: {}, from: [a, p]}",
    "constant": "- {constant: {shape: [H, W], value: 2}, name: k}\n  - {reshape: {shape: [1, 1, H, W]}}\n"
    "  - {multiply: {}, from: [a, prev]}",
    "mask of truths": "- {constant: {values: [[[[1, 0, 1, 1]]]], dtype: bool}, name: m}\n"
    "  - {slice: {dim: 3, end: 4}, from: a, name: s}\n  - {where: {value: 7}, from: [m, s]}",
    "attention that looks back": "- {slice: {dim: 2, end: 9}, from: a, name: q}\n"
    "  - {scaled_dot_product_attention: {is_causal: true}, from: [q, q, q]}",
    "crop like": "- {crop: {size: [5, 6]}, from: b, name: s}\n  - {crop: {}, from: [a, s]}",
    "given weight": "- {parameter: {shape: [3, 4, 3, 3]}, name: k}\n"
    "  - {conv: {out_channels: 3, kernel_size: 3, bias: false}, from: [a, k]}",
}

REFUSED = {
    "unfold": ("unfold: {kernel_size: 2}", "ONNX has no operator for unfold"),
    "locally_connected": (
        "locally_connected: {out_channels: 4, kernel_size: 3}",
        "ONNX has no operator for locally_connected",
    ),
    "lp_pool": ("lp_pool: {kernel_size: 2, norm_type: 3}", "norm_type 3"),
    "adaptive_max_pool": ("adaptive_max_pool: {output_size: 4}", "give the input a size with --set"),
    "antialias": ("upsample: {scale_factor: 2, mode: bilinear, antialias: true}", "antialias"),
    "statistics": ("batch_norm: {track_running_stats: false}", "with the statistics of the batch"),
}


def spec(shape, layer):
    symbols = ", ".join(f"{name}: {size}" for name, size in SIZES.items() if name in shape)
    return f"cnnplan: 1\nname: t\nsymbols: {{{symbols}}}\ninput: [{shape}]\nlayers:\n  {layer}\n"


def agree(text):
    onnx = pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    plan = load(text)
    truth = execute(plan.graph, seed=5)
    data = written(text, seed=5)
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    found = session.run(None, fed(plan.graph, plan.values, {}, 5, "float32"))
    for expected, output in zip(truth.outputs.values(), found, strict=True):
        assert output.shape == expected.shape
        scale = np.nanmax(np.abs(np.where(np.isfinite(expected), expected, 0)))
        np.testing.assert_allclose(output, expected, rtol=0, atol=1e-5 * max(scale, 1))


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_computes_the_same(name):
    shape, layer = LAYERS[name]
    agree(spec(shape, f"- {layer}"))


@pytest.mark.parametrize("name", SEVERAL)
def test_layers_of_several_inputs_compute_the_same(name):
    before = (
        "- {conv: {out_channels: 4, kernel_size: 1}, name: a}\n"
        "  - {conv: {out_channels: 4, kernel_size: 1}, from: input, name: b}\n  "
    )
    heads = "attention" in SEVERAL[name]
    agree(spec("N, 6, H, 12" if heads else IMAGE, before + SEVERAL[name]))


@pytest.mark.parametrize("name", REFUSED)
def test_what_onnx_does_not_have_is_refused_by_name(name):
    layer, message = REFUSED[name]
    with pytest.raises(UsageError, match=rf"t: not written as ONNX: \w+: .*{message}"):
        written(spec(IMAGE, f"- {layer}"))


def test_every_operator_is_written_or_refused():
    """What is in no table is refused by name: `ONNX has no operator for opaque`."""
    known = {verb for verbs in WRITTEN.values() for verb in verbs}
    every = {verb for verbs in FAMILIES.values() for verb in verbs}
    assert known <= every
    assert every - known == {"fold", "unfold", "locally_connected", "opaque", "split", "chunk"}

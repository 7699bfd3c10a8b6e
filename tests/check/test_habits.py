"""What people type from PyTorch, Keras and TensorFlow: each word has its answer, and the answer is right today."""

from __future__ import annotations

import re

import pytest

from cnnplan.ops import OPERATORS
from cnnplan.rules import check
from cnnplan.spec import answers, code, habits
from cnnplan.spec.words import STRUCTURES, WIRING

HEAD = "cnnplan: 1\nname: t\nsymbols: {N: 1, H: 32, W: 48}\ninput: [N, 12, H, W]\nlayers:\n  - "
VERBS = {
    # what is typed, what the hint must name
    "Conv2d": "conv", "nn.Conv2d": "conv", "torch.nn.Conv1d": "conv", "Conv2D": "conv", "Convolution2D": "conv",
    "ConvTranspose2d": "conv_transpose", "Conv2DTranspose": "conv_transpose", "deconv": "conv_transpose",
    "BatchNorm2d": "batch_norm", "BatchNormalization": "batch_norm", "bn": "batch_norm", "LayerNorm": "layer_norm",
    "LayerNormalization": "layer_norm", "GroupNorm": "group_norm", "InstanceNorm2d": "instance_norm",
    "ReLU": "relu", "ReLU6": "relu6", "LeakyReLU": "leaky_relu", "PReLU": "prelu", "swish": "silu", "SiLU": "silu",
    "Hardswish": "hard_swish", "GELU": "gelu", "Softmax": "softmax", "LogSoftmax": "log_softmax",
    "MaxPool2d": "max_pool", "MaxPooling2D": "max_pool", "AveragePooling2D": "avg_pool", "AvgPool2d": "avg_pool",
    "GlobalAveragePooling2D": "global_avg_pool", "GlobalMaxPooling2D": "global_max_pool", "gap": "global_avg_pool",
    "AdaptiveAvgPool2d": "adaptive_avg_pool", "Dense": "linear", "fc": "linear", "Linear": "linear",
    "cat": "concat", "Concatenate": "concat", "torch.cat": "concat", "view": "reshape", "Reshape": "reshape",
    "interpolate": "upsample", "F.interpolate": "upsample", "UpSampling2D": "upsample", "resize": "upsample",
    "bmm": "matmul", "mul": "multiply", "sub": "subtract", "div": "divide", "Sequential": "sequence",
    "residual": "branches", "shortcut": "branches", "movedim": "permute", "narrow": "slice", "Flatten": "flatten",
    "MultiheadAttention": "multi_head_attention", "SelfAttention": "multi_head_attention", "Embedding": "embedding",
    "Dropout2d": "dropout", "SpatialDropout2D": "dropout", "StochasticDepth": "drop_path", "LRN": "local_response_norm",
    "PixelShuffle": "pixel_shuffle", "depth_to_space": "pixel_shuffle", "ChannelShuffle": "channel_shuffle",
    "ZeroPadding2D": "pad", "ReflectionPad2d": "pad", "DepthwiseConv2D": "conv", "SeparableConv2D": "conv",
    "TopK": "topk", "GridSample": "grid_sample", "DeformConv2d": "deform_conv",
    "geglu": "split", "RMSNorm": "scale", "Activation": "relu", "SqueezeExcitation": "multiply",
}  # fmt: skip
ARGUMENTS = {
    # verb and argument, what the hint must say
    ("conv", "in_channels"): "inferred", ("conv", "kernel"): "kernel_size", ("conv", "pad"): "padding",
    ("conv", "strides"): "stride", ("conv", "filters"): "out_channels", ("conv", "use_bias"): "bias",
    ("conv", "data_format"): "order of axes", ("conv", "device"): "leave it out",
    ("conv", "dilation_rate"): "dilation", ("conv", "activation"): "layer of its own", ("conv", "group"): "groups",
    ("linear", "in_features"): "inferred", ("linear", "units"): "out_features", ("linear", "out"): "out_features",
    ("batch_norm", "num_features"): "inferred", ("batch_norm", "epsilon"): "eps", ("batch_norm", "center"): "affine",
    ("relu", "inplace"): "leave it out", ("leaky_relu", "alpha"): "negative_slope",
    ("max_pool", "pool_size"): "kernel_size", ("max_pool", "return_indices"): "no output",
    ("upsample", "scale"): "scale_factor", ("upsample", "interpolation"): "mode", ("dropout", "rate"): "p here",
    ("concat", "axis"): "dim", ("mean", "keepdims"): "keepdim", ("reshape", "target_shape"): "shape",
    ("permute", "perm"): "dims", ("lstm", "input_size"): "inferred", ("lstm", "units"): "hidden_size",
    ("lstm", "return_sequences"): "slice", ("lstm", "batch_first"): "always first", ("gru", "dropout"): "of its own",
    ("multi_head_attention", "embed_dim"): "inferred", ("multi_head_attention", "heads"): "num_heads",
    ("embedding", "vocab_size"): "num_embeddings", ("embedding", "output_dim"): "embedding_dim",
    ("group_norm", "num_channels"): "inferred", ("pixel_shuffle", "r"): "upscale_factor",
}  # fmt: skip


def first(text):
    """The first finding of a network with this entry."""
    return check(HEAD + text + "\n")[0]


@pytest.mark.parametrize("word", VERBS)
def test_a_verb_from_elsewhere_is_told_what_it_is_called(word):
    found = first(f"{word}: {{}}")
    assert (found.rule, VERBS[word] in re.findall(r"[a-z_0-9]+", found.hint)) == ("CNN010", True), found


@pytest.mark.parametrize("pair", ARGUMENTS)
def test_an_argument_from_elsewhere_is_told_what_it_is_called(pair):
    verb, key = pair
    found = next(one for one in check(HEAD + f"{verb}: {{{key}: 1}}\n") if one.rule == "CNN011")
    assert (found.rule, ARGUMENTS[pair] in found.hint) == ("CNN011", True), found


ANSWERS = [*habits.ADVICE.items(), *((word, verb) for verb, words in habits.VERBS.items() for word in words)]


def test_every_answer_names_what_there_is():
    verbs = {*OPERATORS, *STRUCTURES}
    assert habits.VERBS.keys() <= verbs
    for text in habits.ADVICE.values():
        for verb, arguments in re.findall(r"\b([a-z_]+): \{([^}]*)\}", text):
            assert verb in verbs, text
            if verb in STRUCTURES:
                continue
            assert set(re.findall(r"(\w+):", arguments)) <= OPERATORS[verb].model_fields.keys(), text
    fields = {name for operator in OPERATORS.values() for name in operator.model_fields}
    assert habits.BESIDE.keys() <= set(WIRING)
    assert {word for words in habits.BESIDE.values() for word in words}.isdisjoint({*WIRING, *fields})
    assert {name for names in habits.RENAMED.values() for name in names} <= fields
    for verb, names in code.MAIN.items():
        assert set(names) <= OPERATORS[verb].model_fields.keys()


def test_no_answer_says_that_an_operator_is_missing():
    """A word that has become an operator is no longer answered as if there were none."""
    sounds = {answers.sound(verb) for verb in OPERATORS}
    assert not sounds & habits.ADVICE.keys()
    assert not sounds & {word for words in habits.VERBS.values() for word in words}
    words = [word for word, _ in ANSWERS]
    assert len(words) == len(set(words)), "a word has one answer"


def test_no_argument_that_there_is_is_answered_as_missing():
    """An answer is only given where the verb has no argument of that name."""
    for verb, operator in OPERATORS.items():
        for name in operator.model_fields:
            found = check(HEAD + f"{verb}: {{{name}: 1}}\n")
            assert not [one for one in found if one.rule == "CNN011"], (verb, name)


@pytest.mark.parametrize(("written", "instead"), [
    ("max_pool: 2", "max_pool: {kernel_size: 2}"), ("max_pool: [2, 3]", "max_pool: {kernel_size: [2, 3]}"),
    ("conv: [8, 3]", "conv: {out_channels: 8, kernel_size: 3}"), ("dropout: 0.5", "dropout: {p: 0.5}"),
    ("leaky_relu: 0.2", "leaky_relu: {negative_slope: 0.2}"), ("linear: 10", "linear: {out_features: 10}"),
])  # fmt: skip
def test_arguments_without_names_are_written_out(written, instead):
    assert first(written).message.endswith(f"write {instead}")
    assert not [
        found for found in check(HEAD + instead + "\n") if found.rule in ("CNN010", "CNN011", "CNN012", "CNN013")
    ]


@pytest.mark.parametrize(("word", "truth"), [("no", "false"), ("yes", "true"), ("on", "true"), ("Off", "false")])
def test_truth_values_of_older_yaml(word, truth):
    found = first(f"conv: {{out_channels: 3, kernel_size: 3, bias: {word}}}")
    assert found.hint == f"write {truth}"
    assert "YAML 1.2" in found.message

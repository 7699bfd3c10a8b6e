"""Attention as one node, ONNX's own and onnxruntime's, and what stands around it in optimized files.

What comes out is held against the formulas, written out here in NumPy, and against onnxruntime where it is installed.
"""

from __future__ import annotations

import importlib.util
import re

import numpy as np
import pytest

from cnnplan.errors import SpecError
from cnnplan.executor import execute
from cnnplan.plan import load
from tests.translation.onnx.building import FLOAT, INT32, INT64, info, model, node, tensor

N, L, S, HEADS, E = 2, 5, 7, 3, 4
WIDTH = HEADS * E
RNG = np.random.default_rng(1)
MICROSOFT = "com.microsoft"


def drawn(*shape):
    return (RNG.standard_normal(shape) / 2).astype("float32")


def held(name, array):
    dtype = {"f": FLOAT, "i": INT64}[array.dtype.kind]
    return tensor(name, array.shape, [*array.reshape(-1).tolist()], dtype)


def softmax(x):
    y = np.exp(x - x.max(-1, keepdims=True))
    return y / y.sum(-1, keepdims=True)


def heads(x):
    return x.reshape(*x.shape[:2], -1, E).transpose(0, 2, 1, 3)


def attended(q, k, v, bias=0.0, scale=E**-0.5):
    y = softmax(q @ k.transpose(0, 1, 3, 2) * scale + bias) @ v
    return y.transpose(0, 2, 1, 3).reshape(len(y), y.shape[2], -1)


def normal(x, weight, bias, eps):
    y = x - x.mean(-1, keepdims=True)
    return y / np.sqrt((y * y).mean(-1, keepdims=True) + eps) * weight + bias


X, K, V = drawn(N, L, WIDTH), drawn(N, S, WIDTH), drawn(N, S, WIDTH)
KEPT = np.array([[1, 1, 1, 1, 0], [1, 1, 1, 0, 0]], "int32")
MASK = np.array([[1, 1, 1, 1, 1, 1, 0], [1, 1, 1, 0, 0, 1, 1]], "int32")
W, B = drawn(WIDTH, 3 * WIDTH), drawn(3 * WIDTH)
QKV = np.split(X @ W + B, 3, axis=-1)
FAR = -10_000.0


def hidden(mask):
    return ((1 - mask) * FAR)[:, None, None].astype("float32")


TABLES = {"words": drawn(11, WIDTH), "places": drawn(9, WIDTH), "segments": drawn(2, WIDTH)}
IDS, SEGMENTS = RNG.integers(0, 11, (N, L)).astype("int32"), RNG.integers(0, 2, (N, L)).astype("int32")
GAMMA, BETA = drawn(WIDTH), drawn(WIDTH)
SHARED = drawn(N, S, E)
GROUPS = drawn(1, L, S)

CASES = {
    "of three": (
        node("Attention", ["x", "k", "v"], ["y"], q_num_heads=HEADS, kv_num_heads=HEADS),
        {"x": X, "k": K, "v": V},
        {},
        attended(heads(X), heads(K), heads(V)),
    ),
    "with a bias and a scale": (
        node("Attention", ["x", "k", "v", "m"], ["y"], q_num_heads=HEADS, kv_num_heads=HEADS, scale=0.25),
        {"x": X, "k": K, "v": V, "m": GROUPS},
        {},
        attended(heads(X), heads(K), heads(V), GROUPS[None], 0.25),
    ),
    "with one head of keys": (
        node("Attention", ["x", "k", "k"], ["y"], q_num_heads=HEADS, kv_num_heads=1),
        {"x": X, "k": SHARED},
        {},
        attended(heads(X), *[np.repeat(heads(SHARED), HEADS, 1)] * 2),
    ),
    "causal": (
        node("Attention", ["x", "x", "x"], ["y"], q_num_heads=HEADS, kv_num_heads=HEADS, is_causal=1),
        {"x": X},
        {},
        attended(*[heads(X)] * 3, np.where(np.tri(L, dtype=bool), 0, -np.inf)),
    ),
    "onnxruntime's": (
        node("Attention", ["x", "w", "b"], ["y"], domain=MICROSOFT, num_heads=HEADS),
        {"x": X},
        {"w": W, "b": B},
        attended(*map(heads, QKV)),
    ),
    "onnxruntime's, masked": (
        node("Attention", ["x", "w", "b", "kept"], ["y"], domain=MICROSOFT, num_heads=HEADS),
        {"x": X, "kept": KEPT},
        {"w": W, "b": B},
        attended(*map(heads, QKV), hidden(KEPT)),
    ),
    "of heads": (
        node("MultiHeadAttention", ["x", "k", "v", "b", "kept"], ["y"], domain=MICROSOFT, num_heads=HEADS),
        {"x": X, "k": K, "v": V, "kept": MASK},
        {"b": B},
        attended(
            *(heads(each + bias) for each, bias in zip((X, K, V), np.split(B, 3), strict=True)),
            hidden(MASK),
        ),
    ),
    "embeddings": (
        node(
            "EmbedLayerNormalization",
            ["ids", "segs", "words", "places", "segments", "gamma", "beta"],
            ["y", ""],
            domain=MICROSOFT,
            epsilon=1e-5,
        ),
        {"ids": IDS, "segs": SEGMENTS},
        {**TABLES, "gamma": GAMMA, "beta": BETA},
        normal(TABLES["words"][IDS] + TABLES["places"][:L] + TABLES["segments"][SEGMENTS], GAMMA, BETA, 1e-5),
    ),
    "a sum and its norm without means": (
        node("SkipSimplifiedLayerNormalization", ["x", "x", "gamma"], ["y"], domain=MICROSOFT, epsilon=1e-5),
        {"x": X},
        {"gamma": GAMMA},
        2 * X / np.sqrt((4 * X * X).mean(-1, keepdims=True) + 1e-5) * GAMMA,
    ),
}
DTYPES = {"f": FLOAT, "i": INT32}


def written(case):
    made, inputs, tensors, _ = case
    letters = {N: "N", L: "L", S: "S"}
    declared = [
        info(name, [letters.get(n, n) for n in array.shape], DTYPES[array.dtype.kind]) for name, array in inputs.items()
    ]
    return model(
        [made], declared, [info("y", None)], [held(*each) for each in tensors.items()], 23, domains=[MICROSOFT]
    )


@pytest.mark.parametrize("name", CASES)
def test_it_computes_the_formula(name, tmp_path):
    path = tmp_path / "net.onnx"
    path.write_bytes(written(CASES[name]))
    plan = load(path)
    _, inputs, tensors, expected = CASES[name]
    given = dict(zip(plan.inputs, inputs.values(), strict=True))
    values = {letter: n for letter, n in {"N": N, "L": L, "S": S}.items() if letter in plan.spec.symbols}
    (y,) = execute(plan.graph, values=values, inputs=given).outputs.values()
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)
    assert plan.params == sum(array.size for array in tensors.values())


@pytest.mark.parametrize("name", CASES)
@pytest.mark.skipif(not importlib.util.find_spec("onnxruntime"), reason="onnxruntime is not installed")
def test_onnxruntime_says_the_same(name):
    import onnxruntime  # noqa: PLC0415 - an oracle

    session = onnxruntime.InferenceSession(written(CASES[name]), providers=["CPUExecutionProvider"])
    (y,) = session.run(None, CASES[name][1])
    np.testing.assert_allclose(y, CASES[name][3], rtol=1e-4, atol=1e-5)


THREE = {"q_num_heads": HEADS, "kv_num_heads": HEADS}
REFUSED = [
    (
        ["x", "x", "x", "", "k", "k"],
        "",
        THREE,
        "(Attention): keys and values of before, inputs past_key",
    ),
    (["x", "x", "x"], "", {**THREE, "softcap": 2.0}, "(Attention): softcap 2.0"),
    (["x", "w", "b", "lengths"], MICROSOFT, {"num_heads": HEADS}, "a mask of 1 axes, which says how long each sample"),
    (["x", "w", "b"], MICROSOFT, {"num_heads": HEADS, "do_rotary": 1}, "(Attention): do_rotary 1"),
]


@pytest.mark.parametrize(("reads", "domain", "how", "message"), REFUSED)
def test_what_is_another_attention_is_refused(reads, domain, how, message, tmp_path):
    path = tmp_path / "net.onnx"
    declared = [info("x", ["N", "L", WIDTH])]
    declared += [info("k", ["N", HEADS, "S", E])] if "k" in reads else []
    declared += [info("lengths", ["N"], INT32)] if "lengths" in reads else []
    nodes = [node("Attention", reads, ["y"], domain=domain, **how)]
    path.write_bytes(model(nodes, declared, [info("y", None)], [held("w", W), held("b", B)], 23, domains=[MICROSOFT]))
    with pytest.raises(SpecError, match=re.escape(message)):
        load(path)

"""Attention and recurrent layers, as PyTorch has them."""

from __future__ import annotations

import pytest

from tests.ops.oracle.drawing import distinct

torch = pytest.importorskip("torch")
nn = torch.nn
functional = nn.functional


def matmul(rng):
    *front, n, k, m = distinct(rng, rng.randint(3, 5))
    return {}, [(*front, n, k), (*front, k, m)], torch.matmul


def matmul_repeated(rng):
    """With extents of 1 in front, which meet another."""
    *front, n, k, m = distinct(rng, rng.randint(4, 5))
    shapes = [[1 if rng.random() < 0.4 else n for n in front] for _ in range(2)]
    return {}, [(*shapes[0], n, k), (*shapes[1], k, m)], torch.matmul


def scaled_dot_product_attention(rng):
    *front, queries, keys, features, width = distinct(rng, rng.randint(5, 6))
    args = {"is_causal": rng.random() < 0.5}
    shapes = [(*front, queries, features), (*front, keys, features), (*front, keys, width)]
    return args, shapes, lambda *xs: functional.scaled_dot_product_attention(*xs, **args)


def multi_head_attention(rng):
    heads, batch, queries, keys = distinct(rng, 4)
    features = heads * rng.randint(1, 3)
    args = {"num_heads": heads, "bias": rng.random() < 0.5}

    class Module(nn.MultiheadAttention):
        def forward(self, query, key=None, value=None):
            key, value = (query, query) if key is None else (key, value)
            return super().forward(query, key, value, need_weights=False)[0]

    other = (batch, keys, features)
    shapes = [(batch, queries, features), *rng.choice([[], [other, other]])]
    return args, shapes, Module(features, **args, batch_first=True)


def recurrent(kind):
    def make(rng):
        batch, steps, features, hidden = distinct(rng, 4)
        args = {"hidden_size": hidden, "num_layers": rng.randint(1, 3), "bias": rng.random() < 0.5}
        args |= {"bidirectional": rng.random() < 0.5}
        args |= {"nonlinearity": rng.choice(["tanh", "relu"])} if kind is nn.RNN else {}

        class Module(kind):
            def forward(self, x):
                return super().forward(x)[0]

        return args, [(batch, steps, features)], Module(features, **args, batch_first=True)

    return make


MORE = [("matmul", matmul_repeated)]

MAKERS = {
    "matmul": matmul,
    "scaled_dot_product_attention": scaled_dot_product_attention,
    "multi_head_attention": multi_head_attention,
    "rnn": recurrent(nn.RNN),
    "lstm": recurrent(nn.LSTM),
    "gru": recurrent(nn.GRU),
}

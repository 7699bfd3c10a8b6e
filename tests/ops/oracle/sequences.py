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


def attention_with_bias(rng):
    *front, queries, keys, features, width = distinct(rng, rng.randint(5, 6))
    pairs = tuple(rng.choice([1, n]) for n in (*front, queries, keys))
    shapes = [(*front, queries, features), (*front, keys, features), (*front, keys, width), pairs]
    return {}, shapes, functional.scaled_dot_product_attention


def attention_of_groups(rng):
    batch, heads, queries, keys, features = distinct(rng, 5)
    many = heads * rng.randint(1, 3)
    shapes = [(batch, many, queries, features), *[(batch, heads, keys, features)] * 2]

    def module(*xs):
        return functional.scaled_dot_product_attention(*xs, enable_gqa=True)

    return {"enable_gqa": True}, shapes, module


def attention_of_other_widths(rng):
    heads, batch, queries, keys, kdim, vdim = distinct(rng, 6)
    features = heads * rng.randint(1, 3)
    args = {"num_heads": heads, "bias": rng.random() < 0.5}
    args |= {"kdim": kdim, "vdim": vdim}
    if features in (kdim, vdim):
        raise ValueError(args)  # PyTorch has one matrix where all are as wide
    shapes = [(batch, queries, features), (batch, keys, args["kdim"]), (batch, keys, vdim)]

    class Module(nn.MultiheadAttention):
        def forward(self, query, key, value):
            return super().forward(query, key, value, need_weights=False)[0]

    return args, shapes, Module(features, **args, batch_first=True)


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


def projected(rng):
    """States that are brought to fewer features."""
    args, shapes, _ = recurrent(nn.LSTM)(rng)
    args["proj_size"] = rng.randint(1, 9)
    if args["proj_size"] >= args["hidden_size"]:
        raise ValueError(args)

    class Module(nn.LSTM):
        def forward(self, x):
            return super().forward(x)[0]

    return args, shapes, Module(shapes[0][2], **args, batch_first=True)


class Cho(nn.Module):
    """One layer that resets the state as Cho et al. (2014) do it, with the biases that other libraries have."""

    def __init__(self, features, hidden, biases, reset):
        super().__init__()
        self.reset, self.biases, self.hidden = reset, biases, hidden
        self.weight_ih_l0 = nn.Parameter(torch.zeros(3 * hidden, features))
        self.weight_hh_l0 = nn.Parameter(torch.zeros(3 * hidden, hidden))
        self.bias_ih_l0 = nn.Parameter(torch.zeros(3 * hidden))
        if biases != "one":
            self.bias_hh_l0 = nn.Parameter(torch.zeros(3 * hidden if biases == "both" else hidden))

    def forward(self, x):
        h = self.hidden
        state, found = torch.zeros(len(x), h, dtype=x.dtype), []
        c = torch.zeros(3 * h, dtype=x.dtype)
        if self.biases != "one":
            c = torch.cat([c[: 3 * h - len(self.bias_hh_l0)], self.bias_hh_l0])
        w, u, b = self.weight_ih_l0, self.weight_hh_l0, self.bias_ih_l0
        for step in x.unbind(1):
            r, z = (
                torch.sigmoid(step @ w[part].T + b[part] + state @ u[part].T + c[part])
                for part in (slice(h), slice(h, 2 * h))
            )
            inner = slice(2 * h, None)
            after = r * (state @ u[inner].T + c[inner])
            back = after if self.reset == "after" else (r * state) @ u[inner].T + c[inner]
            state = (1 - z) * torch.tanh(step @ w[inner].T + b[inner] + back) + z * state
            found.append(state)
        return torch.stack(found, 1)


def gru_elsewhere(rng):
    batch, steps, features, hidden = distinct(rng, 4)
    kinds = {"biases": rng.choice(["both", "one", "new"]), "reset": rng.choice(["after", "before"])}
    return {"hidden_size": hidden, **kinds}, [(batch, steps, features)], Cho(features, hidden, **kinds)


def lstm_elsewhere(rng):
    """With one bias, which is PyTorch's with a second that is 0 and not trained."""
    args, shapes, module = recurrent(nn.LSTM)(rng)
    if not args["bias"]:
        raise ValueError(args)
    for name, weight in [*module.named_parameters()]:
        if name.startswith("bias_hh"):
            delattr(module, name)
            setattr(module, name, torch.zeros(weight.shape, dtype=torch.float64))
    return args | {"biases": "one"}, shapes, module


MORE = [
    ("matmul", matmul_repeated),
    ("lstm", projected),
    ("multi_head_attention", attention_of_other_widths),
]
ELSEWHERE = [
    ("scaled_dot_product_attention", attention_with_bias),
    ("scaled_dot_product_attention", attention_of_groups),
    ("gru", gru_elsewhere),
    ("lstm", lstm_elsewhere),
]
"""As other libraries have them, written with PyTorch: what that saves says nothing."""

MAKERS = {
    "matmul": matmul,
    "scaled_dot_product_attention": scaled_dot_product_attention,
    "multi_head_attention": multi_head_attention,
    "rnn": recurrent(nn.RNN),
    "lstm": recurrent(nn.LSTM),
    "gru": recurrent(nn.GRU),
}

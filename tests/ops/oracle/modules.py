"""Modules of layers for which torch.nn has none, or none of that form."""

from __future__ import annotations

from math import prod

import pytest

torch = pytest.importorskip("torch")
nn = torch.nn
functional = nn.functional


class Attention(nn.MultiheadAttention):
    def forward(self, x):
        return super().forward(x, x, x, need_weights=False)[0]


class Scale(nn.Module):
    def __init__(self, op, x):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(x[op.dim], *(1 for _ in x[op.dim % len(x) + 1 :])))

    def forward(self, x):
        return x * self.weight


class Parameter(nn.Module):
    def __init__(self, op):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(op.shape))

    def forward(self):
        return self.weight


class Stored(nn.Module):
    def __init__(self, op):
        super().__init__()
        self.register_buffer("value", torch.zeros(op.output()))

    def forward(self):
        return self.value


class Channels(nn.Module):
    """An axis in another place."""

    def __init__(self, *places):
        super().__init__()
        self.places = places

    def forward(self, x):
        return x.movedim(*self.places)


class Recurrent(nn.Module):
    def __init__(self, op, x):
        super().__init__()
        layer = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[op.verb]
        more = {"nonlinearity": op.nonlinearity} if op.verb == "rnn" else {}
        self.layer = layer(
            x[2], op.hidden_size, op.num_layers, bias=op.bias, batch_first=True, bidirectional=op.bidirectional, **more
        )

    def forward(self, x):
        return self.layer(x)[0]


class Local(nn.Module):
    """Windows as columns, times the filters of their places."""

    def __init__(self, op, x):
        super().__init__()
        self.op, (self.out, *self.steps) = op, op.output(x)[1:]
        self.taps = x[1] * prod(self.kernel)
        self.weight = nn.Parameter(torch.zeros(self.out, self.taps, prod(self.steps)))
        self.bias = nn.Parameter(torch.zeros(self.out, *self.steps))

    @property
    def kernel(self):
        return (self.op.kernel_size,) * 2

    def forward(self, x):
        columns = functional.unfold(x, self.kernel, stride=self.op.stride, padding=self.op.padding)
        found = torch.einsum("nkp,okp->nop", columns, self.weight)
        return found.reshape(len(x), self.out, *self.steps) + self.bias


class Given(nn.Module):
    """A linear layer whose weight is the output of another."""

    def __init__(self, op):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(op.out_features)) if op.bias else None

    def forward(self, x, weight):
        return functional.linear(x, weight, self.bias)

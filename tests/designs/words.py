"""Networks of words and of graphs, written from their papers."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional


class Norm(nn.Module):
    """Features over the root of the mean of their squares."""

    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width))

    def forward(self, x):
        return x / (x.pow(2).mean(-1, keepdim=True) + 1e-5).sqrt() * self.weight


def dense(before, width):
    return nn.Linear(before, width, bias=False)


class Attention(nn.Module):
    """Six heads that see what came before, with rotary places, then a gated unit."""

    def __init__(self, width=288, inner=768):
        super().__init__()
        self.norms = nn.ModuleList(Norm(width) for _ in range(2))
        self.query, self.key, self.value, self.out = (dense(width, width) for _ in range(4))
        self.gate, self.up, self.down = dense(width, inner), dense(width, inner), dense(inner, width)

    def forward(self, x, cosine, sine):
        def heads(y):
            return y.view(*x.shape[:2], 6, 48).transpose(1, 2)

        def turned(y):
            first, second = y.unflatten(-1, (24, 2)).unbind(-1)
            return torch.stack([first * cosine - second * sine, first * sine + second * cosine], -1).flatten(3)

        normed = self.norms[0](x)
        asked, keys = turned(heads(self.query(normed))), turned(heads(self.key(normed)))
        seen = functional.scaled_dot_product_attention(asked, keys, heads(self.value(normed)), is_causal=True)
        x = x + self.out(seen.transpose(1, 2).flatten(2))
        normed = self.norms[1](x)
        return x + self.down(functional.silu(self.gate(normed)) * self.up(normed))


class Stories(nn.Module):
    """LLaMA as llama2.c's stories15M has it."""

    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(32_000, 288)
        self.layers = nn.ModuleList(Attention() for _ in range(6))
        self.norm, self.words = Norm(288), dense(288, 32_000)
        self.words.weight = self.table.weight
        angles = torch.outer(torch.arange(256.0), 10_000 ** (-torch.arange(24.0) / 24))
        self.register_buffer("angles", angles, persistent=False)

    def forward(self, words):
        places = self.angles[: words.shape[1]]
        x = self.table(words)
        for layer in self.layers:
            x = layer(x, places.cos(), places.sin())
        return self.words(self.norm(x))


class Scan(nn.Module):
    """A layer of Mamba, its scan step by step."""

    def __init__(self, width=768, inner=1536, state=16, rank=48):
        super().__init__()
        self.sections = [rank, state, state]
        self.norm, self.halves, self.out = Norm(width), dense(width, 2 * inner), dense(inner, width)
        self.conv = nn.Conv1d(inner, inner, 4, groups=inner)
        self.chosen, self.step = dense(inner, rank + 2 * state), nn.Linear(rank, inner)
        self.decay, self.skip = nn.Parameter(torch.empty(inner, state)), nn.Parameter(torch.empty(inner))

    def forward(self, given):
        x, gate = self.halves(self.norm(given)).chunk(2, -1)
        x = functional.silu(self.conv(functional.pad(x.transpose(1, 2), (3, 0))).transpose(1, 2))
        step, into, out = self.chosen(x).split(self.sections, -1)
        step = functional.softplus(self.step(step))
        state, told = x.new_zeros(len(x), *self.decay.shape), []
        for t in range(x.shape[1]):
            here = step[:, t, :, None]
            state = (here * -self.decay.exp()).exp() * state + here * into[:, t, None] * x[:, t, :, None]
            told.append(torch.einsum("bdn,bn->bd", state, out[:, t]) + self.skip * x[:, t])
        return given + self.out(torch.stack(told, 1) * functional.silu(gate))


class Mamba(nn.Module):
    """mamba-130m."""

    def __init__(self):
        super().__init__()
        self.table, self.layers = nn.Embedding(50_280, 768), nn.Sequential(*(Scan() for _ in range(24)))
        self.norm, self.words = Norm(768), dense(768, 50_280)
        self.words.weight = self.table.weight

    def forward(self, words):
        return self.words(self.norm(self.layers(self.table(words))))


class Neighbours(nn.Module):
    """Heads of graph attention."""

    def __init__(self, before, heads, width):
        super().__init__()
        self.weight, self.heads, self.width = dense(before, heads * width), heads, width
        self.asks, self.tells = (nn.Parameter(torch.empty(heads, width, 1)) for _ in range(2))

    def forward(self, x, edges):
        seen = self.weight(x).view(-1, self.heads, self.width).transpose(0, 1)
        pairs = functional.leaky_relu(seen @ self.asks + (seen @ self.tells).transpose(1, 2), 0.2)
        weights = torch.where(edges > 0, pairs, torch.full_like(pairs, -9e15)).softmax(-1)
        return (weights @ seen).transpose(0, 1).flatten(1)


class GAT(nn.Module):
    """Graph attention for Cora."""

    def __init__(self):
        super().__init__()
        self.first, self.second = Neighbours(1433, 8, 8), Neighbours(64, 1, 7)

    def forward(self, words, edges):
        return functional.log_softmax(self.second(functional.elu(self.first(words, edges)), edges), -1)
